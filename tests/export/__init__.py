"""Exported programs: run as they are by bash, python and node against the sandbox, far from the package."""
