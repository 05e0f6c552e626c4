"""Prompt design: planning and price, lineage, comparison, blind picking."""
