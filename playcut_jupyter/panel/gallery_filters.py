"""What the gallery shows: words, kind, session, sweep, stars, hidden ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from playcut_jupyter.library import sweeps
from playcut_jupyter.library.database import Library
from playcut_jupyter.panel.widgets import AUTO
from playcut_jupyter.text import one_line, truncate

_ALL = ("all", "")  # None would be nothing chosen
_MAX_WORDS = 40


class GalleryFilters:
    """The fields, and what they ask the library for.

    Args:
        on_change: called after each change of a field.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self.search = ipywidgets.Text(
            description="search", placeholder="words of the prompt", layout={"width": "220px"}
        )
        self.kind = _choice("kind", ["all", "image", "video", "speech"], "110px")
        self.session = _choice("session", [_ALL], "150px")
        self.sweep = _choice("sweep", [_ALL], "190px")
        self.starred = ipywidgets.Checkbox(description="starred only", indent=False, layout=AUTO)
        self.hidden = ipywidgets.Checkbox(description="show hidden", indent=False, layout=AUTO)
        self.fields = (self.search, self.kind, self.session, self.sweep, self.starred, self.hidden)
        for field in self.fields:
            field.observe(lambda _: on_change(), "value")

    @property
    def query(self) -> dict[str, Any]:
        """What they say, as `Library.history` takes it."""
        return {
            "search": self.search.value.strip() or None,
            "kind": None if self.kind.value == "all" else self.kind.value,
            "session": self.session.value or None,
            "sweep": self.sweep.value or None,
            "starred": self.starred.value,
            "hidden": self.hidden.value,
        }

    @property
    def leave_out(self) -> bool:
        """True if anything but what is hidden is left out."""
        query = self.query
        return bool(any(query[name] for name in ("search", "kind", "session", "sweep", "starred")))

    def read_choices(self, library: Library) -> None:
        """Offer the sessions and sweeps that there are now; what is chosen stays so."""
        sessions = [(truncate(one_line(title), _MAX_WORDS), number) for title, number in sweeps.sessions(library)]
        _offer(self.session, sessions)
        _offer(self.sweep, [(_words(sweep), sweep.id) for sweep in sweeps.newest(library)])


def _words(sweep: sweeps.KeptSweep) -> str:
    return f"{truncate(one_line(sweep.template), _MAX_WORDS)} ({sweep.total})"


def _choice(label: str, options: Sequence[Any], width: str) -> Any:
    return ipywidgets.Dropdown(options=options, description=label, layout={"width": width})


def _offer(field: Any, found: Sequence[tuple[str, Any]]) -> None:
    options = (_ALL, *found)
    if options != field.options:
        chosen = field.value
        field.options = options  # chooses the first
        if chosen in [value for _, value in found]:
            field.value = chosen
