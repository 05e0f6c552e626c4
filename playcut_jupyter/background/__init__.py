"""One event loop in a thread of its own, and how cells, awaits and displays keep in touch with it."""
