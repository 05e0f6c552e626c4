"""`sweep.explore()`: judge, vary and refine in one place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output

from playcut_jupyter import InvalidInput, Playcut
from playcut_jupyter.results.generations import Sweep
from playcut_jupyter.sandbox import Sandbox
from playcut_jupyter.widgets.explorer import Explorer
from tests.shells import cell, line
from tests.widgets.page import SETTLE_S, Page


@pytest.fixture
def sweep(pc: Playcut) -> Sweep:
    return pc.sweep("a {colour=red|blue} {animal=fox|owl}")


@pytest.fixture
def explorer(sweep: Sweep) -> Iterator[Explorer]:
    made = sweep.explore()
    yield made
    made.close()


@pytest.fixture
def page(explorer: Explorer) -> Page:
    return Page(explorer.grids[0])


def test_variants_are_bought_once_after_their_price_was_seen(
    explorer: Explorer, page: Page, sweep: Sweep, sandbox: Sandbox
) -> None:
    before = sandbox.submissions
    page.do("vary", str(sweep[0].id))
    asked = page.last("confirm")
    assert asked["button"] == "Vary 4, about 320 credits (estimate)"
    assert len(explorer.grids) == 1
    page.tell(asked["message"])
    page.tell(asked["message"])  # a double click
    assert len(explorer.grids) == 2
    variants = explorer.grids[1].items
    assert [item.snapshot.parent_id for item in variants] == [sweep[0].id] * 4
    assert "4 variants" in page.grid.notice
    for item in variants:
        item.job.wait(SETTLE_S)
    assert sandbox.submissions == before + 4


def test_what_does_not_fit_the_budget_is_one_sentence_and_is_not_asked(
    explorer: Explorer, page: Page, sweep: Sweep, pc: Playcut
) -> None:
    pc.budget = 400  # of which 320 are spent
    page.do("vary", str(sweep[0].id))
    assert page.grid.notice.startswith("Over budget: needs about 320 credits, 80 are left")
    assert not [message for message, _ in page.messages if message["type"] == "confirm"]


def test_where_it_is_frozen_nothing_is_offered(sweep: Sweep, pc: Playcut) -> None:
    pc.freeze(True)
    frozen = pc.sweep("a {colour=red|blue} {animal=fox|owl}").explore()
    page = Page(frozen.grids[0])
    page.do("vary", page.grid.tiles[0]["id"])
    assert "rozen" in page.grid.notice
    frozen.close()


def test_the_next_cell_keeps_what_is_selected_else_what_has_a_star(page: Page, sweep: Sweep) -> None:
    page.do("refine")
    assert page.grid.notice.startswith("Nothing has been judged yet")
    page.do("star", str(sweep[3].id), on=True)
    page.do("refine")
    assert page.last("text")["text"] == "%%playcut image\na blue owl"
    page.do("refine", str(sweep[0].id), str(sweep[1].id))
    assert page.last("text")["text"] == "%%playcut image\na red {animal=fox|owl}"


def test_after_a_retry_it_shows_what_the_sweep_holds_now(pc: Playcut) -> None:
    sweep = pc.sweep("a {red|blue [flaky]} fox")
    explorer = sweep.explore()
    sweep.retry_failed()
    explorer.grids[0].settle(SETTLE_S)
    assert [tile["done"] for tile in explorer.grids[0].tiles] == [True, True]
    explorer.close()


def test_it_is_shown_with_a_still_of_the_grid(shell: InteractiveShell) -> None:
    explorer = cell(shell, "", "a {red|blue} fox in a still").explore()
    with capture_output() as shown:
        display(explorer)
    widget, still = (output.data for output in shown.outputs)
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert "run its cell again" in widget["text/plain"]
    assert still["text/html"].count("<img") == 2
    explorer.close()


def test_the_command_needs_a_sweep_and_a_notebook(shell: InteractiveShell) -> None:
    with pytest.raises(InvalidInput, match="needs a sweep"):
        line(shell, "explore nothing")
    cell(shell, "-o foxes", "a {red|blue} fox to explore")
    with pytest.raises(InvalidInput, match="needs a notebook's widgets"):
        line(shell, "explore foxes")


def test_the_sheet_of_the_whole_sweep_is_titled_by_its_prompt_and_that_of_a_part_is_not(
    pc: Playcut, tmp_path: Path
) -> None:
    sweep = pc.sweep("Good {time=morning|evening}", kind="speech")
    explorer = sweep.explore()
    page = Page(explorer.grids[0])
    page.do("sheet")
    page.do("sheet", str(sweep[0].id))
    whole, part = (tmp_path / name for name in ("contact-sheet.html", "contact-sheet-2.html"))
    assert "Good {time=morning|evening}" in whole.read_text(encoding="utf-8")
    assert "Good {time" not in part.read_text(encoding="utf-8")
    explorer.close()
