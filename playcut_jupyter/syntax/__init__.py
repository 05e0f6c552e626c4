"""What can stand on the line of a cell: its options, their values, and the parsers that read them."""
