"""The next cell after a sweep: the same template and options, with the losing values of each axis dropped.

It needs no variable: what a list held is written out as a named axis, and where one value is left, that is written
plainly. The text is read back, and used only if it asks for exactly what is left.
"""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from playcut_jupyter import tools
from playcut_jupyter.design import cell_source, lineage
from playcut_jupyter.design.children import AnySweepRequest, JointRequest
from playcut_jupyter.design.effects import Effect
from playcut_jupyter.design.planning import SweepRequest, label_of, plan_sweep
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.library.records import canonical
from playcut_jupyter.prompts.plan import Axis, Expansions, Pieces, Plan
from playcut_jupyter.prompts.template import escape
from playcut_jupyter.settings import MAX_GENERATIONS
from playcut_jupyter.syntax import cell_line, near_options, references

_MAX_COMPARED = 2_000
"""The largest number of generations that are all compared; of more, this many."""


def next_cell(
    request: AnySweepRequest | None, keep: float | Mapping[str, object], judged: Callable[[], Sequence[Effect]]
) -> str:
    """Return the next cell after the sweep of *request*.

    Args:
        request: what was asked for; None if that isn't known.
        keep: the share of each axis's values to keep, or the values themselves by axis.
        judged: returns the effects of the sweep's values.

    Raises:
        InvalidInput: nothing has been judged, *keep* names what isn't there, or the sweep can't be refined.
    """
    refined = refinable(request)
    if isinstance(keep, Mapping):
        return refined_cell(refined, chosen(refined.plan, keep))
    kept = strongest(refined.plan, judged(), keep)
    if not kept:
        raise InvalidInput(
            "Nothing has been judged yet, so no value has lost.",
            hint='Use `sweep.pick()`, or star the good ones; or name what to keep: keep={"style": ["neon"]}.',
        )
    return refined_cell(refined, kept)


def whole_cell(request: AnySweepRequest | None) -> str | None:
    """Return the cell that asks for the whole sweep of *request*; None if it is no sweep, or no cell can say it."""
    if not isinstance(request, SweepRequest) or request.total == 1 or request.tool.kind not in tools.KINDS:
        return None
    try:
        return refined_cell(request, {})
    except InvalidInput:
        return None


def template_of(request: AnySweepRequest | None) -> str:
    """Return the template of *request*, as a cell would say it; "" if it isn't known, or each part has its own."""
    if not isinstance(request, SweepRequest):
        return ""
    expansions = request.plan.expansions
    return _Writer(expansions.axes, name_all=False).template(expansions.pieces).strip()


def refinable(request: AnySweepRequest | None) -> SweepRequest:
    """Return the request of a sweep if it can be refined.

    Raises:
        InvalidInput: what was asked for isn't known, or it has nothing to drop.
    """
    if request is None:
        raise InvalidInput(
            "The template of this sweep isn't known here.",
            hint="Run its cell again: what is in your library costs nothing.",
        )
    if isinstance(request, JointRequest):
        raise InvalidInput(
            "This sweep has several parents, each with a prompt of its own.",
            hint="Star the winners, and go on from them: `%%playcut --from starred`.",
        )
    if request.tool.kind not in tools.KINDS or not any(len(values) > 1 for values in request.plan.axes.values()):
        raise InvalidInput("This sweep has no axis with several values to choose from.", hint="Run a larger one.")
    return request


