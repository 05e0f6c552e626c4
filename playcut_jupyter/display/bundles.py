"""MIME bundles: an output as HTML, as text for front ends without HTML, and as a picture for documents without HTML.

Notebooks take the HTML. Exporters to LaTeX and PDF take the picture, a JPEG, which is small because both are stored.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TypeAlias

from playcut_jupyter.display import text_html
from playcut_jupyter.redaction import encodable

Bundle: TypeAlias = dict[str, str]


def mime_bundle(html: str, text: str, jpeg: bytes | None = None) -> Bundle:
    """Return the bundle of *html*, equivalent *text* and picture; a lone surrogate, which can't be encoded, is "?"."""
    bundle = {"text/html": encodable(str(html)), "text/plain": encodable(text)}
    return bundle if jpeg is None else bundle | {"image/jpeg": b64encode(jpeg).decode("ascii")}


def message_bundle(text: str) -> Bundle:
    """Return the bundle of a message to the user."""
    return mime_bundle(text_html.message(text), text)


def with_message(bundle: Bundle, text: str) -> Bundle:
    """Return *bundle* with a message below it; unchanged if *text* is empty."""
    if not text:
        return dict(bundle)
    return bundle | mime_bundle(bundle["text/html"] + text_html.message(text), f"{bundle['text/plain']}\n{text}")
