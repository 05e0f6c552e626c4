"""The fields of the form: what they are, where they stand, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ipywidgets

from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.chips import Chips, with_chips
from playcut_jupyter.panel.form_values import OPTIONS, FormValues
from playcut_jupyter.panel.voices import VoiceField
from playcut_jupyter.panel.widgets import AUTO, MessageLine, row, show_if

_MAX_NUMBER = 100_000


class FormFields:
    """All fields by name; each has its name as a CSS class, so that the page's script can read it.

    Args:
        max_generations: what the limit is at first.
    """

    def __init__(self, max_generations: int) -> None:
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
                placeholder="other values",
                layout=narrow if name != "voice" else {"width": "220px"},
            )
            for name, option in OPTIONS.items()
        }
        self.chips = {name: Chips(field) for name, field in self.options.items()}
        self.count = _number_field("count", 1, "How many of each", narrower)
        self.max_generations = _number_field(
            "at most", max_generations, "The largest number of generations that is sent", narrower
        )
        self.fresh = _checkbox("fresh", "Generate again even if the library has it")
        self.literal = _checkbox("literal", "Use the prompt literally: braces have no special meaning")
        self.session = ipywidgets.Text(description="session", placeholder="title or id", layout={"width": "150px"})
        self.extra_inputs = ipywidgets.Textarea(
            description="inputs", placeholder="key=value, one per line", rows=2, layout=AUTO
        )
        self.extra_message = MessageLine()
        self.more = _checkbox("More", "Session, limit, budget and other inputs")
        self.more.add_class(css_classes.MORE)
        self.by_name: Mapping[str, Any] = {
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
        for name, field in self.by_name.items():
            field.add_class(f"{css_classes.FIELD_PREFIX}{name}")

    def arrange(self, voice: VoiceField, rest: Iterable[Any]) -> list[Any]:
        """Return the fields in lines; *rest* are other fields that the page shows while "More" is ticked."""
        self._voice = voice
        self._choices = {
            name: with_chips(self.chips[name], field, *([voice] if name == "voice" else []))
            for name, field in self.options.items()
        }
        # The page itself shows it: also while the kernel is busy.
        folded = ipywidgets.VBox(
            [row(self.session, self.max_generations, *rest), self.extra_inputs, self.extra_message]
        )
        folded.add_class(css_classes.MORE_FIELDS)
        first = row(self.kind, self.count, self.fresh, self.literal, self.more)
        return [first, row(*self._choices.values()), folded, voice.message]  # what is said last moves no field

    def open_more(self, is_wrong: bool = True) -> None:
        """Show what "More" hides if something there is wrong."""
        self.more.value = self.more.value or is_wrong

    def show_kind(self) -> None:
        """Show the options of the kind that is chosen, and no others."""
        for name, option in OPTIONS.items():
            is_of_kind = self.kind.value in option.kinds
            show_if(is_of_kind, self._choices[name])
            if name == "voice":
                show_if(is_of_kind, self._voice.message)

    def values(self, in_page: Mapping[str, object] | None = None) -> FormValues:
        """Return what the fields say; what they say *in_page*, by name, is newer than what is known of them here."""
        values = self.state()
        for name, value in (in_page or {}).items():
            if name in values:
                values[name] = _checked(value, values[name])
        options = {name: values.pop(name) for name in OPTIONS}
        options["voice"] = self._voice.id_of(options["voice"])
        return FormValues(options=options, **values)

    def state(self) -> dict[str, Any]:
        """Return what stands in each field, by name."""
        return {name: field.value for name, field in self.by_name.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Write back what stood in the fields."""
        for name, value in state.items():
            self.by_name[name].value = value

    def use(self, snapshot: Snapshot) -> None:
        """Take over the prompt and the options of an earlier generation."""
        values = FormValues.of(snapshot)
        self.kind.value, self.literal.value, self.prompt.value = values.kind, values.literal, values.prompt
        self.extra_inputs.value = values.extra_inputs
        for name, option in OPTIONS.items():
            text = values.options.get(name, "")
            if values.kind in option.kinds:
                self.options[name].value = self._voice.label_of(text) if name == "voice" else text


def _checkbox(label: str, tooltip: str) -> Any:
    return ipywidgets.Checkbox(description=label, tooltip=tooltip, indent=False, layout=AUTO)


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
