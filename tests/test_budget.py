"""A budget: all or none where the prices are known, or as many as fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import BudgetExceeded, Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell


@pytest.fixture
def priced(pc: Playcut) -> tuple[Playcut, float]:
    """A connection that knows what a speech costs."""
    return pc, pc.speech("A price to know.").estimated_credits or 0.0


def submissions(sandbox: Sandbox) -> int:
    return sandbox.submissions


def test_nothing_of_a_sweep_that_does_not_fit_is_sent(priced: tuple[Playcut, float], sandbox: Sandbox) -> None:
    pc, price = priced
    pc.budget = 3.5 * price
    before = submissions(sandbox)
    with pytest.raises(BudgetExceeded, match=rf"needs about {4 * price:g} credits, {2.5 * price:g} are left") as raised:
        pc.sweep("{One|Two|Three|Four} too many.", kind="speech")
    assert "--within-budget" in (raised.value.hint or "")
    assert submissions(sandbox) == before


def test_as_many_as_fit_are_generated_on_request(priced: tuple[Playcut, float]) -> None:
    pc, price = priced
    pc.budget = 3.5 * price
    fitting = pc.sweep("{One|Two|Three|Four} within.", kind="speech", within_budget=True)
    assert [made.prompt for made in fitting] == ["One within.", "Two within."]
    assert [made.error for made in fitting] == [None, None]
    assert list(fitting.axes.values()) == [("One", "Two", "Three", "Four")]


def test_what_the_library_has_fits_any_budget(priced: tuple[Playcut, float]) -> None:
    pc, price = priced
    pc.sweep("{One|Two} kept.", kind="speech")
    pc.budget = pc.connection.account.spent + 1.5 * price
    assert len(pc.sweep("{One|Two|Three} kept.", kind="speech")) == 3
    assert [made.reused for made in pc.sweep("{One|Two|Three} kept.", kind="speech")] == [True] * 3


def test_a_budget_that_not_even_one_fits_refuses_also_within_it(priced: tuple[Playcut, float]) -> None:
    pc, price = priced
    pc.budget = 1.5 * price
    with pytest.raises(BudgetExceeded):
        pc.sweep("{One|Two} not even.", kind="speech", within_budget=True)


@pytest.mark.parametrize("count", [1, 3])
def test_single_prompts_are_refused_alike(priced: tuple[Playcut, float], count: int) -> None:
    pc, price = priced
    pc.budget = 1.5 * price
    with pytest.raises(BudgetExceeded, match=f"needs about {count * price:g} credit"):
        pc.speech("Not this one.", count=count)


def test_a_cell_refuses_and_fits_as_python_does(shell: InteractiveShell) -> None:
    price = cell(shell, "speech", "A price for cells.").estimated_credits
    shell.run_line_magic("config", f"PlaycutMagics.budget = {3.5 * price}")
    with pytest.raises(BudgetExceeded, match="Nothing of it was sent"):
        cell(shell, "speech", "{One|Two|Three} in a cell.")
    assert len(cell(shell, "speech --within-budget", "{One|Two|Three} in a cell.")) == 2


def test_where_no_price_is_known_the_first_tells_it(pc: Playcut, away_from_home: Path) -> None:
    pc.budget = 1.0
    made = pc.sweep("{One|Two|Three} unpriced.", kind="speech")
    assert [type(failed.error) for failed in made.failed] == [BudgetExceeded] * 2
