"""Drawings of prompts in a cut-paper style.

`scene_spec` reads the prompt, `scene` composes the layers, and the other modules draw the parts. Only Pillow is
needed. The prompt, the seed and the size determine every pixel.
"""
