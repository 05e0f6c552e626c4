"""Which values matter: the model against judges whose tastes are known, and how it is shown."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping, Sequence
from itertools import product

import pytest

from playcut_jupyter import Playcut, Sweep
from playcut_jupyter.design.effects import Effect, bundle, effects
from playcut_jupyter.design.picking import Pair
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library import ratings
from playcut_jupyter.tools import IMAGE, GenerationRequest
from tests.display.pages import Page

AXES = {"style": ("oil paint", "neon", "ink"), "light": ("dawn", "noon", "dusk")}

Taste = Mapping[str, float]


def generations(axes: Mapping[str, Sequence[str]] = AXES) -> list[Snapshot]:
    """Return a finished generation for each combination of the values, numbered from 1."""
    return [
        Snapshot(
            GenerationRequest(IMAGE, {}), "image", "a fox", {}, id=number, labels=dict(zip(axes, values, strict=True))
        )
        for number, values in enumerate(product(*axes.values()), start=1)
    ]


def judged(taste: Taste, rounds: int, rng: random.Random) -> list[Pair]:
    """Return the rounds of a judge who prefers with these strengths, in log-odds."""
    shown = generations()

    def worth(snapshot: Snapshot) -> float:
        return sum(taste.get(str(value), 0.0) for value in snapshot.labels.values())

    pairs = []
    for _ in range(rounds):
        first, second = rng.sample(shown, 2)
        wins = rng.random() < 1 / (1 + math.exp(worth(second) - worth(first)))
        better, worse = (first, second) if wins else (second, first)
        pairs.append((better.id or 0, worse.id or 0))
    return pairs


def found(rounds: Sequence[Pair], starred: Collection[int] = ()) -> dict[str, Effect]:
    return {effect.value: effect for effect in effects(generations(), AXES, rounds, starred)}


def average(taste: Taste, effect: Effect) -> float:
    return sum(taste.get(value, 0.0) for value in AXES[effect.axis]) / len(AXES[effect.axis])


@pytest.mark.parametrize("scale", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("rounds", [6, 36])
def test_a_90_percent_interval_holds_the_truth_about_nine_times_in_ten(scale: float, rounds: int) -> None:
    rng = random.Random(f"{scale} {rounds}")
    held: list[bool] = []
    for _ in range(25):
        taste = {value: rng.gauss(0, scale) for value in (*AXES["style"], *AXES["light"])}
        held += [
            effect.low <= taste[effect.value] - average(taste, effect) <= effect.high
            for effect in found(judged(taste, rounds, rng)).values()
        ]
    # Of 150; the prior keeps the intervals of few rounds wide.
    assert sum(held) / len(held) >= 0.8
    assert rounds == 6 or sum(held) / len(held) <= 0.98


def test_a_known_taste_is_found_in_its_order() -> None:
    taste = {"neon": 1.5, "oil paint": 0.0, "ink": -1.5, "dusk": 0.8, "dawn": -0.8}
    for seed in range(5):
        told = found(judged(taste, 120, random.Random(seed)))
        assert sorted(AXES["style"], key=lambda value: -told[value].strength) == ["neon", "oil paint", "ink"]
        assert told["neon"].is_clear
        assert told["ink"].is_clear
        assert told["dusk"].strength > told["dawn"].strength
        assert abs(sum(told[value].strength for value in AXES["style"])) < 0.01


def test_a_judge_without_a_taste_seldom_looks_like_one_with_one() -> None:
    rng = random.Random(3)
    clear = [effect.is_clear for _ in range(30) for effect in found(judged({}, 30, rng)).values()]
    assert sum(clear) / len(clear) < 0.15


def test_few_rounds_are_shrunken_and_called_too_few() -> None:
    neon_won = [(4, 1), (5, 2), (6, 3)]
    told = found(neon_won)
    assert 0 < told["neon"].strength < 2
    assert told["neon"].rounds == 3
    assert told["ink"] == Effect("style", "ink", 0.0, -3.2898, 3.2898, 0)
    assert not any(effect.is_clear for effect in found(neon_won[:2]).values())
    text = bundle(list(found(neon_won[:2]).values()), 2, 0)["text/plain"]
    assert "2 rounds: too few to tell which values matter. `sweep.pick()` adds rounds." in text


def test_many_rounds_without_a_preference_are_not_called_too_few() -> None:
    told = effects(generations(), AXES, [(1, 9), (9, 1), (2, 4), (4, 2), (5, 7), (7, 5), (3, 8), (8, 3)] * 20)
    text = bundle(told, 160, 0)["text/plain"]
    assert "160 rounds: no value stands out; the differences are small." in text


def test_without_several_values_there_is_nothing_to_tell() -> None:
    assert "nothing to tell apart" in bundle(effects(generations({"n": ("1",)}), {"n": ("1",)}, []), 3, 1)["text/plain"]


def test_many_rounds_narrow_the_interval() -> None:
    few, many = (found(judged({"neon": 1.0}, rounds, random.Random(1)))["neon"] for rounds in (10, 200))
    assert many.high - many.low < (few.high - few.low) / 2
    assert many.rounds > few.rounds


def test_a_star_is_a_weak_preference() -> None:
    starred = found([], {4, 5, 6})
    assert starred["neon"].strength > starred["ink"].strength == starred["oil paint"].strength
    assert starred["neon"].rounds == 0
    rounds = [(4, 1), (5, 2), (6, 3)]
    assert found(rounds, {1})["oil paint"].strength < 0 < found(rounds, {1})["neon"].strength
    assert all(effect.strength == 0 for effect in found([], set(range(1, 10))).values())


def test_one_who_is_always_consistent_has_finite_strengths() -> None:
    rounds = [(better, worse) for better in (4, 5, 6) for worse in (1, 2, 3, 7, 8, 9)] * 50
    neon = found(rounds)["neon"]
    assert neon.is_clear
    assert 2 < neon.strength < 8


def test_what_is_told_is_a_table_with_bars_and_words() -> None:
    told = effects(generations(), AXES, judged({"neon": 2.0, "dawn": -2.0}, 60, random.Random(4)), {4})
    drawn = bundle(told, 60, 1)
    text = drawn["text/plain"]
    assert "60 rounds and 1 star: preferred neon (style)" in text
    assert "disliked" in text
    assert "dawn (light)" in text
    for line in text.splitlines()[1:7]:
        assert "●" in line
    page = Page(drawn["text/html"])
    assert len(page.all("tr")) == 7
    assert not page.all("style")
    assert not page.all("svg")
    assert "position:" not in drawn["text/html"]


def test_names_are_escaped_and_long_ones_cut() -> None:
    axes = {"<b>|a red fox in the garden by the sea": ("<b>", "a red fox"), "n": ("1",)}
    told = effects(generations(axes), axes, [(1, 2)])
    assert [effect.axis for effect in told] == ["<b>|a red fox in the garden by the sea"] * 2
    html = bundle(told, 1, 0)["text/html"]
    assert "<b>" not in html
    assert "by the sea" not in html


def test_a_sweep_tells_what_its_picks_and_stars_do(pc: Playcut) -> None:
    sweep = pc.sweep("a {style=oil|neon} fox at {dawn|dusk}")
    assert repr(sweep.effects()).startswith("Nothing has been judged yet")
    numbers = {tuple(one.labels.values()): one.id or 0 for one in sweep}
    for _ in range(6):
        ratings.keep_pick(pc.connector.offline_connection.library, numbers["neon", "dawn"], numbers["oil", "dusk"])
        ratings.keep_pick(pc.connector.offline_connection.library, numbers["neon", "dusk"], numbers["oil", "dawn"])
    pc.get(numbers["neon", "dusk"]).star()  # by another object than the sweep's
    told = sweep.effects()
    assert isinstance(sweep, Sweep)
    assert told.starred == {numbers["neon", "dusk"]}
    assert len(told.rounds) == 12
    assert told.is_clear
    oil, neon, dawn, dusk = told.to_records()
    assert list(oil) == ["axis", "value", "strength", "low", "high", "rounds"]
    assert (oil["axis"], oil["value"], oil["rounds"]) == ("style", "oil", 12)
    assert neon["low"] > 0 > oil["high"]
    assert dawn["low"] < 0 < dawn["high"]
    assert dusk["axis"] == "dawn|dusk"
    assert "neon (style)" in told._repr_mimebundle_()["text/html"]
