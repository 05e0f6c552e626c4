"""A still picture of a widget: what a saved notebook shows in its place when no kernel runs.

A front end without the kernel has no widgets, only the outputs that were saved. So a widget is displayed with a second
output of plain HTML below it, and `static/still.css` shows one of the two: the still where the widget is not there.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Any

from IPython.display import display
from markupsafe import Markup

from playcut_jupyter.display.bundles import mime_bundle

LIVE, STILL = "playcut-live", "playcut-still"
"""The CSS classes of a widget that has a still, and of the still."""
_CSS = (Path(__file__).parent / "static" / "still.css").read_text(encoding="utf-8")


class Still:
    """The still of one widget: one display, however often the widget is shown.

    It may be drawn from any thread, as often as the widget changes; only what differs is sent. Where a program executes
    the notebook, only what is drawn before the cell ends is kept.

    Args:
        html: what a reopened, untrusted notebook keeps: see `display.media_html`.
        text: says the same where there is no HTML.
    """

    def __init__(self, html: Markup, text: str) -> None:
        self._html, self._text = html, text
        self._display_id = f"playcut-still-{secrets.token_hex(8)}"
        self._is_shown = False
        self._lock = threading.Lock()

    def draw(self, html: Markup, text: str) -> None:
        """Show *html* and *text* instead, wherever it is displayed."""
        with self._lock:
            is_new = (html, text) != (self._html, self._text)
            self._html, self._text = html, text
            if is_new and self._is_shown:
                self._display(update=True)

    def show_below(self, widget: Any) -> None:
        """Display *widget*, and this below it. A widget that has a still does so in its `_ipython_display_`."""
        widget.add_class(LIVE)
        bundle = widget._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})  # anywidget's has metadata
        display(data, metadata=metadata, raw=True)
        with self._lock:
            self._display(update=False)
            self._is_shown = True

    def _display(self, *, update: bool) -> None:
        html = f'<style>{_CSS}</style><div class="{STILL}">{self._html}</div>'
        display(dict(mime_bundle(html, self._text)), raw=True, display_id=self._display_id, update=update)
