"""Turn a template, the variables it names and the options into the generations they stand for. Pure.

`template` has the grammar. Here is what it means. Whatever has several values is an axis, and the plan is
the product of the axes: in the order in which they appear, template first, then options, the last fastest.

- A text or a number is put in as it is. A list or tuple of them is an axis with the variable's name; named
  twice, it is still one axis.
- Alternatives are one axis, named by their own text; written twice, they are two (the second is called
  `a|b (2)`). Its values are what the alternatives come to: `{a red {fox|cat}|an owl}` has three, so nothing
  is made twice.
- A list in an alternative varies there alone (`{a {animal}|an owl}` is one axis too), unless the template
  also names it outside or in other alternatives: then it is an axis of its own, with one value everywhere.
- An option with a list or tuple is an axis with the option's name; a list as a value goes into a list.

A plan is lazy: it knows its length, and makes any of its expansions when asked. Everything that can be wrong
is found by `expand`, which raises `PromptError` and nothing else.
"""

from __future__ import annotations

import difflib
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from numbers import Number
from typing import TYPE_CHECKING, TypeAlias, overload

from playcut_jupyter.errors import PromptError
from playcut_jupyter.template import Group, Name, doubtful, escape, names, names_in, parse, place, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playcut_jupyter.template import Parts

__all__ = ["Expansion", "Plan", "escape", "expand", "names_in"]

_MOST = 10_000
"""Most values of one group of alternatives, and most expansions of a sample: both are held in memory."""

_ACCEPTED = "a template takes text, a number, or a list or tuple of them"

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


@dataclass(frozen=True)
class _Axis:
    """A name, its values, and the text of each value; an option has its API name instead of texts."""

    name: str
    values: tuple[object, ...]
    texts: tuple[Pieces, ...] = ()
    option: str | None = None

    @property
    def repeats(self) -> bool:
        """Whether two of its texts are the same."""
        return len(set(self.texts)) < len(self.texts)


@dataclass(frozen=True)
class _Expansions(Sequence[Expansion]):
    """The expansions at some places of a product, made when asked for."""

    pieces: Pieces
    axes: tuple[_Axis, ...]
    inputs: Mapping[str, object]
    picks: Sequence[int]

    def __len__(self) -> int:
        return len(self.picks)

    @overload
    def __getitem__(self, index: int) -> Expansion: ...
    @overload
    def __getitem__(self, index: slice) -> _Expansions: ...
    def __getitem__(self, index: int | slice) -> Expansion | _Expansions:
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

    def at(self, picks: Sequence[int]) -> _Expansions:
        """Return those at other places of the same product."""
        return _Expansions(self.pieces, self.axes, self.inputs, picks)

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
    expansions: _Expansions
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
                raise PromptError(f"{name} is a whole number, not {_short(repr(value), 40)}.")
        if n < 1:
            raise PromptError(f"A sample of {n} is nothing.", hint="Ask for at least 1.")
        if n >= len(self):
            return self
        if n > _MOST:
            raise PromptError(f"A sample of {n:,} is too large.", hint=f"Ask for at most {_MOST:,}.")
        picks = self.expansions.picks
        chosen = random.Random(seed).sample(range(len(picks)), n)  # noqa: S311 - nothing secret
        return Plan(self.axes, self.expansions.at(tuple(picks[i] for i in sorted(chosen))), self.notes)

    def describe(self, first: int = 3) -> str:
        """Return the count, the axes and the first prompts, as plain lines."""
        total = math.prod(map(len, self.axes.values()))
        count = f"{len(self):,}" if len(self) == total else f"{len(self):,} of {total:,}"
        headline = f"{count} generation{'' if total == 1 else 's'}"
        axes = " x ".join(f"{_short(name, 40)} ({len(values):,})" for name, values in self.axes.items())
        lines = [f"{headline}: {axes}" if axes else headline]
        options = [axis for axis in self.expansions.axes if axis.option is not None]
        for number, one in enumerate(islice(self, max(first, 0)), start=1):
            varied = ", ".join(f"{axis.option} {_short(one.labels[axis.name], 40)}" for axis in options)
            lines.append(f"  {number}. {_short(one.prompt, 100)}{f'  [{varied}]' if varied else ''}")
        if len(self) > first > 0:
            lines.append(f"  ... and {len(self) - first:,} more")
        return "\n".join((*lines, *self.notes))


