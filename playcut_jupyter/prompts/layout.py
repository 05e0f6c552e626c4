"""How a text is laid out: which braces are a pair, which have no partner, and where it is code rather than prose.

Prompts carry code, shell commands, LaTeX and JSON as well as words. What would be a slip in prose (`{fox,owl}`,
`--seed 7`, a brace without a partner) is right there, so every check of prose asks `is_code` first.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

_QUOTED = r"""(?P<quote>["'])(?:\\.|(?!(?P=quote))[^\\\n])*(?P=quote)"""
QUOTED_KEY = re.compile(rf"{_QUOTED}\s*:")
_ITEM = re.compile(rf"[\[{{(,:]\s*(?P<item>{_QUOTED})(?=\s*[\]}}),:])")
_VERBATIM = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]+`", re.DOTALL)
_QUOTATION = re.compile(r"[\"\u201c\u201d\u201e][^\"\u201c\u201d\u201e\n]*[\"\u201c\u201d\u201e]")

_COMMANDS = (
    "apt-get|aws|awk|cargo|chmod|conda|curl|docker|ffmpeg|gcloud|git|grep|jq|kubectl|mkdir|npm|npx|pip3?|pnpm|pytest|"
    "rsync|scp|sed|ssh|sudo|systemctl|terraform|uvicorn|virtualenv|wget|xargs|yarn"
)
_CODE_FILES = "c|cc|cpp|csv|exe|go|h|ini|ipynb|java|js|json|jsx|log|mp4|png|py|rb|rs|sh|sql|toml|ts|tsx|txt|ya?ml"
_CODE = re.compile(
    rf"""
      [=\\] | ;\s*$ | && | \|\| | -> | </?[A-Za-z] | /> | \{{% | %\}} | ^\s*(?://|\#include|\$\s|\|)
    | ::[A-Za-z_{{<*] | \$[A-Za-z_({{] | \w\((?!e?s\)) | "\s*:\s | \bfrom\s+["']
    | ^\s*(?:(?:import|export|SELECT|INSERT|UPDATE|CREATE)\b|return\s*\{{|(?:cp|echo|ls|mv|rm)\s)
    | \b(?:enum|struct|class|interface|query|mutation|fragment)\s+\w+\s*\{{ | ^\s*(?:query|mutation)\s*\{{
    | @(?:media|supports|keyframes)\b | \b[Uu]sage:
    | ^\s*(?:for|if|elif|while|with)\b.*:\s*$
    | (?<!\S)-[A-Za-z](?!\S) | (?<!\S)--[\w-]+= | (?<![\w-])(?:{_COMMANDS})(?![\w'-])
    | (?<!\S)[\w./~-]+\.(?:{_CODE_FILES})(?!\w) | (?<!\S)(?:\./|~/|/(?:bin|etc|home|usr|var)/)
    """,
    re.VERBOSE,
)
"""What stands in a line of code, or of a shell, and hardly ever in one of prose."""
_AXIS_NAME = re.compile(r"\{\w+[ \t]*=(?=[^={}|,\n]*[|,])")
"""The name of alternatives, or of what is nearly that; its = makes no code of a line."""


class Layout:
    """The braces and the code of one text.

    Attributes:
        text: the text.
        pairs: where each opening brace that has a partner is closed.
        unpaired: where the braces without a partner are, those in quoted strings of JSON left out.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._strings = _Ranges(found.span("item") for found in _ITEM.finditer(text))
        self.pairs, self.unpaired = _paired(text, self._strings)
        self._code_lines: dict[int, bool] = {}

    @cached_property
    def _verbatim(self) -> _Ranges:
        return _Ranges(found.span() for found in _VERBATIM.finditer(self.text))

    @cached_property
    def _quotations(self) -> _Ranges:
        found = [quotation.span() for quotation in _QUOTATION.finditer(self.text)]
        is_whole = len(found) == 1 and self.text[slice(*found[0])] == self.text.strip()
        return _Ranges([] if is_whole else found)

    def is_verbatim(self, at: int) -> bool:
        """Tell whether this is in backticks, in a fence, or in a quoted string of JSON."""
        return at in self._strings or at in self._verbatim

    def is_quoted(self, at: int) -> bool:
        """Tell whether this is in a quotation, unless that is the whole text."""
        return at in self._quotations

    def is_code(self, at: int) -> bool:
        """Tell whether this is verbatim, or in a line that reads like code or a shell command."""
        if self.is_verbatim(at):
            return True
        start = self.text.rfind("\n", 0, at) + 1
        if start not in self._code_lines:
            self._code_lines[start] = bool(_CODE.search(_AXIS_NAME.sub("{", self.line(start))))
        return self._code_lines[start]

    def line(self, start: int) -> str:
        """Return the line that begins here."""
        stop = self.text.find("\n", start)
        return self.text[start : stop if stop != -1 else None]


class _Ranges:
    """Stretches that do not overlap, in order."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = list(spans)
        self._starts = [start for start, _ in self._spans]

    def __contains__(self, at: int) -> bool:
        return self.around(at) >= 0

    def around(self, at: int) -> int:
        """Return the number of the stretch that holds this place; -1 if none does."""
        nearest = bisect_right(self._starts, at) - 1
        return nearest if nearest >= 0 and at < self._spans[nearest][1] else -1


def _paired(text: str, strings: _Ranges) -> tuple[dict[int, int], list[int]]:
    pairs: dict[int, int] = {}
    unpaired: list[int] = []
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for brace in re.finditer(r"[{}]", text):
        at = brace.start()
        inside = strings.around(at)
        if brace[0] == "{":
            waiting[inside].append(at)
        elif waiting[inside]:
            pairs[waiting[inside].pop()] = at
        elif inside < 0:
            unpaired.append(at)
    return pairs, sorted(unpaired + waiting[-1])
