"""Drawing a prompt in cut paper: `idea` reads it, `scene` puts it together, the other modules draw its parts.

Only Pillow is needed, and everything is determined by the prompt, the seed and the size.
"""
