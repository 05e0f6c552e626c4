"""Renders snapshots and asset records as HTML, text and pictures, and keeps displays up to date."""
