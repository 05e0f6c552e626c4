"""Turns a kind, a prompt and options into a `SweepRequest`; sends and reads nothing.

Cells, Python calls and the panel's form all make a `SweepRequest`, which is checked and complete before anything is
sent. One prompt without axes is a sweep of one.
"""

from __future__ import annotations

import sys
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import FrameType
from typing import Any

from playcut_jupyter import tools
from playcut_jupyter.design import lineage
from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.prompts.expansion import expand
from playcut_jupyter.prompts.plan import Expansion, Expansions, Plan
from playcut_jupyter.prompts.template import axes_in, names_in
from playcut_jupyter.prompts.values import refuse_no_value
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.tools import AssetId, GenerationRequest, Tool

_PROMPT = "_prompt"
"""The template variable that holds a literal prompt."""


@dataclass(frozen=True)
class SweepRequest:
    """A request for one or more generations.

    Attributes:
        tool: the tool that generates them.
        plan: the expanded template.
        count: how many of each.
        fresh: True to generate again even if the library has it.
        session: the session's id or title; None for the connection's own.
        parent_id: the number of the generation that it derives from; None for none.
        max_generations: the largest number that may be sent; None for any number.
        within_budget: True to generate as many as the budget allows; else all or none, where the prices are known.
    """

    tool: Tool
    plan: Plan
    count: int = 1
    fresh: bool = False
    session: str | None = None
    parent_id: int | None = None
    max_generations: int | None = MAX_GENERATIONS
    within_budget: bool = False

    @property
    def total(self) -> int:
        """The number of generations."""
        return len(self.plan) * self.count

    @property
    def prompts(self) -> int:
        """The number of generations without `count`."""
        return len(self.plan)

    @property
    def parts(self) -> tuple[SweepRequest, ...]:
        """The requests that it is made of: itself."""
        return (self,)

    @property
    def is_too_large(self) -> bool:
        """True if it has more than `max_generations`."""
        return self.max_generations is not None and self.total > self.max_generations

    @property
    def axes(self) -> dict[str, Sequence[object]]:
        """Name of each axis -> its values; a `count` above 1 is an axis too."""
        named = {name: tuple(map(label_of, values)) for name, values in self.plan.axes.items()}
        return {**named, **self.variants}

    @property
    def same_for_all(self) -> str:
        """The inputs that all generations have alike, as one line; "" if there are none."""
        return self.plan.same_for_all

    @property
    def variants(self) -> dict[str, range]:
        """The axis that `count` adds, if any: its name -> its values."""
        name = "variant of each" if "variant" in self.plan.axes else "variant"
        return {name: range(1, self.count + 1)} if self.count > 1 else {}

    def generations(self) -> list[GenerationRequest]:
        """Return the API request for each generation, in the order of the axes."""
        variants = [{name: number} for name, numbers in self.variants.items() for number in numbers] or [{}]
        return [
            GenerationRequest(
                self.tool,
                self.inputs_of(expansion),
                self.session,
                in_session=self.tool.name.startswith("generate-"),
                as_given=not self.tool.is_known,
                parent_id=self.parent_id,
                labels={**{name: label_of(value) for name, value in expansion.labels.items()}, **variant},
            )
            for expansion in self.plan
            for variant in variants
        ]

    def inputs_of(self, expansion: Expansion) -> dict[str, object]:
        """Return the API inputs of one expansion."""
        prompt = {self.tool.prompt_field: expansion.prompt} if self.tool.prompt_field else {}
        return {**prompt, **expansion.inputs}

    def describe(self) -> str:
        """Return the count, the axes and the first prompts, as plain lines."""
        headline, *rest = self.plan.describe().split("\n")
        if self.count > 1:
            headline += f" x {self.count} of each = {self.total:,} generations"
        return "\n".join([headline, *rest])


def label_of(value: object) -> object:
    """Return what stands for the value of an axis: for the asset of an earlier result its name, not its id."""
    return value.label or str(value) if isinstance(value, AssetId) else value


def plan_sweep(
    kind: str,
    template: str,
    variables: Mapping[str, object],
    options: Mapping[str, object],
    *,
    parent: Snapshot | None = None,
    sample: int | None = None,
    sample_seed: int = 0,
    literal: bool = False,
    **how: Any,
) -> SweepRequest:
    """Expand *template* and *options* (our names or the API's).

    With a *parent*, the template changes its prompt (see `lineage`), and its inputs are the defaults.

    Args:
        kind: "image", "video" or "speech"; "" for the parent's kind, without a parent "image".
        template: text with variables and alternatives.
        variables: the values of the names in the template.
        options: inputs; a list is an axis.
        parent: the generation to derive from.
        sample: the size of a random sample of the generations; None for all.
        sample_seed: the sample's seed; the same seed takes the same sample.
        literal: True to use *template* as the prompt without expansion; lists among the options are still axes.
        **how: other attributes of `SweepRequest`.

    Raises:
        PromptError, InvalidInput: the template or an option is not valid.
    """
    tool = tool_for(kind or (lineage.kind_of_child(parent) if parent is not None else "image"))
    inherited: Mapping[str, object] = {}
    if not template.strip() and (literal or parent is None):
        raise PromptError("The prompt is empty.", hint="Say in words what to make.")
    if literal:
        template, variables = f"{{{_PROMPT}}}", {_PROMPT: template}
    if parent is not None:
        inherited = lineage.inherited(parent, tool)
        template, parent_variables = lineage.child_template(parent.prompt, template)
        variables = {**variables, **parent_variables}
    inputs = inputs_for(tool, options)
    # An overridden input keeps its position among *options*, which sets the order of the axes.
    defaults = {name: value for name, value in inherited.items() if name not in inputs}
    plan = expand(template, variables, {**defaults, **inputs})
    if sample is not None:
        plan = plan.sample(sample, sample_seed)
    return _request(tool, plan, parent, **how)


