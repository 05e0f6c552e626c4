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
- An option with a list or tuple is an axis with the option's name; a list as a value is a `OneValue`, or goes
  into a list.
- NaN and infinity are no values, whichever library they are of; nor are None and an empty text in an option's axis.
- What is plainly another tool's grammar, or lacks a brace, is refused (`foreign_syntax`). What is put in for a name
  is not looked at, so a variable can hold such a text, and a prompt that is no template is not expanded at all.

Everything that can be wrong is found by `expand`, which raises `PromptError` and nothing else.
"""

from __future__ import annotations

import difflib
import keyword
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from numbers import Number

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.foreign_syntax import refuse
from playcut_jupyter.prompts.plan import MOST, Axis, Expansions, Pieces, Plan, short
from playcut_jupyter.prompts.template import Group, Name, Parts, doubtful, names, parse, place, spelled
from playcut_jupyter.prompts.values import check_option, is_axis, text_of


def expand(template: str, variables: Mapping[str, object], options: Mapping[str, object] | None = None) -> Plan:
    """Return the plan for a template.

    Args:
        template: the prompt as written.
        variables: what the names in it stand for.
        options: the inputs beside the prompt, by their API names; a list or tuple is an axis.

    Raises:
        PromptError: the template names something undefined or unfit, is another tool's, can give an empty prompt,
            is nested too deep, an axis has no values, or there are more generations than can be counted.
    """
    parts = parse(template)
    refuse(template)
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
        *(
            f"Note: {short(axis.name, 40)} has a {'value' if axis.option else 'text'} more than once; each is made."
            for axis in axes
            if axis.repeats
        ),
    )
    expansions = Expansions(pieces, axes, inputs, range(count))
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
    values: Mapping[str, str | Axis]
    shared: frozenset[str]
    axes: list[Axis] = field(default_factory=list)
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
            check_option(name, value)
            if is_axis(value):
                self._add(Axis(name, tuple(value), option=name))

    def _add(self, axis: Axis) -> int:
        name = axis.name
        while self.taken[name]:
            self.taken[axis.name] += 1
            name = f"{axis.name} ({self.taken[axis.name]})"
        self.taken[name] += 1
        self.axes.append(Axis(name, axis.values, axis.texts, axis.option))
        return len(self.axes) - 1

    def _number(self, axis: Axis) -> int:
        if axis.name not in self.numbers:
            self.numbers[axis.name] = self._add(axis)
        return self.numbers[axis.name]

    def _group(self, group: Group) -> int:
        number = self._add(Axis(group.source, ()))
        texts = tuple(state.pieces for state in self._held(self._through(group, _State(), group), group))
        values = tuple("".join(p if isinstance(p, str) else f"{{{self.axes[p].name}}}" for p in text) for text in texts)
        self.axes[number] = Axis(self.axes[number].name, values, texts)
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
        held = list(islice(states, MOST + 1))
        if len(held) > MOST:
            raise PromptError(
                f"The alternatives at {place(self.template, group.at)} come to more than {MOST:,}.",
                hint="Name the lists outside of the alternatives, or use fewer.",
            )
        return held


def _can_be_blank(piece: str | int, axes: Sequence[Axis]) -> bool:
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


def _values(template: str, parts: Parts, variables: Mapping[str, object]) -> dict[str, str | Axis]:
    """Return what each name stands for: a text, or an axis."""
    found: dict[str, str | Axis] = {}
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
            items = (text_of(item, f"Item {at} of {where}") for at, item in enumerate(value, start=1))
            found[name.name] = Axis(key, tuple(value), tuple((item,) for item in items))
        else:
            found[name.name] = text_of(value, where)
    return found


def _undefined(template: str, name: Name, variables: Mapping[str, object]) -> PromptError:
    escaped = f"write {{{{{name.name}}}}} for the text {{{name.name}}} itself."
    if keyword.iskeyword(name.name):
        return PromptError(
            f"{{{name.name}}} at {place(template, name.at)} can't be a variable: {name.name} is a word of Python.",
            hint=f"Name it differently, or {escaped}",
        )
    usable = [
        key
        for key, value in variables.items()
        if isinstance(key, str) and not key.startswith("_") and isinstance(value, (str, Number, list, tuple))
    ]
    near = difflib.get_close_matches(name.name, usable, n=1)
    suggestion = f"Did you mean {{{near[0]}}}? If not, define" if near else "Define"
    return PromptError(
        f"{{{name.name}}} at {place(template, name.at)} is not defined.",
        hint=f"{suggestion} {name.name}, or {escaped}",
    )
