"""What every living grid can do with its generations: star, open, save, export, compare, contact sheet, hide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from playcut_jupyter.design import comparison
from playcut_jupyter.display import naming, saving
from playcut_jupyter.display.contact_sheet import writer
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.export.writer import FORMATS, program
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.redaction import encodable
from playcut_jupyter.text import words_for_name
from playcut_jupyter.widgets import tile
from playcut_jupyter.widgets.tile import Item

Handler: TypeAlias = Callable[[Sequence[Item], Mapping[str, Any]], None]
"""Does what a button asks for with these generations; runs on a worker, and its errors are shown."""


class Grid(Protocol):
    """A living grid, as its actions see it."""

    @property
    def items(self) -> list[Item]:
        """The generations that it shows."""

    def snapshot_of(self, items: Sequence[Item]) -> SweepSnapshot:
        """Return some of them as displays take them."""

    def say(self, text: str) -> None:
        """Show one line."""

    def reply(self, message: Mapping[str, Any], contents: Sequence[bytes] = ()) -> None:
        """Send a message to the page."""


def built_in(grid: Grid) -> dict[str, Handler]:
    """Return the actions by their names. Those for several take all that the grid shows where none is named."""

    def star(items: Sequence[Item], message: Mapping[str, Any]) -> None:
        is_on = message.get("on") is not False
        for item in items:
            item.star(is_on)
        if len(items) == 1:
            grid.say(f"{tile.name_of(items[0].snapshot)} is {'starred' if is_on else 'no longer starred'}.")

    def hide(items: Sequence[Item], message: Mapping[str, Any]) -> None:
        is_on = message.get("on") is not False
        if not items:
            raise InvalidInput("Nothing is selected.", hint="Select what to hide: click its box, or press X.")
        for item in items:
            item.hide(is_on)
        grid.say(f"{'Hidden' if is_on else 'Shown again'}: {tile.names_of(items)}.")

    def open_(items: Sequence[Item], message: Mapping[str, Any]) -> None:
        for item in items[:1]:
            snapshot = item.snapshot
            parts, contents = tile.media_parts(snapshot)
            grid.reply(
                {
                    "type": "media",
                    "id": message["ids"][0],
                    "details": tile.details(snapshot),
                    "saveAs": _file_name(item) if snapshot.assets else "",
                    "parts": parts,
                },
                contents,
            )

    def save(items: Sequence[Item], message: Mapping[str, Any]) -> None:
        path = str(message.get("path") or "").strip()
        if not path:
            raise InvalidInput("There is no path to save it to.", hint="Write a file's name.")
        copies = saving.save([item.snapshot for item in items], path)
        grid.say(saving.saved_message([copy._replace(path=copy.path.resolve()) for copy in copies], path))

    def export(items: Sequence[Item], message: Mapping[str, Any]) -> None:
        sweep = grid.snapshot_of(items or grid.items)
        format_ = str(message.get("as") or "python")
        exported = sweep.succeeded or sweep.generations
        grid.reply(
            {
                "type": "text",
                "title": f"Export: {tile.names_of(items)}" if items else f"Export: all {len(exported)}",
                "text": encodable(program(exported, format_, sweep.axes)),
                "choice": {"label": "as", "value": format_, "options": list(FORMATS)},
                "again": {"do": "export", "ids": message["ids"]},
            }
        )

    def compare(items: Sequence[Item], _: Mapping[str, Any]) -> None:
        grid.reply(*_comparison([item.snapshot for item in items]))

    def sheet(items: Sequence[Item], _: Mapping[str, Any]) -> None:
        chosen = items or grid.items
        sweep = grid.snapshot_of(chosen)
        numbers = [item.id for item in chosen if item.id is not None]
        tally = ratings.tally_or_empty(chosen[0].library, numbers)
        grid.say(sheet_message(writer.write(sweep, tally, sheet_name(sweep))))

    return {
        "star": star,
        "hide": hide,
        "open": open_,
        "save": save,
        "export": export,
        "compare": compare,
        "sheet": sheet,
    }


def sheet_name(sweep: SweepSnapshot) -> str:
    """Return the name of a contact sheet: of a page if something plays.

    Raises:
        InvalidInput: there is nothing to show yet.
    """
    if not sweep.succeeded:
        raise InvalidInput("Nothing is done yet, so there is no contact sheet to write.")
    plays = any(record.kind != "image" for snapshot in sweep.succeeded for record in snapshot.assets)
    return "contact-sheet.html" if plays else "contact-sheet.pdf"


def sheet_message(path: Path) -> str:
    """Return the line that says where a contact sheet is."""
    return f"Contact sheet: {path.resolve()}"


def _comparison(snapshots: Sequence[Snapshot]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the comparison of generations for the page, and a picture of each."""
    comparison.check(snapshots)
    contents = []
    for snapshot in snapshots:
        record = tile.pictured(snapshot)
        contents.append(tile.small_picture(record, snapshot.preview_px) if record is not None else b"")
    columns = [
        {"title": comparison.title(snapshot), "prompt": [[encodable(words), differs] for words, differs in segments]}
        for snapshot, segments in zip(snapshots, comparison.prompts(snapshots), strict=True)
    ]
    rows = [
        [encodable(name), [encodable(comparison.value_text(value)) for value in values]]
        for name, values in comparison.differences(snapshots).items()
    ]
    return {"type": "compare", "columns": columns, "rows": rows}, contents


def _file_name(item: Item) -> str:
    """Return the name under which a generation is saved, if nothing else is asked for."""
    (record, name), *_ = naming.names_of([item.snapshot])
    number = f"-{item.id}" if item.id is not None else ""
    return f"{words_for_name(item.snapshot.prompt, name)}{number}{record.suffix}"
