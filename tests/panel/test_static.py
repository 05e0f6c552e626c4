"""The files for the page: by their classes JavaScript, style sheets and Python speak of the same parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playcut_jupyter.display import media_html, status, text_html
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.front_end import STATIC
from playcut_jupyter.widgets import explorer, static_files

PANEL_SOURCES = [path for path in sorted(STATIC.parent.glob("*.py")) if path.stem != "css_classes"]
CLASSES = {name: value for name, value in vars(css_classes).items() if name.isupper()}
PREFIXES = (css_classes.FIELD_PREFIX, f"{css_classes.BADGE}-")


def classes_in(text: str) -> set[str]:
    """Return the classes of ours that *text* names; those with a prefix of ours are that prefix."""
    found = set(re.findall(r"\bplaycut-[\w-]+", re.sub(r"/\*.*?\*/|--playcut-\w+", "", text, flags=re.DOTALL)))
    return {next((prefix for prefix in PREFIXES if name.startswith(prefix)), name) for name in found}


def test_the_page_knows_the_parts_by_the_classes_that_python_gives_them() -> None:
    in_page = set().union(*(classes_in(path.read_text(encoding="utf-8")) for path in STATIC.iterdir()))
    of_displays = set().union(
        *(
            classes_in(Path(str(module.__file__)).read_text(encoding="utf-8"))
            for module in (media_html, status, text_html, explorer)
        )
    )
    of_displays |= classes_in(static_files.style("tile_grid/grid.css", "tile_grid/tile.css", "tile_grid/dialog.css"))
    ours = {*CLASSES.values(), *PREFIXES}
    assert in_page - of_displays == ours
    assert in_page & of_displays == {
        "playcut-explorer",
        "playcut-full",
        "playcut-message",
        "playcut-status",
        "playcut-tiles",
        "playcut-tiles-bar",
        "playcut-tiles-flow",
        "playcut-tiles-grid",
        "playcut-tiles-notice",
        "playcut-tiles-view",
    }


def test_no_class_is_given_twice() -> None:
    assert len(set(CLASSES.values())) == len(CLASSES)


@pytest.mark.parametrize("path", PANEL_SOURCES, ids=lambda path: path.stem)
def test_the_panel_names_its_classes_in_one_place(path: Path) -> None:
    named = {name for name in classes_in(path.read_text(encoding="utf-8")) if name in CLASSES.values()}
    assert named == set()
