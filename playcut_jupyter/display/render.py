"""Pictures, players and status lines as HTML that lasts.

Built only from what a reopened, untrusted notebook keeps: `<img>`, players with the source on the element itself,
`class` and inline styles; no scripts, no style sheets, no ids. All text goes through markupsafe, which escapes by
default. Colours are those of the page around, so that dark and light themes both work.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.redaction import scrub
from playcut_jupyter.runs.generation import Generation

MAX_EMBED_BYTES = 8_000_000
"""A sound or clip of more bytes is not embedded in the notebook: a poster frame and its place are shown."""
_MAX_DATA_TEXT = 20_000

_QUIET = "font-size:0.85em;opacity:0.75;margin:4px 0;word-wrap:break-word;"
_LINE = "margin:4px 0;word-wrap:break-word;"
PLAYABLE = {
    "audio/wav",
    "audio/mpeg",
    "audio/ogg",
    "audio/flac",
    "audio/mp4",
    "audio/aac",
    "video/mp4",
    "video/webm",
}
"""What browsers play."""
FULL_PX = 4096
"""The longest side of a picture that is looked at by itself, pixels."""
_BADGE = Markup(
    '<span class="playcut-sandbox" title="Made offline by the sandbox; nothing was paid" style="border:1px solid '
    'gray;border-radius:3px;padding:0 4px;font-size:0.8em;font-weight:bold;">SANDBOX</span>'
)


def generation(run: Generation) -> Markup:
    """Return a generation as it is now: the status line, and what it brought once it is done."""
    if run.done and run.error is None:
        return result(run) + final_line(run)
    return status(run)


def result(run: Generation) -> Markup:
    """Return what a generation brought: its assets side by side, or a tool's data."""
    if not run.assets:
        return data(run.data)
    return Markup("").join(
        Markup(
            '<div class="playcut-asset" style="display:inline-block;vertical-align:top;max-width:100%;'
            'margin:0 8px 4px 0;">{}</div>'
        ).format(asset(item))
        for item in run.assets
    )


def asset(item: Asset, longest_px: int | None = None, most_bytes: int | None = None) -> Markup:
    """Return one asset: a picture, a player, or a card for what a browser should not be trusted with.

    *longest_px* makes the picture smaller than the asset's own `preview_px`; a sound or clip of more than *most_bytes*
    (`MAX_EMBED_BYTES`) is a still and the file's place.
    """
    try:
        if item.kind == "image":
            return _picture(item, longest_px)
        if item.mime_type in PLAYABLE:
            return _player(item, MAX_EMBED_BYTES if most_bytes is None else min(most_bytes, MAX_EMBED_BYTES))
    except PlaycutError as error:
        return Markup('<div style="{}">{}</div>').format(_LINE, str(error))
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files; the card still tells where the file is
        return _card(item, f"no preview ({type(error).__name__})")
    return _card(item, "")


def _picture(item: Asset, longest_px: int | None) -> Markup:
    mime_type, small = item.preview(longest_px)
    return Markup(
        '<img class="playcut-image" src="{}" alt="{}" title="{}" style="max-width:100%;max-height:600px;'
        'border-radius:4px;vertical-align:top;">'
    ).format(_data_uri(mime_type, small), item.caption, item.caption)


def full(item: Asset) -> Markup:
    """Return one asset as large as there is room for; a picture with all its pixels, up to `FULL_PX` on a side."""
    if item.kind != "image":
        return asset(item)
    try:
        mime_type, large = item.preview(FULL_PX)
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files; the card still tells where the file is
        return _card(item, f"no preview ({type(error).__name__})")
    return Markup('<img class="playcut-image playcut-full" src="{}" alt="{}" style="max-width:100%;">').format(
        _data_uri(mime_type, large), item.caption
    )


