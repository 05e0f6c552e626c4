"""What people hold: a generation and its assets, several of them, and what is made of them to look at."""
