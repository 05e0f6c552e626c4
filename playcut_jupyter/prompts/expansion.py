"""Turn a template, the variables it names and the options into the generations they stand for. Pure.

`template` has the grammar. Here is what it means. Whatever has several values is an axis, and the plan is
the product of the axes: in the order in which they appear, template first, then options, the last fastest.

- A text or a number is put in as it is. A list or tuple of them is an axis with the variable's name; named
  twice, it is still one axis.
- Alternatives are one axis, named by their own text; written twice, they are two (the second is called
  `a|b (2)`). Its values are what the alternatives come to: `{a red {fox|cat}|an owl}` has three, so nothing
  is made twice.
- Alternatives with a name, `{size=big|small}`, are one axis with that name, however often and wherever the template
  names it; it goes before a variable of the same name.
- A list or a named axis in an alternative varies there alone (`{a {animal}|an owl}` is one axis too), unless the
  template also names it outside or in other alternatives: then it is an axis of its own, with one value everywhere.
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
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from numbers import Number

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.foreign_syntax import refuse
from playcut_jupyter.prompts.plan import MOST, Axis, Expansions, Pieces, Plan, short
from playcut_jupyter.prompts.template import Group, Name, Parts, doubtful, named, names, parse, position, spelled
from playcut_jupyter.prompts.values import check_option, is_axis, text_of


def expand(template: str, variables: Mapping[str, object], options: Mapping[str, object] | None = None) -> Plan:
    """Return the plan for a template.

    Args:
        template: the prompt as written.
        variables: what the names in it stand for.
        options: the inputs beside the prompt, by their API names; a list or tuple is an axis.

    Raises:
        PromptError: the template names something undefined or unfit, gives one name to different alternatives, is
            another tool's, can give an empty prompt, is nested too deep, an axis has no values, or there are more
            generations than can be counted.
    """
    parts = parse(template)
    refuse(template)
    defined = _defined(template, parts)
    builder = _Builder(template, _values(template, parts, variables), defined, _shared(parts, defined))
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
    bound: Mapping[str, Pieces] = field(default_factory=dict)

    def plus(self, *pieces: str | int) -> _State:
        joined = list(self.pieces)
        for piece in pieces:
            if joined and isinstance(piece, str) and isinstance(last := joined[-1], str):
                joined[-1] = last + piece
            else:
                joined.append(piece)
        return _State(tuple(joined), self.bound)

    def binding(self, name: str, pieces: Pieces) -> _State:
        return _State(self.pieces, {**self.bound, name: pieces}).plus(*pieces)


@dataclass
class _Builder:
    """Collects the axes of a template, then of the options."""

    template: str
    values: Mapping[str, str | Axis]
    defined: Mapping[str, Group]
    shared: frozenset[str]
    axes: list[Axis] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)

    def template_axes(self, parts: Parts) -> Pieces:
        pieces: list[str | int] = []
        for part in parts:
            value = self._value(part)
            pieces.append(value if isinstance(value, str) else self._number(value))
        return tuple(pieces)

    def _value(self, part: str | Name | Group) -> str | Axis | Group:
        """Return what a part stands for: a text, a list, or alternatives."""
        if isinstance(part, str) or (isinstance(part, Group) and not part.name):
            return part
        defined = self.defined.get(spelled(part.name))
        return defined if defined is not None else self.values[part.name]

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

    def _number(self, value: Axis | Group) -> int:
        """Return the number of its axis; what has a name is one axis."""
        if isinstance(value, Group) and not value.name:
            return self._group(value)
        if value.name not in self.numbers:
            self.numbers[value.name] = self._group(value) if isinstance(value, Group) else self._add(value)
        return self.numbers[value.name]

    def _group(self, group: Group) -> int:
        number = self._add(Axis(group.name or group.source, ()))
        texts = tuple(state.pieces for state in self._held(self._choices(group, _State(), group), group))
        values = tuple("".join(p if isinstance(p, str) else f"{{{self.axes[p].name}}}" for p in text) for text in texts)
        self.axes[number] = Axis(self.axes[number].name, values, texts)
        return number

    def _through(self, part: str | Name | Group, state: _State, group: Group) -> Iterator[_State]:
        """Yield every way to go on through one part of the group."""
        value = self._value(part)
        if isinstance(value, str):
            yield state.plus(value)
        elif not value.name:
            yield from self._choices(value, state, group)
        elif spelled(value.name) in self.shared:
            yield state.plus(self._number(value))
        elif value.name in state.bound:
            yield state.plus(*state.bound[value.name])
        else:
            for choice in self._choices(value, _State(bound=state.bound), group):
                yield _State(state.pieces, choice.bound).binding(value.name, choice.pieces)

    def _choices(self, value: Axis | Group, state: _State, group: Group) -> Iterator[_State]:
        """Yield every way to go on with one value of a list or one of some alternatives."""
        if isinstance(value, Axis):
            for text in value.texts:
                yield state.plus(*text)
        else:
            for alternative in value.alternatives:
                yield from self._spread(alternative, state, group)

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
                f"The alternatives at {position(self.template, group.at)} expand to more than {MOST:,}.",
                hint="Name the lists outside of the alternatives, or use fewer.",
            )
        return held


def _can_be_blank(piece: str | int, axes: Sequence[Axis]) -> bool:
    """Tell whether some choice makes this piece white space; one choice an axis serves all pieces alike."""
    if isinstance(piece, str):
        return not piece.strip()
    return any(all(_can_be_blank(inner, axes) for inner in text) for text in axes[piece].texts)


def _defined(template: str, parts: Parts) -> dict[str, Group]:
    """Return the alternatives that have a name.

    Raises:
        PromptError: two with one name are not the same, or some contain themselves.
    """
    defined: dict[str, Group] = {}
    for group in named(parts):
        if isinstance(group, Group) and defined.setdefault(group.name, group).source != group.source:
            first, second = (position(template, each.at) for each in (defined[group.name], group))
            raise PromptError(
                f"The alternatives called {group.name} at {first} and at {second} are different.",
                hint=f"Write them once, and {{{group.name}}} for the same value elsewhere; or give them two names.",
            )
    contained = {
        name: {spelled(inner.name) for part in group.alternatives for inner in named(part)} & defined.keys()
        for name, group in defined.items()
    }
    try:
        TopologicalSorter(contained).prepare()
    except CycleError as error:
        name = error.args[1][0]
        raise PromptError(
            f"The alternatives called {name} at {position(template, defined[name].at)} contain themselves.",
            hint=f"Write {{{name}}} outside of them.",
        ) from None
    return defined


def _shared(parts: Parts, defined: Mapping[str, Group]) -> frozenset[str]:
    """Return the names that belong to no single group: those named outside of one, or in several."""
    homes: dict[str, set[int]] = {}
    for part in parts:
        if isinstance(part, Name) or (isinstance(part, Group) and part.name):
            homes.setdefault(spelled(part.name), set()).add(-1)
        if isinstance(part, Group):
            home = defined.get(part.name, part).at
            for inner in (found for alternative in part.alternatives for found in named(alternative)):
                homes.setdefault(spelled(inner.name), set()).add(home)
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
        where = f"{{{name.name}}} at {position(template, name.at)}"
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
            f"{{{name.name}}} at {position(template, name.at)} can't be a variable: {name.name} is a word of Python.",
            hint=f"Name it differently, or {escaped}",
        )
    usable = [
        key
        for key, value in variables.items()
        if isinstance(key, str) and not key.startswith("_") and isinstance(value, (str, Number, list, tuple))
    ]
    near = difflib.get_close_matches(name.name, usable, n=1)
    suggestion = f"Did you mean {{{near[0]}}}? If not, define" if near else "Define"
    if re.search(rf"\{{{name.name}[ \t]*=", template):
        suggestion = f"Alternatives have a bar: {{{name.name}=one|another}}. Write one, or define"
    return PromptError(
        f"{{{name.name}}} at {position(template, name.at)} is not defined.",
        hint=f"{suggestion} {name.name}, or {escaped}",
    )