def expand(template: str, variables: Mapping[str, object], options: Mapping[str, object] | None = None) -> Plan:
    """Return the plan for a template.

    Args:
        template: the prompt as written.
        variables: what the names in it stand for.
        options: the inputs beside the prompt, by their API names; a list or tuple is an axis.

    Raises:
        PromptError: the template names something undefined or unfit, can give an empty prompt, is nested too
            deep, an axis has no values, or there are more generations than can be counted.

    """
    parts = parse(template)
    builder = _Builder(template, _values(template, parts, variables), _shared(parts))
    pieces = builder.template_axes(parts)
    inputs = dict(options or {})
    builder.option_axes(inputs)
    axes = tuple(builder.axes)
    if all(_can_be_blank(piece, axes) for piece in dict.fromkeys(pieces)):
        when = (
            "would be empty for some of the values" if any(isinstance(piece, int) for piece in pieces) else "is empty"
        )
        raise PromptError(f"The prompt {when}.", hint="Write what to generate.")
    count = math.prod(len(axis.values) for axis in axes)
    if count > sys.maxsize:
        raise PromptError(f"{len(axes)} axes make more generations than can be counted.", hint="Use fewer axes.")
    notes = (
        *(f"Note: {group} is kept as text; alternatives begin right after the brace." for group in doubtful(template)),
        *(f"Note: {_short(axis.name, 40)} has a text more than once; each is made." for axis in axes if axis.repeats),
    )
    expansions = _Expansions(pieces, axes, inputs, range(count))
    return Plan({axis.name: axis.values for axis in axes}, expansions, notes)


@dataclass(frozen=True)
class _State:
    """One way, so far, to go through an alternative: its pieces, and the list items it uses."""

    pieces: Pieces = ()
    bound: Mapping[str, str] = field(default_factory=dict)

    def plus(self, piece: str | int) -> _State:
        if self.pieces and isinstance(piece, str) and isinstance(last := self.pieces[-1], str):
            return _State((*self.pieces[:-1], last + piece), self.bound)
        return _State((*self.pieces, piece), self.bound)

    def using(self, name: str, text: str) -> _State:
        return _State(self.pieces, {**self.bound, name: text}).plus(text)


@dataclass
class _Builder:
    """Collects the axes of a template, then of the options."""

    template: str
    values: Mapping[str, str | _Axis]
    shared: frozenset[str]
    axes: list[_Axis] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)

    def template_axes(self, parts: Parts) -> Pieces:
        pieces: list[str | int] = []
        for part in parts:
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, Name):
                value = self.values[part.name]
                pieces.append(value if isinstance(value, str) else self._number(value))
            else:
                pieces.append(self._group(part))
        return tuple(pieces)

    def option_axes(self, options: Mapping[str, object]) -> None:
        for name, value in options.items():
            if not isinstance(value, (list, tuple)):
                continue
            if not value:
                raise PromptError(f"The option {name} is an empty {type(value).__name__}.", hint="Give it a value.")
            self._add(_Axis(name, tuple(value), option=name))

    def _add(self, axis: _Axis) -> int:
        name = axis.name
        while self.taken[name]:
            self.taken[axis.name] += 1
            name = f"{axis.name} ({self.taken[axis.name]})"
        self.taken[name] += 1
        self.axes.append(_Axis(name, axis.values, axis.texts, axis.option))
        return len(self.axes) - 1

    def _number(self, axis: _Axis) -> int:
        if axis.name not in self.numbers:
            self.numbers[axis.name] = self._add(axis)
        return self.numbers[axis.name]

    def _group(self, group: Group) -> int:
        number = self._add(_Axis(group.source, ()))
        texts = tuple(state.pieces for state in self._held(self._through(group, _State(), group), group))
        values = tuple("".join(p if isinstance(p, str) else f"{{{self.axes[p].name}}}" for p in text) for text in texts)
        self.axes[number] = _Axis(self.axes[number].name, values, texts)
        return number

    def _through(self, part: str | Name | Group, state: _State, group: Group) -> Iterator[_State]:
        """Yield every way to go on through one part of the group."""
        if isinstance(part, str):
            yield state.plus(part)
        elif isinstance(part, Group):
            for alternative in part.alternatives:
                yield from self._spread(alternative, state, group)
        elif isinstance(value := self.values[part.name], str):
            yield state.plus(value)
        elif spelled(value.name) in self.shared:
            yield state.plus(self._number(value))
        elif value.name in state.bound:
            yield state.plus(state.bound[value.name])
        else:
            for (text,) in value.texts:
                yield state.using(value.name, str(text))

    def _spread(self, parts: Parts, state: _State, group: Group) -> list[_State]:
        """Return every way through an alternative, the last part varying fastest."""
        states = [state]
        for part in parts:
            states = self._held((new for old in states for new in self._through(part, old, group)), group)
        return states

    def _held(self, states: Iterable[_State], group: Group) -> list[_State]:
        held = list(islice(states, _MOST + 1))
        if len(held) > _MOST:
            raise PromptError(
                f"The alternatives at {place(self.template, group.at)} come to more than {_MOST:,}.",
                hint="Name the lists outside of the alternatives, or use fewer.",
            )
        return held


