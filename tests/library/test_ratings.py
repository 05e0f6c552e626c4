"""Stars, hidden ones, picks and parents: kept in the library, and no part of a generation's life."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter.library import ratings
from playcut_jupyter.library.database import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def made(library: Library, prompt: str, parent: int | None = None) -> int:
    tool = "generate-image-from-text"
    return library.create("https://a.test", tool, "image", prompt, {"prompt": prompt}, None, parent)


def test_a_star_stays_and_is_found(library: Library, tmp_path: Path) -> None:
    first, second = made(library, "a fox"), made(library, "an owl")
    ratings.star(library, first)
    again = Library(tmp_path)
    assert [row.id for row in again.history(starred=True)] == [first]
    ratings.star(again, first, on=False)
    ratings.star(again, second)
    assert [row.id for row in library.history(starred=True)] == [second]


def test_what_is_hidden_is_left_out_only_where_asked(library: Library) -> None:
    first, second = made(library, "a fox"), made(library, "an owl")
    ratings.hide(library, first)
    assert [row.id for row in library.history(hidden=False)] == [second]
    assert [row.id for row in library.history()] == [second, first]


def test_a_mark_leaves_the_state_and_the_owner_alone(library: Library) -> None:
    number = made(library, "a fox")
    library.release(number)
    ratings.star(library, number)
    ratings.hide(library, number)
    record = library.get(number)
    assert record is not None
    assert (record.state, record.owner, record.starred, record.hidden) == ("intended", "", True, True)


def test_the_history_is_paged_and_filtered(library: Library) -> None:
    numbers = [made(library, f"fox {number}") for number in range(5)]
    made(library, "an owl")
    page = library.history(search="FOX", kind="image", limit=2)
    rest = library.history(search="FOX", kind="image", before=page[-1].id)
    assert [row.id for row in (*page, *rest)] == numbers[::-1]
    assert library.history(kind="video") == []


def test_picks_are_kept_in_order_and_taken_back_one_by_one(library: Library) -> None:
    a, b, c, stranger = (made(library, prompt) for prompt in "abcd")
    for winner, loser in ((a, b), (c, a), (a, b), (stranger, a)):
        ratings.keep_pick(library, winner, loser)
    assert ratings.picks(library, [a, b, c]) == [(a, b), (c, a), (a, b)]
    assert ratings.forget_last_pick(library, [a, b, c]) == (a, b)
    assert ratings.picks(library, [a, b, c]) == [(a, b), (c, a)]
    assert ratings.forget_last_pick(library, [b, c]) is None


def test_parent_and_child_know_each_other(library: Library) -> None:
    parent = made(library, "a fox")
    child = made(library, "a fox at dusk", parent)
    assert [row.id for row in library.children(parent)] == [child]
    record = library.get(child)
    assert record is not None
    assert record.parent_id == parent


def test_only_what_is_newer_and_has_no_parent_is_linked(library: Library) -> None:
    first, second, third = (made(library, prompt) for prompt in "abc")
    ratings.link(library, third, first)
    ratings.link(library, third, second)
    ratings.link(library, first, third)
    parents = {row.id: row.parent_id for row in library.history()}
    assert parents == {first: None, second: None, third: first}
