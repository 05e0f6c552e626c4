"""White space of any kind separates the words of a line, and never becomes part of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput
from playcut_jupyter.syntax.cell_line import parse_cell_line, parse_one_line
from playcut_jupyter.syntax.words import first_word
from tests.shells import line

SPACES = [character for character in map(chr, range(0x10000)) if character.isspace()]
"""All there are: beyond the first 65,536 characters there is no white space."""


@given(space=st.sampled_from(SPACES), times=st.integers(1, 3))
def test_any_white_space_separates(space: str, times: int) -> None:
    gap = space * times

    in_cell = parse_cell_line(f"video{gap}-a{gap}16:9{gap}--fresh{gap}--session{gap}'Day one'{gap}", {})
    in_line, prompt = parse_one_line("video", f"{gap}-a{gap}16:9{gap}--count=2{gap}a{gap}red fox{gap}", {})

    assert (in_cell.kind, in_cell.inputs, in_cell.fresh) == ("video", {"aspect_ratio": "16:9"}, True)
    assert in_cell.session == "Day one"
    assert (in_line.inputs, in_line.count, prompt) == ({"aspect_ratio": "16:9"}, 2, f"a{gap}red fox")


@pytest.mark.parametrize("space", ["\t", "\xa0", "\u3000", "\u2003", "\u202f"])
def test_the_first_word_ends_at_any_white_space(space: str) -> None:
    assert first_word(f"{space}image{space}-n 2 a fox ") == ("image", "-n 2 a fox")
    assert first_word(f"status{space}") == ("status", "")
    assert first_word(space) == ("", "")


def test_white_space_in_quotes_is_part_of_the_value() -> None:
    assert parse_cell_line("image --session 'Day\xa0one'", {}).session == "Day\xa0one"


def test_a_line_with_other_spaces_makes_what_was_meant(shell: InteractiveShell) -> None:
    made = line(shell, "speech -p\xa0seed=7\t-p\u3000tone=calm\u2003Hello\xa0there.")

    assert made.prompt == "Hello\xa0there."
    assert (made.inputs["seed"], made.inputs["tone"]) == (7, "calm")


@given(prompt=st.text(min_size=1))
def test_a_prompt_arrives_as_it_was_typed_or_not_at_all(prompt: str) -> None:
    try:
        parsed, arrived = parse_one_line("image", f"-a 16:9 {prompt}", {})
    except InvalidInput:
        return
    if parsed.inputs == {"aspect_ratio": "16:9"} and not prompt.lstrip().startswith("-"):
        assert arrived == prompt.strip()


TYPOGRAPHY = " \t\xa0\u201c\u201d\u201e\u2018\u2019\xab\xbb\"'\u2014\u2013\u2212\u2026\xb7.,:;!?{}[]"


@given(prompt=st.text("xyzXYZ\xe9\xdf\u6f22\U0001f98a" + TYPOGRAPHY, min_size=1).filter(str.strip))
def test_a_prompt_keeps_its_typography(prompt: str) -> None:
    for before in ("-a 16:9 ", "-n 2 --fresh ", ""):
        _, arrived = parse_one_line("image", before + "x" + prompt, {})

        assert arrived == "x" + prompt.rstrip()
