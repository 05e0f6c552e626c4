"""Characters that look like ours: dashes, plus signs, letters and quotes that word processors and phones put there.

What is typed is never changed by this: it tells what a text looks like, so that the right spelling can be named.
"""

from __future__ import annotations

import re
import unicodedata

DASHES = "-\xad\u02d7\u058a\u05be\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u2796\u2e3a\u2e3b\u30fc"
"""What looks like a hyphen; the others become one of these by compatibility (NFKC)."""
_TO_ASCII = str.maketrans(dict.fromkeys(DASHES, "-") | {"\u2795": "+"})

_UNSEEN = (
    r"\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufeff\uffa0\ufff9-\ufffb"
)
# A part of letters and emoji, where they stand behind one; behind ASCII they are as good as nothing.
_JOINERS = r"\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f"
_NOTHING = re.compile(f"[{_UNSEEN}{_JOINERS}]")
_INVISIBLE = re.compile(rf"[\xad{_UNSEEN}]|(?<![^\x00-\x7f])[{_JOINERS}]")

_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\xab\xbb\u2033\u301d\u301e\u301f\u300c\u300d\u300e\u300f\uff02\u275d\u275e"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2039\u203a\u2032\uff07\u275b\u275c`\xb4"
QUOTES = f"\"'{_DOUBLE_QUOTES}{_SINGLE_QUOTES}"
"""Straight and typographic ones."""
_TO_STRAIGHT = str.maketrans(dict.fromkeys(_DOUBLE_QUOTES, '"') | dict.fromkeys(_SINGLE_QUOTES, "'"))
_AT_VALUE = re.compile(rf"(?:^|[=,])([{_DOUBLE_QUOTES}{_SINGLE_QUOTES}])")


def plain(text: str) -> str:
    """Return *text* in our hyphens, plus signs and letters for those that look so, without invisible characters."""
    return _NOTHING.sub("", unicodedata.normalize("NFKC", _NOTHING.sub("", text))).translate(_TO_ASCII)


def odd_character(text: str) -> str:
    """Name the first character of *text* that only looks like one of ours; "" if there is none."""
    return next((_named(character) for character in text if plain(character) != character), "")


def invisible_character(text: str) -> str:
    """Name the first character of *text* that can't be seen; "" if there is none."""
    found = _INVISIBLE.search(text)
    return _named(found[0]) if found else ""


def typographic_quote(text: str) -> str:
    """Return the typographic quote that a value in *text* begins with, one of a list too; "" if none does."""
    found = _AT_VALUE.search(text)
    return found[1] if found else ""


def straighten(text: str) -> str:
    """Return *text* with straight quotes for typographic ones, each in its place."""
    return text.translate(_TO_STRAIGHT)


def _named(character: str) -> str:
    return f"{unicodedata.name(character, 'a control character').lower()} (U+{ord(character):04X})"
