"""`Comparison`: generations side by side, with the words and the parameters that differ marked.

What lasts is plain output. For two pictures there is a view with a slider that blends one into the other, which needs
a running kernel's widgets.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from playcut_jupyter.design.word_diff import changes
from playcut_jupyter.display import render
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.runs.collection import Generations
from playcut_jupyter.runs.generation import Generation

if TYPE_CHECKING:
    from ipywidgets import Widget
    from PIL.Image import Image

MOST = 8
"""The most that are shown side by side."""
_MARK = "text-decoration:underline;font-weight:bold;"
_CELL = "border:1px solid rgba(128,128,128,0.3);padding:4px 8px;text-align:left;vertical-align:top;"
_VIEW_PX = 720
_FRAMES = 13
"""How many steps the slider has: enough to look smooth, few enough to be drawn in advance."""


class Comparison(Generations):
    """Generations to be looked at together.

    Raises:
        InvalidInput: fewer than two, more than `MOST`, or one that has no result.
    """

    def __init__(self, runs: Sequence[Generation]) -> None:
        if not 2 <= len(runs) <= MOST:
            raise InvalidInput(
                f"A comparison takes 2 to {MOST} generations, not {len(runs)}.",
                hint="Choose some of them: pc.compare(sweep[0], sweep[3]).",
            )
        for run in runs:
            if not run.done or run.error is not None or not run.assets:
                raise InvalidInput(
                    f"Generation {run.id or ''} has nothing to compare ({run.state}).".replace("  ", " "),
                    hint="Wait for it or leave it out.",
                )
        super().__init__(runs)

    @property
    def differences(self) -> Mapping[str, tuple[object, ...]]:
        """The parameters that differ: name -> the value of each, None where it has none. The prompt is not in it."""
        facts = [_parameters(run) for run in self]
        names = dict.fromkeys(name for each in facts for name in each)
        rows = {name: tuple(each.get(name) for each in facts) for name in names}
        return {name: values for name, values in rows.items() if len({str(value) for value in values}) > 1}

    def blend(self) -> Widget:
        """Return a slider that blends the first picture into the second, in place: to see what changed where.

        A second picture of another shape is shown whole, between bars.

        Raises:
            InvalidInput: it is not two pictures.
        """
        if len(self) != 2 or any(run.assets[0].kind != "image" for run in self):
            raise InvalidInput("Only two pictures can be blended.", hint="Choose two: pc.compare(a, b).blend().")
        first, second = self
        return _blended(first.image, second.image, names=(_name(first), _name(second)))

    def _prompts(self) -> list[_Words]:
        """Return each prompt in stretches; the first is compared to the second, every other to the first."""
        prompts = [run.prompt for run in self]
        others = prompts[1:2] + prompts[:1] * len(prompts)
        return [list(_against(other, prompt)) for prompt, other in zip(prompts, others, strict=False)]

    def __repr__(self) -> str:
        marked = [_marked_text(words) for words in self._prompts()]
        lines = [f"{_name(run)}  {text}" for run, text in zip(self, marked, strict=True)]
        lines += [f"{name}: {' | '.join(map(_shown, values))}" for name, values in self.differences.items()]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        prompts = [_marked_html(words) for words in self._prompts()]
        width = max(160, 960 // max(1, len(self)))
        rows = [
            ("", [Markup("<b>{}</b> {}").format(_name(run), render.badge(run)) for run in self]),
            ("", [Markup("").join(render.asset(item, width) for item in run.assets) for run in self]),
            ("prompt", prompts),
            *((name, [Markup.escape(_shown(value)) for value in values]) for name, values in self.differences.items()),
        ]
        body = Markup("").join(_row(name, cells) for name, cells in rows)
        html = Markup(
            '<div style="overflow:auto;max-width:100%;"><table class="playcut-compare">{}</table></div>'
        ).format(body)
        return {"text/html": str(html), "text/plain": repr(self)}


def _name(run: Generation) -> str:
    return (f"#{run.id} " if run.id is not None else "") + run.kind + (" ★ starred" if run.starred else "")


def _parameters(run: Generation) -> dict[str, object]:
    inputs = {name: value for name, value in run.inputs.items() if name not in ("prompt", "text")}
    first = run.assets[0]
    size = f"{first.width} x {first.height}" if first.width else None
    length = f"{first.duration_s:.1f} s" if first.duration_s else None
    facts = {"size": size, "length": length, "credits (estimate)": run.estimated_credits}
    return {"kind": run.kind, **inputs, **{name: value for name, value in facts.items() if value is not None}}


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _row(name: str, cells: Sequence[Markup]) -> Markup:
    columns = Markup("").join(Markup('<td style="{}">{}</td>').format(_CELL, cell) for cell in cells)
    return Markup('<tr><th style="{}">{}</th>{}</tr>').format(_CELL, name, columns)


# -- words --------------------------------------------------------------------------------------------------------

_Words = list[tuple[str, bool]]
"""Stretches of text, and whether each differs."""


def _against(other: str, prompt: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for _, span in changes(other, prompt):
        if span.start < span.stop:
            yield prompt[at : span.start], False
            yield prompt[span], True
            at = span.stop
    yield prompt[at:], False


def _marked_html(words: _Words) -> Markup:
    return Markup("").join(
        Markup('<span class="playcut-differs" style="{}">{}</span>').format(_MARK, text)
        if differs
        else Markup.escape(text)
        for text, differs in words
    )


def _marked_text(words: _Words) -> str:
    return "".join(f"[{text}]" if differs else text for text, differs in words)


# -- two pictures in one ------------------------------------------------------------------------------------------


def _blended(first: Image, second: Image, names: Sequence[str]) -> Widget:
    """Return the slider; all its pictures are drawn now, so that moving it only changes a trait."""
    import ipywidgets
    from PIL import Image as Pillow
    from PIL import ImageOps

    small = first.convert("RGB")
    small.thumbnail((_VIEW_PX, _VIEW_PX))
    other = ImageOps.pad(second.convert("RGB"), small.size, color="gray")
    frames = [_webp(Pillow.blend(small, other, step / (_FRAMES - 1))) for step in range(_FRAMES)]
    # Whole in a window, below what it is moved with; never larger than it is, or its pixels would be seen.
    layout = {"max_width": "100%", "max_height": "70vh", "object_fit": "contain", "align_self": "flex-start"}
    picture = ipywidgets.Image(value=frames[0], format="webp", layout=layout)
    picture.add_class("playcut-blend")
    size = {"width": "360px", "max_width": "100%"}
    slider = ipywidgets.IntSlider(value=0, min=0, max=_FRAMES - 1, readout=False, description="blend", layout=size)
    flicker = ipywidgets.ToggleButton(value=False, description="show the second", tooltip="flicker between the two")
    label = ipywidgets.Label(value=names[0])

    def show(step: int) -> None:
        picture.value = frames[step]
        label.value = names[0] if step == 0 else names[1] if step == _FRAMES - 1 else f"{names[0]} → {names[1]}"

    def slid(change: Mapping[str, Any]) -> None:
        show(change["new"])

    def flicked(change: Mapping[str, Any]) -> None:
        slider.value = _FRAMES - 1 if change["new"] else 0

    slider.observe(slid, "value")
    flicker.observe(flicked, "value")
    return ipywidgets.VBox([ipywidgets.HBox([slider, flicker], layout={"flex_flow": "row wrap"}), label, picture])


def _webp(picture: Image) -> bytes:
    body = io.BytesIO()
    picture.save(body, "WEBP", quality=80)
    return body.getvalue()
