"""Templates, expanded: what several tests ask of them."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.foreign_syntax import refuse

UNHURRIED = settings(deadline=None)  # a busy machine is no failure

# Few characters, and those that the grammar is about: random text would hardly ever close a brace.
MARKUP = st.text(st.sampled_from("{{{}}}|||ab \n\"':,[]\\é"), max_size=30)

FRAGMENTS = st.sampled_from(
    [
        "{a}",
        "{b}",
        "{c}",
        "{{a}}",
        "{a|b}",
        "{|a}",
        "{a=b|c}",
        "{b=a|{c}}",
        "{{a|b}}",
        "{",
        "}",
        "|",
        " ",
        "x",
        '{"k": ',
        '"',
        "\n",
        "{ a|b }",
    ]
)

TEMPLATES = st.one_of(st.text(max_size=30), MARKUP, st.lists(FRAGMENTS, max_size=10).map("".join))


def prompts(template: str, **variables: object) -> list[str]:
    return [one.prompt for one in expand(template, variables)]


def is_foreign(template: str) -> bool:
    try:
        refuse(template)
    except PromptError:
        return True
    return False


def refused(template: str, **variables: object) -> PromptError:
    with pytest.raises(PromptError) as caught:
        expand(template, variables)
    return caught.value
