"""MIME bundles: an output as HTML, and as text for front ends without HTML."""

from __future__ import annotations

from typing import TypeAlias

from playcut_jupyter.display import text_html
from playcut_jupyter.redaction import encodable

Bundle: TypeAlias = dict[str, str]


def mime_bundle(html: str, text: str) -> Bundle:
    """Return the bundle of *html* and equivalent *text*; a lone surrogate, which can't be encoded, becomes "?"."""
    return {"text/html": encodable(str(html)), "text/plain": encodable(text)}


def message_bundle(text: str) -> Bundle:
    """Return the bundle of a message to the user."""
    return mime_bundle(text_html.message(text), text)


def with_message(bundle: Bundle, text: str) -> Bundle:
    """Return *bundle* with a message below it; unchanged if *text* is empty."""
    if not text:
        return dict(bundle)
    return mime_bundle(bundle["text/html"] + text_html.message(text), f"{bundle['text/plain']}\n{text}")
