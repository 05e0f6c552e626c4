"""Whatever template comes: it is expanded, or refused with a `PromptError`."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.plan import Plan
from playcut_jupyter.prompts.template import names_in
from tests.prompts.expanding import MARKUP, TEMPLATES, UNHURRIED, is_foreign, refused

VALUES = st.one_of(
    st.text(max_size=5),
    MARKUP,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.binary(max_size=3),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=4),
    st.lists(st.text(max_size=3), max_size=4).map(tuple),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


@UNHURRIED
@given(
    TEMPLATES,
    st.fixed_dictionaries({"a": VALUES}, optional={"b": VALUES}),
    st.dictionaries(st.text(), VALUES),
)
def test_only_prompt_errors_and_as_many_as_announced(
    template: str, variables: dict[str, object], options: dict[str, object]
) -> None:
    try:
        plan: Plan = expand(template, variables, options)
    except PromptError:
        return
    assert plan.describe(first=1)
    if len(plan) > 2000:
        return
    made = list(plan)
    assert len(made) == len(plan)
    for one in made:
        assert one.prompt.strip()
        assert list(one.inputs) == list(options)
        assert list(one.labels) == list(plan.axes)
    assert [list(one.labels.values()) for one in made] == [list(p) for p in product(*plan.axes.values())]


@UNHURRIED
@given(TEMPLATES.map("x".__add__))
def test_what_is_named_is_what_is_needed(template: str) -> None:
    assume(not is_foreign(template))
    try:
        names = names_in(template)
    except PromptError:
        return
    assert expand(template, dict.fromkeys(names, "x"))
    for missing in names:
        assert f"{{{missing}}} at " in refused(template, **{name: "x" for name in names if name != missing}).message
