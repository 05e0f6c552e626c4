"""Blind picking: what can be picked from, and the results for each value of each axis. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from markupsafe import Markup

from playcut_jupyter.display import bundles, media_html, text_html
from playcut_jupyter.display.tables import table
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.text import axis_heading, text_table

Pair: TypeAlias = tuple[int, int]
"""Two generations by their numbers in the library; in a choice, the winner comes first."""
_WINNER_PX = 240


def candidates(generations: Iterable[Snapshot]) -> dict[int, Snapshot]:
    """Return by number the finished generations that can be picked from; of those with the same file, the first.

    Raises:
        InvalidInput: there are fewer than two.
    """
    candidates_: dict[int, Snapshot] = {}
    files = set()
    for snapshot in generations:
        if snapshot.id is None or not snapshot.succeeded or not snapshot.assets:
            continue
        if snapshot.assets[0].sha256 not in files:
            files.add(snapshot.assets[0].sha256)
            candidates_[snapshot.id] = snapshot
    if len(candidates_) < 2:
        raise InvalidInput(
            f"Picking needs at least two different finished generations, and this sweep has {len(candidates_)}.",
            hint="Run a larger sweep, or retry what failed: `retry_failed()`.",
        )
    return candidates_


def values(candidates_: Mapping[int, Snapshot], axes: Mapping[str, Sequence[object]]) -> dict[int, dict[str, str]]:
    """Return by number the value of each candidate on each axis that varies, as text: a list can't be compared fast."""
    varied = [axis for axis, members in axes.items() if len(members) > 1]
    return {
        number: {axis: str(snapshot.labels[axis]) for axis in varied if axis in snapshot.labels}
        for number, snapshot in candidates_.items()
    }


def winner(generations: Iterable[Snapshot], rounds: Sequence[Pair]) -> Snapshot | None:
    """Return the generation with the largest share of wins; a tie goes to more rounds; None without a round."""
    won = Counter(number for number, _ in rounds)
    played = Counter(number for pair in rounds for number in pair)
    judged = [(snapshot, snapshot.id) for snapshot in generations if snapshot.id is not None and played[snapshot.id]]
    best = max(judged, key=lambda pair: (won[pair[1]] / played[pair[1]], played[pair[1]]), default=None)
    return best[0] if best is not None else None


def value_records(
    generations: Iterable[Snapshot], axes: Mapping[str, Sequence[object]], rounds: Sequence[Pair]
) -> list[dict[str, Any]]:
    """Return a row for each value of each axis: axis, value, won, rounds, share (0 to 1, None without a round).

    A round between two generations with the same value does not count for that axis.
    """
    labels = {snapshot.id: snapshot.labels for snapshot in generations}
    won: Counter[tuple[str, str]] = Counter()
    played: Counter[tuple[str, str]] = Counter()
    for pair in rounds:
        for axis in axes:
            better, worse = (str(labels[number].get(axis, "")) for number in pair)
            if better != worse:
                won[axis, better] += 1
                played.update([(axis, better), (axis, worse)])
    # Keys are texts, because a value may be unhashable (a list).
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
    generations: Sequence[Snapshot],
    axes: Mapping[str, Sequence[object]],
    rounds: Sequence[Pair],
    headline: str = "",
) -> bundles.Bundle:
    """Return the results as a MIME bundle: a table, and the winner; below a line that tells what is known better."""
    if not rounds:
        return bundles.message_bundle("Nothing has been picked yet: `sweep.pick()`.")
    rows = [("axis", "value", "won", "share")]
    for row in value_records(generations, axes, rounds):
        share = f"{row['share']:.0%}" if row["share"] is not None else "not judged"
        rows.append((axis_heading(row["axis"]), row["value"], f"{row['won']} of {row['rounds']}", share))
    best = winner(generations, rounds)
    summary = f"{len(rounds)} rounds" + (f"; most often picked: #{best.id}, {best.prompt}" if best else "")
    html = Markup("{}{}{}<div>{}</div>").format(
        Markup("<b>{}</b>").format(headline) if headline else "",
        table("playcut-picks", rows[1:], header=rows[0]),
        text_html.message(summary),
        media_html.assets(best, _WINNER_PX) if best else "",
    )
    return bundles.mime_bundle(html, "\n".join(filter(None, (headline, text_table(rows), summary))))
