"""Exports generations as standalone programs."""