def _player(item: Asset, most_bytes: int) -> Markup:
    content = item.data
    if len(content) > most_bytes:
        return _poster(item, content)
    source = _data_uri(item.mime_type, content)
    if item.kind == "audio":
        return Markup(
            '<audio class="playcut-audio" controls preload="metadata" src="{}" title="{}" '
            'style="width:360px;max-width:100%;vertical-align:top;"></audio>'
        ).format(source, item.caption)
    frame = item.still()
    poster = Markup(' poster="{}"').format(_data_uri("image/webp", frame)) if frame else ""
    return Markup(
        '<video class="playcut-video" controls preload="metadata" src="{}"{} title="{}" style="max-width:100%;'
        'max-height:480px;border-radius:4px;vertical-align:top;"></video>'
    ).format(source, poster, item.caption)


def _poster(item: Asset, content: bytes) -> Markup:
    """Return a still of a clip that is too large to embed, where one can be made, and the file's place."""
    megabytes = f"{len(content) / 1e6:.1f} MB, too large to keep in the notebook"
    return still(item) + _card(item, megabytes)


def still(item: Asset, longest_px: int | None = None) -> Markup:
    """Return the first frame of a clip; nothing where none can be made."""
    frame = item.still(longest_px)
    if frame is None:
        return Markup("")
    return Markup(
        '<img class="playcut-poster" src="{}" alt="{}" style="max-width:100%;max-height:480px;vertical-align:top;">'
    ).format(_data_uri("image/webp", frame), item.caption)


def thumbnail(run: Generation, longest_px: int) -> Markup:
    """Return a small picture of a generation, of a clip its first frame; nothing where there is none."""
    for item in run.assets:
        if item.path is None or not item.path.exists():
            continue
        shown = asset(item, longest_px) if item.kind == "image" else still(item, longest_px)
        if shown:
            return shown
    return Markup("")


def _card(item: Asset, remark: str) -> Markup:
    facts = " · ".join(filter(None, (item.mime_type, remark)))
    place = str(item.path) if item.path else "in memory only: keep it with .save(path)"
    return Markup(
        '<div class="playcut-file" style="border:1px solid rgba(128,128,128,0.5);border-radius:4px;padding:8px;'
        'display:inline-block;word-wrap:break-word;">{}<br><code>{}</code></div>'
    ).format(facts, place)


def _data_uri(mime_type: str, content: bytes) -> str:
    return f"data:{mime_type};base64,{b64encode(content).decode('ascii')}"


def data(value: object) -> Markup:
    """Return a tool's answer as text, bounded and scrubbed: it may hold signed URLs."""
    return Markup('<pre class="playcut-data" style="overflow:auto;max-height:400px;">{}</pre>').format(data_text(value))


def data_text(value: object) -> str:
    """Return a tool's answer as indented JSON, bounded and scrubbed."""
    text = scrub(json.dumps(value, indent=2, ensure_ascii=False, default=str))
    return text if len(text) <= _MAX_DATA_TEXT else text[:_MAX_DATA_TEXT] + "\n… (the rest is in `.data`)"


# -- lines of text ----------------------------------------------------------------------------------------------


def status(run: Generation) -> Markup:
    """Return the live status: the state as a word, and all that is known of how long and how much."""
    bar: Markup | str = ""
    if run.progress is not None and not run.done:
        bar = Markup('<progress value="{:.0f}" max="100" style="width:8em;"></progress> ').format(run.progress)
    return _box(run, Markup("<b>{}</b> {} {}{}").format(run.state, badge(run), bar, " · ".join(status_facts(run))))


def final_line(run: Generation) -> Markup:
    """Return the quiet line under a finished generation."""
    return _box(run, Markup("{} {}").format(badge(run), " · ".join([run.state.lower(), *final_facts(run)])), _QUIET)


def _box(run: Generation, content: Markup, style: str = _LINE) -> Markup:
    word = "".join(char if char.isascii() and char.isalnum() else "-" for char in run.state.lower()).strip("-")
    return Markup('<div class="playcut-status playcut-status-{}" style="{}">{}{}</div>').format(
        word or "unknown", style, content, _warning(run)
    )


def badge(run: Generation) -> Markup:
    """Return the sandbox's mark for what the sandbox made."""
    return _BADGE if run.is_sandbox else Markup("")


