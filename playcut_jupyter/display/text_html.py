"""Text as HTML: messages to the user, and answers of tools."""

from __future__ import annotations

import json

from markupsafe import Markup

from playcut_jupyter.redaction import encodable, scrub

LINE = "margin:4px 0;word-wrap:break-word;"
"""The CSS of a line of text."""
_MAX_DATA_TEXT = 20_000


def message(text: str) -> Markup:
    """Return a message to the user as a line of HTML."""
    return Markup('<div class="playcut-message" style="{}">{}</div>').format(LINE, text)


def data(value: object) -> Markup:
    """Return a tool's answer as preformatted HTML; see `data_text`."""
    return Markup('<pre class="playcut-data" style="overflow:auto;max-height:400px;">{}</pre>').format(data_text(value))


def data_text(value: object) -> str:
    """Return a tool's answer as indented JSON, limited in length, without signed URLs, keys and lone surrogates."""
    text = encodable(scrub(json.dumps(value, indent=2, ensure_ascii=False, default=str)))
    return text if len(text) <= _MAX_DATA_TEXT else text[:_MAX_DATA_TEXT] + "\n… (the rest is in `.data`)"
