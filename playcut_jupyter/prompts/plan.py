"""A plan: the generations that a template stands for, lazily.

It knows its length, and makes any of its expansions when asked, so that a plan of millions costs nothing.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, overload

from playcut_jupyter.errors import PromptError

MOST = 10_000
"""Most values of one group of alternatives, and most expansions of a sample: both are held in memory."""

Pieces: TypeAlias = "tuple[str | int, ...]"
"""Text, and numbers of axes whose text belongs there."""


@dataclass(frozen=True)
class Expansion:
    """One intended generation.

    Attributes:
        prompt: the text, everything put in.
        inputs: the options, by their API names, with the values of this expansion.
        labels: the value of each axis, by name, in the order of the axes.

    """

    prompt: str
    inputs: Mapping[str, object]
    labels: Mapping[str, object]


class OneValue(list[object]):
    """A list that is one value of an option; any other list is an axis."""


@dataclass(frozen=True)
class Axis:
    """A name, its values, and the text of each value; an option has its API name instead of texts."""

    name: str
    values: tuple[object, ...]
    texts: tuple[Pieces, ...] = ()
    option: str | None = None

    @property
    def repeats(self) -> bool:
        """Whether two of its texts, or of an option's values, are the same."""
        shown = self.texts or [(type(value), short(value, sys.maxsize)) for value in self.values]
        return len(set(shown)) < len(self.values)


@dataclass(frozen=True)
class Expansions(Sequence[Expansion]):
    """The expansions at some places of a product, made when asked for."""

    pieces: Pieces
    axes: tuple[Axis, ...]
    inputs: Mapping[str, object]
    picks: Sequence[int]

    def __len__(self) -> int:
        return len(self.picks)

    @overload
    def __getitem__(self, index: int) -> Expansion: ...
    @overload
    def __getitem__(self, index: slice) -> Expansions: ...
    def __getitem__(self, index: int | slice) -> Expansion | Expansions:
        if isinstance(index, slice):
            return self.at(self.picks[index])
        digits = self._digits(self.picks[index])
        chosen = {axis.name: axis.values[digit] for axis, digit in zip(self.axes, digits, strict=True)}
        varied = {axis.option: chosen[axis.name] for axis in self.axes if axis.option is not None}
        return Expansion(
            prompt="".join(self._text(self.pieces, digits)),
            inputs={name: varied.get(name, value) for name, value in self.inputs.items()},
            labels=chosen,
        )

    def at(self, picks: Sequence[int]) -> Expansions:
        """Return those at other places of the same product."""
        return Expansions(self.pieces, self.axes, self.inputs, picks)

    def _digits(self, number: int) -> list[int]:
        digits = []
        for axis in reversed(self.axes):
            number, digit = divmod(number, len(axis.values))
            digits.append(digit)
        return digits[::-1]

    def _text(self, pieces: Pieces, digits: list[int]) -> Iterator[str]:
        for piece in pieces:
            if isinstance(piece, str):
                yield piece
            else:
                yield from self._text(self.axes[piece].texts[digits[piece]], digits)


@dataclass(frozen=True)
class Plan:
    """What a template stands for: `len(plan)` generations.

    Attributes:
        axes: the values of each axis, by name, in order.
        expansions: the generations, in order; a lazy sequence.
        notes: what the author may have meant differently, in sentences.

    """

    axes: Mapping[str, tuple[object, ...]]
    expansions: Expansions
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.expansions)

    def __iter__(self) -> Iterator[Expansion]:
        return iter(self.expansions)

    def __getitem__(self, index: int) -> Expansion:
        return self.expansions[index]

    def sample(self, n: int, seed: int | None = None) -> Plan:
        """Return the plan for `n` of its expansions (or all), in order; the same for the same seed.

        Raises:
            PromptError: `n` is less than 1, or too many to hold, or no whole number; or the seed is none.

        """
        for name, value in (("sample", n), ("sample_seed", 0 if seed is None else seed)):
            if not isinstance(value, int) or isinstance(value, bool):
                raise PromptError(f"{name} is a whole number, not {short(repr(value), 40)}.")
        if n < 1:
            raise PromptError(f"A sample of {n} is too small.", hint="Ask for at least 1.")
        if n >= len(self):
            return self
        if n > MOST:
            raise PromptError(f"A sample of {n:,} is too large.", hint=f"Ask for at most {MOST:,}.")
        return self.at(sorted(random.Random(seed).sample(range(len(self)), n)))  # noqa: S311 - nothing secret

    def at(self, indices: Sequence[int]) -> Plan:
        """Return the plan for some of its expansions."""
        picks = self.expansions.picks
        return Plan(self.axes, self.expansions.at(tuple(picks[i] for i in indices)), self.notes)

    @property
    def same_for_all(self) -> str:
        """The inputs that all generations have alike, as one line; "" if there are none."""
        varied = {axis.option for axis in self.expansions.axes}
        alike = ((name, value) for name, value in self.expansions.inputs.items() if name not in varied)
        return short(", ".join(f"{short(name, 40)} {short(value, 40)}" for name, value in alike), 200)

    def describe(self, first: int = 3) -> str:
        """Return the count, the axes and the first prompts, as plain lines."""
        total = math.prod(map(len, self.axes.values()))
        count = f"{len(self):,}" if len(self) == total else f"{len(self):,} of {total:,}"
        headline = f"{count} generation{'' if total == 1 else 's'}"
        axes = " x ".join(f"{short(name, 40)} ({len(values):,})" for name, values in self.axes.items())
        lines = [f"{headline}: {axes}" if axes else headline]
        options = [axis for axis in self.expansions.axes if axis.option is not None]
        for number, one in enumerate(islice(self, max(first, 0)), start=1):
            varied = ", ".join(f"{axis.option} {short(one.labels[axis.name], 40)}" for axis in options)
            lines.append(f"  {number}. {short(one.prompt, 100)}{f'  [{varied}]' if varied else ''}")
        if len(self) > first > 0:
            lines.append(f"  ... and {len(self) - first:,} more")
        return "\n".join((*lines, *self.notes))


def short(value: object, most: int) -> str:
    """Return a value as one printable line of at most so many characters."""
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - a stranger's object may raise anything, and this is only for show
        text = f"<{type(value).__name__}>"
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= most else f"{text[: most - 3]}..."
