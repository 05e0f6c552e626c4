"""The panel's part that runs in the page: `static/panel.js` says what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"
MISSING = (
    "The panel's script is missing, so Ctrl+Enter, Escape and copying do nothing; all buttons work. "
    "Install anywidget where Jupyter itself runs (`pip install anywidget`), and reload this page."
)
"""What the panel says in a page that can't load the script."""


class FrontEnd(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]  # it inherits from ipywidgets, which has no types
    """Lives in the panel, and shows nothing.

    Args:
        submit: called with what the fields say, by name, as they said it when the button or the keys were pressed.
        copied: called when a text is on the clipboard.
    """

    _esm = STATIC / "panel.js"
    is_shut = traitlets.Bool(False).tag(sync=True)
    """True while "Generate" would be refused: the page says so of the button, which keeps the focus."""

    def __init__(self, submit: Callable[[Mapping[str, object]], None], copied: Callable[[], None]) -> None:
        super().__init__()
        self._submit, self._copied = submit, copied
        self.on_msg(self._receive)

    def copy(self, text: str) -> None:
        """Put *text* on the clipboard, if the page may."""
        self.send({"type": "copy", "text": text})

    def reveal_viewer(self, focus_save_path: bool) -> None:
        """Scroll the viewer into sight; on request, put the cursor into its "save as" field."""
        self.send({"type": "reveal", "focusSavePath": focus_save_path})

    def announce(self, text: str) -> None:
        """Let screen readers say *text*."""
        self.send({"type": "announce", "text": text})

    def reveal_form(self) -> None:
        """Put the cursor into the prompt."""
        self.send({"type": "focusPrompt"})

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        match message:
            case {"type": "submit", "fields": Mapping() as fields}:
                self._submit(fields)
            case {"type": "copied"}:
                self._copied()
