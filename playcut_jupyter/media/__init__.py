"""Recognises downloaded files by their content, tells their facts, and makes small previews.

Declared content types and file names are ignored. Only types that a browser shows safely are image, audio or video;
everything else, HTML and SVG included, is a file. Nothing here refuses a file: what can't be shown has a remark.
"""

from __future__ import annotations

from playcut_jupyter.media.animations import is_animation
from playcut_jupyter.media.captions import caption_share
from playcut_jupyter.media.facts import inspect, looks_like_text
from playcut_jupyter.media.pictures import MAX_PIXELS, InvalidImage, decode_image
from playcut_jupyter.media.previews import MAX_PREVIEW_BYTES, encode_jpeg, preview, print_jpeg, reduced
from playcut_jupyter.media.recognition import mime_type_of
from playcut_jupyter.media.stills import poster_frame, smaller_still
from playcut_jupyter.media.types import SUFFIXES, UNKNOWN, MediaInfo, kind_of, suffix_fits, suffix_of
from playcut_jupyter.media.waveforms import sound_sign, waveform

__all__ = [
    "MAX_PIXELS",
    "MAX_PREVIEW_BYTES",
    "SUFFIXES",
    "UNKNOWN",
    "InvalidImage",
    "MediaInfo",
    "caption_share",
    "decode_image",
    "encode_jpeg",
    "inspect",
    "is_animation",
    "kind_of",
    "looks_like_text",
    "mime_type_of",
    "poster_frame",
    "preview",
    "print_jpeg",
    "reduced",
    "smaller_still",
    "sound_sign",
    "suffix_fits",
    "suffix_of",
    "waveform",
]
