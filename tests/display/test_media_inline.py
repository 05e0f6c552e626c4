"""What a generation looks like when it is done: pictures, players, cards; HTML that lasts in an untrusted notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playcut_jupyter.library.asset import Asset

from playcut_jupyter import Playcut, media
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import render
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.tools import SPEECH, VIDEO
from tests.display.pages import EVIL, Page, Waiting, html, png, saved


def test_a_picture_is_an_img_with_the_prompt_as_its_alternative_text(connection: Connection) -> None:
    page = html(saved(connection, png(), prompt='a "red" fox & <friends>'))
    (image,) = page.all("img", "playcut-image")
    assert image["alt"] == image["title"] == 'a "red" fox & <friends>'
    assert image["src"].startswith("data:image/png;base64,")


def test_a_sound_is_a_player_that_holds_its_source_and_does_not_start_by_itself(connection: Connection) -> None:
    spoken = drawn.speech("Hello.").data
    page = html(saved(connection, spoken, tool=SPEECH.name))
    (player,) = page.all("audio", "playcut-audio")
    assert player["src"].startswith("data:audio/wav;base64,")
    assert "autoplay" not in player
    assert "s long" in page.text


def test_a_clip_is_a_player_with_a_poster(connection: Connection, clip: bytes) -> None:
    (player,) = html(saved(connection, clip, tool=VIDEO.name)).all("video", "playcut-video")
    assert player["src"].startswith("data:video/mp4;base64,")
    assert player["poster"].startswith("data:image/webp;base64,")
    assert "autoplay" not in player


def test_a_clip_too_large_for_a_notebook_is_a_poster_and_its_place(
    connection: Connection, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "MAX_EMBED_BYTES", len(clip) - 1)
    run = saved(connection, clip, tool=VIDEO.name, prompt="a fox runs")
    page = html(run)
    assert not page.all("video")
    assert page.all("img", "playcut-poster")[0]["alt"] == "a fox runs"
    assert str(run.assets[0].path) in page.text
    assert "video/mp4" in page.text


def test_a_sound_too_large_for_a_notebook_is_a_card(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MAX_EMBED_BYTES", 10)
    page = html(saved(connection, drawn.speech("Hello.").data, tool=SPEECH.name))
    assert not page.all("audio")
    assert len(page.all("div", "playcut-file")) == 1


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect/></svg>',
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04 a model",
        b'{"a": "<b>"}',
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00",
    ],
    ids=["svg", "html", "zip", "json", "quicktime"],
)
def test_what_a_browser_is_not_trusted_with_is_a_card_that_names_its_place(connection: Connection, data: bytes) -> None:
    run = saved(connection, data)
    page = html(run)
    assert len(page.all("div", "playcut-file")) == 1
    assert not {"img", "audio", "video"} & set(page.count)
    assert str(run.assets[0].path) in page.text
    assert b"alert" not in data or "alert" not in page.text


def test_what_could_not_be_kept_is_shown_and_says_how_to_keep_it() -> None:
    held = Asset(id=None, facts=media.MediaInfo("application/octet-stream"), path=None, data=b"x")
    assert ".save(path)" in Page(render.asset(held)).text


def test_a_picture_that_was_damaged_on_disk_is_a_card(connection: Connection) -> None:
    run = saved(connection, png())
    path = run.assets[0].path
    assert path is not None
    path.write_bytes(png()[:40])
    page = html(run)
    assert "no preview (InvalidImage)" in page.text
    assert str(path) in page.text


def test_several_assets_stand_side_by_side(connection: Connection) -> None:
    page = html(saved(connection, [png(colour="red"), png(colour="blue")]))
    assert len(page.all("div", "playcut-asset")) == len(page.all("img")) == 2


def test_data_of_a_tool_is_text_bounded_and_without_signed_urls(waiting: Waiting) -> None:
    page = Page(render.data({"url": "https://storage.example/a?Signature=s3cr3t", "name": EVIL}))
    assert page.count == ["pre"]
    assert "s3cr3t" not in page.text
    assert EVIL in page.text
    assert len(Page(render.data(["x" * 100] * 1000)).text) < 21_000
    assert "the rest is in `.data`" in render.data_text(["x" * 100] * 1000)
    assert render.data_text({"when": time.gmtime(0), "path": Path("x")})


@pytest.fixture
def shown(pc: Playcut) -> Iterator[Callable[[Any], Page]]:
    return lambda bundle: Page(bundle["text/html"])  # type: ignore[return-value]


def test_what_the_sandbox_makes_survives_a_sanitizer(pc: Playcut, shown: Callable[[Any], Page]) -> None:
    run = pc.image(f"a fox {EVIL}")
    page = shown(render.bundle(run))
    assert page.all("img", "playcut-image")[0]["alt"] == f"a fox {EVIL}"
    assert shown(render.bundle(pc.speech("Hello."))).all("audio")
    assert len(shown(render.bundle(pc.image("a fox [two]"))).all("img")) == 2
    with pytest.raises(TaskFailed):
        pc.image(f"{EVIL} [fail]")
    failed_, two, spoken, first = pc.history()
    assert shown(render.bundle(failed_)).all("div", "playcut-status-failed")
    assert len(shown(pc.history()._repr_mimebundle_()).all("img")) == 2
    assert (two.status, spoken.kind, first.id) == ("COMPLETED", "speech", run.id)
