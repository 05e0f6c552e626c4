"""Templates, pure: text with braces goes in, the generations it stands for come out."""
