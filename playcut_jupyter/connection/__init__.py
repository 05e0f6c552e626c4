"""What all jobs at one service share, and how it comes about: a key or the sandbox, never by guess."""
