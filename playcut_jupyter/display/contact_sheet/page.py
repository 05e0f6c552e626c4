"""The contact sheet as an HTML page: with players, for phones too, without external resources or local paths."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from playcut_jupyter.display import media_html
from playcut_jupyter.display.contact_sheet.tile import Tile, heading, subheading
from playcut_jupyter.display.previews import preview
from playcut_jupyter.library.records import AssetRecord

_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 16px; }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); gap: 16px; }}
article {{ border: 1px solid rgba(128,128,128,.4); border-radius: 6px; padding: 8px; overflow-wrap: anywhere; }}
img, video, audio {{ width: 100%; height: auto; border-radius: 4px; }}
audio {{ height: 40px; }}
h2 {{ font-size: 1em; margin: 6px 0 2px; }} p {{ margin: 2px 0; white-space: pre-wrap; }}
small {{ opacity: .8; }} .failed {{ border-style: dashed; }}
</style></head><body><h1>{title}</h1><p><small>{subtitle}</small></p><main>{tiles}</main></body></html>
""")
_PREVIEW_PX = 640
MAX_MEDIA_BYTES = 40_000_000
"""The size of all sounds and clips of a page together, bytes, so that a phone can open it."""


def html(tiles: Sequence[Tile]) -> bytes:
    """Return the page; a sound or clip above its share of `MAX_MEDIA_BYTES` is left out."""
    players = sum(record.kind != "image" for tile in tiles for record in tile.generation.assets)
    share = min(MAX_MEDIA_BYTES // max(1, players), media_html.MAX_EMBED_BYTES)
    articles = Markup("").join(_article(tile, share) for tile in tiles)
    return str(_PAGE.format(title=heading(tiles), subtitle=subheading(tiles), tiles=articles)).encode()


def _article(tile: Tile, max_bytes: int) -> Markup:
    prompt = tile.generation.prompt
    shown = Markup("").join(_asset(record, prompt, max_bytes) for record in tile.generation.assets)
    return Markup('<article class="{}">{}<h2>{}</h2><p>{}</p><p><small>{}</small></p></article>').format(
        "failed" if tile.failure else "done",
        shown or Markup("<p><b>{}</b></p>").format(tile.failure),
        tile.title,
        prompt,
        tile.facts,
    )


def _asset(record: AssetRecord, caption: str, max_bytes: int) -> Markup:
    """Return the asset itself, or its type and size; never its path."""
    try:
        if record.kind == "image":
            preview(record, _PREVIEW_PX)
        elif not record.is_playable or record.size_bytes > max_bytes:
            note = f"{record.mime_type}, {record.size_bytes / 1e6:.1f} MB: not in this page"
            return media_html.poster(record, caption, _PREVIEW_PX) + Markup("<p><b>{}</b></p>").format(note)
        else:
            record.read()
    except Exception as error:  # noqa: BLE001 - Pillow on damaged files, or the file is gone; the others are shown
        return Markup("<p><b>{}: can't be shown ({})</b></p>").format(record.mime_type, type(error).__name__)
    return media_html.asset(record, caption, _PREVIEW_PX, max_bytes)
