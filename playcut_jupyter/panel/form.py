"""The form: it shows what its fields come to while one types, and takes over what they say when it is submitted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.engine import Engine
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.form_values import OPTIONS, FormValues
from playcut_jupyter.panel.generate_button import GenerateButton
from playcut_jupyter.panel.messages import error_text
from playcut_jupyter.panel.threads import CoalescedTask, DoubleClickGuard, Worker
from playcut_jupyter.panel.voices import VoiceField
from playcut_jupyter.panel.widgets import AUTO, MessageLine, row, show_if

_MAX_NUMBER = 100_000


class Form(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What to generate.

    Args:
        engine: knows prices, voices, and how many generations are allowed by default.
        voice_worker: asks for voices.
        start: called with what is asked for, and its prompt as written, once for each submission.
        clock: the seconds that tell a double click.
    """

    def __init__(
        self,
        engine: Engine,
        voice_worker: Worker,
        start: Callable[[SweepRequest, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._start = engine, start
        self._double_clicks = DoubleClickGuard(clock)
        self._request: SweepRequest | None = None
        self._make_fields()
        self.voice = VoiceField(engine, voice_worker, self.options["voice"])
        self.button = GenerateButton(self.submit)
        self.message, self.extra_message, self.price = MessageLine(), MessageLine(), MessageLine()
        self.price_worker = Worker(self.price.show)
        self._price_task = CoalescedTask(self.price_worker, self._show_price)
        options = [self.voice if name == "voice" else field for name, field in self.options.items()]
        super().__init__(
            [
                self.prompt,
                row(self.kind, *options, self.count, self.fresh, self.literal, self.max_generations, self.session),
                self.voice.message,
                self.extra_inputs,
                self.extra_message,
                row(self.button, self.message, self.price, align_items="center"),
            ]
        )
        self.add_class(css_classes.FORM)
        for field in self._fields.values():
            field.observe(lambda _: self.update(), "value")
        self.update()

    def _make_fields(self) -> None:
        narrow, narrower = {"width": "110px"}, {"width": "76px"}
        self.prompt = ipywidgets.Textarea(
            description="prompt", placeholder="A {red|blue} fox; {name} is a variable", rows=3, layout=AUTO
        )
        self.kind = ipywidgets.Dropdown(options=["image", "video", "speech"], description="kind", layout=narrow)
        self.options = {
            name: ipywidgets.Combobox(
                description=option.label,
                options=option.values,
                ensure_option=False,
                layout=narrow if name != "voice" else {"width": "220px"},
            )
            for name, option in OPTIONS.items()
        }
        self.count = _number_field("count", 1, "How many of each", narrower)
        self.max_generations = _number_field(
            "at most", self._engine.max_generations, "The largest number of generations that is sent", narrower
        )
        self.fresh = ipywidgets.Checkbox(
            description="fresh", tooltip="Generate again even if the library has it", indent=False, layout=AUTO
        )
        self.literal = ipywidgets.Checkbox(
            description="literal", tooltip="Take the prompt as it is: braces mean nothing", indent=False, layout=AUTO
        )
        self.session = ipywidgets.Text(description="session", placeholder="title or id", layout={"width": "150px"})
        self.extra_inputs = ipywidgets.Textarea(
            description="inputs", placeholder="key=value, a line each", rows=2, layout=AUTO
        )
        self._fields: Mapping[str, Any] = {
            "prompt": self.prompt,
            "kind": self.kind,
            "count": self.count,
            "fresh": self.fresh,
            "literal": self.literal,
            "max_generations": self.max_generations,
            "session": self.session,
            "extra_inputs": self.extra_inputs,
            **self.options,
        }
        for name, field in self._fields.items():
            field.add_class(f"{css_classes.FIELD_PREFIX}{name}")

    # -- what is asked for ----------------------------------------------------------------------------------

    def values(self, in_page: Mapping[str, object] | None = None) -> FormValues:
        """Return what the fields say; what they say *in_page*, by name, is newer than what is known of them here."""
        values = {name: field.value for name, field in self._fields.items()}
        for name, value in (in_page or {}).items():
            if name in values:
                values[name] = _checked(value, values[name])
        options = {name: values.pop(name) for name in OPTIONS}
        options["voice"] = self.voice.id_of(options["voice"])
        return FormValues(options=options, **values)

    def submit(self, in_page: Mapping[str, object] | None = None) -> None:
        """Ask for what the fields say now; what is typed afterwards changes nothing about it."""
        values = self.values(in_page)
        try:
            values.check_extra_inputs()
        except PlaycutError as error:
            self.extra_message.show(error_text(error))
            self.refuse(error_text(error))
            return
        try:
            request = values.request(self._engine.with_references)
        except PlaycutError as error:
            self.refuse(error_text(error))
            return
        if not self._double_clicks.is_repeat(values):
            self._start(request, values.prompt)

    def update(self) -> None:
        """Show what the fields come to, and the fields of the kind. Nothing is sent or read here."""
        values = self.values()
        if values.kind == "speech":
            self.voice.load()
        for name, option in OPTIONS.items():
            widgets = (self.voice, self.voice.message) if name == "voice" else (self.options[name],)
            show_if(values.kind in option.kinds, *widgets)
        self._request = None
        self.extra_message.show("")
        self.price.show("")
        self._set_over_budget(False)
        try:
            values.check_extra_inputs()
        except PlaycutError as error:
            self.extra_message.show(error_text(error))
            self.message.show("")
            return
        try:
            self.message.show(self._summary(values))
        except PlaycutError as error:
            self.message.show(error_text(error))

    def _summary(self, values: FormValues) -> str:
        """Return how many generations *values* make, and look up their price; "" without a prompt."""
        values.check_options()
        if not values.prompt.strip():
            return ""
        request = values.request(self._engine.with_references)
        summary = request.plan.describe(0)
        if request.count > 1:
            summary += f" x {request.count} = {request.total:,} generations"
        if request.is_too_large:
            return f"{summary}, more than the {request.max_generations} allowed"
        self._request = request
        self.refresh_price()
        return summary

    def refuse(self, reason: str) -> None:
        """Show why nothing is generated, and no price with it, until a field changes."""
        self._request = None
        self.price.show("")
        self.message.show(reason)

    # -- what it costs --------------------------------------------------------------------------------------

    def refresh_price(self) -> None:
        """Look the price up soon: the fields, the library or the budget have changed."""
        self._price_task.schedule()

    def _show_price(self) -> None:
        request = self._request
        if request is None:
            return
        expected = self._engine.forecast(request)
        if request is self._request:  # else something else is typed by now
            self.price.show("; ".join(filter(None, (expected.price, expected.shortfall))))
            self._set_over_budget(expected.is_over_budget)

    def _set_over_budget(self, is_over: bool) -> None:
        """Tell on the button that a press would be refused; it stays open, and a press says why."""
        self.button.description = "Over budget" if is_over else "Generate"
        self.button.button_style = "danger" if is_over else "primary"

    # -- what was made before ---------------------------------------------------------------------------------

    def use(self, snapshot: Snapshot) -> None:
        """Take over the prompt and the options of an earlier generation."""
        values = FormValues.of(snapshot)
        self.kind.value, self.literal.value, self.prompt.value = values.kind, values.literal, values.prompt
        self.extra_inputs.value = values.extra_inputs
        for name, option in OPTIONS.items():
            text = values.options.get(name, "")
            if values.kind in option.kinds:
                self.options[name].value = self.voice.label_of(text) if name == "voice" else text


def _number_field(label: str, value: int, tooltip: str, layout: Mapping[str, str]) -> Any:
    """Return a field for a whole number of at least 1, which is followed while one types."""
    return ipywidgets.BoundedIntText(
        value,
        min=1,
        max=_MAX_NUMBER,
        description=label,
        tooltip=tooltip,
        continuous_update=True,
        layout=layout,
    )


def _checked(value: object, known: object) -> object:
    """Return what a page said of a field if it has the type of what is *known* of it, else what is known."""
    if isinstance(known, int) and not isinstance(known, bool) and isinstance(value, str):
        return min(max(int(value), 1), _MAX_NUMBER) if value.strip().isdecimal() else known
    return value if type(value) is type(known) else known
