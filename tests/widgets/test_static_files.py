"""The modules of a widget's script, joined into the one that a page gets."""

from __future__ import annotations

import re
from collections import Counter

from playcut_jupyter.widgets import static_files


def test_modules_are_joined_in_order_without_imports_and_without_clashes() -> None:
    source = static_files.script("tile_grid")
    assert not re.search(r"^import\b|^export (?!default\b)", source, re.MULTILINE)
    assert source.count("export default") == 1
    declared = re.findall(r"^(?:const|let|function|class) (\w+)", source, re.MULTILINE)
    assert {name: count for name, count in Counter(declared).items() if count > 1} == {}
    assert declared.index("Dialog") < declared.index("Lightbox")  # a class stands below the one that it extends
    files = sorted((static_files.STATIC / "tile_grid").glob("*.js"))
    assert all(path.read_text(encoding="utf-8").splitlines()[0] in source for path in files)
