"""What was bought is shown from the library; what is to be bought stays within the budget."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter import BudgetExceeded, Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.calls.connecting import connected_to


def test_the_same_call_again_is_shown_from_the_library(pc: Playcut, sandbox: Sandbox) -> None:
    first = pc.image("a kept fox")
    before = sandbox.requests

    again = pc.image("a kept fox")

    assert again.reused
    assert again.assets[0].path == first.assets[0].path
    assert sandbox.requests == before


def test_a_lost_original_is_fetched_again_and_not_bought_again(pc: Playcut, sandbox: Sandbox) -> None:
    first = pc.image("a fox whose file gets lost")
    original = first.assets[0].data
    assert first.assets[0].path
    first.assets[0].path.unlink()
    before = sandbox.submissions

    again = pc.image("a fox whose file gets lost")

    assert sandbox.submissions == before
    assert again.task_id == first.task_id
    assert again.assets[0].data == original
    assert first.assets[0].path.is_file()


def test_fresh_buys_another(pc: Playcut, sandbox: Sandbox) -> None:
    pc.image("a bought fox")
    before = sandbox.submissions

    assert not pc.image("a bought fox", fresh=True).reused
    assert sandbox.submissions == before + 1


def test_the_nth_variant_is_the_nth_saved_one(pc: Playcut, sandbox: Sandbox) -> None:
    two = pc.image("a varied fox", count=2)
    before = sandbox.submissions

    three = pc.image("a varied fox", count=3)

    assert [run.reused for run in three] == [True, True, False]
    assert [run.task_id for run in three][:2] == [run.task_id for run in two]
    assert sandbox.submissions == before + 1


def test_a_budget_stops_before_the_submission_that_would_pass_it(sandbox: Sandbox, away_from_home: Path) -> None:
    with connected_to(sandbox, away_from_home, budget=170) as pc:
        before = sandbox.submissions
        pc.image("fox one")
        pc.image("fox two")

        with pytest.raises(BudgetExceeded):
            pc.submit("image", "fox three")

        assert sandbox.submissions == before + 2
        pc.budget = 240
        assert pc.image("fox three").status == "COMPLETED"


def test_a_budget_also_holds_for_a_sweep_whose_price_is_not_known_yet(sandbox: Sandbox, away_from_home: Path) -> None:
    with connected_to(sandbox, away_from_home, budget=170) as pc:
        before = sandbox.submissions

        sweep = pc.sweep("a {red|blue|green|grey} fox")

    assert sandbox.submissions == before + 2
    assert [type(run.error) for run in sweep.failed] == [BudgetExceeded, BudgetExceeded]


def test_closing_forgets_no_credits(sandbox: Sandbox, away_from_home: Path) -> None:
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=away_from_home, budget=100) as pc:
        pc.image("a fox before the end")
        pc.close()

        with pytest.raises(BudgetExceeded, match="needs about 80 credits, 20 are left"):
            pc.image("a fox after the end")
