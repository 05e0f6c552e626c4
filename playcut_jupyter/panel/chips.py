"""The usual values of a text field as chips beside it: radio buttons that write into the field."""

from __future__ import annotations

from typing import Any

import anywidget
import ipywidgets
import traitlets

from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.front_end import STATIC

_MAX_CHIPS = 8
"""Of more values, these many are chips; the field itself offers all."""


class Chips(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]  # it inherits from ipywidgets, which has no types
    """The chips of one field. The field alone knows the value, so that a page without anywidget lacks only the chips.

    Args:
        field: the text field that they write into.
    """

    _esm = STATIC / "chips.js"
    label = traitlets.Unicode().tag(sync=True)
    values = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)

    def __init__(self, field: Any) -> None:
        super().__init__(label=field.description)
        self.add_class(css_classes.CHIPS)
        traitlets.dlink((field, "value"), (self, "value"))
        traitlets.dlink((field, "options"), (self, "values"), lambda options: list(options[:_MAX_CHIPS]))


def with_chips(chips: Chips, field: Any, *others: Any) -> Any:
    """Return a field with its chips, and *others* behind it."""
    box = ipywidgets.HBox([chips, field, *others])
    box.add_class(css_classes.CHOICE)
    return box
