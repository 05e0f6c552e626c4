"""Small pictures of generations, and a few words below them."""

from __future__ import annotations

from markupsafe import Markup

from playcut_jupyter.display import media_html, status
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.text import truncate

_THUMBNAIL_PX = 200
_MAX_CAPTION, _MAX_TOOLTIP = 80, 2_000
"""The most characters of a prompt that are shown below its picture, and while the pointer rests on them."""


def thumbnail(snapshot: Snapshot) -> Markup:
    """Return a small picture of a generation: of a clip its first frame, of what has no picture its kind."""
    picture = media_html.thumbnail(snapshot, _THUMBNAIL_PX) or Markup("<b>{}</b>").format(snapshot.kind)
    return Markup('<div class="{}">{}</div>').format(css_classes.PICTURE, picture)


def caption(snapshot: Snapshot) -> Markup:
    """Return what there is to say of a generation in a few words."""
    ratings = ("★ starred" if snapshot.starred else "", "hidden" if snapshot.hidden else "")
    ending = snapshot.state if snapshot.error is not None else ""
    facts = " · ".join(filter(None, (f"#{snapshot.id}", snapshot.kind, *ratings, ending)))
    return Markup('<div style="font-size:0.85em;overflow-wrap:anywhere;" title="{}">{} {}<br>{}</div>').format(
        truncate(snapshot.prompt, _MAX_TOOLTIP),
        status.badge(snapshot),
        facts,
        truncate(snapshot.prompt, _MAX_CAPTION),
    )
