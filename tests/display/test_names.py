"""The names of saved files: a number and words of the prompt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import Playcut
from playcut_jupyter.display.naming import names_of
from playcut_jupyter.text import MAX_NAME, words_for_name
from tests.display.pages import waiting


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A fishing boat", "fishing-boat"),
        ("the old man's café, Zürich: 50% off!", "old-mans-cafe-zurich-50-off"),
        ("Ærø, Łódź, Straße", "aero-lodz-strasse"),
        ("Kad\N{LATIN SMALL LETTER DOTLESS I}köy, Ħamrun", "kadikoy-hamrun"),
        ("漁船", "image"),
        ("../../etc/passwd", "etc-passwd"),
        ("a" * 60, "a" * 40),
        ("the quick brown fox jumps over the lazy dog again", "quick-brown-fox-jumps-over-the-lazy-dog"),
        ("con", "con-1"),
        ("a", "a"),
        ("", "image"),
    ],
)
def test_a_name_is_words_of_the_prompt(prompt: str, words: str) -> None:
    assert words_for_name(prompt, "image") == words


@given(st.text())
def test_a_name_is_plain_and_short_whatever_the_prompt(prompt: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", words_for_name(prompt))
    assert len(words_for_name(prompt)) <= MAX_NAME + 2


def test_names_of_several_have_the_number_of_their_place(pc: Playcut, tmp_path: Path) -> None:
    sweep = pc.sweep("a {red|green [fail]|blue} fishing boat")

    paths = sweep.save(f"{tmp_path}/out/")
    again = sweep.save(tmp_path / "out")

    assert [path.name for path in paths] == ["01-red-fishing-boat.png", "03-blue-fishing-boat.png"]
    assert again == paths
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [path.name for path in paths]


def test_the_number_is_as_wide_as_the_set_needs(pc: Playcut) -> None:
    fox = pc.image("a fox of a crowd").snapshot

    assert [name for _, name in names_of([fox] + [waiting()] * 99)] == ["001-fox-of-a-crowd"]
    assert [name for _, name in names_of([fox])] == ["fox-of-a-crowd"]


def test_other_bytes_under_the_same_name_get_a_number(pc: Playcut, tmp_path: Path) -> None:
    first = pc.image("a fox twice").save(f"{tmp_path}/")
    second = pc.image("a fox twice", fresh=True, seed=2).save(f"{tmp_path}/")

    assert [Path(str(path)).name for path in (first, second)] == ["fox-twice.png", "fox-twice-2.png"]


def test_an_asset_is_named_by_its_prompt(pc: Playcut, tmp_path: Path) -> None:
    assert pc.speech("Hello there.").assets[0].save(tmp_path).name == "hello-there.wav"
