"""An earlier result as an input of a new generation, in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter import InvalidInput, Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.calls.connecting import connected_to


def test_a_generation_or_an_asset_stands_for_its_assets_id(pc: Playcut) -> None:
    fox, owl = pc.image("a fox to use"), pc.image("an owl to use")

    child = pc.image("made of a fox", reference=fox)
    of_asset = pc.image("made of an owl", references=[owl.assets[0]], more={"first": fox})

    assert child.inputs["reference"] == fox.assets[0].id
    assert child.parent_id == fox.id
    assert of_asset.inputs["references"] == [owl.assets[0].id]
    assert of_asset.inputs["more"] == {"first": fox.assets[0].id}
    assert of_asset.parent_id == owl.id
    assert [run.id for run in pc.tree(fox.id)] == [fox.id, child.id]


def test_a_list_of_results_is_an_axis_of_a_sweep_and_each_child_has_its_parent(pc: Playcut) -> None:
    pair = pc.sweep("a {fox|owl} of an axis")

    of_list = pc.sweep("from a list", reference=list(pair))
    of_sweep = pc.sweep("from a sweep", reference=pair)

    for made in (of_list, of_sweep):
        assert made.axes == {"reference": (f"@{pair[0].id}", f"@{pair[1].id}")}
        assert [run.inputs["reference"] for run in made] == [run.assets[0].id for run in pair]
        assert [run.parent_id for run in made] == [run.id for run in pair]
        assert [run.labels["reference"] for run in made] == list(made.axes["reference"])


def test_a_named_parent_comes_before_one_that_is_an_input(pc: Playcut) -> None:
    fox, owl = pc.image("a fox before"), pc.image("an owl beside")

    assert pc.image("a child of the fox", parent=fox, reference=owl).parent_id == fox.id


def test_a_child_is_reused_by_the_id_of_its_input(pc: Playcut, sandbox: Sandbox) -> None:
    fox = pc.image("a fox to use again")
    first = pc.image("used again", reference=fox)
    before = sandbox.requests

    assert pc.image("used again", reference=fox.assets[0].id).id == first.id
    assert pc.image("used again", reference=pc.get(fox.id or 0)).reused
    assert sandbox.requests == before


def test_any_tool_takes_results(pc: Playcut) -> None:
    fox = pc.image("a fox for a tool")

    run = pc.start_tool("generate-image-from-text", {"prompt": "by its own name", "deep": [{"of": fox}]}).wait()
    answer = pc.run_tool("generate-image-from-text", prompt="once", of=fox)

    assert run.inputs["deep"] == [{"of": fox.assets[0].id}]
    assert run.parent_id == fox.id
    assert pc.wait(answer["taskId"]).inputs["of"] == fox.assets[0].id


def test_an_export_holds_the_id(pc: Playcut) -> None:
    fox = pc.image("a fox to export from")

    assert f'"reference": "{fox.assets[0].id}"' in pc.image("exported", reference=fox).export("json")


def test_text_stays_text_in_python(pc: Playcut) -> None:
    assert pc.image("literal", handle="@last").inputs["handle"] == "@last"
    assert pc.image("@last").prompt == "@last"


def test_what_has_no_asset_yet_is_refused_before_anything_is_sent(pc: Playcut, sandbox: Sandbox) -> None:
    running = pc.submit("image", "a fox [stuck]")
    failed = pc.submit("image", "a fox [fail]")
    failed.job.settle(20)
    voices = pc.start_tool("list-voices", {}).wait()
    before = sandbox.submissions

    for run, told in ((running, "no asset to use yet"), (failed, "because it failed"), (voices, "has no asset")):
        with pytest.raises(InvalidInput, match=told):
            pc.image("never sent", reference=run)

    assert sandbox.submissions == before


def test_a_number_of_another_library_is_no_parent_here(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    fox = pc.image("a fox elsewhere")
    with connected_to(sandbox, tmp_path / "other") as other:
        child = other.image("a child elsewhere", reference=fox)

    assert child.inputs["reference"] == fox.assets[0].id
    assert child.parent_id is None


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_what_the_sandbox_made_is_not_sent_to_the_api(pc: Playcut, sandbox: Sandbox, away_from_home: Path) -> None:
    with Playcut(sandbox=True, home=away_from_home) as inside:
        fox = inside.image("a fox of the sandbox")
    before = sandbox.requests

    with pytest.raises(InvalidInput, match="was made by the sandbox"):
        pc.image("never sent", reference=fox)

    assert sandbox.requests == before
