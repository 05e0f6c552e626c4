"""What stands in a widget's place in a saved notebook, and only there."""

from __future__ import annotations

from collections.abc import Callable

from .lab import Lab, code
from .notebook import Notebook

_SOURCES = [
    "%load_ext playcut_jupyter",
    "%%playcut image\na still {fox|owl}",
    "from playcut_jupyter import Playcut\nPlaycut(sandbox=True).compare(*_playcut).blend()",
    "_playcut.pick()",
    "_playcut.explore()",
]


def test_a_saved_notebook_shows_a_still_in_the_place_of_each_widget(
    lab: Lab, open_notebook: Callable[[str], Notebook], reopen_notebook: Callable[[str], Notebook]
) -> None:
    lab.write("stills.ipynb", [code(source) for source in _SOURCES])
    notebook = open_notebook("stills.ipynb")
    notebook.command("notebook:run-all-cells")
    for cell in map(notebook.cell, (2, 3, 4)):
        cell.wait_until_run()
        cell.wait_for("cell => cell.querySelector('.playcut-live')")
        cell.wait_for("cell => cell.querySelector('.playcut-still')")
        assert cell.media(".playcut-live").is_visible()
        assert not cell.media(".playcut-still").is_visible()
    notebook.save()
    notebook.close()

    lab.write("untrusted.ipynb", lab.read("stills.ipynb"))
    for name in ("stills.ipynb", "untrusted.ipynb"):
        again = reopen_notebook(name)
        blend, pick, explorer = map(again.cell, (2, 3, 4))
        blend.wait_for_text("fox")
        assert blend.media(".playcut-still img").count() == 2
        pick.wait_for_text("A blind pick of 2: 0 rounds so far.")
        explorer.wait_for_text("2 of 2 done")
        assert explorer.media(".playcut-still img").count() == 2
        assert "rror" not in blend.text + pick.text + explorer.text
        assert not again.page.locator(".playcut-live").count()
        again.close()
