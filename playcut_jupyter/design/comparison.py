"""Generations side by side, with differing words and parameters marked. Pure functions of snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from playcut_jupyter.design.word_diff import changes
from playcut_jupyter.display import media_html, status
from playcut_jupyter.display.tables import table
from playcut_jupyter.jobs.snapshot import Snapshot

_MARK = "text-decoration:underline;font-weight:bold;"
_WIDTH_PX, _MIN_COLUMN_PX = 960, 160

_Segments = list[tuple[str, bool]]
"""Consecutive parts of a text, and whether each differs."""


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
        for snapshot, segments in zip(generations, _prompts(generations), strict=True)
    ]
    rows = differences(generations).items()
    return "\n".join([*lines, *(f"{name}: {' | '.join(map(_value_text, values))}" for name, values in rows)])


def html(generations: Sequence[Snapshot]) -> Markup:
    """Return the comparison as a table with a column for each generation."""
    width_px = max(_MIN_COLUMN_PX, _WIDTH_PX // max(1, len(generations)))
    rows: list[tuple[str, list[Markup]]] = [
        ("", [Markup("<b>{}</b> {}").format(title(snapshot), status.badge(snapshot)) for snapshot in generations]),
        ("", [media_html.assets(snapshot, width_px) for snapshot in generations]),
        ("prompt", list(map(_mark_differences, _prompts(generations)))),
    ]
    rows += [
        (name, [Markup.escape(_value_text(value)) for value in row]) for name, row in differences(generations).items()
    ]
    return table("playcut-compare", [(name, *cells) for name, cells in rows], row_headings=True, padding="4px 8px")


def _parameters(snapshot: Snapshot) -> dict[str, object]:
    first = snapshot.assets[0]
    size = f"{first.width} x {first.height}" if first.width else None
    length = f"{first.duration_s:.1f} s" if first.duration_s else None
    facts = {"size": size, "length": length, "credits (estimate)": snapshot.estimated_credits}
    known = {name: value for name, value in facts.items() if value is not None}
    return {"kind": snapshot.kind, **snapshot.other_inputs, **known}


def _value_text(value: object) -> str:
    return "none" if value is None else str(value)


def _prompts(generations: Sequence[Snapshot]) -> list[_Segments]:
    """Return each prompt in segments. The first prompt is compared with the second, every other with the first."""
    prompts = [snapshot.prompt for snapshot in generations]
    references = prompts[1:2] + prompts[:1] * len(prompts)
    return [list(_segments(reference, prompt)) for prompt, reference in zip(prompts, references, strict=False)]


def _segments(reference: str, prompt: str) -> Iterator[tuple[str, bool]]:
    position = 0
    for _, span in changes(reference, prompt):
        if span.start < span.stop:
            yield prompt[position : span.start], False
            yield prompt[span], True
            position = span.stop
    yield prompt[position:], False


def _mark_differences(segments: _Segments) -> Markup:
    return Markup("").join(
        Markup('<span class="playcut-differs" style="{}">{}</span>').format(_MARK, words)
        if differs
        else Markup.escape(words)
        for words, differs in segments
    )