def strongest(plan: Plan, found: Iterable[Effect], share: object) -> dict[str, list[str]]:
    """Return for each judged axis the values to keep: the strongest *share* of them, at least one, with all ties.

    Raises:
        InvalidInput: *share* is not above 0 and at most 1.
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise InvalidInput(
            f"keep is a share above 0 and at most 1, not {share!r}.",
            hint='Give 0.5 for the better half, or name the values: keep={"style": ["neon"]}.',
        )
    kept: dict[str, list[str]] = {}
    for axis in plan.axes:
        effects = [effect for effect in found if effect.axis == axis]
        if not any(effect.rounds or effect.strength for effect in effects):
            continue
        ordered = sorted((effect.strength for effect in effects), reverse=True)
        least = ordered[max(1, math.floor(len(ordered) * share + 0.5)) - 1]
        kept[axis] = [effect.value for effect in effects if effect.strength >= least]
    return kept


def chosen(plan: Plan, keep: Mapping[str, object]) -> dict[str, list[str]]:
    """Return for each axis in *keep* the values to keep, as text.

    Raises:
        InvalidInput: there is no such axis or value, or none is left.
    """
    kept: dict[str, list[str]] = {}
    for axis, given in keep.items():
        if axis not in plan.axes:
            near = get_close_matches(str(axis), plan.axes, 1, 0.5)
            suggestion = f" Did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(
                f"The sweep has no axis {axis!r}.{suggestion}", hint=f"Its axes are {', '.join(plan.axes)}."
            )
        values = [str(label_of(value)) for value in plan.axes[axis]]
        kept[axis] = list(map(str, given if isinstance(given, list | tuple | set | frozenset) else [given]))
        unknown = [value for value in kept[axis] if value not in values]
        if unknown or not kept[axis]:
            what = f"has no value {unknown[0]!r}" if unknown else "must keep a value"
            raise InvalidInput(f"The axis {axis!r} {what}.", hint=f"Its values are {', '.join(values)}.")
    return kept


def refined_cell(request: SweepRequest, kept: Mapping[str, Sequence[str]]) -> str:
    """Return the cell that asks for those generations of *request* that have the *kept* values.

    Raises:
        InvalidInput: no cell can say it.
    """
    plan = _reduced(request.plan, kept)
    line = _line(request, plan)
    for name_all in (False, True):
        body = _Writer(plan.expansions.axes, name_all=name_all).template(plan.expansions.pieces)
        if line is not None and _asks_for(plan, line, body):
            return _cell(request, line, body)
    prompts = {expansion.prompt for expansion in plan} if len(plan) <= _MAX_COMPARED else set()
    if line is not None and len(prompts) == 1 and _asks_for(plan, [*line, "--literal"], body := prompts.pop()):
        return _cell(request, [*line, "--literal"], body)
    raise InvalidInput(
        "What is left of this sweep can't be written as a cell: a value holds braces or bars.",
        hint="Use `pc.sweep(...)` with the values in lists.",
    )


def _reduced(plan: Plan, kept: Mapping[str, Sequence[str]]) -> Plan:
    axes = []
    for axis in plan.expansions.axes:
        labels = [str(label_of(value)) for value in axis.values]
        places = [at for at, label in enumerate(labels) if label in kept.get(axis.name, labels)]
        texts = tuple(axis.texts[at] for at in places) if axis.texts else ()
        axes.append(Axis(axis.name, tuple(axis.values[at] for at in places), texts, axis.option))
    count = math.prod(len(axis.values) for axis in axes)
    expansions = Expansions(plan.expansions.pieces, tuple(axes), plan.expansions.inputs, range(count))
    return Plan({axis.name: axis.values for axis in axes}, expansions)


class _Writer:
    """Writes the template of some axes."""

    def __init__(self, axes: Sequence[Axis], *, name_all: bool) -> None:
        self._axes, self._name_all = axes, name_all
        self._uses: Counter[int] = Counter()
        self._written: set[int] = set()

    def template(self, pieces: Pieces) -> str:
        self._count(pieces)
        return self._text(pieces)

    def _count(self, pieces: Pieces) -> None:
        for piece in pieces:
            if isinstance(piece, int):
                self._uses[piece] += 1
                if self._uses[piece] == 1 or len(self._axes[piece].texts) == 1:
                    for text in self._axes[piece].texts:
                        self._count(text)

    def _text(self, pieces: Pieces) -> str:
        return "".join(escape(piece) if isinstance(piece, str) else self._axis(piece) for piece in pieces)

    def _axis(self, number: int) -> str:
        axis = self._axes[number]
        if len(axis.texts) == 1:
            return self._text(axis.texts[0])
        name = axis.name if axis.name.isidentifier() else f"axis_{number + 1}"
        if number in self._written:
            return f"{{{name}}}"
        self._written.add(number)
        is_named = self._name_all or self._uses[number] > 1 or name == axis.name
        values = "|".join(map(self._text, axis.texts))
        return f"{{{name}={values}}}" if is_named else f"{{{values}}}"


def _line(request: SweepRequest, plan: Plan) -> list[str] | None:
    """Return the words of the cell's line; None if an input can't be written there."""
    varied = {axis.option: axis.values for axis in plan.expansions.axes if axis.option is not None}
    words = [request.tool.kind]
    for name, value in plan.expansions.inputs.items():
        option = _option(request.tool, name, varied.get(name, [value]))
        if option is None:
            return None
        words += option
    if request.count > 1:
        words += ["-n", str(request.count)]
    if len(request.plan) < min(len(plan), math.prod(map(len, request.plan.axes.values()))):
        words += ["--sample", str(len(request.plan))]  # as many as before, and not more
    total = min(len(plan), len(request.plan)) * request.count
    if total > MAX_GENERATIONS:
        words += ["--max", str(total)]
    return words + (["--session", escape(request.session)] if request.session else [])


def _option(tool: tools.Tool, name: str, values: Sequence[object]) -> list[str] | None:
    ours = next((option for option, api_name in tool.options.items() if api_name == name), None)
    texts = [cell_source.option_text(value) for value in values]
    if ours is not None and None not in texts:
        return [near_options.flag_of(ours), ",".join(filter(None, texts))]
    word = cell_source.param(name, *values)
    return None if word is None else ["-p", word]


def _asks_for(plan: Plan, words: Sequence[str], body: str) -> bool:
    """Tell whether the cell asks for exactly the generations of *plan*, but for line breaks around the prompt."""
    try:
        line = cell_line.parse_cell_line(shlex.join(words), {})
        if not line.literal:
            near_options.check_body(body)
        inputs = references.unescaped(line.inputs)
        read = plan_sweep(line.kind, body.strip("\n"), {}, inputs, literal=line.literal).plan
    except PlaycutError:
        return False
    if len(read) != len(plan):
        return False
    if len(plan) <= _MAX_COMPARED:
        return _requests(plan, range(len(plan))) == _requests(read, range(len(plan)))
    some = range(0, len(plan), len(plan) // _MAX_COMPARED)
    return _requests(plan, some) == _requests(read, some)


def _requests(plan: Plan, places: Iterable[int]) -> Counter[tuple[str, str]]:
    return Counter((plan[place].prompt.strip("\n"), canonical(plan[place].inputs)) for place in places)


def _cell(request: SweepRequest, words: Sequence[str], body: str) -> str:
    body = body.strip("\n")
    words = list(words)
    if request.parent_id is not None and _is_whole_prompt(body):
        words += ["--from", str(request.parent_id)]
    return f"%%playcut {shlex.join(words)}\n{body}"


def _is_whole_prompt(body: str) -> bool:
    """Tell whether *body* replaces a parent's prompt; lines that begin with + or - would change it."""
    try:
        return lineage.child_template("", body) == (body, {})
    except PlaycutError:
        return False
