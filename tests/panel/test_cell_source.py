"""A generation as a cell, and its words and options back in the form."""

from __future__ import annotations

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from playcut_jupyter import Playcut, tools
from playcut_jupyter.design import cell_source, planning
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel.view import Panel
from playcut_jupyter.syntax import cell_line, values
from playcut_jupyter.tools import GenerationRequest
from tests.panel.helpers import generate, until, wait_until_idle


def test_a_card_is_copied_as_a_cell_and_its_prompt_used_again(panel: Panel) -> None:
    panel.form.options["aspect_ratio"].value = "16:9"
    (card,) = generate(panel, "a {{literal}} fox", 1)
    card.copy.click()
    assert panel.cell_box.source.value == "%%playcut image -p aspectRatio=16:9\na {{literal}} fox"
    panel.form.prompt.value = ""
    card.use.click()
    assert panel.form.prompt.value == "a {{literal}} fox"
    card.view.click()
    until(panel.viewer.content, "value", lambda html: "data:image" in html)


def test_a_card_of_a_sweep_is_copied_as_the_whole_sweep(panel: Panel) -> None:
    panel.form.options["aspect_ratio"].value = "1:1,16:9"
    panel.form.count.value = 2
    cards = generate(panel, "a {colour=red|blue} fox that {{waits}}", 8)
    for copy in (cards[3].copy, panel.batch_list.batches[0].copy):
        panel.cell_box.source.value = ""
        copy.click()
        assert panel.cell_box.source.value == (
            "%%playcut image -a 1:1,16:9 -n 2\na {colour=red|blue} fox that {{waits}}"
        )


def snapshot(inputs: dict[str, object]) -> Snapshot:
    """Return a picture with these inputs, before anything happened to it."""
    request = GenerationRequest(tools.IMAGE, inputs)
    return Snapshot(request, "image", request.prompt, inputs)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prompt=st.text(min_size=1).filter(str.strip),
    inputs=st.dictionaries(
        st.text(min_size=1).filter(lambda name: name not in ("prompt", "workerId")),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    ),
)
def test_a_copied_cell_asks_for_the_very_same(prompt: str, inputs: dict[str, object]) -> None:
    wanted = {**inputs, "prompt": prompt}
    line, body = magic(cell_source.cell(snapshot(wanted)))
    parsed = cell_line.parse_cell_line(line, {"fox": "a variable"})
    if parsed.is_raw:
        assert parsed.kind == "generate-image-from-text"
        assert values.tool_input(body) == wanted
    else:
        request = planning.plan_sweep(parsed.kind, body.strip("\n"), {}, parsed.inputs)
        assert [one.inputs for one in request.generations()] == [wanted]


def magic(cell: str) -> tuple[str, str]:
    """Return the line and the body of a cell magic, as IPython takes it apart."""
    call = ast.parse(TransformerManager().transform_cell(cell)).body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    _, line, body = (ast.literal_eval(argument) for argument in call.value.args)
    return line, body


@pytest.mark.parametrize(
    ("inputs", "cell"),
    [
        ({}, "%%playcut image\na fox"),
        ({"aspectRatio": "16:9"}, "%%playcut image -p aspectRatio=16:9\na fox"),
        ({"style": "oil, gold", "n": 7}, "%%playcut image -p 'style=\"oil, gold\"' -p n=7\na fox"),
        ({"lit": "{fox}", "code": "7"}, "%%playcut image -p 'lit={{fox}}' -p 'code=\"7\"'\na fox"),
    ],
)
def test_a_copied_cell_is_as_short_as_it_can_be(inputs: dict[str, object], cell: str) -> None:
    assert cell_source.cell(snapshot({**inputs, "prompt": "a fox"})) == cell


def test_words_and_options_are_used_again_from_a_tile_and_from_the_viewer(pc: Playcut, panel: Panel) -> None:
    pc.video("a {wave}", aspect_ratio="16:9", duration_seconds=4, seed=7, style="oil, gold")
    pc.image("a second thing")
    wait_until_idle(panel)
    panel.gallery.tiles[1].use.click()
    values = panel.form.values()
    assert (values.kind, values.prompt) == ("video", "a {{wave}}")
    assert (values.options["aspect_ratio"], values.options["duration_seconds"]) == ("16:9", "4")
    assert values.extra_inputs.splitlines() == ["seed=7", 'style="oil, gold"']
    panel.gallery.tiles[1].view.click()
    wait_until_idle(panel)
    assert panel.viewer.next.disabled
    panel.viewer.previous.click()
    wait_until_idle(panel)
    assert "a second thing" in panel.viewer.content.value
    assert panel.viewer.previous.disabled
    panel.viewer.star.click()
    wait_until_idle(panel)
    assert panel.viewer.star.description == "Unstar"
    assert "★ starred" in panel.gallery.tiles[0].caption.value
    panel.viewer.use.click()
    assert panel.form.values().line == "image"
    assert panel.form.prompt.value == "a second thing"