def plan_literal(
    kind: str, prompt: str, options: Mapping[str, object], *, parent: Snapshot | None = None, **how: Any
) -> SweepRequest:
    """Return a request with a literal *prompt*, and *options* (our names or the API's) without axes.

    Other arguments are as in `plan_sweep`.

    Raises:
        InvalidInput: the kind, the prompt or an option is not valid.
    """
    tool = tool_for(kind)
    if not isinstance(prompt, str):
        several = " `pc.sweep` generates several from one template." if isinstance(prompt, list | tuple) else ""
        message = f"A prompt is text, and this is a {type(prompt).__name__}."
        raise InvalidInput(message, hint=f"Say in words what to make.{several}")
    if not prompt.strip():
        raise InvalidInput("The prompt is empty.", hint="Say in words what to make.")
    inherited = lineage.inherited(parent, tool) if parent is not None else {}
    inputs = {**inherited, **inputs_for(tool, options)}
    for name, value in inputs.items():
        refuse_no_value(value, f"The option {name}")
    return _request(tool, Plan({}, Expansions((prompt,), (), inputs, range(1))), parent, **how)


def plan_variants(parent: Snapshot, count: int, **how: Any) -> SweepRequest:
    """Return a request for *count* more generations with the inputs of *parent*, none of them from the library.

    Raises:
        InvalidInput: *count* is not a whole number of at least 1, or the tool of *parent* generates nothing.
    """
    tool = parent.request.tool
    if not tool.name.startswith("generate-"):
        raise InvalidInput(
            f"Generation {parent.id} is the answer of {tool.name}, which has no variants.",
            hint="Choose another; `%playcut history` lists them.",
        )
    inputs = {name: value for name, value in parent.inputs.items() if name not in (tool.prompt_field, "workerId")}
    plan = Plan({}, Expansions((parent.prompt,), (), inputs, range(1)))
    return _request(tool, plan, parent, count=checked_count(count, "n"), fresh=True, **how)


def _request(tool: Tool, plan: Plan, parent: Snapshot | None, *, count: int = 1, **how: Any) -> SweepRequest:
    parent_id = parent.id if parent is not None else None
    return SweepRequest(tool, plan, count=checked_count(count), parent_id=parent_id, **how)


def tool_for(kind: str) -> Tool:
    """Return the tool for a kind.

    Raises:
        InvalidInput: there is no such kind.
    """
    if kind not in tools.KINDS:
        raise InvalidInput(
            f"{kind!r} is not a kind.",
            hint=f"Kinds are {', '.join(tools.KINDS)}; any other tool: `run_tool`.",
        )
    return tools.KINDS[kind]


def inputs_for(tool: Tool, options: Mapping[str, object]) -> dict[str, object]:
    """Return *options* as API inputs in the same order: our names are translated, all others pass unchanged.

    Raises:
        InvalidInput: an option that this kind does not have or that looks like a typo of ours; or the prompt's input,
            which would replace the prompt.
    """
    if tool.prompt_field in options:
        raise InvalidInput(
            f"The input `{tool.prompt_field}` would take the place of the prompt.",
            hint="Put that text into the prompt.",
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
    """Return *count* if it is a whole number of at least 1; else raise `InvalidInput`, which calls it *name*."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InvalidInput(f"{name} is a whole number of at least 1, not {count!r}.")
    return count


def take_variables(template: str, keywords: dict[str, object]) -> dict[str, object]:
    """Remove from *keywords* the variables of *template*, and return them.

    Raises:
        PromptError: a keyword has the name of one of the template's own axes.
    """
    for name in axes_in(template):
        if name in keywords:
            raise PromptError(f"{name} is an axis of the template, and a keyword as well.", hint="Rename the axis.")
    return {name: keywords.pop(name) for name in names_in(template) if name in keywords}


def caller_variables(frame: FrameType) -> Mapping[str, object]:
    """Return the variables visible in *frame*, as in an f-string: its locals, its globals, then the notebook's."""
    return ChainMap(dict(frame.f_locals), frame.f_globals, dict(notebook_variables()))


def notebook_variables() -> Mapping[str, object]:
    """Return the variables of the notebook that this runs in; none outside of IPython."""
    if "IPython" not in sys.modules:
        return {}
    from IPython import get_ipython  # a script must not load IPython for it

    shell = get_ipython()
    return shell.user_ns if shell is not None else {}
