"""Filters voices for `%playcut voices FILTER`: a language, by its code or name, or text in a name or id.

The API documents no form of a voice's language, so codes (`en`, `en-GB`) and names (`English`) are both understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from playcut_jupyter.api.models import Voice

_NAMES = {
    "ar": ("arabic",),
    "cs": ("czech",),
    "da": ("danish",),
    "de": ("german", "deutsch"),
    "en": ("english",),
    "es": ("spanish", "español"),
    "fi": ("finnish",),
    "fr": ("french", "français"),
    "hi": ("hindi",),
    "it": ("italian", "italiano"),
    "ja": ("japanese",),
    "ko": ("korean",),
    "nl": ("dutch",),
    "no": ("norwegian",),
    "pl": ("polish",),
    "pt": ("portuguese", "português"),
    "ru": ("russian",),
    "sv": ("swedish",),
    "tr": ("turkish",),
    "uk": ("ukrainian",),
    "zh": ("chinese", "mandarin"),
}
_KNOWN = {word for code, names in _NAMES.items() for word in (code, *names)}
_WORDS = re.compile(r"[^\W\d_]+")


def matching(voices: Sequence[Voice], query: str) -> list[Voice]:
    """Return the voices of the language *query*; if it is none of a voice, those with *query* in name, id or language.

    A region narrows a language: `en-GB`.
    """
    wanted = _WORDS.findall(query.casefold())
    speaking = [voice for voice in voices if wanted and _speaks(voice, wanted)]
    text = query.casefold()
    return speaking or [
        voice for voice in voices if text in f"{voice.id} {voice.name} {voice.language or ''}".casefold()
    ]


def _speaks(voice: Voice, wanted: Sequence[str]) -> bool:
    language, *region = wanted
    called = next(({code, *names} for code, names in _NAMES.items() if language in (code, *names)), {language})
    first, *others = _WORDS.findall((voice.language or "").casefold()) or [""]
    words = {*others, *_WORDS.findall(f"{voice.name} {voice.id}".casefold())}
    # Without a language of its own, only what is known to be one counts: any other word is part of a name.
    is_spoken = first in called if first else language in _KNOWN and bool(words & called)
    return is_spoken and set(region) <= words
