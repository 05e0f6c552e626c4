"""The panel over a library of 300 pictures: how soon it is there, and how soon a click is answered."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import ipywidgets
from PIL import Image

from playcut_jupyter import Playcut, media
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.panel.gallery import PAGE
from playcut_jupyter.panel.view import Panel
from tests.benchmarks.figures import Figure
from tests.panel.helpers import wait_until_idle

PICTURES, SIDE = 300, 1024
_URL = "http://127.0.0.1:9/api/v1"
"""Nothing listens there: a library is looked at without a server."""


def gallery() -> Iterator[Figure]:
    """Measure opening the panel, and clicks from the press to what they change."""
    with tempfile.TemporaryDirectory() as folder:
        with Playcut(api_key="pk_live_none", base_url=_URL, home=folder) as pc:
            pictures = _fill(pc)
            floor = _seconds(lambda: [media.preview(data, 200) for data in pictures[-PAGE:]])
            begun = time.perf_counter()
            panel = pc.panel()
            made = time.perf_counter() - begun
            wait_until_idle(panel)
            opened = time.perf_counter() - begun
            bare = ipywidgets.Button()
            bare.on_click(lambda _: None)
            press = _seconds(bare.click)
            handled, shown = _clicks(panel)
        wait_until_idle(panel)  # it looks once more when the connection is closed
    yield Figure(f"panel over {PICTURES} pictures, open", opened, "s", floor, f"s, {PAGE} bare thumbnails", 1)
    yield Figure("  of that, on the thread of the messages", made, "s")
    yield Figure("click, handled (median)", 1000 * median(handled), "ms", 1000 * press, "ms, a bare button", 100)
    yield Figure("  the slowest of them", 1000 * max(handled), "ms", 1000 * press, "ms, a bare button", 100)
    yield Figure("  a page turned and its thumbnails made (slowest)", max(shown), "s", floor, f"s, {PAGE} thumbnails")


def _fill(pc: Playcut) -> list[bytes]:
    library, origin = pc.connection.library, pc.connection.settings.origin
    pictures = []
    for number in range(PICTURES):
        out = io.BytesIO()
        Image.effect_noise((SIDE, SIDE), 5 + number % 100).convert("RGB").save(out, "JPEG")
        data = out.getvalue()
        pictures.append(data)
        sha256, path = library.store.put(data, ".jpg")
        prompt = f"a picture of the number {number}"
        row = library.create(origin, "generate-image-from-text", "image", prompt, {"prompt": prompt}, None)
        library.keep_asset(row, 0, AssetRecord(None, sha256, path, "image/jpeg", len(data), SIDE, SIDE, None))
        library.update(row, state="fetched", status="COMPLETED")
    return pictures


def _clicks(panel: Panel) -> tuple[list[float], list[float]]:
    """Return the seconds until each click was handled, and until all that it asked for was shown."""
    gallery, compose = panel.gallery, panel.form
    compose.prompt.value = "a {red|blue} fox"
    pages = [gallery.older] * 5 + [gallery.newer] * 5
    buttons: list[Any] = [
        *pages,
        *(tile.star for tile in gallery.tiles),
        gallery.tiles[0].view,
        panel.viewer.close_button,
    ]
    handled, shown = [], []
    for button in buttons:
        begun = time.perf_counter()
        button.click()
        handled.append(time.perf_counter() - begun)
        wait_until_idle(panel)
        shown.append(time.perf_counter() - begun)
    return handled, shown


def _seconds(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
