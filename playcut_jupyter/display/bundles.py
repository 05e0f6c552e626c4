"""MIME bundles: what a front end is given, as HTML and as text for where there is no HTML."""

from __future__ import annotations

from typing import TypeAlias

from playcut_jupyter.display import text_html

Bundle: TypeAlias = dict[str, str]


def mime_bundle(html: str, text: str) -> Bundle:
    """Return the bundle of *html* and the *text* that says the same; half a character, which can't be sent, is "?"."""
    return {"text/html": _sendable(str(html)), "text/plain": _sendable(text)}


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def message_bundle(text: str) -> Bundle:
    """Return the bundle of a message to the user."""
    return mime_bundle(text_html.message(text), text)


def with_message(shown: Bundle, text: str) -> Bundle:
    """Return a bundle with a message under it; as it is if there is none."""
    if not text:
        return dict(shown)
    return mime_bundle(shown["text/html"] + text_html.message(text), f"{shown['text/plain']}\n{text}")
