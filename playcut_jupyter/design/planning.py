"""From a kind, words and options to the requests that they stand for; nothing is sent here."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from playcut_jupyter import tools
from playcut_jupyter.design import lineage
from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.plan import Plan
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.tools import GenerationRequest, Tool


def tool_for(kind: str) -> Tool:
    """Return the tool of a kind.

    Raises:
        InvalidInput: there is no such kind.
    """
    if kind not in tools.KINDS:
        raise InvalidInput(
            f"{kind!r} is not a kind.",
            hint=f"Kinds are {', '.join(tools.KINDS)}; any other tool: `run_tool`.",
        )
    return tools.KINDS[kind]


def plan(
    kind: str,
    template: str,
    variables: Mapping[str, object],
    options: Mapping[str, object],
    parent: Generation | None = None,
) -> Plan:
    """Expand *template* and *options* (our names or the API's) for *kind*.

    With a *parent*, the template is a change to its prompt (see `lineage`), and its inputs are the defaults.

    Raises:
        PromptError, InvalidInput: it can't be expanded.
    """
    tool, taken_over = tool_for(kind), {}
    if parent is not None:
        taken_over = lineage.inherited(parent, tool)
        template, words = lineage.child_template(parent.prompt, template)
        variables = {**variables, **words}
    if not template.strip():
        raise PromptError("The prompt is empty.", hint="Say in words what to make.")
    inputs = inputs_for(tool, options)
    # What is given anew takes its own place in the order of the axes.
    kept = {name: value for name, value in taken_over.items() if name not in inputs}
    return expand(template, variables, {**kept, **inputs})


def requests_for(
    plan: Plan, kind: str, count: int, session: str | None, parent_id: int | None
) -> tuple[list[GenerationRequest], dict[str, Sequence[object]]]:
    """Return the requests of *plan*, *count* of each, and the axes that they lie on."""
    tool, more = tool_for(kind), variant_axis(plan.axes, count)
    variants = [{name: number} for name, numbers in more.items() for number in numbers] or [{}]
    requests = [
        GenerationRequest(
            tool,
            {tool.prompt_field: expansion.prompt, **expansion.inputs},
            session,
            parent_id=parent_id,
            labels={**expansion.labels, **variant},
        )
        for expansion in plan.expansions
        for variant in variants
    ]
    return requests, {**plan.axes, **more}


def inputs_for(tool: tools.Tool, options: Mapping[str, object]) -> dict[str, object]:
    """Return API inputs for *options*, in their order: our names are translated, all others are the API's own.

    Raises:
        InvalidInput: an option that this kind does not have, or that is hardly an API's but nearly one of ours; or the
            prompt's own input, which would silently take its place.
    """
    if tool.prompt_field in options:
        raise InvalidInput(
            f"`{tool.prompt_field}` among the inputs would take the place of the prompt.",
            hint="Say what to make in the prompt itself.",
        )
    inputs: dict[str, object] = {}
    for name, value in options.items():
        if name in tools.OPTION_HELP:
            inputs |= tools.api_inputs(tool, {name: value})
            continue
        near = get_close_matches(name, tool.options, 1, 0.8) if "_" in name else []
        if near:
            raise InvalidInput(f"{name} is not an option of {tool.kind}. Did you mean {near[0]}?")
        inputs[name] = value
    return inputs


def checked_count(count: object, name: str = "count") -> int:
    """Return *count* if it says how many; raises `InvalidInput`, which calls it *name*, if it does not."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InvalidInput(f"{name} is a whole number of at least 1, not {count!r}.")
    return count


def variant_axis(axes: Mapping[str, Sequence[object]], count: int) -> dict[str, range]:
    """Return the axis that *count* of each adds to *axes*, under a name that none of those has; none for one each."""
    name = "variant of each" if "variant" in axes else "variant"
    return {name: range(1, count + 1)} if count > 1 else {}


def notebook_variables() -> Mapping[str, object]:
    """Return the variables of the notebook this runs in; none outside of IPython."""
    if "IPython" not in sys.modules:
        return {}
    from IPython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else {}
