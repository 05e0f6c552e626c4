"""Blind picking: which two are shown next, and what the choices say of each value of each axis. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from markupsafe import Markup

from playcut_jupyter.display import bundles, media_html, text_html
from playcut_jupyter.display.tables import table
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.text import text_table

Pair: TypeAlias = tuple[int, int]
"""Two numbers of the library; of a choice, the winner first."""
_WINNER_PX = 240


def candidates(generations: Iterable[Snapshot]) -> dict[int, Snapshot]:
    """Return by number what can be picked from: all that is in the library, the same file only once.

    Raises:
        InvalidInput: there are fewer than two.
    """
    found: dict[int, Snapshot] = {}
    files = set()
    for state in generations:
        if state.id is None or not state.succeeded or not state.assets:
            continue
        if state.assets[0].sha256 not in files:
            files.add(state.assets[0].sha256)
            found[state.id] = state
    if len(found) < 2:
        raise InvalidInput(
            f"Picking takes at least two finished generations that differ; here there are {len(found)}.",
            hint="Make a sweep first, or `retry_failed()` what failed.",
        )
    return found


def next_pair(numbers: Collection[int], shown: Sequence[Pair]) -> Pair | None:
    """Return the two to show next: those that were seen least, in random places; None once all pairs were shown.

    The same for the same choices so far, so that a view made anew goes on where the last one was.
    """
    done = {frozenset(pair) for pair in shown}
    open_pairs = [pair for pair in combinations(sorted(numbers), 2) if frozenset(pair) not in done]
    if not open_pairs:
        return None
    seen = Counter(number for pair in shown for number in pair)
    least = min(seen[a] + seen[b] for a, b in open_pairs)
    chance = random.Random(f"{sorted(numbers)}{len(shown)}")  # noqa: S311 - nothing secret
    first, second = chance.choice([(a, b) for a, b in open_pairs if seen[a] + seen[b] == least])
    return (first, second) if chance.random() < 0.5 else (second, first)


def winner(generations: Iterable[Snapshot], rounds: Sequence[Pair]) -> Snapshot | None:
    """Return the one with the largest share of wins; of several, that with more rounds; None before the first."""
    won = Counter(number for number, _ in rounds)
    played = Counter(number for pair in rounds for number in pair)
    judged = [(state, state.id) for state in generations if state.id is not None and played[state.id]]
    best = max(judged, key=lambda one: (won[one[1]] / played[one[1]], played[one[1]]), default=None)
    return best[0] if best is not None else None


def value_records(
    generations: Iterable[Snapshot], axes: Mapping[str, Sequence[object]], rounds: Sequence[Pair]
) -> list[dict[str, Any]]:
    """Return a row for each value of each axis: axis, value, won, rounds, share (0 to 1, None without a round).

    A round between two of the same value says nothing of it and is left out.
    """
    labels = {state.id: state.labels for state in generations}
    won: Counter[tuple[str, str]] = Counter()
    played: Counter[tuple[str, str]] = Counter()
    for pair in rounds:
        for axis in axes:
            better, worse = (str(labels[number].get(axis, "")) for number in pair)
            if better != worse:
                won[axis, better] += 1
                played.update([(axis, better), (axis, worse)])
    # By their text: a list or a dictionary is no key.
    keys = [(axis, text) for axis, values in axes.items() for text in dict.fromkeys(map(str, values))]
    return [
        {
            "axis": axis,
            "value": value,
            "won": won[axis, value],
            "rounds": played[axis, value],
            "share": round(won[axis, value] / played[axis, value], 3) if played[axis, value] else None,
        }
        for axis, value in keys
    ]


def bundle(
    generations: Sequence[Snapshot], axes: Mapping[str, Sequence[object]], rounds: Sequence[Pair]
) -> bundles.Bundle:
    """Return what the choices say as a MIME bundle: a table, and the winner."""
    if not rounds:
        return bundles.message_bundle("Nothing has been picked yet: `sweep.pick()`.")
    rows = [("axis", "value", "won", "share")]
    for row in value_records(generations, axes, rounds):
        share = f"{row['share']:.0%}" if row["share"] is not None else "not judged"
        rows.append((row["axis"], row["value"], f"{row['won']} of {row['rounds']}", share))
    best = winner(generations, rounds)
    summary = f"{len(rounds)} rounds" + (f"; most often picked: #{best.id}, {best.prompt}" if best else "")
    html = Markup("{}{}<div>{}</div>").format(
        table("playcut-picks", rows[1:], header=rows[0]), text_html.message(summary), _picture(best) if best else ""
    )
    return bundles.mime_bundle(html, f"{text_table(rows)}\n{summary}")


def _picture(state: Snapshot) -> Markup:
    longest_px = min(_WINNER_PX, state.preview_px)
    return Markup("").join(media_html.asset(asset, state.prompt, longest_px) for asset in state.assets)
