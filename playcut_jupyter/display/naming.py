"""Names of files that people see: a number and a few words of the prompt, plain enough for every file system.

They come from the user's own text, never from the server.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord

MAX_CHARACTERS = 40
"""The longest that the words of a name are."""
_MIN_DIGITS = 2
_NOT_DECOMPOSED = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)\d")
"""What Windows takes for a device, whatever its ending."""


def words_of(text: str, kind: str = "") -> str:
    """Return a few words of *text* as part of a file name: `fishing-boat`; of *kind* where it has no ASCII letters."""
    for source in (text, kind):
        folded = unicodedata.normalize("NFKD", source[:1_000].casefold().translate(_NOT_DECOMPOSED))
        plain = re.sub(r"['\u2019\u02bc]", "", folded).encode("ascii", "ignore").decode()
        words = [word for word in re.split(r"[^a-z0-9]+", plain) if word]
        while len(words) > 1 and words[0] in ("a", "an", "the"):
            del words[0]
        if words:
            return _fitting(words)
    return "playcut"


def _fitting(words: Sequence[str]) -> str:
    """Return as many of *words* as fit; of the first at least a part."""
    name = words[0][:MAX_CHARACTERS]
    for word in words[1:]:
        if len(name) + 1 + len(word) > MAX_CHARACTERS:
            break
        name += f"-{word}"
    return f"{name}-1" if _RESERVED.fullmatch(name) else name


def name_of(snapshot: Snapshot, number: int, total: int) -> str:
    """Return the name of generation *number* of a set of *total*: `03-fishing-boat`; of one alone only the words."""
    words = words_of(snapshot.prompt, snapshot.kind)
    return words if total == 1 else f"{number:0{max(_MIN_DIGITS, len(str(total)))}}-{words}"


def names_of(snapshots: Sequence[Snapshot]) -> list[tuple[AssetRecord, str]]:
    """Return each original of the finished ones among *snapshots*, and its name without an ending.

    The number is the place among all of them, so that it stays when a failed one is retried.
    """
    if len(snapshots) == 1:
        assets = snapshots[0].assets if snapshots[0].succeeded else ()
        return [(record, name_of(snapshots[0], at, len(assets))) for at, record in enumerate(assets, start=1)]
    return [
        (record, name_of(snapshot, number, len(snapshots)) + (f"-{at}" if at > 1 else ""))
        for number, snapshot in enumerate(snapshots, start=1)
        if snapshot.succeeded
        for at, record in enumerate(snapshot.assets, start=1)
    ]


def short_name(record: AssetRecord) -> str:
    """Return the name of an original in the library, short enough for a line; "" if it is only in memory."""
    if record.path is None:
        return ""
    stem = record.path.stem
    return f"{stem[:8]}…{record.path.suffix}" if len(stem) > 12 else record.path.name
