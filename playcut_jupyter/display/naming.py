"""Names of originals that people see: of copies that are saved, and in a line."""

from __future__ import annotations

from collections.abc import Sequence

from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.text import numbered_name, words_for_name


def names_of(snapshots: Sequence[Snapshot]) -> list[tuple[AssetRecord, str]]:
    """Return each original of the finished ones among *snapshots*, and its name without an ending.

    It is words of the prompt, never what the server says; of several it begins with a number, which is the place among
    all of them, so that it stays when a failed one is retried.
    """
    if len(snapshots) == 1:
        words = words_for_name(snapshots[0].prompt, snapshots[0].kind)
        assets = snapshots[0].assets if snapshots[0].succeeded else ()
        names = (
            [words] if len(assets) == 1 else [numbered_name(words, at + 1, len(assets)) for at in range(len(assets))]
        )
        return list(zip(assets, names, strict=True))
    return [
        (record, numbered_name(words_for_name(snapshot.prompt, snapshot.kind), number, len(snapshots), part))
        for number, snapshot in enumerate(snapshots, start=1)
        if snapshot.succeeded
        for part, record in enumerate(snapshot.assets, start=1)
    ]


def short_name(record: AssetRecord) -> str:
    """Return the name of an original in the library, short enough for a line; "" if it is only in memory."""
    if record.path is None:
        return ""
    stem = record.path.stem
    return f"{stem[:8]}…{record.path.suffix}" if len(stem) > 12 else record.path.name
