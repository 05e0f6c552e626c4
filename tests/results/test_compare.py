"""Side by side: what is shown, what is marked, and the slider between two pictures."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from playcut_jupyter import InvalidInput, Playcut, PlaycutError
from playcut_jupyter.sandbox import Sandbox


def test_words_and_parameters_that_differ_are_marked(pc: Playcut) -> None:
    a = pc.image("a red fox in <i>snow</i>", aspect_ratio="16:9", seed=1)
    b = pc.image("a red owl in <i>snow</i>", aspect_ratio="1:1", seed=1)
    comparison = pc.compare(a, b)

    html = comparison._repr_mimebundle_()["text/html"]
    assert re.findall(r'class="playcut-differs"[^>]*>([^<]*)<', html) == ["fox", "owl"]
    assert html.count("<img") == 2
    assert "&lt;i&gt;snow" in html
    assert comparison.differences["aspectRatio"] == ("16:9", "1:1")
    assert "seed" not in comparison.differences
    first, second, *facts = repr(comparison).splitlines()
    assert first.endswith("a red [fox] in <i>snow</i>")
    assert second.endswith("a red [owl] in <i>snow</i>")
    assert "aspectRatio: 16:9 | 1:1" in facts


def test_more_than_two_are_compared_to_the_first(pc: Playcut) -> None:
    comparison = pc.compare(pc.sweep("a compared {fox|owl|cat}"))
    assert [line.split("  ")[1] for line in repr(comparison).splitlines()] == [
        "a compared [fox]",
        "a compared [owl]",
        "a compared [cat]",
    ]


def test_numbers_of_the_library_will_do(pc: Playcut) -> None:
    a, b = pc.image("a numbered fox"), pc.image("a numbered owl")
    assert [run.prompt for run in pc.compare(a.id or 0, b.id or 0)] == ["a numbered fox", "a numbered owl"]
    assert [run.prompt for run in pc.compare([a.id or 0, b])] == ["a numbered fox", "a numbered owl"]


def test_a_part_of_a_comparison_shows_itself(pc: Playcut) -> None:
    comparison = pc.compare(pc.sweep("a cut {fox|owl|cat}"))
    assert repr(comparison[:2]).splitlines()[0].endswith("a cut [fox]")
    assert repr(comparison[2:]).endswith("a cut cat")
    assert comparison[1:]._repr_mimebundle_()["text/html"].count("<img") == 2
    assert comparison[3:]._repr_mimebundle_()["text/plain"] == ""


def test_a_sound_is_compared_too(studio: Sandbox) -> None:
    with Playcut(api_key=studio.key, base_url=studio.base_url) as pc:
        comparison = pc.compare(pc.speech("One fox."), pc.speech("Two foxes, no less."))
    assert comparison._repr_mimebundle_()["text/html"].count("<audio") == 2
    assert "length" in comparison.differences


def test_what_can_not_be_compared_is_told(pc: Playcut) -> None:
    fox = pc.image("a lonely fox")
    with pytest.raises(InvalidInput, match="2 to 8 generations, not 1"):
        pc.compare(fox)
    failed = pc.submit("image", "an uncomparable [fail]")
    with pytest.raises(PlaycutError):
        failed.wait()
    with pytest.raises(InvalidInput, match="nothing to compare \\(FAILED\\)"):
        pc.compare(fox, failed)
    with pytest.raises(InvalidInput, match="Only two pictures"):
        pc.compare(fox, pc.speech("No picture.")).blend()


def test_the_slider_goes_from_one_picture_to_the_other_whatever_their_sizes(pc: Playcut) -> None:
    a, b = pc.image("a slid fox", aspect_ratio="16:9"), pc.image("a slid owl", aspect_ratio="1:1")
    view = pc.compare(a, b).blend()
    slider, flicker, label, picture = view.slider, view.toggle, view.label, view.picture

    def shown() -> Image.Image:
        return Image.open(io.BytesIO(picture.value)).convert("RGB").resize((8, 8))

    first = shown().tobytes()
    flicker.value = True
    assert slider.value == slider.max
    assert label.value.startswith(f"#{b.id}")
    last = shown().tobytes()
    slider.value = slider.max // 2
    assert len({first, last, shown().tobytes()}) == 3
    flicker.value = False
    assert label.value.startswith(f"#{a.id}")


def test_a_second_picture_of_another_shape_is_not_stretched(pc: Playcut) -> None:
    a, b = pc.image("a wide fox", aspect_ratio="16:9"), pc.image("a square owl", aspect_ratio="1:1")
    view = pc.compare(a, b).blend()
    view.toggle.value = True
    with Image.open(io.BytesIO(view.picture.value)) as shown:
        bar = shown.convert("L").crop((0, 0, (shown.width - shown.height) // 2 - 4, shown.height))
    assert all(120 <= grey <= 136 for grey in bar.tobytes())
