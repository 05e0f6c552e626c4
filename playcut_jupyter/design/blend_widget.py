"""A slider that blends one picture into another in place, to show where they differ."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
from ipywidgets import Widget
from PIL import Image as Pillow
from PIL import ImageOps
from PIL.Image import Image

_VIEW_PX = 720
_FRAMES = 13
"""The slider's steps: enough to look smooth, few enough to render in advance."""


def blend_widget(first: Image, second: Image, names: Sequence[str]) -> Widget:
    """Return the slider. All its frames are rendered now, so that moving it only sets a trait.

    Args:
        first: the picture at the slider's start.
        second: the picture at its end; padded with bars if its aspect ratio differs.
        names: the label of each.
    """
    small = first.convert("RGB")
    small.thumbnail((_VIEW_PX, _VIEW_PX))
    other = ImageOps.pad(second.convert("RGB"), small.size, color="gray")
    frames = [_webp(Pillow.blend(small, other, step / (_FRAMES - 1))) for step in range(_FRAMES)]
    # The picture fits into a window below its slider, and is never enlarged.
    layout = {"max_width": "100%", "max_height": "70vh", "object_fit": "contain", "align_self": "flex-start"}
    picture = ipywidgets.Image(value=frames[0], format="webp", layout=layout)
    picture.add_class("playcut-blend")
    size = {"width": "360px", "max_width": "100%"}
    slider = ipywidgets.IntSlider(value=0, min=0, max=_FRAMES - 1, readout=False, description="blend", layout=size)
    toggle = ipywidgets.ToggleButton(value=False, description="show the second", tooltip="switch between the two")
    label = ipywidgets.Label(value=names[0])

    def show(change: Mapping[str, Any]) -> None:
        step = change["new"]
        picture.value = frames[step]
        label.value = names[0] if step == 0 else names[1] if step == _FRAMES - 1 else f"{names[0]} → {names[1]}"

    def toggled(change: Mapping[str, Any]) -> None:
        slider.value = _FRAMES - 1 if change["new"] else 0

    slider.observe(show, "value")
    toggle.observe(toggled, "value")
    return ipywidgets.VBox([ipywidgets.HBox([slider, toggle], layout={"flex_flow": "row wrap"}), label, picture])


def _webp(picture: Image) -> bytes:
    body = io.BytesIO()
    picture.save(body, "WEBP", quality=80)
    return body.getvalue()
