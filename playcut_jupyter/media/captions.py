"""The band of a picture or clip that holds a caption, where the file itself states one, as those of the sandbox do."""

from __future__ import annotations

import re

_STATED = re.compile(rb"playcut-caption-share=(0\.\d{1,6})")
_MOST = 0.5


def caption_share(data: bytes) -> float:
    """Return the share of the height, counted from below, that holds a caption in words; 0 if none is stated."""
    stated = [float(share) for share in _STATED.findall(data)]
    # What the file says itself is said last; before it may be a prompt.
    return stated[-1] if stated and stated[-1] <= _MOST else 0.0
