"""`%playcut voices FILTER`: a language by code or name, else text."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter.api.models import Voice
from playcut_jupyter.magics.voice_filter import matching
from tests.shells import line


def voice(id_: str, name: str, language: str | None) -> Voice:
    return Voice(id_, name, language, None, {})


VOICES = [
    voice("v1", "Ada (UK)", "en-GB"),
    voice("v2", "Grace", "English (US)"),
    voice("v3", "Jens", "de"),
    voice("v4", "Helen French", "German"),
    voice("v5", "Sophie", "fr_FR"),
    voice("v6", "Benoit", "FR"),
    voice("voice_en_au_kim", "Kim", None),
    voice("v8", "Lena (German)", None),
    voice("v9", "Envy", None),
    voice("v10", "Rita", "pt-BR"),
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("en", ["v1", "v2", "voice_en_au_kim"]),
        ("EN", ["v1", "v2", "voice_en_au_kim"]),
        ("english", ["v1", "v2", "voice_en_au_kim"]),
        ("en-GB", ["v1"]),
        ("en_us", ["v2"]),
        ("de", ["v3", "v4", "v8"]),
        ("Deutsch", ["v3", "v4", "v8"]),
        ("fr", ["v5", "v6"]),
        ("pt", ["v10"]),
        ("Portuguese", ["v10"]),
        ("pt-PT", []),
        ("jens", ["v3"]),
        ("v1", ["v1", "v10"]),
        ("(uk)", ["v1"]),
        ("ben", ["v6"]),
        ("vy", ["v9"]),
        ("klingon", []),
        ("x" * 300, []),
        ("[", []),
    ],
)
def test_a_filter_is_a_language_first_and_text_otherwise(query: str, found: list[str]) -> None:
    assert [one.id for one in matching(VOICES, query)] == found


@pytest.mark.parametrize("query", ["", "  "])
def test_no_filter_is_all_voices(query: str) -> None:
    assert matching(VOICES, query.strip()) == VOICES


def test_the_language_of_a_service_that_is_not_in_our_table_works_too() -> None:
    assert [one.id for one in matching([*VOICES, voice("v11", "Aoife", "ga")], "ga")] == ["v11"]


def test_english_is_english_and_nothing_else(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    line(shell, "voices en")
    told = capsys.readouterr().out.splitlines()
    assert len(told) > 1
    assert all("English" in row for row in told)