def _can_be_blank(piece: str | int, axes: Sequence[_Axis]) -> bool:
    """Tell whether some choice makes this piece white space; one choice an axis serves all pieces alike."""
    if isinstance(piece, str):
        return not piece.strip()
    return any(all(_can_be_blank(inner, axes) for inner in text) for text in axes[piece].texts)


def _shared(parts: Parts) -> frozenset[str]:
    """Return the names that belong to no single group: those named outside of one, or in several."""
    homes: dict[str, set[int]] = {}
    for part in parts:
        if not isinstance(part, str):
            for name in names((part,)):
                homes.setdefault(spelled(name.name), set()).add(part.at if isinstance(part, Group) else -1)
    return frozenset(name for name, where in homes.items() if where != {max(where)} or where == {-1})


def _values(template: str, parts: Parts, variables: Mapping[str, object]) -> dict[str, str | _Axis]:
    """Return what each name stands for: a text, or an axis."""
    found: dict[str, str | _Axis] = {}
    for name in names(parts):
        if name.name in found:
            continue
        key = name.name if name.name in variables else spelled(name.name)
        if key not in variables:
            raise _undefined(template, name, variables)
        value = variables[key]
        where = f"{{{name.name}}} at {place(template, name.at)}"
        if isinstance(value, (list, tuple)):
            if not value:
                raise PromptError(f"{where} is an empty {type(value).__name__}.", hint="Give it at least one value.")
            items = (_text(item, f"Item {at} of {where}") for at, item in enumerate(value, start=1))
            found[name.name] = _Axis(key, tuple(value), tuple((item,) for item in items))
        else:
            found[name.name] = _text(value, where)
    return found


def _text(value: object, where: str) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    kind = type(value).__name__
    if not isinstance(value, Number):
        iterable = isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, Mapping))
        hint = f"Make it a list: list(...) takes a {kind}." if iterable else None
        raise PromptError(f"{where} is a {kind}; {_ACCEPTED}.", hint=hint)
    try:
        return str(value)
    except Exception as error:  # a stranger's number may raise anything
        raise PromptError(f"{where} is a {kind} that can't be written as text ({type(error).__name__}).") from error


def _undefined(template: str, name: Name, variables: Mapping[str, object]) -> PromptError:
    usable = [
        key
        for key, value in variables.items()
        if isinstance(key, str) and not key.startswith("_") and isinstance(value, (str, Number, list, tuple))
    ]
    near = difflib.get_close_matches(name.name, usable, n=1)
    suggestion = f"Did you mean {{{near[0]}}}? If not, define" if near else "Define"
    return PromptError(
        f"{{{name.name}}} at {place(template, name.at)} is not defined.",
        hint=f"{suggestion} {name.name}, or write {{{{{name.name}}}}} for the text {{{name.name}}} itself.",
    )


def _short(value: object, most: int) -> str:
    """Return a value as one printable line of at most so many characters."""
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - a stranger's object may raise anything, and this is only for show
        text = f"<{type(value).__name__}>"
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= most else f"{text[: most - 3]}..."
