"""A slider that blends one picture into another in place, to show where they differ."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
from PIL import Image as Pillow
from PIL import ImageOps
from PIL.Image import Image

from playcut_jupyter.design import comparison
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.widgets.still import Still

_VIEW_PX = 720
_FRAMES = 13
"""The slider's steps: enough to look smooth, few enough to render in advance."""


class BlendWidget(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The slider. All its frames are rendered at once, so that moving it only sets a trait.

    Args:
        first: the picture at the slider's start.
        second: the picture at its end; padded with bars if its aspect ratio differs.
        snapshots: the generation of each; a saved notebook shows them side by side.
    """

    def __init__(self, first: Image, second: Image, snapshots: Sequence[Snapshot]) -> None:
        self._names = list(map(comparison.title, snapshots))
        self._frames = _frames(first, second)
        self._still = Still(comparison.html(snapshots), comparison.text(snapshots))
        # The picture fits into a window below its slider, and is never enlarged.
        layout = {"max_width": "100%", "max_height": "70vh", "object_fit": "contain", "align_self": "flex-start"}
        self.picture = ipywidgets.Image(value=self._frames[0], format="webp", layout=layout)
        self.picture.add_class("playcut-blend")
        size = {"width": "360px", "max_width": "100%"}
        self.slider = ipywidgets.IntSlider(
            value=0, min=0, max=_FRAMES - 1, readout=False, description="blend", layout=size
        )
        self.toggle = ipywidgets.ToggleButton(
            value=False, description="show the second", tooltip="switch between the two"
        )
        self.label = ipywidgets.Label(value=self._names[0])
        self.slider.observe(self._show, "value")
        self.toggle.observe(self._switch, "value")
        controls = ipywidgets.HBox([self.slider, self.toggle], layout={"flex_flow": "row wrap"})
        super().__init__([controls, self.label, self.picture])

    def _show(self, change: Mapping[str, Any]) -> None:
        step, (first, second) = change["new"], self._names
        self.picture.value = self._frames[step]
        self.label.value = first if step == 0 else second if step == _FRAMES - 1 else f"{first} → {second}"

    def _switch(self, change: Mapping[str, Any]) -> None:
        self.slider.value = _FRAMES - 1 if change["new"] else 0

    def __repr__(self) -> str:
        return "A slider between two pictures needs a front end with widgets; run its cell again to show it here."

    def _ipython_display_(self) -> None:
        self._still.show_below(self)


def _frames(first: Image, second: Image) -> list[bytes]:
    small = first.convert("RGB")
    small.thumbnail((_VIEW_PX, _VIEW_PX))
    other = ImageOps.pad(second.convert("RGB"), small.size, color="gray")
    return [_webp(Pillow.blend(small, other, step / (_FRAMES - 1))) for step in range(_FRAMES)]


def _webp(picture: Image) -> bytes:
    body = io.BytesIO()
    picture.save(body, "WEBP", quality=80)
    return body.getvalue()
