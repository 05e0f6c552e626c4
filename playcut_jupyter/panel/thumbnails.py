"""Small pictures of generations, kept: an original is decoded once, not at every star and every finished job."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from playcut_jupyter import media
from playcut_jupyter.display import render
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.panel.messages import cut
from playcut_jupyter.runs.generation import Generation

TILE_PX = 200
_KEPT = 400
"""Some 10 kB each."""
_CAPTION, _TOOLTIP = 80, 2_000
"""The most characters of a prompt that are shown below its picture, and where the pointer rests on them."""


def thumbnail(run: Generation) -> Markup:
    """Return a small picture of *run*: of a clip its first frame, of what can't be seen the word."""
    shown = Markup("<b>{}</b>").format(run.kind)
    for item in run.assets:
        if item.path is not None and item.path.exists():
            shown = _picture(item.path, item.mime_type, item.caption) or shown
            break
    return Markup('<div class="playcut-panel-picture">{}</div>').format(shown)


@lru_cache(_KEPT)
def _picture(path: Path, mime_type: str, caption: str) -> Markup:
    """Return the picture of a file of the library: its name is its content's, so that it never changes."""
    item = Asset(id=None, facts=media.MediaInfo(mime_type), path=path, caption=caption)
    if item.kind == "image":
        return render.asset(item, TILE_PX)
    return render.still(item)


def caption(run: Generation) -> Markup:
    """Return what there is to say of *run* in a few words."""
    marks = ("★ starred" if run.starred else "", "hidden" if run.hidden else "")
    words = " · ".join(filter(None, (f"#{run.id}", run.kind, *marks, run.state if run.error is not None else "")))
    return Markup('<div style="font-size:0.85em;overflow-wrap:anywhere;" title="{}">{} {}<br>{}</div>').format(
        cut(run.prompt, _TOOLTIP), render.badge(run), words, cut(run.prompt, _CAPTION)
    )
