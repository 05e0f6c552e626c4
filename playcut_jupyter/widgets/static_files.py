"""The scripts and styles of widgets: `static/` holds modules, and a page gets those of one widget as one module."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r'^import [^"]*"(\.\.?/[^"]+)"\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default\b)", re.MULTILINE)


def script(folder: str) -> str:
    """Return `main.js` of a folder in `static/` with all that it imports as one module.

    anywidget gives a page one module, which can import no file beside it. So the names of the files must not clash.
    """
    sources: dict[Path, str] = {}

    def add(file: Path) -> None:
        source = file.read_text(encoding="utf-8")
        for imported in _IMPORT.findall(source):
            other = (file.parent / imported).resolve()
            if other not in sources:
                add(other)
        sources[file] = _EXPORT.sub("", _IMPORT.sub("", source))

    add((STATIC / folder / "main.js").resolve())
    return "\n".join(sources.values())


def style(*names: str) -> str:
    """Return style sheets of `static/` as one, in this order."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)
