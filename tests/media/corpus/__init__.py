"""Odd but whole media files, made by code, each with what becomes of it: kept, named and shown.

Chromium was the judge of what a browser shows: `tests/browser/test_odd_media.py` asks it again.
"""

from __future__ import annotations

from tests.media.corpus import clips, foreign, jpeg, pictures, png, sounds
from tests.media.corpus.odd import Odd

FILES: list[Odd] = [*png.FILES, *jpeg.FILES, *pictures.FILES, *sounds.FILES, *clips.FILES, *foreign.FILES]

__all__ = ["FILES", "Odd"]
