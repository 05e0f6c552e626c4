"""Benchmarks: programs, no tests. `python -m tests.benchmarks [NAME ...]` measures and prints a table.

Machines differ and are busy, so each figure is printed beside a floor that is measured in the same run.
"""
