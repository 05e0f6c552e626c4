"""Generations side by side, with differing words and parameters marked. Pure functions of snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from markupsafe import Markup

from playcut_jupyter.design.word_diff import changes
from playcut_jupyter.display import media_html, status
from playcut_jupyter.display.tables import table
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.snapshot import Snapshot

_MARK = "text-decoration:underline;font-weight:bold;"
_WIDTH_PX, _MIN_COLUMN_PX = 960, 160

MAX_COMPARED = 8
"""The largest number of generations in a comparison."""

Segments: TypeAlias = list[tuple[str, bool]]
"""Consecutive parts of a text, and whether each differs."""


def check(generations: Sequence[Snapshot]) -> None:
    """Raise `InvalidInput` for fewer than two, more than `MAX_COMPARED`, or one that has no result."""
    if not 2 <= len(generations) <= MAX_COMPARED:
        raise InvalidInput(
            f"A comparison takes 2 to {MAX_COMPARED} generations, not {len(generations)}.",
            hint="Choose some of them: pc.compare(sweep[0], sweep[3]).",
        )
    for snapshot in generations:
        if not snapshot.succeeded or not snapshot.assets:
            name = f"Generation {snapshot.id}" if snapshot.id is not None else "A generation"
            raise InvalidInput(
                f"{name} has nothing to compare ({snapshot.state}).", hint="Wait for it or leave it out."
            )


def differences(generations: Sequence[Snapshot]) -> dict[str, tuple[object, ...]]:
    """Return the parameters that differ, without the prompt: name -> one value a generation, None if it has none."""
    parameters = [_parameters(snapshot) for snapshot in generations]
    names = dict.fromkeys(name for each in parameters for name in each)
    rows = {name: tuple(each.get(name) for each in parameters) for name in names}
    return {name: values for name, values in rows.items() if len({str(value) for value in values}) > 1}


def title(snapshot: Snapshot) -> str:
    """Return a generation's heading in a comparison."""
    number = f"#{snapshot.id} " if snapshot.id is not None else ""
    return f"{number}{snapshot.kind}{' ★ starred' if snapshot.starred else ''}"


def text(generations: Sequence[Snapshot]) -> str:
    """Return the comparison as lines of text, with differing words of a prompt in brackets."""
    lines = [
        f"{title(snapshot)}  {''.join(f'[{words}]' if differs else words for words, differs in segments)}"
        for snapshot, segments in zip(generations, prompts(generations), strict=True)
    ]
    rows = differences(generations).items()
    return "\n".join([*lines, *(f"{name}: {' | '.join(map(value_text, values))}" for name, values in rows)])


def html(generations: Sequence[Snapshot]) -> Markup:
    """Return the comparison as a table with a column for each generation."""
    width_px = max(_MIN_COLUMN_PX, _WIDTH_PX // max(1, len(generations)))
    rows: list[tuple[str, list[Markup]]] = [
        ("", [Markup("<b>{}</b> {}").format(title(snapshot), status.badge(snapshot)) for snapshot in generations]),
        ("", [media_html.assets(snapshot, width_px) for snapshot in generations]),
        ("prompt", list(map(_mark_differences, prompts(generations)))),
    ]
    rows += [
        (name, [Markup.escape(value_text(value)) for value in row]) for name, row in differences(generations).items()
    ]
    return table("playcut-compare", [(name, *cells) for name, cells in rows], row_headings=True, padding="4px 8px")


def _parameters(snapshot: Snapshot) -> dict[str, object]:
    first = snapshot.assets[0]
    size = f"{first.width} x {first.height}" if first.width else None
    length = f"{first.duration_s:.1f} s" if first.duration_s else None
    facts = {"size": size, "length": length, "credits (estimate)": snapshot.estimated_credits}
    known = {name: value for name, value in facts.items() if value is not None}
    return {"kind": snapshot.kind, **snapshot.other_inputs, **known}


def value_text(value: object) -> str:
    """Return the value of a parameter in a comparison."""
    return "none" if value is None else str(value)


def prompts(generations: Sequence[Snapshot]) -> list[Segments]:
    """Return each prompt in segments. The first prompt is compared with the second, every other with the first."""
    texts = [snapshot.prompt for snapshot in generations]
    references = texts[1:2] + texts[:1] * len(texts)
    return [list(_segments(reference, text)) for text, reference in zip(texts, references, strict=False)]


def _segments(reference: str, prompt: str) -> Iterator[tuple[str, bool]]:
    position = 0
    for _, span in changes(reference, prompt):
        if span.start < span.stop:
            yield prompt[position : span.start], False
            yield prompt[span], True
            position = span.stop
    yield prompt[position:], False


def _mark_differences(segments: Segments) -> Markup:
    return Markup("").join(
        Markup('<span class="playcut-differs" style="{}">{}</span>').format(_MARK, words)
        if differs
        else Markup.escape(words)
        for words, differs in segments
    )
