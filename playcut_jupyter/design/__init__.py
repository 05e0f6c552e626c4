"""Prompt design: what a plan will cost, what became of an idea, which of two is better."""
