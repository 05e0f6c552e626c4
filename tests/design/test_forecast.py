"""What a plan will come to is told before anything is sent: how many, how much, and what the library has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, Playcut
from playcut_jupyter.design import planning
from playcut_jupyter.design.forecast import Forecast
from tests.shells import cell


def forecast(pc: Playcut, template: str, count: int = 1, fresh: bool = False, **options: object) -> Forecast:
    return pc.forecast(planning.plan_sweep("image", template, {}, options, count=count, fresh=fresh))


def test_without_a_history_the_price_comes_with_the_first_acknowledgement(pc: Playcut) -> None:
    expected = forecast(pc, "a forecast {fox|owl}")
    assert (expected.request.total, expected.in_library, expected.credits, expected.unpriced) == (2, 0, None, 2)
    assert "known after the first submission" in str(expected)


def test_what_was_bought_before_tells_the_price_and_what_is_in_the_library_is_free(pc: Playcut) -> None:
    fox = pc.image("a priced fox")
    expected = forecast(pc, "a priced {fox|owl|cat}", count=2)
    assert (expected.request.total, expected.in_library) == (6, 1)
    assert expected.credits == 5 * (fox.estimated_credits or 0) > 0
    assert "1 from your library, 0 credits" in expected.price
    assert "x 2 of each = 6 generations" in str(expected)


def test_fresh_ones_are_all_to_be_paid(pc: Playcut) -> None:
    fox = pc.image("a fresh forecast")
    expected = forecast(pc, "a fresh forecast", fresh=True)
    assert (expected.in_library, expected.credits) == (0, fox.estimated_credits)


def test_inputs_of_another_price_are_not_priced_by_guess(pc: Playcut) -> None:
    pc.image("a small fox", image_size="1K")
    expected = forecast(pc, "a small fox", image_size=["1K", "4K"])
    assert (expected.in_library, expected.unpriced) == (1, 1)


def test_a_sweep_that_is_too_large_tells_its_price_and_sends_nothing(pc: Playcut) -> None:
    fox = pc.image("a large fox")
    with pytest.raises(InvalidInput, match="20 generations, more than 16") as caught:
        pc.sweep("a large {fox|owl|cat|hare|elk} {1|2|3|4}")
    assert f"about {20 * (fox.estimated_credits or 0):g} credits (estimate)" in str(caught.value)
    assert len(pc.history()) == 1


def test_the_block_is_escaped(pc: Playcut) -> None:
    html = forecast(pc, "a <b>bold</b> {fox|owl}").bundle()["text/html"]
    assert "&lt;b&gt;bold" in html


def test_the_price_of_a_very_large_plan_is_that_of_all_of_it(pc: Playcut) -> None:
    fox = pc.image("a 1 of many foxes 1")
    hundred = list(range(100))
    many = planning.plan_sweep("image", "a {n} of many foxes {m}", {"n": hundred, "m": hundred}, {})
    expected = pc.forecast(many)
    assert (expected.request.total, expected.looked_up) == (10_000, 2_000)
    assert expected.credits is not None
    assert expected.credits == pytest.approx(10_000 * (fox.estimated_credits or 0), rel=0.001)
    assert "(estimate, from 2,000 of them taken at random)" in str(expected)


def test_what_is_over_budget_is_told_with_what_it_needs_and_what_is_left(pc: Playcut) -> None:
    price = pc.image("a budgeted fox").estimated_credits or 0
    pc.budget = 4.5 * price
    assert "over budget" not in str(forecast(pc, "a budgeted {owl|cat|hare}"))
    words = str(forecast(pc, "a budgeted {owl|cat|hare|elk}"))
    assert f"over budget: needs about {4 * price:g} credits, {3.5 * price:g} are left" in words


def test_a_dry_run_tells_that_it_needs_a_higher_limit(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell_magic("playcut", "--dry-run --count 10", "a limited {fox|owl|cat}")
    assert "needs `--max 30`" in capsys.readouterr().out
    shell.run_cell_magic("playcut", "--dry-run --count 10 --max 30", "a limited {fox|owl|cat}")
    assert "--max" not in capsys.readouterr().out


def test_a_dry_run_tells_the_inputs_that_all_have_alike(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell_magic("playcut", f"-a 16:9 -p seed=7 -p tags=[1,2] -p t={'hello' * 20} --dry-run", "a told fox")
    one = capsys.readouterr().out
    shell.run_cell_magic("playcut", "-a 16:9 -p seed=7,8 --dry-run", "a told {fox|owl}")
    several = capsys.readouterr().out
    shell.run_cell_magic("playcut", "--dry-run", "a told fox")

    assert "\nWith aspectRatio 16:9, seed 7, tags [1, 2], t hellohello" in one
    assert max(map(len, one.splitlines())) <= 210
    assert "\nWith aspectRatio 16:9\n" in several
    assert "\nWith" not in capsys.readouterr().out


@pytest.mark.parametrize("options", ["", "--dry-run "])
@pytest.mark.parametrize("body", ["a timed {fox|owl}", "a timed fox"])
def test_what_can_not_be_sent_is_told_before_anything(shell: InteractiveShell, options: str, body: str) -> None:
    shell.user_ns["now"] = datetime(2025, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="can't be sent as JSON"):
        cell(shell, f"image {options}-p when={{now}}", body)
