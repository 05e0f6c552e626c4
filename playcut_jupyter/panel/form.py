"""What the fields of the panel say, as the line and the prompt of a `%%playcut` cell. Pure: nothing is sent or read."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from playcut_jupyter.design import planning
from playcut_jupyter.panel import cell_source
from playcut_jupyter.prompts.plan import Plan
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.syntax import cell_line
from playcut_jupyter.syntax.parsers import USUAL_VALUES
from playcut_jupyter.tools import KINDS


class Option(NamedTuple):
    """An option of a cell: its name in Python, its label, the kinds it is for, documented values."""

    name: str
    label: str
    kinds: tuple[str, ...]
    values: tuple[str, ...] = ()


OPTIONS: Mapping[str, Option] = {
    "-a": Option("aspect_ratio", "aspect ratio", ("image", "video"), USUAL_VALUES["aspect_ratio"]),
    "-s": Option("image_size", "size", ("image",), USUAL_VALUES["image_size"]),
    "-r": Option("resolution", "resolution", ("video",), USUAL_VALUES["resolution"]),
    "-d": Option("duration_seconds", "seconds", ("video",), ("4", "8")),
    "-v": Option("voice", "voice", ("speech",)),
}


@dataclass(frozen=True)
class Asked:
    """What is to be made: all of it settled when the button was pressed."""

    line: cell_line.Line
    plan: Plan
    most: int

    @property
    def total(self) -> int:
        """How many generations it makes."""
        return len(self.plan) * self.line.count


@dataclass(frozen=True)
class Form:
    """What the fields say. Options are by their flags, as typed; those of other kinds count for nothing."""

    kind: str = "image"
    prompt: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    most: int = 16
    fresh: bool = False
    session: str = ""
    extra: str = ""

    @property
    def line(self) -> str:
        """The line of the cell that asks for the same."""
        words = [self.kind]
        for flag, option in OPTIONS.items():
            value = self.options.get(flag, "").strip()
            if value and self.kind in option.kinds:
                words += [flag, value]
        words += ["-n", str(self.count)] if self.count > 1 else []
        words += ["--session", self.session.strip()] if self.session.strip() else []
        words += ["--fresh"] if self.fresh else []
        return shlex.join([*words, *self._extra_words])

    @property
    def _extra_words(self) -> list[str]:
        lines = filter(None, map(str.strip, self.extra.splitlines()))
        return [word for line in lines for word in ("-p", line)]

    def check_extra(self) -> None:
        """Raise what is wrong with the extra inputs by themselves."""
        line = cell_line.parse_cell_line(shlex.join([self.kind, *self._extra_words]), _variables())
        planning.inputs_for(planning.tool_for(self.kind), line.inputs)

    def check_options(self) -> None:
        """Raise what is wrong with the line, whatever the prompt."""
        cell_line.parse_cell_line(self.line, _variables())

    def asked(self) -> Asked:
        """Return what is asked for.

        Raises:
            InvalidInput, PromptError: it can't be understood; the words of the cell's errors.
        """
        variables = _variables()
        line = cell_line.parse_cell_line(self.line, variables)
        plan = planning.plan(line.kind, self.prompt, variables, line.inputs)
        return Asked(line, plan, self.most)


def _variables() -> dict[str, object]:
    """Return the notebook's variables as they are now: a cell may be making new ones meanwhile."""
    return dict(planning.notebook_variables())


def like(run: Generation) -> Form:
    """Return the form that asks for the same as *run* once more."""
    kind = run.kind if run.kind in KINDS else "image"
    flags = {api_name: flag for flag, option in OPTIONS.items() for api_name in _api_names(kind, option.name)}
    options: dict[str, str] = {}
    extra = []
    for name, value in cell_source.other_inputs(run).items():
        typed = cell_source.plain(value)
        if name in flags and typed is not None:
            options[flags[name]] = typed
        elif (word := cell_source.param(name, value)) is not None:
            extra.append(word)
    return Form(kind, escape(run.prompt), options, extra="\n".join(extra))


def _api_names(kind: str, option: str) -> list[str]:
    found: Any = KINDS[kind].options.get(option)
    return [found] if found else []
