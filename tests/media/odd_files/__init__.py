"""Files that are odd, damaged or hostile: what becomes of each."""
