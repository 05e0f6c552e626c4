"""Generations side by side, with the words and the parameters that differ marked. Pure: snapshots in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from playcut_jupyter.design.word_diff import changes
from playcut_jupyter.display import media_html, status
from playcut_jupyter.display.tables import table
from playcut_jupyter.jobs.snapshot import Snapshot

_MARK = "text-decoration:underline;font-weight:bold;"
_WIDTH_PX, _LEAST_PX = 960, 160

_Stretches = list[tuple[str, bool]]
"""Parts of a text, and whether each differs."""


def differences(generations: Sequence[Snapshot]) -> dict[str, tuple[object, ...]]:
    """Return the parameters that differ: name -> the value of each, None where it has none; not the prompt."""
    facts = [_parameters(state) for state in generations]
    names = dict.fromkeys(name for each in facts for name in each)
    rows = {name: tuple(each.get(name) for each in facts) for name in names}
    return {name: values for name, values in rows.items() if len({str(value) for value in values}) > 1}


def title(state: Snapshot) -> str:
    """Return how a generation is called among others."""
    number = f"#{state.id} " if state.id is not None else ""
    return f"{number}{state.kind}{' ★ starred' if state.starred else ''}"


def text(generations: Sequence[Snapshot]) -> str:
    """Return them as lines of text; what differs in a prompt stands in brackets."""
    lines = [
        f"{title(state)}  {''.join(f'[{words}]' if differs else words for words, differs in stretches)}"
        for state, stretches in zip(generations, _prompts(generations), strict=True)
    ]
    rows = differences(generations).items()
    return "\n".join([*lines, *(f"{name}: {' | '.join(map(_shown, values))}" for name, values in rows)])


def html(generations: Sequence[Snapshot]) -> Markup:
    """Return them as a table, a column each."""
    width = max(_LEAST_PX, _WIDTH_PX // max(1, len(generations)))
    rows: list[tuple[str, list[Markup]]] = [
        ("", [Markup("<b>{}</b> {}").format(title(state), status.badge(state)) for state in generations]),
        ("", [_pictures(state, width) for state in generations]),
        ("prompt", list(map(_marked, _prompts(generations)))),
    ]
    rows += [(name, [Markup.escape(_shown(value)) for value in row]) for name, row in differences(generations).items()]
    return table("playcut-compare", [(name, *cells) for name, cells in rows], row_headings=True, padding="4px 8px")


def _pictures(state: Snapshot, width: int) -> Markup:
    longest_px = min(width, state.preview_px)
    return Markup("").join(media_html.asset(asset, state.prompt, longest_px) for asset in state.assets)


def _parameters(state: Snapshot) -> dict[str, object]:
    first = state.assets[0]
    size = f"{first.width} x {first.height}" if first.width else None
    length = f"{first.duration_s:.1f} s" if first.duration_s else None
    facts = {"size": size, "length": length, "credits (estimate)": state.estimated_credits}
    known = {name: value for name, value in facts.items() if value is not None}
    return {"kind": state.kind, **state.other_inputs, **known}


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _prompts(generations: Sequence[Snapshot]) -> list[_Stretches]:
    """Return each prompt in stretches; the first is compared to the second, every other to the first."""
    prompts = [state.prompt for state in generations]
    others = prompts[1:2] + prompts[:1] * len(prompts)
    return [list(_against(other, prompt)) for prompt, other in zip(prompts, others, strict=False)]


def _against(other: str, prompt: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for _, span in changes(other, prompt):
        if span.start < span.stop:
            yield prompt[at : span.start], False
            yield prompt[span], True
            at = span.stop
    yield prompt[at:], False


def _marked(stretches: _Stretches) -> Markup:
    return Markup("").join(
        Markup('<span class="playcut-differs" style="{}">{}</span>').format(_MARK, words)
        if differs
        else Markup.escape(words)
        for words, differs in stretches
    )
