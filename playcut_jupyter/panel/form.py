"""The form: it shows what its fields come to while one types, and takes over what they say when it is submitted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets

from playcut_jupyter.design.forecast import Forecast
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.engine import Engine
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.form_fields import FormFields
from playcut_jupyter.panel.form_values import FormValues
from playcut_jupyter.panel.generate_button import GenerateButton
from playcut_jupyter.panel.messages import error_text
from playcut_jupyter.panel.threads import CoalescedTask, DoubleClickGuard, ShowMessage, Worker
from playcut_jupyter.panel.voices import VoiceField
from playcut_jupyter.panel.widgets import AUTO, MessageLine, row, show_if

_WAY_OUT = "raise the budget under “More”, or ask for less"


class Form(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What to generate.

    Args:
        engine: knows prices, voices, and how many generations are allowed by default.
        voice_worker: asks for voices.
        start: called with what is asked for, and its prompt as written, once for each submission.
        announce: says to those who can't see it why nothing is generated.
        rest: further widgets under "More".
        clock: the seconds that tell a double click.
    """

    def __init__(
        self,
        engine: Engine,
        voice_worker: Worker,
        start: Callable[[SweepRequest, str], None],
        announce: ShowMessage,
        rest: tuple[Any, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._start, self._announce = engine, start, announce
        self._double_clicks = DoubleClickGuard(clock)
        self._request: SweepRequest | None = None
        self._replaced: Mapping[str, Any] | None = None
        fields = self.fields = FormFields(engine.max_generations)
        self.prompt, self.kind, self.options, self.count = fields.prompt, fields.kind, fields.options, fields.count
        self.fresh, self.literal, self.session = fields.fresh, fields.literal, fields.session
        self.max_generations, self.extra_inputs = fields.max_generations, fields.extra_inputs
        self.extra_message, self.more = fields.extra_message, fields.more
        self.voice = VoiceField(engine, voice_worker, self.options["voice"])
        self.button = GenerateButton(self.submit)
        self.undo = ipywidgets.Button(
            description="Undo", tooltip="Restore the earlier contents of the form", layout=AUTO
        )
        self.undo.on_click(lambda _: self._undo())
        show_if(False, self.undo)
        self.message, self.price = MessageLine(), MessageLine()
        self.price_worker = Worker(self.price.show)
        self._price_task = CoalescedTask(self.price_worker, self._show_price)
        super().__init__(
            [
                self.prompt,
                row(self.button, self.undo, self.message, self.price, align_items="center"),
                *fields.arrange(self.voice, rest),
            ]
        )
        self.add_class(css_classes.FORM)
        for field in fields.by_name.values():
            field.observe(lambda _: self.update(), "value")
        self.update()

    # -- what is asked for ----------------------------------------------------------------------------------

    def values(self, in_page: Mapping[str, object] | None = None) -> FormValues:
        """Return what the fields say; what they say *in_page*, by name, is newer than what is known of them here."""
        return self.fields.values(in_page)

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
        self.fields.show_kind()
        self._request = None
        self.extra_message.show("")
        self.price.show("")
        self.button.show()
        try:
            values.check_extra_inputs()
        except PlaycutError as error:
            self.extra_message.show(error_text(error))
            self.message.show("")
            self.fields.open_more()
            return
        try:
            self.message.show(self._summary(values))
        except PlaycutError as error:
            self.message.show(error_text(error))
            self.fields.open_more(_is_of_session(values))

    def _summary(self, values: FormValues) -> str:
        """Return how many generations *values* make, and look up their price; "" without a prompt."""
        values.check_options()
        if not values.prompt.strip():
            return ""
        request = values.request(self._engine.with_references)
        summary = request.plan.describe(0)
        if request.count > 1:
            summary += f" x {request.count} = {request.total:,} generations"
        self.button.show(request.total)
        if request.is_too_large:
            self.fields.open_more()
            return f"{summary}, more than the {request.max_generations} allowed"
        self._request = request
        self.refresh_price()
        return summary

    def refuse(self, reason: str) -> None:
        """Show why nothing is generated, and no price with it, until a field changes."""
        self._request = None
        self.price.show("")
        self.message.show(reason)
        self._announce(reason)

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
            self.price.show("; ".join(filter(None, (expected.price, _shortfall(expected)))))
            self.button.show(request.total, expected)

    # -- what was made before ---------------------------------------------------------------------------------

    def use(self, snapshot: Snapshot) -> None:
        """Take over the prompt and the options of an earlier generation; "Undo" brings back what stood here."""
        before = self.fields.state()
        self.fields.use(snapshot)
        self._offer_undo(before)

    def _undo(self) -> None:
        before, self._replaced = self._replaced, None
        if before is not None:
            self.fields.restore(before)
        show_if(False, self.undo)

    def _offer_undo(self, before: Mapping[str, Any]) -> None:
        self._replaced = before
        show_if(True, self.undo)


def _shortfall(expected: Forecast) -> str:
    """Return what the budget lacks, and what to do about it; "" if it is sufficient."""
    return f"{expected.shortfall}; {_WAY_OUT}" if expected.is_over_budget else ""


def _is_of_session(values: FormValues) -> bool:
    """Tell whether it is the session alone that can't be understood."""
    try:
        values.check_options()
    except PlaycutError:
        try:
            replace(values, session="").check_options()
        except PlaycutError:
            return False
        return True
    return False
