"""Assets as static HTML: pictures, players, and cards for types that a browser should not render.

The HTML uses only what a reopened, untrusted notebook keeps: `<img>`, players with the source on the element itself,
`class` and inline styles; no scripts, style sheets or ids. All text goes through markupsafe, which escapes it. Colours
are inherited from the page, so that dark and light themes both work.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress

from markupsafe import Markup

from playcut_jupyter import media
from playcut_jupyter.display.previews import is_still, poster_frame, preview
from playcut_jupyter.display.text_html import LINE
from playcut_jupyter.errors import AssetUnavailable, PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord

MAX_EMBED_BYTES = 8_000_000
"""A larger sound or clip, in bytes, is not embedded in the notebook: a poster frame and its path are shown."""
_SMALL = "font-size:0.85em;opacity:0.75;" + LINE
FULL_PX = 4096
"""The longest side of a picture that is shown alone, pixels."""


def asset(record: AssetRecord, caption: str, longest_px: int, max_bytes: int = MAX_EMBED_BYTES) -> Markup:
    """Return one asset: a picture, a player, or a card for a type that a browser should not render.

    Args:
        record: the asset.
        caption: its alternative text and tooltip.
        longest_px: the longest side of the picture, or of a clip's poster, pixels.
        max_bytes: a larger sound or clip is not embedded: a poster and the file's path are shown.
    """
    try:
        if record.kind == "image":
            return _picture(record, caption, longest_px) + _note(record, longest_px)
        if not record.is_playable:
            return _poster(record, caption, longest_px) + _card(record, record.remark or "")
        if record.size_bytes > max_bytes:
            megabytes = f"{record.size_bytes / 1e6:.1f} MB, too large to embed in the notebook"
            return _poster(record, caption, longest_px) + _card(record, megabytes)
        return _player(record, caption, longest_px)
    except PlaycutError as error:
        return Markup('<div style="{}">{}</div>').format(LINE, str(error))
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files; the card still shows the path
        return _card(record, _why_not(error))


def assets(snapshot: Snapshot, longest_px: int, caption: str | None = None) -> Markup:
    """Return all assets of a generation with at most *longest_px* (and its own `preview_px`) on a side.

    Args:
        snapshot: the generation.
        longest_px: the longest side of each picture, pixels.
        caption: their alternative text; None for the prompt.
    """
    text = snapshot.prompt if caption is None else caption
    longest_px = min(longest_px, snapshot.preview_px)
    return Markup("").join(asset(record, text, longest_px) for record in snapshot.assets)


def full(record: AssetRecord, caption: str) -> Markup:
    """Return one asset at full size; a picture with all its pixels, up to `FULL_PX` on a side."""
    if record.kind != "image":
        return asset(record, caption, FULL_PX)
    try:
        source = _preview_uri(record, FULL_PX)
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files; the card still shows the path
        return _card(record, _why_not(error))
    return Markup('<img class="playcut-image playcut-full" src="{}" alt="{}" style="max-width:100%;">').format(
        source, caption
    )


def poster(record: AssetRecord, caption: str, longest_px: int) -> Markup:
    """Return the first frame of a clip as a picture; nothing if there is none."""
    try:
        return _poster(record, caption, longest_px)
    except AssetUnavailable:
        return Markup("")


def thumbnail(snapshot: Snapshot, longest_px: int) -> Markup:
    """Return a small picture of a generation, for a clip its first frame; nothing if there is none."""
    for record in snapshot.assets:
        if record.path is None or not record.path.exists():
            continue
        with suppress(Exception):  # of a damaged file there is none
            draw = _picture if record.kind == "image" else _poster
            shown = draw(record, snapshot.prompt, longest_px)
            if shown:
                return shown
    return Markup("")


def _picture(record: AssetRecord, caption: str, longest_px: int) -> Markup:
    return Markup(
        '<img class="playcut-image" src="{}" alt="{}" title="{}" style="max-width:100%;max-height:600px;'
        'border-radius:4px;vertical-align:top;">'
    ).format(_preview_uri(record, longest_px), caption, caption)


def _note(record: AssetRecord, longest_px: int) -> Markup:
    """Return what a picture that is shown does not show."""
    remarks = filter(None, (record.remark, "a still of an animation" if is_still(record, longest_px) else ""))
    text = " · ".join(remarks)
    return Markup('<div class="playcut-remark" style="{}">{}</div>').format(_SMALL, text) if text else Markup("")


def _why_not(error: Exception) -> str:
    return f"no preview: {error if isinstance(error, media.InvalidImage) else type(error).__name__}"


def _poster(record: AssetRecord, caption: str, longest_px: int) -> Markup:
    frame = poster_frame(record, longest_px)
    if frame is None:
        return Markup("")
    return Markup(
        '<img class="playcut-poster" src="{}" alt="{}" style="max-width:100%;max-height:480px;vertical-align:top;">'
    ).format(_data_uri("image/webp", frame), caption)


def _player(record: AssetRecord, caption: str, longest_px: int) -> Markup:
    # Chromium plays the films of QuickTime, but not under their own name.
    mime_type = "video/mp4" if record.mime_type == "video/quicktime" else record.mime_type
    source = _data_uri(mime_type, record.read())
    if record.kind == "audio":
        return Markup(
            '<audio class="playcut-audio" controls preload="metadata" src="{}" title="{}" '
            'style="width:360px;max-width:100%;vertical-align:top;"></audio>'
        ).format(source, caption)
    frame = poster_frame(record, longest_px)
    poster_ = Markup(' poster="{}"').format(_data_uri("image/webp", frame)) if frame else ""
    return Markup(
        '<video class="playcut-video" controls preload="metadata" src="{}"{} title="{}" style="max-width:100%;'
        'max-height:480px;border-radius:4px;vertical-align:top;"></video>'
    ).format(source, poster_, caption)


def _card(record: AssetRecord, remark: str) -> Markup:
    facts = " · ".join(filter(None, (record.mime_type, remark)))
    location = record.place or "in memory only: save it with .save(path)"
    return Markup(
        '<div class="playcut-file" style="border:1px solid rgba(128,128,128,0.5);border-radius:4px;padding:8px;'
        'display:inline-block;word-wrap:break-word;">{}<br><code>{}</code></div>'
    ).format(facts, location)


def _preview_uri(record: AssetRecord, longest_px: int) -> str:
    return _data_uri(*preview(record, longest_px))


def _data_uri(mime_type: str, content: bytes) -> str:
    return f"data:{mime_type};base64,{b64encode(content).decode('ascii')}"
