"""Snapshots and asset records as HTML, text and pictures, and the displays that change while a cell runs."""
