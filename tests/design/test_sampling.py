"""`--sample`: a part of a sweep, taken at random, and the same part whenever the cell runs again."""

from __future__ import annotations

import re

import pytest

from playcut_jupyter import InvalidInput, Playcut, PromptError
from playcut_jupyter.design import planning
from playcut_jupyter.syntax.cell_line import parse_cell_line

TEMPLATE = "a sampled {red|blue|green|grey} {fox|owl|cat|hare}"


def prompts(pc: Playcut, sample: int, sample_seed: int = 0) -> list[str]:
    return [run.prompt for run in pc.sweep(TEMPLATE, sample=sample, sample_seed=sample_seed)]


def test_a_sample_is_part_of_the_whole_in_its_order(pc: Playcut) -> None:
    whole = [one.prompt for one in planning.plan_sweep("image", TEMPLATE, {}, {}).plan]
    taken = prompts(pc, 5)
    assert len(taken) == 5
    assert taken == [prompt for prompt in whole if prompt in taken]


def test_the_same_sample_again_costs_nothing_and_another_seed_takes_others(pc: Playcut) -> None:
    first, again, other = prompts(pc, 4), pc.sweep(TEMPLATE, sample=4), prompts(pc, 4, sample_seed=1)
    assert [run.prompt for run in again] == first
    assert all(run.reused for run in again)
    assert other != first


def test_a_sample_counts_against_the_limit_instead_of_the_whole(pc: Playcut) -> None:
    with pytest.raises(InvalidInput, match="16 generations, more than 3"):
        pc.sweep(TEMPLATE, max_generations=3)
    assert len(pc.sweep(TEMPLATE, sample=3, max_generations=3)) == 3


def test_more_than_there_are_is_all_of_them(pc: Playcut) -> None:
    assert len(pc.sweep("a whole {fox|owl}", sample=9)) == 2


def test_the_expansion_says_that_it_is_a_part(pc: Playcut) -> None:
    request = planning.plan_sweep("image", TEMPLATE, {}, {}, sample=3, sample_seed=7)
    assert request.plan.describe().startswith("3 of 16 generations")


def test_bad_samples_are_told_before_anything_is_sent(pc: Playcut) -> None:
    with pytest.raises(PromptError, match="sample of 0"):
        pc.sweep(TEMPLATE, sample=0)
    with pytest.raises(PromptError, match="sample is a whole number, not '3'"):
        pc.sweep(TEMPLATE, sample="3")  # type: ignore[arg-type]
    with pytest.raises(PromptError, match="sample_seed is a whole number"):
        pc.sweep(TEMPLATE, sample=3, sample_seed=[1])  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="at least 1"):
        parse_cell_line("--sample 0", {})
    with pytest.raises(InvalidInput, match="--seed needs --sample") as caught:
        parse_cell_line("--seed 3", {})
    assert "-p seed=7" in str(caught.value.hint)
    assert len(pc.history()) == 0


def test_a_cells_line_takes_both() -> None:
    line = parse_cell_line("image --sample 6 --seed 3", {})
    assert (line.sample, line.seed) == (6, 3)


def table(text: str) -> list[list[str]]:
    """Return a grid's cells as words: headings, and the prompts of the pictures."""
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [
        [" ".join(re.findall(r'alt="([^"]*)"', cell)) or re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells
    ]


def test_a_samples_table_has_every_picture_under_its_own_heading(pc: Playcut) -> None:
    sweep = pc.sweep("a sparse {red|blue|green} {fox|owl|cat}", sample=4, sample_seed=2)
    (head, *rows) = table(sweep._repr_mimebundle_()["text/html"])
    shown = [(row[0], name, cell) for row in rows for name, cell in zip(head[1:], row[1:], strict=True) if cell]
    assert sorted(cell for _, _, cell in shown) == sorted(run.prompt for run in sweep)
    assert all(cell == f"a sparse {colour} {animal}" for colour, animal, cell in shown)
