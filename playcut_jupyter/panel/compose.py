"""The form: it writes the line and the prompt of a `%%playcut` cell, and says what they come to while one types."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from playcut_jupyter import arguments, render
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.planning import notebook_variables
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.prompts import Plan

_FIELDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "-a": ("aspect ratio", "image video", ("16:9", "1:1", "9:16", "4:3", "3:4")),
    "-s": ("size", "image", ("1K", "2K", "4K")),
    "-r": ("resolution", "video", ("480p", "720p", "1080p")),
    "-d": ("seconds", "video", ("4", "8")),
    "-v": ("voice", "speech", ()),
}
"""Option of a cell -> its label, the kinds it is for, documented values; any other may be typed."""
_NARROW = {"width": "180px"}


class Compose(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What to make.

    Args:
        playcut: gives the connection.
        generate: called when the button is pressed.
        list_voices: called when speech is first chosen; it is to fill in `voices` in its own time.
        hear: called with a voice's id when its sample is asked for; it is to fill in `sample`.
    """

    def __init__(
        self,
        playcut: Callable[[], Playcut],
        generate: Callable[[], None],
        list_voices: Callable[[], None],
        hear: Callable[[str], None],
    ) -> None:
        self._playcut, self._list_voices = playcut, list_voices
        self.kind = ipywidgets.Dropdown(options=["image", "video", "speech"], description="kind", layout=_NARROW)
        self.prompt = ipywidgets.Textarea(
            description="prompt", placeholder="A {red|blue} fox; {name} is a variable", layout={"width": "auto"}
        )
        self.options = {
            flag: ipywidgets.Combobox(description=label, options=values, ensure_option=False, layout=_NARROW)
            for flag, (label, _, values) in _FIELDS.items()
        }
        self.count = ipywidgets.BoundedIntText(1, min=1, max=1000, description="count", layout=_NARROW)
        self.most = ipywidgets.BoundedIntText(16, min=1, max=100_000, description="at most", layout=_NARROW)
        self.session = ipywidgets.Text(description="session", placeholder="title or id", layout=_NARROW)
        self.extra = ipywidgets.Textarea(
            description="inputs", placeholder="key=value, a line each", layout={"width": "auto"}
        )
        self.extra_note = ipywidgets.HTML()
        self.hear = ipywidgets.Button(description="Hear the voice", layout={"width": "auto"})
        self.sample = ipywidgets.HTML()
        self.button = ipywidgets.Button(description="Generate", button_style="primary", tooltip="Ctrl+Enter")
        self.note = ipywidgets.HTML()
        self.prompt.add_class("playcut-panel-prompt")
        self.button.add_class("playcut-panel-generate")
        self.hear.on_click(lambda _: hear(self.options["-v"].value.strip()))
        self.button.on_click(lambda _: generate())
        wrap = {"flex_flow": "row wrap"}
        super().__init__(
            [
                self.prompt,
                ipywidgets.HBox([self.kind, *self.options.values(), self.hear], layout=wrap),
                self.sample,
                ipywidgets.HBox([self.count, self.most, self.session], layout=wrap),
                self.extra,
                self.extra_note,
                ipywidgets.HBox([self.button, self.note], layout=wrap),
            ]
        )
        fields = [self.prompt, self.kind, self.count, self.most, self.session, self.extra, *self.options.values()]
        for field in fields:
            field.observe(self._changed, "value")
        self.prompt.continuous_update = True
        self._changed(None)

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices that are offered; typing filters them, and any other may be typed."""
        return tuple(self.options["-v"].options)

    @voices.setter
    def voices(self, ids: Sequence[str]) -> None:
        self.options["-v"].options = tuple(ids)

    def _changed(self, _: Any) -> None:
        if self.kind.value == "speech" and not self.voices:
            self._list_voices()
        for flag, (_label, kinds, _values) in _FIELDS.items():
            self.options[flag].layout.display = None if self.kind.value in kinds.split() else "none"
        speaks = self.kind.value == "speech"
        self.hear.layout.display = None if speaks else "none"
        self.sample.value = self.sample.value if speaks else ""
        self.extra_note.value = ""
        try:
            arguments.parse_cell_line(shlex.join([self.kind.value, *self._extra_words]), {})
        except PlaycutError as error:
            self.tell("")
            self.extra_note.value = str(render.message(f"{error} {error.hint or ''}"))
            return
        if not self.prompt.value.strip():
            self.tell("")
            return
        try:
            line, plan = self.asked()
        except PlaycutError as error:
            self.tell(f"{error} {error.hint or ''}")
            return
        total = len(plan) * line.count
        more = f", more than the {self.most.value} allowed" if total > self.most.value else ""
        times = f" x {line.count} = {total:,} generations" if line.count > 1 else ""
        self.tell(f"{plan.describe(0)}{times}{more}")

    def tell(self, text: str) -> None:
        """Say something beside the button."""
        self.note.value = str(render.message(text)) if text else ""

    @property
    def line(self) -> str:
        """The line of the cell that asks for the same."""
        words = [self.kind.value]
        for flag, (_label, kinds, _values) in _FIELDS.items():
            value = self.options[flag].value.strip()
            if value and self.kind.value in kinds.split():
                words += [flag, value]
        words += ["-n", str(self.count.value)] if self.count.value > 1 else []
        words += ["--session", self.session.value.strip()] if self.session.value.strip() else []
        return shlex.join([*words, *self._extra_words])

    @property
    def _extra_words(self) -> list[str]:
        lines = filter(None, map(str.strip, self.extra.value.splitlines()))
        return [word for line in lines for word in ("-p", line)]

    def asked(self) -> tuple[arguments.Line, Plan]:
        """Return what is asked for; nothing is sent.

        Raises:
            InvalidInput, PromptError: it can't be understood; the words of the cell's errors.
        """
        variables = notebook_variables()
        line = arguments.parse_cell_line(self.line, variables)
        plan = self._playcut().plan(line.kind, self.prompt.value, variables, line.inputs)
        return line, plan

    def use(self, kind: str, prompt: str) -> None:
        """Take over the words of an earlier generation, as they were."""
        from playcut_jupyter.prompts import escape

        self.kind.value = kind if kind in self.kind.options else "image"
        self.prompt.value = escape(prompt)
