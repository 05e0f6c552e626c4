"""One request for the children of several parents: planned for each, then priced, checked and started as one."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, TypeAlias

from playcut_jupyter.design.planning import SweepRequest, checked_count, plan_sweep
from playcut_jupyter.errors import InvalidInput, PromptError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.prompts.plan import short
from playcut_jupyter.tools import GenerationRequest


@dataclass(frozen=True)
class JointRequest:
    """Requests of the same template and options, one for each parent.

    Attributes:
        parts: the requests; the axes and all settings of the first one are those of all.
    """

    parts: tuple[SweepRequest, ...]

    @property
    def total(self) -> int:
        """The number of generations."""
        return sum(part.total for part in self.parts)

    @property
    def prompts(self) -> int:
        """The number of generations without `count`."""
        return sum(part.prompts for part in self.parts)

    @property
    def max_generations(self) -> int | None:
        """The largest number that may be sent; None for any number."""
        return self.parts[0].max_generations

    @property
    def is_too_large(self) -> bool:
        """True if it has more than `max_generations`."""
        return self.max_generations is not None and self.total > self.max_generations

    @property
    def fresh(self) -> bool:
        """True to generate again even if the library has it."""
        return self.parts[0].fresh

    @property
    def within_budget(self) -> bool:
        """True to generate as many as the budget allows."""
        return self.parts[0].within_budget

    @property
    def axes(self) -> dict[str, Sequence[object]]:
        """Name of each axis -> its values: first the parents, then the axes that they share."""
        return {self._parent_axis: tuple(map(_label, self.parts)), **self.parts[0].axes}

    @property
    def same_for_all(self) -> str:
        """The inputs that all generations have alike, as one line; "" if there are none."""
        texts = {part.same_for_all for part in self.parts}
        return texts.pop() if len(texts) == 1 else ""

    @property
    def _parent_axis(self) -> str:
        return "parent" if "from" in self.parts[0].axes else "from"

    def generations(self) -> list[GenerationRequest]:
        """Return the API request for each generation, in the order of the axes."""
        return [
            replace(request, labels={self._parent_axis: _label(part), **request.labels})
            for part in self.parts
            for request in part.generations()
        ]

    def describe(self) -> str:
        """Return the count, the axes and the first prompts, as plain lines."""
        axes = " x ".join(f"{short(name, 40)} ({len(values):,})" for name, values in self.axes.items())
        lines = [f"{self.total:,} generations: {axes}"]
        lines += [f"  {_label(part)}: {short(part.plan[0].prompt, 100)}" for part in self.parts[:3]]
        if len(self.parts) > 3:
            lines.append(f"  ... and {len(self.parts) - 3:,} more")
        return "\n".join(lines)


AnySweepRequest: TypeAlias = SweepRequest | JointRequest
"""A request for one or more generations."""


def _label(part: SweepRequest) -> str:
    return f"#{part.parent_id}" if part.parent_id is not None else short(part.plan[0].prompt, 40)


def plan_request(
    kind: str,
    template: str,
    variables: Mapping[str, object],
    options: Mapping[str, object],
    *,
    parents: Sequence[Snapshot] | None = None,
    sample: int | None = None,
    sample_seed: int = 0,
    **how: Any,
) -> AnySweepRequest:
    """Plan a sweep, or the children of one or several *parents*; other arguments are those of `plan_sweep`.

    Raises:
        InvalidInput: an option is not valid, or does not fit one of the parents; or *parents* is empty.
        PromptError: the template is not valid, or not for one of them.
    """
    if parents is not None and not parents:
        raise InvalidInput("There is no generation to build on.", hint="Name one or several.")
    if parents is None or len(parents) == 1:
        how |= {"parent": parents[0] if parents else None, "sample": sample, "sample_seed": sample_seed}
        return plan_sweep(kind, template, variables, options, **how)
    parts = []
    for parent in parents:
        try:
            parts.append(plan_sweep(kind, template, variables, options, parent=parent, **how))
        except (InvalidInput, PromptError) as error:
            raise type(error)(f"For #{parent.id}: {error.message}", hint=error.remedies) from None
    if sample is not None:
        parts = _sample(parts, sample, sample_seed)
    return JointRequest(tuple(parts)) if len(parts) > 1 else parts[0]


def _sample(parts: Sequence[SweepRequest], sample: int, seed: int) -> list[SweepRequest]:
    """Return the requests for *sample* of all their prompts, chosen at random; the same for the same seed."""
    ends = list(accumulate(part.prompts for part in parts))
    if checked_count(sample, "sample") >= ends[-1]:
        return list(parts)
    chosen = sorted(random.Random(seed).sample(range(ends[-1]), sample))  # noqa: S311 - nothing secret
    sampled = []
    for part, end in zip(parts, ends, strict=True):
        picked = [place - end + part.prompts for place in chosen if end - part.prompts <= place < end]
        if picked:
            sampled.append(replace(part, plan=part.plan.at(picked)))
    return sampled
