"""The two magics, their commands, their help and their tab completion."""
