"""Blind picking: which two are shown, what a click does, and what the table says."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import InvalidInput, Playcut, Sweep
from playcut_jupyter.design.picking import Pair, next_pair
from playcut_jupyter.library import ratings


@given(st.integers(2, 9))
def test_every_pair_is_shown_once_and_all_are_seen_about_evenly(count: int) -> None:
    shown: list[Pair] = []
    while (pair := next_pair(range(count), shown)) is not None:
        shown.append(pair)
        seen = Counter(number for each in shown for number in each)
        assert max(seen.values()) - min(seen[number] for number in range(count)) <= 2
    assert len(shown) == len({frozenset(each) for each in shown}) == count * (count - 1) // 2


def test_the_better_one_stands_on_both_sides() -> None:
    shown: list[Pair] = []
    while (pair := next_pair(range(8), shown)) is not None:
        shown.append(pair)
    assert 5 < sum(first < second for first, second in shown) < 23


def clicked(view: Any, button: Any) -> None:
    """Click, and wait until the view has settled."""
    settled = threading.Event()
    view.finish.observe(lambda change: settled.set() if not change["new"] else None, "disabled")
    button.click()
    assert settled.wait(20)
    view.finish.unobserve_all("disabled")


@pytest.fixture
def sweep(pc: Playcut) -> Sweep:
    return pc.sweep("a picked {red|blue} {fox|owl}")


def by_number(sweep: Sweep, number: int) -> Any:
    return next(run for run in sweep if run.id == number)


def test_clicking_through_all_rounds_keeps_each_choice_and_shows_the_table(sweep: Sweep) -> None:
    view = sweep.pick()
    rounds = 0
    while not view.a_is_better.disabled:
        assert view._pair is not None
        red_is_first = by_number(sweep, view._pair[0]).labels["red|blue"] == "red"
        clicked(view, view.a_is_better if red_is_first else view.b_is_better)
        rounds += 1

    assert rounds == 6
    assert "All 6 pairs" in view.question.value
    red, blue, fox, owl = sweep.picks().to_records()
    assert (red["axis"], red["value"], red["won"], red["rounds"], red["share"]) == ("red|blue", "red", 4, 4, 1.0)
    assert (blue["won"], blue["rounds"]) == (0, 4)
    assert fox["rounds"] == owl["rounds"] == 4
    assert "playcut-picks" in view.result.value
    winner = sweep.picks().winner
    assert winner is not None
    assert winner.labels["red|blue"] == "red"


def test_nothing_gives_away_which_is_which(sweep: Sweep) -> None:
    view = sweep.pick()
    assert "picked" not in view.sides[0].value + view.sides[1].value
    assert 'alt="A"' in view.sides[0].value
    assert 'alt="B"' in view.sides[1].value


def test_a_double_click_counts_once(sweep: Sweep) -> None:
    view = sweep.pick()
    settled = threading.Event()
    view.finish.observe(lambda change: settled.set() if not change["new"] else None, "disabled")
    view.a_is_better.click()
    view.a_is_better.click()
    assert settled.wait(20)
    assert len(sweep.picks().rounds) == 1


def test_skips_and_choices_are_taken_back_in_order(sweep: Sweep) -> None:
    view = sweep.pick()
    first = view._pair
    clicked(view, view.a_is_better)
    second = view._pair
    clicked(view, view.skip)
    assert len(sweep.picks().rounds) == 1
    clicked(view, view.undo)
    assert view._pair == second
    clicked(view, view.undo)
    assert view._pair == first
    assert sweep.picks().rounds == []
    assert view.undo.disabled


def test_a_new_view_goes_on_where_the_last_one_was(sweep: Sweep) -> None:
    view = sweep.pick()
    clicked(view, view.b_is_better)
    assert sweep.pick()._pair == view._pair
    assert "Round 2" in sweep.pick().question.value


def test_a_library_that_can_not_be_written_is_told_in_the_view(sweep: Sweep) -> None:
    view = sweep.pick()
    database = view._library.path
    view._library.close()
    database.unlink()
    database.mkdir()
    clicked(view, view.a_is_better)
    assert "library" in view.result.value
    assert not view.a_is_better.disabled


def test_too_few_to_pick_from_is_told(pc: Playcut) -> None:
    lonely = pc.sweep("a lonely {fox|[fail]}")
    with pytest.raises(InvalidInput, match="at least two different finished generations"):
        lonely.pick()
    assert "Nothing has been picked" in repr(lonely.picks())


def test_rounds_between_the_same_value_say_nothing_of_it(sweep: Sweep) -> None:
    red_fox, red_owl = sweep[0], sweep[1]
    ratings.keep_pick(red_fox.library, red_fox.id or 0, red_owl.id or 0)
    red, _, fox, _ = sweep.picks().to_records()
    assert (red["rounds"], red["share"]) == (0, None)
    assert (fox["won"], fox["rounds"]) == (1, 1)
    assert "not judged" in repr(sweep.picks())
    assert f"#{red_fox.id}" in sweep.picks()._repr_mimebundle_()["text/html"]


def test_values_that_are_lists_or_dictionaries_are_picked_from_too(pc: Playcut) -> None:
    sweep = pc.sweep("a nested {fox|owl}", style=[{"ink": 1}, {"ink": 2}])
    view = sweep.pick()
    clicked(view, view.a_is_better)
    assert "All 1 pairs" in view.question.value
    assert "playcut-picks" in view.result.value
    assert not view.undo.disabled
    assert {row["value"] for row in sweep.picks().to_records()} >= {"{'ink': 1}", "{'ink': 2}"}


def test_what_nobody_thought_of_is_told_in_the_view_and_logged(sweep: Sweep, caplog: pytest.LogCaptureFixture) -> None:
    class Odd:
        def __str__(self) -> str:
            raise ZeroDivisionError("no text")

    view = sweep.pick()
    clicked(view, view.b_is_better)
    sweep.axes["odd"] = [Odd()]
    clicked(view, view.finish)
    assert "went wrong (ZeroDivisionError: no text)" in view.result.value
    assert not view.a_is_better.disabled
    assert "unexpected error after a click" in caplog.text
