"""Accidents between the product and a real server: what comes of them, what is bought, what is lost."""
