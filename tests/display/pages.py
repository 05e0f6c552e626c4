"""HTML as a sanitizer leaves it, and snapshots of generations to draw, in whatever state."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from PIL import Image

from playcut_jupyter import media
from playcut_jupyter.display import status, sweep_grid
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import Store, hash_of
from playcut_jupyter.tools import IMAGE, GenerationRequest, Tool

# What the sanitizer of JupyterLab 4.6 (apputils, `Sanitizer._generateOptions`) leaves in an untrusted notebook, as far
# as this package uses it, and nothing of what the field notes say is stripped or rewritten.
ANYWHERE = {"class", "style", "title"}

KEPT: Mapping[str, set[str]] = {
    "audio": {"controls", "preload", "src"},
    "b": set(),
    "br": set(),
    "code": set(),
    "details": {"open"},
    "div": set(),
    "img": {"alt", "src"},
    "pre": set(),
    "progress": {"max", "value"},
    "span": set(),
    "summary": set(),
    "table": set(),
    "td": set(),
    "th": set(),
    "tr": set(),
    "video": {"controls", "poster", "preload", "src"},
}

KEPT_STYLES = {
    "border",
    "word-wrap",
    "border-radius",
    "box-sizing",
    "color",
    "display",
    "float",
    "font-size",
    "font-weight",
    "height",
    "line-height",
    "margin",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow",
    "overflow-wrap",
    "padding",
    "table-layout",
    "text-align",
    "vertical-align",
    "white-space",
    "width",
}

DISPENSABLE = {"position", "top", "left", "background"}
"""What makes a table's headings stay in sight; in an untrusted notebook they scroll away, and nothing else changes."""

VOID = {"br", "img"}

PLAYABLE_SOURCE = re.compile(
    r"data:(image|audio|video)/(png|jpeg|webp|gif|wav|mpeg|ogg|flac|mp4|aac|webm);base64,[\w+/]+=*"
)

EVIL = "<img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """A piece of HTML, taken apart; fails on anything that a sanitizer would take out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given_ = {name: value or "" for name, value in attrs}
        assert tag in KEPT, f"<{tag}> is stripped"
        assert set(given_) <= KEPT[tag] | ANYWHERE, f"<{tag} {attrs}> loses attributes"
        for declaration in filter(None, (part.strip() for part in given_.get("style", "").split(";"))):
            name = declaration.split(":")[0].strip()
            assert name in KEPT_STYLES or (tag == "th" and name in DISPENSABLE), declaration
        for name in ("src", "poster"):
            assert name not in given_ or PLAYABLE_SOURCE.fullmatch(given_[name]), given_[name][:80]
        assert tag != "img" or "alt" in given_
        assert tag not in ("audio", "video") or {"src", "controls"} <= set(given_), "no source on the element"
        self.elements.append((tag, given_))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str, class_: str = "") -> list[dict[str, str]]:
        return [
            given_
            for name, given_ in self.elements
            if name == tag and (not class_ or class_ in given_.get("class", "").split())
        ]

    @property
    def count(self) -> list[str]:
        return [tag for tag, _ in self.elements]


def png(size: tuple[int, int] = (40, 30), colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def asset_of(data: bytes, store: Store | None = None) -> AssetRecord:
    """Return *data* as an asset, kept in *store* or in memory alone."""
    info = media.inspect(data)
    sha256, path = store.put(data, info.suffix) if store is not None else (hash_of(data), None)
    content = data if store is None else None
    return AssetRecord("asset_1", sha256, path, info.mime_type, len(data), *info.size, info.remark, content=content)


def waiting(prompt: str = "a fox", tool: Tool = IMAGE, **fields: Any) -> Snapshot:
    """Return a generation that waits."""
    inputs = {tool.prompt_field or "prompt": prompt}
    return replace(Snapshot(GenerationRequest(tool, inputs), tool.kind, prompt, inputs), **fields)


def saved(
    store: Store, originals: bytes | Sequence[bytes] = b"", prompt: str = "a fox", tool: Tool = IMAGE, **fields: Any
) -> Snapshot:
    """Return a generation that is done, with *originals* as its assets."""
    contents = [originals] if isinstance(originals, bytes) else originals
    done: dict[str, Any] = {
        "id": 7,
        "done": True,
        "status": "COMPLETED",
        "task_id": "task_1",
        "session_id": "s",
        "estimated_credits": 80.0,
        "elapsed_s": 4.2,
        "created_at": time.time(),
        "assets": tuple(asset_of(content, store) for content in contents if content),
    }
    return waiting(prompt, tool, **{**done, **fields})


def failed(snapshot: Snapshot, error: PlaycutError) -> Snapshot:
    """Return *snapshot* as it is once it has ended with *error*."""
    return replace(snapshot, done=True, error=error, assets=())


def html(snapshot: Snapshot) -> Page:
    """Return how a generation is displayed, taken apart."""
    return Page(status.bundle(snapshot)["text/html"])


def sweep_html(snapshots: Sequence[Snapshot], axes: Mapping[str, Sequence[object]] | None = None) -> Page:
    """Return how a sweep is displayed, taken apart."""
    return Page(sweep_grid.bundle(SweepSnapshot(axes or {}, snapshots))["text/html"])
