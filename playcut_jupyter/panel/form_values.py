"""What the fields of the form say, as the line and the prompt of a `%%playcut` cell. Pure: nothing is sent or read."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from playcut_jupyter.design import cell_source, planning
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.errors import PromptError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.prompts import foreign_syntax
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.syntax.cell_line import parse_cell_line
from playcut_jupyter.syntax.parsers import USUAL_VALUES
from playcut_jupyter.tools import KINDS


class Option(NamedTuple):
    """An option of a cell: how it is written there, its label in the form, the kinds it is for, documented values."""

    flag: str
    label: str
    kinds: tuple[str, ...]
    values: tuple[str, ...] = ()


OPTIONS: Mapping[str, Option] = {
    "aspect_ratio": Option("--aspect-ratio", "aspect ratio", ("image", "video"), USUAL_VALUES["aspect_ratio"]),
    "image_size": Option("--image-size", "size", ("image",), USUAL_VALUES["image_size"]),
    "resolution": Option("--resolution", "resolution", ("video",), USUAL_VALUES["resolution"]),
    "duration_seconds": Option("--duration", "seconds", ("video",), ("4", "8")),
    "voice": Option("--voice", "voice", ("speech",)),
}
"""By their names in Python."""


@dataclass(frozen=True)
class FormValues:
    """What the fields say.

    Attributes:
        kind: "image", "video" or "speech".
        prompt: the template, or the prompt itself if *literal*.
        options: by name, as typed; those of other kinds are ignored.
        count: how many of each.
        max_generations: the most that may be sent.
        fresh: generate again even if the library has it.
        literal: use the prompt literally: braces have no special meaning.
        session: id or title; "" for the connection's own.
        extra_inputs: any other inputs of the tool, `key=value`, one per line.
    """

    kind: str = "image"
    prompt: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    max_generations: int = MAX_GENERATIONS
    fresh: bool = False
    literal: bool = False
    session: str = ""
    extra_inputs: str = ""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Return the values that ask for the same as *snapshot* once more."""
        kind = snapshot.kind if snapshot.kind in KINDS else "image"
        names = {api_name: name for name, api_name in KINDS[kind].options.items()}
        options: dict[str, str] = {}
        extra_inputs = []
        for api_name, value in cell_source.other_inputs(snapshot).items():
            text = cell_source.option_text(value)
            if api_name in names and text is not None:
                options[names[api_name]] = text
            elif (word := cell_source.param(api_name, value)) is not None:
                extra_inputs.append(word)
        template = escape(snapshot.prompt)
        literal = _is_refused(template)  # it has what another tool would read, say
        prompt = snapshot.prompt if literal else template
        return cls(kind, prompt, options, literal=literal, extra_inputs="\n".join(extra_inputs))

    @property
    def line(self) -> str:
        """The line of the cell that asks for the same."""
        words = [self.kind]
        for name, option in OPTIONS.items():
            value = self.options.get(name, "").strip()
            if value and self.kind in option.kinds:
                words += [option.flag, value]
        words += ["--count", str(self.count)] if self.count > 1 else []
        words += ["--session", self.session.strip()] if self.session.strip() else []
        words += ["--fresh"] if self.fresh else []
        words += ["--literal"] if self.literal else []
        return shlex.join([*words, *self._extra_words])

    @property
    def _extra_words(self) -> list[str]:
        lines = filter(None, map(str.strip, self.extra_inputs.splitlines()))
        return [word for line in lines for word in ("--param", line)]

    def check_extra_inputs(self) -> None:
        """Raise what is wrong with the extra inputs by themselves."""
        line = parse_cell_line(shlex.join([self.kind, *self._extra_words]), _variables())
        planning.inputs_for(planning.tool_for(self.kind), line.inputs)

    def check_options(self) -> None:
        """Raise what is wrong with the line, whatever the prompt."""
        parse_cell_line(self.line, _variables())

    def request(self, resolve: Callable[[Mapping[str, object]], Mapping[str, object]] = dict) -> SweepRequest:
        """Return what is asked for.

        Args:
            resolve: puts the ids of earlier results into the options, which name them.

        Raises:
            InvalidInput, PromptError: it can't be understood; the errors of a cell.
        """
        variables = _variables()
        line = parse_cell_line(self.line, variables)
        return planning.plan_sweep(
            line.kind,
            self.prompt,
            variables,
            resolve(line.inputs),
            count=line.count,
            fresh=line.fresh,
            session=line.session,
            literal=line.literal,
            max_generations=self.max_generations,
        )


def _is_refused(template: str) -> bool:
    try:
        foreign_syntax.refuse(template)
    except PromptError:
        return True
    return False


def _variables() -> dict[str, object]:
    """Return the notebook's variables as they are now: a cell may be making new ones meanwhile."""
    return dict(planning.notebook_variables())
