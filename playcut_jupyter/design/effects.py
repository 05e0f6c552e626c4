"""Which values of a sweep's axes matter, from blind picks and stars: as data, as a table with bars, and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from playcut_jupyter.design.picking import Pair
from playcut_jupyter.design.preference_model import PRIOR_VARIANCE, Z_90, Comparison, Key, Strength, fit
from playcut_jupyter.display import bundles, text_html
from playcut_jupyter.display.tables import table
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.text import axis_heading, text_table, truncate

STAR_WEIGHT = 0.5
"""How much a star counts, in rounds: one that was won against the average of what has none."""
_NARROW = 1.0
"""Half of an interval that is narrow enough to say that differences are small, log-odds."""
_BAR_PX, _BAR_CHARACTERS = 170, 25
_CHARACTERS = {"interval": "─", "strength": "●", "zero": "│", "": " "}
_STYLES = {
    "interval": ("border:1px solid rgba(128,128,128,0.9);", 2),
    "strength": ("border:4px solid;", 8),
    "zero": ("height:12px;border:1px solid rgba(128,128,128,0.5);", 2),
    "": ("", 0),
}
"""How a part of a bar is drawn, and how much of its width is border; untrusted notebooks lose `background`."""
_HEADER = ("axis", "value", "strength", "90 % interval", "", "rounds")
_LEGEND = (
    "Strength is the log-odds of winning against the average value of the axis: +1 wins 73 % of the rounds, 0 half. "
    "An interval that holds 0 can't tell."
)


@dataclass(frozen=True)
class Effect:
    """How much one value of one axis is preferred.

    Attributes:
        axis: the axis's name.
        value: the value, as text.
        strength: log-odds of winning against the average value of the axis; 0 if it was never judged.
        low, high: the 90 % interval of the strength.
        rounds: the blind rounds in which it met another value of the axis.
    """

    axis: str
    value: str
    strength: float
    low: float
    high: float
    rounds: int

    @property
    def is_clear(self) -> bool:
        """True if its interval does not hold 0."""
        return self.low > 0 or self.high < 0


def effects(
    generations: Iterable[Snapshot],
    axes: Mapping[str, Sequence[object]],
    rounds: Sequence[Pair],
    starred: Collection[int] = (),
) -> list[Effect]:
    """Return the effect of each value of each axis with several values.

    Args:
        generations: the generations of a sweep.
        axes: its axes.
        rounds: the blind rounds, as (winner, loser).
        starred: the numbers of those with a star.
    """
    # Keys are texts, because a value may be unhashable (a list).
    values = {axis: list(dict.fromkeys(map(str, members))) for axis, members in axes.items()}
    varied = [axis for axis, members in values.items() if len(members) > 1]
    labels = {
        snapshot.id: [(axis, str(snapshot.labels[axis])) for axis in varied if axis in snapshot.labels]
        for snapshot in generations
        if snapshot.id is not None
    }
    played: Counter[Key] = Counter()
    comparisons = [Comparison(_difference([labels[winner]], [labels[loser]])) for winner, loser in rounds]
    for comparison in comparisons:
        played.update(comparison.difference.keys())
    plain = [keys for number, keys in labels.items() if number not in starred]
    if plain:
        comparisons += [
            Comparison(_difference([keys], plain), STAR_WEIGHT) for number, keys in labels.items() if number in starred
        ]
    strengths = fit(comparisons)
    half = Z_90 * PRIOR_VARIANCE**0.5
    found = []
    for key in ((axis, value) for axis in varied for value in values[axis]):
        strength = strengths.get(key, Strength(0.0, -half, half))
        mean, low, high = (round(x, 4) + 0.0 for x in (strength.mean, strength.low, strength.high))  # no -0.0
        found.append(Effect(*key, mean, low, high, played[key]))
    return found


def _difference(better: Sequence[Sequence[Key]], worse: Sequence[Sequence[Key]]) -> dict[Key, float]:
    """Return the share of each value among *better*, less that among *worse*."""
    shares: Counter[Key] = Counter()
    for sign, group in ((1, better), (-1, worse)):
        for key in (key for keys in group for key in keys):
            shares[key] += sign / len(group)  # type: ignore[assignment]  # a Counter takes any number
    return {key: share for key, share in shares.items() if abs(share) > 1e-12}


def verdict(found: Sequence[Effect], rounds: int, stars: int) -> str:
    """Say in words what can be told, and what can't."""
    if not found:
        return "No axis of this sweep has several values, so there is nothing to tell apart."
    if not rounds and not stars:
        return "Nothing has been judged yet: `sweep.pick()`, or star the good ones."
    judged = " and ".join(_counted(number, word) for number, word in ((rounds, "round"), (stars, "star")) if number)
    clear = [effect for effect in found if effect.is_clear]
    if not clear and max(effect.high - effect.low for effect in found) < 2 * _NARROW:
        return f"{judged}: no value stands out; the differences are small."
    if not clear:
        return f"{judged}: too few to tell which values matter. `sweep.pick()` adds rounds."
    ordered = sorted(clear, key=lambda effect: -effect.strength)
    names = {
        won: ", ".join(f"{truncate(effect.value, 40)} ({axis_heading(effect.axis)})" for effect in group)
        for won, group in groupby(ordered, key=lambda effect: effect.strength > 0)
    }
    told = [f"{word} {names[won]}" for won, word in ((True, "preferred"), (False, "disliked")) if won in names]
    rest = "" if len(clear) == len(found) else " The other values can't be told apart yet."
    return f"{judged}: {'; '.join(told)}.{rest}"


