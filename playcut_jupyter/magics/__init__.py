"""What people type into cells: the two magics, their words, and Tab."""
