"""Which two are asked about next, who leads, and how sure that is: with simulated judges whose tastes are known."""

from __future__ import annotations

import random
from itertools import product

from playcut_jupyter.design.pick_model import Pair
from playcut_jupyter.design.standings import standings

GRID = {number: {"style": style, "animal": animal} for number, (style, animal) in enumerate(product("abc", "xyz"))}


def play(seed: int) -> tuple[int, int]:
    """Let a judge, who answers one in twenty rounds by mistake, pick; return the rounds and the place of the winner."""
    rng = random.Random(seed)
    tastes = {value: rng.gauss(0, 2) for value in "abcxyz"}
    strengths = {
        number: tastes[each["style"]] + tastes[each["animal"]] + rng.gauss(0, 1) for number, each in GRID.items()
    }
    rounds: list[Pair] = []
    while (now := standings(GRID, rounds, [])).is_open and now.pair:
        better, worse = sorted(now.pair, key=lambda number: -strengths[number])
        rounds.append((better, worse) if rng.random() > 0.05 else (worse, better))
    return len(rounds), sorted(strengths, key=lambda number: -strengths[number]).index(now.leader)


def test_a_judge_of_nine_needs_about_ten_rounds_and_gets_the_best_or_the_second() -> None:
    games = [play(seed) for seed in range(3)]
    assert 8 <= sum(rounds for rounds, _ in games) / len(games) <= 14
    assert sum(place < 2 for _, place in games) >= 2


def test_the_answers_alone_decide_and_no_pair_is_asked_twice() -> None:
    rounds: list[Pair] = [(0, 4), (8, 1)]
    now = standings(GRID, rounds, [])
    assert now == standings(GRID, rounds, [])
    assert now.pair is not None
    assert set(now.pair) not in ({0, 4}, {8, 1})


def test_all_pairs_of_three_are_asked_at_most_once_and_then_it_ends() -> None:
    three: dict[int, dict[str, str]] = {number: {} for number in (3, 5, 7)}
    ties = [(3, 5), (5, 7), (7, 3)]
    now = standings(three, [], ties)
    assert now.pair is None
    assert not now.is_open


def test_a_value_that_wins_lifts_all_that_share_it() -> None:
    now = standings(GRID, [(0, 3), (1, 4), (2, 5), (0, 6), (1, 7)], [])
    assert GRID[now.leader]["style"] == "a"


def test_of_many_candidates_none_is_forgotten() -> None:
    many = {number: {"row": str(number // 8), "column": str(number % 8)} for number in range(64)}
    now = standings(many, [], [])
    assert now.is_open
    assert now.confidence < 0.1
    rounds = [(42, number) for number in range(64) if number != 42][:40]
    assert standings(many, rounds, []).leader == 42
