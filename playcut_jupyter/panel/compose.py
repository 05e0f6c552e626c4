"""The form: it says what its fields come to while one types, and settles what is bought when the button is pressed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.panel import form
from playcut_jupyter.panel.form import OPTIONS, Asked, Form
from playcut_jupyter.panel.front_end import FIELD
from playcut_jupyter.panel.messages import note, told
from playcut_jupyter.panel.threads import CoalescedTask, DoubleClickGuard, Worker
from playcut_jupyter.panel.voices import VoiceField
from playcut_jupyter.panel.widgets import AUTO, row, show_if
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.runs.generation import Generation

_MOST = 100_000


class Compose(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What to make.

    Args:
        playcut: the connection.
        voice_worker: asks for voices.
        generate: called with what is wanted, and its prompt as written, once for each press.
        clock: tells a double click from two.
    """

    def __init__(
        self,
        playcut: Playcut,
        voice_worker: Worker,
        generate: Callable[[Asked, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._playcut, self._generate = playcut, generate
        self._repeats = DoubleClickGuard(clock)
        self._asked: Asked | None = None
        self._make_fields()
        self.voice = VoiceField(playcut, voice_worker, self.options["-v"])
        self.button = ipywidgets.Button(description="Generate", button_style="primary", tooltip="Ctrl+Enter")
        self.button.add_class("playcut-panel-generate")
        self.button.on_click(lambda _: self.press())
        self.note, self.price = ipywidgets.HTML(), ipywidgets.HTML()
        self.extra_note = ipywidgets.HTML()
        forecasts = Worker(self._unpriced)
        self._forecast = CoalescedTask(forecasts, self._look_up_price)
        self.workers = (forecasts,)
        options = [self.voice if flag == "-v" else field for flag, field in self.options.items()]
        super().__init__(
            [
                self.prompt,
                row(self.kind, *options, self.count, self.fresh, self.most, self.session),
                self.voice.note,
                self.extra,
                self.extra_note,
                row(self.button, self.note, self.price, align_items="center"),
            ]
        )
        self.add_class("playcut-panel-form")
        for field in self._fields.values():
            field.observe(lambda _: self.look(), "value")
        self.look()

    def _make_fields(self) -> None:
        narrow, narrower = {"width": "110px"}, {"width": "76px"}
        self.prompt = ipywidgets.Textarea(
            description="prompt", placeholder="A {red|blue} fox; {name} is a variable", rows=3, layout=AUTO
        )
        self.kind = ipywidgets.Dropdown(options=["image", "video", "speech"], description="kind", layout=narrow)
        self.options = {
            flag: ipywidgets.Combobox(
                description=option.label,
                options=option.values,
                ensure_option=False,
                layout=narrow if flag != "-v" else {"width": "220px"},
            )
            for flag, option in OPTIONS.items()
        }
        self.count = _whole_number(1, 1000, "count", narrower)
        self.most = _whole_number(most_in_a_cell(), _MOST, "at most", narrower)
        self.fresh = ipywidgets.Checkbox(
            description="fresh", tooltip="Buy it anew, though the library has it", indent=False, layout=AUTO
        )
        self.session = ipywidgets.Text(description="session", placeholder="title or id", layout={"width": "150px"})
        self.extra = ipywidgets.Textarea(
            description="inputs", placeholder="key=value, a line each", rows=2, layout=AUTO
        )
        self._fields: Mapping[str, Any] = {
            "prompt": self.prompt,
            "kind": self.kind,
            "count": self.count,
            "fresh": self.fresh,
            "most": self.most,
            "session": self.session,
            "extra": self.extra,
            **self.options,
        }
        for name, field in self._fields.items():
            field.add_class(f"{FIELD}{name}")

    # -- what is asked for ----------------------------------------------------------------------------------

    def form(self, written: Mapping[str, object] | None = None) -> Form:
        """Return what the fields say, or what they said in the page, as far as that is known."""
        values = {name: field.value for name, field in self._fields.items()}
        for name, value in (written or {}).items():
            if name in values:
                values[name] = _fitting(value, values[name])
        options = {flag: values[flag] for flag in OPTIONS}
        options["-v"] = self.voice.id_of(options["-v"])
        names = ("kind", "prompt", "count", "most", "fresh", "session", "extra")
        return Form(options=options, **{name: values[name] for name in names})

    def press(self, written: Mapping[str, object] | None = None) -> None:
        """Ask for what the fields say now; what is done with it later is not changed by what is typed meanwhile."""
        form = self.form(written)
        try:
            form.check_extra()
        except PlaycutError as error:
            self.extra_note.value = note(told(error))
            self.refuse(told(error))
            return
        try:
            asked = form.asked()
        except PlaycutError as error:
            self.refuse(told(error))
            return
        if not self._repeats.is_repeat(form):
            self._generate(asked, form.prompt)

    def look(self) -> None:
        """Say what the fields come to. Nothing is sent or read."""
        form = self.form()
        if form.kind == "speech":
            self.voice.need()
        for flag, option in OPTIONS.items():
            parts = (self.voice, self.voice.note) if flag == "-v" else (self.options[flag],)
            show_if(form.kind in option.kinds, *parts)
        self.extra_note.value, self.price.value, self._asked = "", "", None
        try:
            form.check_extra()
        except PlaycutError as error:
            self.extra_note.value = note(told(error))
            self.tell("")
            return
        try:
            self.tell(self._come_to(form))
        except PlaycutError as error:
            self.tell(told(error))

    def _come_to(self, form: Form) -> str:
        form.check_options()
        if not form.prompt.strip():
            return ""
        asked = form.asked()
        words = asked.plan.describe(0)
        if asked.line.count > 1:
            words += f" x {asked.line.count} = {asked.total:,} generations"
        if asked.total > asked.most:
            return f"{words}, more than the {asked.most} allowed"
        self._asked = asked
        self._forecast.ask()
        return words

    def tell(self, text: str) -> None:
        """Say something beside the button."""
        self.note.value = note(text)

    def refuse(self, text: str) -> None:
        """Say beside the button why nothing comes of it, and no price with it, until something else is written."""
        self._asked, self.price.value = None, ""
        self.tell(text)

    # -- what it costs --------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """See to it that the price is what it is now: the library has more, or the budget is another."""
        self._forecast.ask()

    def _look_up_price(self) -> None:
        asked = self._asked
        if asked is None:
            return
        found = self._playcut.forecast(asked.plan, asked.line.kind, asked.line.count, asked.line.fresh)
        if asked is self._asked:  # else something else is typed by now
            self.price.value = note("; ".join(filter(None, (found.price, found.obstacles))))

    def _unpriced(self, text: str) -> None:
        self.price.value = note(text)

    # -- what was made before ---------------------------------------------------------------------------------

    def use(self, run: Generation) -> None:
        """Take over the words and the options of an earlier generation, as they were."""
        like = form.like(run)
        like = replace(like, options={**like.options, "-v": self.voice.label_of(like.options.get("-v", ""))})
        self.kind.value, self.prompt.value, self.extra.value = like.kind, like.prompt, like.extra
        for flag, option in OPTIONS.items():
            if like.kind in option.kinds:
                self.options[flag].value = like.options.get(flag, "")


def _whole_number(value: int, most: int, name: str, layout: Mapping[str, str]) -> Any:
    """Return a field for a number from 1 to *most*, which is followed while one types."""
    return ipywidgets.BoundedIntText(value, min=1, max=most, description=name, continuous_update=True, layout=layout)


def _fitting(value: object, present: object) -> object:
    """Return what a page said of a field, if it is such as the field holds; else what the field is known to hold."""
    if isinstance(present, int) and not isinstance(present, bool) and isinstance(value, str):
        return min(max(int(value), 1), _MOST) if value.strip().isdecimal() else present
    return value if type(value) is type(present) else present


def most_in_a_cell() -> int:
    """Return how many generations a cell of this notebook may make: `max_generations` of its magics, else 16."""
    import sys

    if "IPython" not in sys.modules:
        return 16
    from IPython import get_ipython

    shell = get_ipython()
    magics = shell.magics_manager.registry.get("PlaycutMagics") if shell is not None else None
    return int(getattr(magics, "max_generations", 16))