def _signed(number: float) -> str:
    return f"{round(number, 1) + 0.0:+.1f}"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def bundle(found: Sequence[Effect], rounds: int, stars: int) -> bundles.Bundle:
    """Return the effects as a MIME bundle: a table with bars, and what can be told."""
    summary = verdict(found, rounds, stars)
    if not found or not (rounds or stars):
        return bundles.message_bundle(summary)
    reach = max(1.0, *(abs(end) for effect in found for end in (effect.low, effect.high)))
    html_rows, text_rows = [], [_HEADER]
    for effect in found:
        facts = (
            axis_heading(effect.axis),
            truncate(effect.value, 60),
            _signed(effect.strength),
            f"{_signed(effect.low)} to {_signed(effect.high)}",
        )
        text_rows.append((*facts, _text_bar(effect, reach), str(effect.rounds)))
        html_rows.append((*facts, _html_bar(effect, reach), str(effect.rounds)))
    html = Markup("{}{}{}").format(
        table("playcut-effects", html_rows, header=_HEADER, padding="4px 8px"),
        text_html.message(summary),
        Markup('<div style="font-size:0.85em;opacity:0.8;">{}</div>').format(_LEGEND),
    )
    return bundles.mime_bundle(html, f"{text_table(text_rows)}\n{summary}\n{_LEGEND}")


def _runs(effect: Effect, reach: float, cells: int, *, dot: int = 1, line: int = 1) -> Iterator[tuple[str, int]]:
    """Yield the parts of a bar from left to right, and how many cells each takes.

    Args:
        effect: what the bar shows.
        reach: the strength at its right end.
        cells: its length.
        dot: the length of the dot that marks the strength.
        line: the length of the line that marks 0.
    """

    def at(x: float, length: int = 1) -> int:
        return max(0, min(cells - length, round((x / reach + 1) / 2 * (cells - 1)) - length // 2))

    parts = [""] * cells
    low, high = at(effect.low), at(effect.high)
    parts[low : high + 1] = ["interval"] * (high + 1 - low)
    zero, strength = at(0, line), at(effect.strength, dot)
    parts[zero : zero + line] = ["zero"] * line
    parts[strength : strength + dot] = ["strength"] * dot
    for part, group in groupby(parts):
        yield part, len(list(group))


def _text_bar(effect: Effect, reach: float) -> str:
    return "".join(_CHARACTERS[part] * length for part, length in _runs(effect, reach, _BAR_CHARACTERS))


def _html_bar(effect: Effect, reach: float) -> Markup:
    pieces = Markup("").join(
        Markup('<span style="display:inline-block;vertical-align:middle;{}width:{}px;"></span>').format(
            style, max(0, length - border)
        )
        for part, length in _runs(effect, reach, _BAR_PX, dot=8, line=2)
        for style, border in [_STYLES[part]]
    )
    return Markup('<div style="white-space:nowrap;font-size:0;min-width:{}px;">{}</div>').format(_BAR_PX, pieces)
