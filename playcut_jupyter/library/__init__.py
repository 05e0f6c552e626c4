"""What was bought, kept for good: rows in SQLite, media files beside them."""
