"""Sweeps and histories as sequences: as one file to pass on, as records for a table, and in part."""

from __future__ import annotations

from pathlib import Path

import nbformat

from playcut_jupyter import Playcut, Sweep
from playcut_jupyter.library import ratings
from playcut_jupyter.sandbox import Sandbox
from tests.documents import exported


def test_the_contact_sheet_of_a_sweep_holds_everything_but_the_key(
    pc: Playcut, sandbox: Sandbox, tmp_path: Path
) -> None:
    sweep = pc.sweep("a sheet with <b>{a fox|an owl|[fail]}</b>", seed=7)
    sweep[0].star()
    ratings.keep_pick(pc.connection.library, sweep[0].id or 0, sweep[1].id or 0)

    path = sweep.contact_sheet(tmp_path / "sheet.html")

    page = path.read_text()
    assert "<h1>a sheet with &lt;b&gt;{a fox|an owl|[fail]}&lt;/b&gt;</h1>" in page
    assert page.count("<article") == 3
    assert page.count("<img") == 2
    assert page.count("data:image/png;base64,") == 2
    assert "a sheet with &lt;b&gt;a fox&lt;/b&gt;" in page
    assert all(fact in page for fact in ("seed 7", "credits (estimate)", "starred", "picked 1 of 1", "picked 0 of 1"))
    assert "FAILED" in page
    assert "viewport" in page
    assert "http://" not in page.replace('http-equiv="Content', "")
    assert sandbox.key not in page


def test_records_have_axes_picks_and_stars_as_flat_columns(pc: Playcut) -> None:
    sweep = pc.sweep("a flat {fox|owl}", aspect_ratio=["1:1", "16:9"])
    ratings.keep_pick(pc.connection.library, sweep[2].id or 0, sweep[0].id or 0)
    rows = sweep.to_records()
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert [row["fox|owl"] for row in rows] == ["fox", "fox", "owl", "owl"]
    assert [(row["picks_won"], row["picks_lost"]) for row in rows] == [(0, 1), (0, 0), (1, 0), (0, 0)]
    assert all(row["seconds"] > 0 and Path(row["path"]).exists() for row in rows)
    assert len(pc.history().to_records()) == 4


def test_an_axis_that_is_called_like_a_fact_keeps_a_column_of_its_own(pc: Playcut) -> None:
    rows = pc.sweep("a {tool} fox", tool=["brush", "pen"]).to_records()
    assert [(row["axis.tool"], row["tool"]) for row in rows] == [
        ("brush", "generate-image-from-text"),
        ("pen", "generate-image-from-text"),
    ]


def test_a_part_of_a_sweep_is_a_sweep(pc: Playcut, tmp_path: Path) -> None:
    sweep = pc.sweep("a sliced {red|blue} {fox|owl}")
    part = sweep[1:3]
    assert isinstance(part, Sweep)
    assert (list(part), part.axes) == ([sweep[1], sweep[2]], sweep.axes)
    assert part.contact_sheet(tmp_path / "part.html").read_text().count("<img") == 2
    assert part._repr_mimebundle_()["text/html"].count("<img") == 2
    assert len(pc.compare(part)) == 2
    assert len(sweep) == 4


def test_a_part_of_the_history_and_of_a_tree_show_themselves(pc: Playcut) -> None:
    fox = pc.image("a rooted fox")
    pc.sweep("+ {at dusk|in ink}", parent=fox)
    newest = pc.history()[:2]
    assert newest._repr_mimebundle_()["text/html"].count("<img") == 2
    assert "a rooted fox in ink" in newest.export("json")
    assert pc.tree(fox.id)[1:].depths == [1, 1]
    assert "at dusk" in repr(pc.tree(fox.id)[1:])


def test_the_history_is_a_sequence_and_gives_records(pc: Playcut) -> None:
    pc.sweep("a remembered {fox|owl}")
    history = pc.history()
    assert len(history) == 2
    assert next(iter(history)) is history[0]
    assert list(history[-1:]) == [history[1]]
    assert [record["status"] for record in history.to_records()] == ["COMPLETED", "COMPLETED"]
    assert repr(history).splitlines()[0].split()[0] == "#"
    assert history._repr_mimebundle_()["text/html"].count("<img") == 2


def test_a_grid_is_whole_as_a_page_of_its_own(pc: Playcut) -> None:
    sweep = pc.sweep("a page {red|blue} {fox|owl}")
    output = nbformat.v4.new_output("display_data", sweep._repr_mimebundle_())
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
    page, _ = exported(notebook, "html", embed_images=True)
    assert all(f'alt="{run.prompt}"' in page for run in sweep)
    assert "<th" in page
