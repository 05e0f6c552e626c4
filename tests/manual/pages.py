"""The manual's pages as Sphinx reads them, and the code blocks in them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs"
PAGES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.md"))
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)

sys.path.insert(0, str(FOLDER / "_extensions"))
from generated_tables import with_tables  # type: ignore[import-not-found] # noqa: E402 - of the manual


def text_of(page: str) -> str:
    """Return a page with its generated tables."""
    text: str = with_tables((FOLDER / page).read_text(encoding="utf-8"))
    return text


def blocks(page: str, *languages: str) -> Iterator[str]:
    """Yield the code blocks of a page in these languages, without their indentation."""
    for indent, language, code in _BLOCK.findall((FOLDER / page).read_text(encoding="utf-8")):
        if language in languages:
            yield "\n".join(line.removeprefix(indent) for line in code.splitlines())
