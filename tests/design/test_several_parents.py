"""`--from` of several: the finals of all that was starred, or of a sweep, each a child of its own."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import BudgetExceeded, InvalidInput, Playcut, PlaycutError, PromptError, Sweep
from playcut_jupyter.results.generations import Generation
from tests.shells import cell, connected, line


def parents_of(sweep: Sweep) -> list[int | None]:
    return [one.parent_id for one in sweep]


@pytest.fixture
def drafts(shell: InteractiveShell) -> Sweep:
    """Return a sweep of three drafts, which the variable `drafts` holds, too."""
    made: Sweep = cell(shell, "-s 1K -o drafts", "a {red|blue|grey} draft")
    return made


def test_the_finals_of_all_that_is_starred(shell: InteractiveShell, drafts: Sweep) -> None:
    drafts[2].star()
    drafts[0].star()
    finals = cell(shell, "--from starred -s 4K", "+")
    assert isinstance(finals, Sweep)
    assert [one.prompt for one in finals] == ["a red draft", "a grey draft"]
    assert parents_of(finals) == [drafts[0].id, drafts[2].id]
    assert {one.inputs["imageSize"] for one in finals} == {"4K"}
    assert dict(finals.axes) == {"from": (f"#{drafts[0].id}", f"#{drafts[2].id}")}
    assert [row["from"] for row in finals.to_records()] == list(finals.axes["from"])
    tree = repr(connected(shell).tree(finals[1].id))
    assert f"#{drafts[2].id}" in tree
    assert f"└─ #{finals[1].id}" in tree


def test_several_are_named_in_many_ways(shell: InteractiveShell, drafts: Sweep) -> None:
    drafts[1].star()
    numbers = [one.id for one in drafts]
    shell.user_ns |= {"winners": [drafts[1], drafts[0]], "ids": [numbers[2], numbers[0]], "one": drafts[2]}
    for written, expected in (
        ("{0},{2}", [0, 2]),
        ("#{2},{0}", [2, 0]),
        ("'{0}, {1}'", [0, 1]),
        ("{0},{0}", [0]),
        ("drafts", [0, 1, 2]),
        ("_playcut", [0, 1, 2]),
        ("{1},drafts", [1, 0, 2]),
        ("winners", [1, 0]),
        ("ids", [2, 0]),
        ("starred,{0}", [1, 0]),
        ("one,{0}", [2, 0]),
    ):
        shell.user_ns["_playcut"] = drafts
        made = cell(shell, f"--from {written.format(*numbers)} -p seed=5", "+ {at dusk|at dawn}")
        assert parents_of(made) == [numbers[at] for at in expected for _ in "ab"]
        assert made[0].prompt == f"{drafts[expected[0]].prompt} at dusk"


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_a_star_of_the_sandbox_is_not_bought_for_real_by_itself(shell: InteractiveShell) -> None:
    line(shell, "sandbox")
    free = cell(shell, "", "a free fox")
    free.star()
    assert cell(shell, "--from starred", "+ at dusk").parent_id == free.id
    line(shell, "sandbox off")
    with pytest.raises(InvalidInput, match="Only results of the sandbox have a star"):
        cell(shell, "--from starred", "+ at dusk")
    paid = cell(shell, "", "a paid fox")
    paid.star()
    assert cell(shell, "--from starred", "+ at dusk").parent_id == paid.id
    assert cell(shell, f"--from {free.id}", "+ at dawn").parent_id == free.id


def test_each_changes_its_own_prompt_and_keeps_its_own_inputs(shell: InteractiveShell) -> None:
    fox, owl = cell(shell, "-a 16:9", "a red fox, neon"), cell(shell, "-a 1:1", "a red owl, neon")
    made = cell(shell, f"--from {fox.id},{owl.id} -s 2K", "- red\n+ at dusk")
    assert [one.prompt for one in made] == ["a fox, neon at dusk", "a owl, neon at dusk"]
    assert [one.inputs["aspectRatio"] for one in made] == ["16:9", "1:1"]
    again = line(shell, "again")
    assert parents_of(again) == [fox.id, owl.id]
    assert not any(one.reused for one in again)


def test_parents_of_two_kinds_have_children_of_two_kinds(shell: InteractiveShell) -> None:
    fox, clip = cell(shell, "", "a fox of two kinds"), cell(shell, "video -d 1 -r 480p", "a clip of two kinds")
    both = f"--from {fox.id},{clip.id}"
    made = cell(shell, f"{both} -a 1:1", "+")
    assert [one.kind for one in made] == ["image", "video"]
    count = len(connected(shell).history())
    with pytest.raises(InvalidInput, match=f"For #{clip.id}: .*image-size.* is not an option of video"):
        cell(shell, f"{both} -s 4K", "+")
    assert len(connected(shell).history()) == count


def test_what_is_not_there_is_one_clear_error(shell: InteractiveShell, drafts: Sweep) -> None:
    shell.user_ns["nothing"] = []
    for written, message in (
        ("starred", "Nothing has a star yet"),
        ("nothing", "holds no generation"),
        (f"{drafts[0].id},,{drafts[1].id}", "nothing at a comma"),
        (f"{drafts[0].id},", "nothing at a comma"),
        ("3000,3001", "no generation 3000"),
        (f"{drafts[0].id},tuesday", "neither `last`"),
    ):
        with pytest.raises(InvalidInput, match=message):
            cell(shell, f"--from {written}", "+")
    with pytest.raises(PromptError, match=f"For #{drafts[1].id}: .*does not contain 'red'"):
        cell(shell, "--from drafts", "- red")
    with pytest.raises(InvalidInput, match="holds 3 generations") as caught:
        cell(shell, "--from last", "+")
    assert "`--from _playcut` takes all of them" in str(caught.value.hint)
    with pytest.raises(InvalidInput, match="cut by a space"):
        cell(shell, f"--from {drafts[0].id}, {drafts[1].id}", "+")
    with pytest.raises(InvalidInput, match="cut by a space"):
        line(shell, f"image --from {drafts[0].id}, {drafts[1].id} + at dusk")
    assert len(connected(shell).history()) == 3


def test_they_are_forecast_limited_and_reused_like_any_sweep(
    shell: InteractiveShell, drafts: Sweep, capsys: pytest.CaptureFixture[str]
) -> None:
    pc = connected(shell)
    capsys.readouterr()
    cell(shell, "--from drafts -s 4K --dry-run -n 2", "+ {at dusk|at dawn}")
    told = capsys.readouterr().out
    assert "12 generations: from (3) x at dusk|at dawn (2) x variant (2)" in told
    assert "Nothing was sent" in told
    with pytest.raises(InvalidInput, match="makes 18 generations, more than 16") as caught:
        cell(shell, "--from drafts -n 6", "+")
    assert "--max 18" in str(caught.value.hint)
    assert len(pc.history()) == 3
    finals = cell(shell, "--from drafts -s 4K", "+")
    assert [one.reused for one in cell(shell, "--from drafts -s 4K", "+")] == [True] * 3
    pc.budget = 1.0
    with pytest.raises(BudgetExceeded):
        cell(shell, "--from drafts -s 4K --fresh", "+")
    assert len(pc.history()) == 3 + len(finals)


@pytest.mark.parametrize("size", [1, 3, 5, 6, 7])
def test_a_sample_is_one_of_all_children(pc: Playcut, size: int) -> None:
    fox, owl = pc.image("a sampled fox"), pc.image("a sampled owl")
    made = pc.sweep("+ {one|two|three}", parent=[fox, owl], sample=size)
    assert len(made) == min(size, 6)
    assert len({one.prompt for one in made}) == len(made)
    again = pc.sweep("+ {one|two|three}", parent=[fox, owl], sample=size)
    assert [one.prompt for one in again] == [one.prompt for one in made]


def test_python_takes_several_parents(pc: Playcut) -> None:
    foxes = pc.sweep("a {red|blue} parent")
    finals = pc.sweep("+ {from|to} here", parent=foxes, image_size="2K")
    assert parents_of(finals) == [foxes[0].id, foxes[0].id, foxes[1].id, foxes[1].id]
    assert list(finals.axes) == ["from", "from|to"]
    named = pc.sweep("+ {from=near|far}", parent=list(foxes))
    assert list(named.axes) == ["parent", "from"]
    assert parents_of(pc.sweep("+ alone", parent=[foxes[0]])) == [foxes[0].id]
    wrong: list[tuple[type[PlaycutError], object, str]] = [
        (InvalidInput, [], "no generation to build on"),
        (InvalidInput, ["x"], "A parent is a Generation, and this is a str"),
        (InvalidInput, 5, "A parent is a Generation, and this is a int"),
    ]
    for error, parent, message in wrong:
        with pytest.raises(error, match=message):
            pc.sweep("+", parent=parent)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="this is a Sweep"):
        pc.image("a fox", parent=foxes)  # type: ignore[call-overload]
    with pytest.raises(InvalidInput, match="sample"):
        pc.sweep("+", parent=foxes, sample=0)


def test_what_failed_is_no_parent(pc: Playcut, shell: InteractiveShell) -> None:
    with pytest.raises(PlaycutError):
        cell(shell, "-o mixed", "a {sound|[fail]} parent")
    assert isinstance(shell.user_ns["mixed"], Sweep)
    made = cell(shell, "--from mixed", "+ at dusk")
    assert isinstance(made, Generation)
    assert made.prompt == "a sound parent at dusk"
