"""Generations as programs that stand alone."""
