"""`--from`: a child's prompt and inputs from its parent's, and the tree of what was made from what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import InvalidInput, Playcut, PromptError
from playcut_jupyter.design.lineage import changes, child_template
from playcut_jupyter.prompts.expansion import expand


def child(prompt: str, body: str) -> list[str]:
    return [one.prompt for one in expand(*child_template(prompt, body))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("+ at dusk", ["a red fox, neon light at dusk"]),
        ("+, at dusk", ["a red fox, neon light, at dusk"]),
        ("- neon light", ["a red fox"]),
        ("- red", ["a fox, neon light"]),
        ("- RED\n+ {oil|ink}", ["a fox, neon light oil", "a fox, neon light ink"]),
        ("a grey owl", ["a grey owl"]),
        ("+at dusk", ["a red fox, neon light at dusk"]),
        ("-neon light\n+{oil|ink}", ["a red fox oil", "a red fox ink"]),
        ("a grey owl\nat dusk", ["a grey owl\nat dusk"]),
        ("", ["a red fox, neon light"]),
        ("+", ["a red fox, neon light"]),
        ("-1 degree outside", ["-1 degree outside"]),
    ],
)
def test_a_body_changes_the_parents_prompt_or_replaces_it(body: str, expected: list[str]) -> None:
    assert child("a red fox, neon light", body) == expected


def test_words_that_are_not_there_cannot_go() -> None:
    with pytest.raises(PromptError, match="does not contain 'fo'"):
        child_template("a red fox", "- fo")


@pytest.mark.parametrize("body", ["+ at dusk\nand a whole line", "a whole line\n-red", "-1 degree\noutside"])
def test_changes_and_other_lines_do_not_mix(pc: Playcut, body: str) -> None:
    fox = pc.image("a red fox in a mixture")
    with pytest.raises(PromptError, match="Some lines change the parent's prompt with"):
        pc.sweep(body, parent=fox)
    assert len(pc.history()) == 1


@given(st.text(alphabet="ab {}|,.\\n", min_size=1).filter(str.strip))
def test_a_parents_prompt_stays_literal(prompt: str) -> None:
    assert child(prompt, "") == [prompt]
    assert child(prompt, "+ {x|y}") == [f"{prompt} {end}" for end in "xy"]
    assert child(prompt, "+ an owl }") == [f"{prompt} an owl }}"]


def test_a_child_takes_over_the_inputs_and_is_known_as_one(pc: Playcut) -> None:
    fox = pc.image("a lineage fox", aspect_ratio="16:9", seed=3)
    dusk, square = pc.sweep("+ at dusk", parent=fox, aspect_ratio=["16:9", "1:1"])
    assert dusk.prompt == square.prompt == "a lineage fox at dusk"
    assert dusk.inputs["seed"] == 3
    assert (dusk.inputs["aspectRatio"], square.inputs["aspectRatio"]) == ("16:9", "1:1")
    assert dusk.parent_id == fox.id
    assert pc.get(dusk.id or 0).parent_id == fox.id
    assert {row["parent_id"] for row in pc.history(search="at dusk").to_records()} == {fox.id}
    assert changes(fox.snapshot, dusk.snapshot) == "+ at dusk"
    assert changes(fox.snapshot, square.snapshot) == "+ at dusk · aspectRatio 1:1"
    assert changes(fox.snapshot, fox.snapshot) == "no changes"


def test_a_child_of_another_kind_takes_over_what_both_have(pc: Playcut) -> None:
    fox = pc.image("a fox that will speak", aspect_ratio="16:9", image_size="1K")
    (voice,) = pc.sweep("+ softly", parent=fox, kind="speech")
    assert voice.prompt == "a fox that will speak softly"
    assert "aspectRatio" not in voice.inputs
    assert "imageSize" not in voice.inputs


def test_a_reused_child_gets_its_parent_and_costs_nothing(pc: Playcut) -> None:
    fox = pc.image("an older fox")
    pc.image("an older fox at noon")
    (noon,) = pc.sweep("+ at noon", parent=fox)
    assert noon.reused
    assert pc.get(noon.id or 0).parent_id == fox.id


def test_a_tree_shows_each_step_and_what_it_changed(pc: Playcut) -> None:
    fox = pc.image("a <b>tree</b> fox")
    dusk, ink = pc.sweep("+ {at dusk|in ink}", parent=fox)
    (star,) = pc.sweep("+ with stars", parent=dusk)
    star.star()
    family = pc.tree(ink.id)
    assert [run.id for run in family] == [fox.id, dusk.id, star.id, ink.id]
    assert family.depths == [0, 1, 2, 1]
    root, first, second, last = repr(family).splitlines()
    assert root.startswith(f"#{fox.id} image")
    assert first.startswith(f"├─ #{dusk.id}")
    assert second.startswith(f"│  └─ #{star.id}")
    assert "starred" in second
    assert last.startswith(f"└─ #{ink.id}")
    assert last.endswith("+ in ink")
    html = family._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;tree&lt;/b&gt;" in html
    assert html.count("<img") == 4


def test_a_clip_has_a_thumbnail_in_the_tree(pc: Playcut) -> None:
    owl = pc.video("an owl in a tree", resolution="480p", duration_seconds=1)
    assert '<img class="playcut-poster"' in pc.tree(owl.id)._repr_mimebundle_()["text/html"]


def test_a_tree_of_nothing_is_told(pc: Playcut) -> None:
    with pytest.raises(InvalidInput, match="no generation 99"):
        pc.tree(99)


def test_nothing_is_built_on_what_has_no_prompt(pc: Playcut) -> None:
    voices = pc.start_tool("list-voices", {}).wait()
    with pytest.raises(InvalidInput, match="not an image, a video or speech"):
        pc.sweep("+ x", parent=voices)
