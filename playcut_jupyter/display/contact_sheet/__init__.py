"""The contact sheet: a sweep as one file to share, which needs no key, kernel or network."""
