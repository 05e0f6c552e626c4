"""The objects that people hold: a generation and its assets, and collections of generations."""