def _warning(run: Generation) -> Markup:
    if not run.warning:
        return Markup("")
    return Markup('<div class="playcut-warning" style="font-weight:bold;">Not kept: {}</div>').format(run.warning)


def status_facts(run: Generation) -> list[str]:
    """Return the words of a live status, without its state."""
    facts = [run.kind, elapsed(run)]
    if run.progress is not None and not run.done:
        facts.append(f"{run.progress:.0f} %")
    if run.pause_left_s > 0:
        facts.append(f"rate limited, going on in {run.pause_left_s:.0f} s")
    if run.trouble:
        facts.append(f"{run.trouble} Going on.")
    facts += [text for text in (credits_text(run), run.note) if text]
    if run.task_id and (run.error is not None or run.warning):
        facts.append(f"task {run.task_id}")
    if run.error is not None:
        facts.append(str(run.error))
    return facts


def elapsed(run: Generation) -> str:
    """Return the seconds so far and what is typical for the kind."""
    typical = run.request.tool.typical_s
    usual = f" (typically {typical[0]:g}-{typical[1]:g} s)" if typical and not run.done else ""
    return f"{run.elapsed_s:.1f} s{usual}"


def final_facts(run: Generation) -> list[str]:
    """Return the words of the quiet line: the result's, where its files are, what the kernel came to so far."""
    facts = result_facts(run) + [str(item.path) for item in run.assets if item.path]
    if not run.reused:
        facts.append(f"this kernel: {in_credits(run.kernel_credits)} (estimate)")
    return facts


def result_facts(run: Generation) -> list[str]:
    """Return what there is to say of a result: kind, size, seconds, credits, what was decided for the user."""
    facts = [run.kind, *_sizes(run.assets)]
    if run.reused:
        facts.append("from your library, 0 credits (--fresh buys another)")
    else:
        facts += [f"{run.elapsed_s:.1f} s", credits_text(run)]
    return [fact for fact in (*facts, run.note) if fact]


def _sizes(assets: Iterable[Asset]) -> list[str]:
    texts = []
    for item in assets:
        if item.width and item.height:
            texts.append(f"{item.width} x {item.height}")
        if item.duration_s:
            texts.append(f"{item.duration_s:.1f} s long")
    return list(dict.fromkeys(texts))


def credits_text(run: Generation) -> str:
    """Return the server's estimate, called one; "" if it gave none."""
    return f"{in_credits(run.estimated_credits)} (estimate)" if run.estimated_credits is not None else ""


def plain_status(run: Generation) -> str:
    """Return the status as one line of plain text, for terminals and screens without HTML."""
    if run.done and run.error is None:
        words = final_facts(run) if run.assets else [data_text(run.data)]
    else:
        words = status_facts(run)
    badge = "[sandbox] " if run.is_sandbox else ""
    warning = f" · not kept: {run.warning}" if run.warning else ""
    return f"{badge}{run.state} · {' · '.join(words)}{warning}"


def bundle(run: Generation) -> dict[str, Any]:
    """Return a generation's MIME bundle as it is now."""
    return {"text/html": str(generation(run)), "text/plain": plain_status(run)}


def lines_bundle(run: Generation) -> dict[str, Any]:
    """Return the bundle of the status line alone, also when done: the result shows where the object is displayed."""
    line = final_line(run) if run.done and run.error is None else status(run)
    return {"text/html": str(line), "text/plain": plain_status(run)}


def with_words(shown: Mapping[str, Any], words: str) -> dict[str, Any]:
    """Return a bundle with a line of our own words under it; as it is if there are none."""
    if not words:
        return dict(shown)
    return {
        "text/html": f"{shown['text/html']}{message(words)}",
        "text/plain": f"{shown['text/plain']}\n{words}",
    }


def message(text: str) -> Markup:
    """Return a line of our own words, for people."""
    return Markup('<div class="playcut-message" style="{}">{}</div>').format(_LINE, escape(text))
