"""Assets as static HTML: pictures, players, and cards for types that a browser should not render.

The HTML uses only what a reopened, untrusted notebook keeps: `<img>`, players with the source on the element itself,
`class` and inline styles; no scripts, style sheets or ids. All text goes through markupsafe, which escapes it. Colours
are inherited from the page, so that dark and light themes both work.
"""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from dataclasses import replace

from markupsafe import Markup

from playcut_jupyter import media
from playcut_jupyter.display.boxes import PLAYER_PX, Box
from playcut_jupyter.display.previews import is_still, preview, stand_in
from playcut_jupyter.display.text_html import LINE
from playcut_jupyter.errors import AssetUnavailable, PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord

MAX_EMBED_BYTES = 8_000_000
"""A larger sound or clip, in bytes, is not embedded in the notebook: a poster frame and its path are shown."""
_SMALL = "font-size:0.85em;opacity:0.75;" + LINE
_STILL = "max-width:100%;max-height:480px;vertical-align:top;"
WAVEFORM_PX = 320
"""The width at which a waveform is shown alone, pixels."""
_SOUND_BOX = Box(4.0, 360, 360, PLAYER_PX)
FULL_PX = 4096
"""The longest side of a picture that is shown alone, pixels."""


def asset(
    record: AssetRecord, caption: str, longest_px: int, max_bytes: int = MAX_EMBED_BYTES, box: Box | None = None
) -> Markup:
    """Return one asset: a picture, a player, or a card for a type that a browser should not render.

    Args:
        record: the asset.
        caption: its alternative text and tooltip.
        longest_px: the longest side of the picture, or of a clip's poster, pixels.
        max_bytes: a larger sound or clip is not embedded: a poster and the file's path are shown.
        box: the room that was kept for it; None to take as much as it needs.
    """
    try:
        if record.kind == "image":
            return _picture(record, caption, longest_px, box) + _note(record, longest_px)
        without_player = box and replace(box, below_px=0)
        if not record.is_playable:
            return poster(record, caption, longest_px, without_player) + _card(record, record.remark or "")
        if record.size_bytes > max_bytes:
            megabytes = f"{record.size_bytes / 1e6:.1f} MB, too large to embed in the notebook"
            return poster(record, caption, longest_px, without_player) + _card(record, megabytes)
        return _player(record, caption, longest_px, box)
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


def poster(record: AssetRecord, caption: str, longest_px: int, box: Box | None = None, below: str = "") -> Markup:
    """Return the picture that stands for a clip or a sound: its first frame or waveform; nothing if there is none.

    Args:
        record: the asset.
        caption: its alternative text.
        longest_px: the longest side of a frame, pixels.
        box: the room that was kept for it.
        below: the words in the place of a sound's player.
    """
    try:
        picture = stand_in(record, longest_px)
    except AssetUnavailable:
        return Markup("")
    if picture is None:
        return Markup("")
    is_sound = record.mime_type.startswith("audio/")
    css_class, size = ("playcut-waveform", (0, 0)) if is_sound else ("playcut-poster", (record.width, record.height))
    fitting = box and box.for_size(*size)
    default = f"width:{min(longest_px, WAVEFORM_PX)}px;max-width:100%;" if is_sound else _STILL
    img = Markup('<img class="{}" src="{}" alt="{}" title="{}" style="{}">').format(
        css_class, _data_uri(*picture), caption, caption, fitting.css(*size) if fitting else default
    )
    words = Markup('<div style="font-size:0.85em;opacity:0.8;">{}</div>').format(below) if below else None
    return fitting.filled(img, words) if fitting else img


def thumbnail(snapshot: Snapshot, longest_px: int) -> Markup:
    """Return a small picture of a generation, for a clip its first frame, for a sound its waveform; else nothing."""
    for record in snapshot.assets:
        if record.path is None or not record.path.exists():
            continue
        with suppress(Exception):  # of a damaged file there is none
            draw = _picture if record.kind == "image" else poster
            shown = draw(record, snapshot.prompt, longest_px)
            if shown:
                return shown
    return Markup("")


def _picture(record: AssetRecord, caption: str, longest_px: int, box: Box | None = None) -> Markup:
    size = record.width, record.height
    fitting = box and box.for_size(*size)
    style = fitting.css(*size) if fitting else "max-width:100%;max-height:600px;border-radius:4px;vertical-align:top;"
    img = Markup('<img class="playcut-image" src="{}" alt="{}" title="{}" style="{}">').format(
        _preview_uri(record, longest_px), caption, caption, style
    )
    return fitting.filled(img) if fitting else img


def _note(record: AssetRecord, longest_px: int) -> Markup:
    """Return what a picture that is shown does not show."""
    remarks = filter(None, (record.remark, "a still of an animation" if is_still(record, longest_px) else ""))
    text = " · ".join(remarks)
    return Markup('<div class="playcut-remark" style="{}">{}</div>').format(_SMALL, text) if text else Markup("")


def _why_not(error: Exception) -> str:
    return f"no preview: {error if isinstance(error, media.InvalidImage) else type(error).__name__}"


def _player(record: AssetRecord, caption: str, longest_px: int, box: Box | None) -> Markup:
    # Chromium plays the films of QuickTime, but not under their own name.
    mime_type = "video/mp4" if record.mime_type == "video/quicktime" else record.mime_type
    source = _data_uri(mime_type, record.read())
    picture = stand_in(record, longest_px)
    if record.kind == "audio":
        return _sound(source, picture, caption, box)
    size = record.width, record.height
    fitting = box and box.for_size(*size)
    poster_ = Markup(' poster="{}"').format(_data_uri(*picture)) if picture else ""
    video = Markup(
        '<video class="playcut-video" controls preload="metadata" src="{}"{} title="{}" style="{}"></video>'
    ).format(source, poster_, caption, fitting.css(*size) if fitting else f"{_STILL}border-radius:4px;")
    return fitting.filled(video) if fitting else video


def _sound(source: str, picture: tuple[str, bytes] | None, caption: str, box: Box | None) -> Markup:
    """Return the player of a sound below its waveform, which the player's own name already describes."""
    box = box if box and box.below_px else _SOUND_BOX
    waveform = (
        Markup('<img class="playcut-waveform" src="{}" alt="" style="{}">').format(_data_uri(*picture), box.css())
        if picture
        else Markup("")
    )
    audio = Markup(
        '<audio class="playcut-audio" controls preload="metadata" src="{}" title="{}" '
        'style="display:block;width:100%;height:{}px;"></audio>'
    ).format(source, caption, PLAYER_PX)
    return box.filled(waveform, audio)


def _card(record: AssetRecord, remark: str) -> Markup:
    facts = " · ".join(filter(None, (record.mime_type, remark)))
    location = record.display_path or "in memory only: save it with .save(path)"
    return Markup(
        '<div class="playcut-file" style="border:1px solid rgba(128,128,128,0.5);border-radius:4px;padding:8px;'
        'display:inline-block;word-wrap:break-word;">{}<br><code>{}</code></div>'
    ).format(facts, location)


def _preview_uri(record: AssetRecord, longest_px: int) -> str:
    return _data_uri(*preview(record, longest_px))


def _data_uri(mime_type: str, content: bytes) -> str:
    return f"data:{mime_type};base64,{b64encode(content).decode('ascii')}"
