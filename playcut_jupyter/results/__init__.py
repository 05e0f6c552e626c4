"""What people hold: a generation, several of them, and where each comes from: library, job or purchase."""
