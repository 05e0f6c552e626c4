"""Decides what becomes of bytes that a storage host sent: what came whole is kept, whatever it is.

A picture that can't be decoded, or a type that nobody here knows, was paid for all the same. Only what is no asset at
all is refused: an empty body, or text (a page, an error document) where media should be. What may have been cut or
damaged on its way is fetched once more; the same bytes twice are what was bought.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from playcut_jupyter.media import SUFFIXES, UNKNOWN, MediaInfo

_DRAWING = "image/svg+xml"
"""Text that can be what was bought: where the storage says so."""
_EXPECTED = {"image": "picture", "video": "clip", "speech": "sound"}


class Outcome(Enum):
    """What to do with the bytes."""

    KEEP = "keep"
    FETCH_AGAIN = "fetch again"
    """Keep them if the next ones are the same, or if there are no next ones and their length was right."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, and the reason: a clause such as "it is empty (0 bytes)"."""

    outcome: Outcome
    reason: str = ""


def judge(
    info: MediaInfo,
    content_type: str,
    *,
    size_bytes: int,
    is_text: bool,
    kind: str,
    length_fits: bool,
    seen_before: bool,
) -> Verdict:
    """Return what to do with an asset's bytes.

    Args:
        info: what `media.inspect` says of them.
        content_type: the type that the storage declared, without parameters; "" for none.
        size_bytes: how many there are.
        is_text: what `media.looks_like_text` says of them.
        kind: what was asked for: "image", "video", "speech", or another tool's kind.
        length_fits: the message had an end (Content-Length, chunks), so that nothing is missing.
        seen_before: an earlier download of the same asset brought the same bytes.
    """
    if not size_bytes:
        return Verdict(Outcome.REFUSE, "it is empty (0 bytes)")
    expected = _EXPECTED.get(kind)
    if expected and is_text and info.mime_type == UNKNOWN and content_type != _DRAWING:
        return Verdict(Outcome.REFUSE, f"the storage sent {content_type or 'text'}, not a {expected}")
    if seen_before:
        return Verdict(Outcome.KEEP)
    if info.is_suspect:
        return Verdict(Outcome.FETCH_AGAIN, f"it may be damaged: {info.remark or 'a checksum is wrong'}")
    if expected and info.mime_type == UNKNOWN and content_type in SUFFIXES and content_type != UNKNOWN:
        return Verdict(Outcome.FETCH_AGAIN, f"it does not look like {content_type}")
    if not length_fits and info.kind != "image":  # a picture was decoded to its end
        return Verdict(Outcome.FETCH_AGAIN, "it may have been cut: the storage did not say how long it is")
    return Verdict(Outcome.KEEP)
