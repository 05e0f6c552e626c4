"""What a generation looks like when it is done: pictures, players, cards; HTML that lasts in an untrusted notebook."""

from __future__ import annotations

import struct
import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.display import media_html, text_html
from playcut_jupyter.errors import TaskFailed
from playcut_jupyter.library.store import Store
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.tools import SPEECH, VIDEO
from tests.display.pages import EVIL, Page, asset_of, html, png, saved


def test_a_picture_is_an_img_with_the_prompt_as_its_alternative_text(store: Store) -> None:
    page = html(saved(store, png(), prompt='a "red" fox & <friends>'))
    (image,) = page.all("img", "playcut-image")
    assert image["alt"] == image["title"] == 'a "red" fox & <friends>'
    assert image["src"].startswith("data:image/png;base64,")


def test_a_sound_is_a_player_that_holds_its_source_and_does_not_start_by_itself(store: Store) -> None:
    page = html(saved(store, drawn.speech("Hello.").data, tool=SPEECH))
    (player,) = page.all("audio", "playcut-audio")
    assert player["src"].startswith("data:audio/wav;base64,")
    assert "autoplay" not in player
    assert "s long" in page.text


def test_a_clip_is_a_player_with_a_poster(store: Store, clip: bytes) -> None:
    (player,) = html(saved(store, clip, tool=VIDEO)).all("video", "playcut-video")
    assert player["src"].startswith("data:video/mp4;base64,")
    assert player["poster"].startswith("data:image/webp;base64,")
    assert "autoplay" not in player


def test_a_clip_too_large_for_a_notebook_is_a_poster_and_its_place(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    page = Page(media_html.asset(record, "a fox runs", 640, max_bytes=len(clip) - 1))
    assert not page.all("video")
    assert page.all("img", "playcut-poster")[0]["alt"] == "a fox runs"
    assert str(record.path) in page.text
    assert "video/mp4" in page.text
    assert Page(media_html.asset(record, "a fox runs", 640, max_bytes=len(clip))).all("video")


def test_a_sound_too_large_for_a_notebook_is_a_card(store: Store) -> None:
    def wav(samples: int) -> bytes:
        header = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
        return b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", samples)

    head = wav(8_000_000)
    large = head + bytes(8_000_001 - len(head))
    page = html(saved(store, large, tool=SPEECH))
    assert not page.all("audio")
    assert len(page.all("div", "playcut-file")) == 1
    assert html(saved(store, large[:-1], tool=SPEECH)).all("audio")


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
def test_what_a_browser_is_not_trusted_with_is_a_card_that_names_its_place(store: Store, data: bytes) -> None:
    snapshot = saved(store, data)
    page = html(snapshot)
    assert len(page.all("div", "playcut-file")) == 1
    assert not {"img", "audio", "video"} & set(page.count)
    assert str(snapshot.assets[0].path) in page.text
    assert b"alert" not in data or "alert" not in page.text


def test_what_could_not_be_kept_is_shown_and_says_how_to_keep_it() -> None:
    assert ".save(path)" in Page(media_html.asset(asset_of(b"x"), "a file", 640)).text
    assert Page(media_html.asset(asset_of(png()), "a fox", 640)).all("img", "playcut-image")


def test_a_picture_that_was_damaged_on_disk_is_a_card(store: Store) -> None:
    snapshot = saved(store, png())
    path = snapshot.assets[0].path
    assert path is not None
    path.write_bytes(png()[:40])
    for page in (html(snapshot), Page(media_html.full(snapshot.assets[0], "a fox"))):
        assert "no preview: it can't be" in page.text
        assert str(path) in page.text


def test_several_assets_stand_side_by_side(store: Store) -> None:
    page = html(saved(store, [png(colour="red"), png(colour="blue")]))
    assert len(page.all("div", "playcut-asset")) == len(page.all("img")) == 2


def test_a_picture_in_full_has_all_its_pixels(store: Store) -> None:
    record = asset_of(png((2000, 10)), store)
    (image,) = Page(media_html.full(record, "a wide fox")).all("img", "playcut-full")
    assert image["alt"] == "a wide fox"
    assert image["src"] == f"data:image/png;base64,{b64encode(png((2000, 10))).decode()}"
    assert Page(media_html.full(asset_of(drawn.speech("Hello.").data), "a voice")).all("audio")


def test_data_of_a_tool_is_text_bounded_and_without_signed_urls() -> None:
    page = Page(text_html.data({"url": "https://storage.example/a?Signature=s3cr3t", "name": EVIL}))
    assert page.count == ["pre"]
    assert "s3cr3t" not in page.text
    assert EVIL in page.text
    assert len(Page(text_html.data(["x" * 100] * 1000)).text) < 21_000
    assert "the rest is in `.data`" in text_html.data_text(["x" * 100] * 1000)
    assert text_html.data_text({"when": time.gmtime(0), "path": Path("x")})


def shown(displayed: Any) -> Page:
    """Take apart what a front end gets when it displays an object."""
    return Page(displayed._repr_mimebundle_()["text/html"])


def test_what_the_sandbox_makes_survives_a_sanitizer(pc: Playcut) -> None:
    fox = pc.image(f"a fox {EVIL}")
    assert shown(fox).all("img", "playcut-image")[0]["alt"] == f"a fox {EVIL}"
    assert shown(pc.speech("Hello.")).all("audio")
    assert len(shown(pc.image("a fox [two]")).all("img")) == 2
    with pytest.raises(TaskFailed):
        pc.image(f"{EVIL} [fail]")
    failed_, two, spoken, first = pc.history()
    assert shown(failed_).all("div", "playcut-status-failed")
    assert len(shown(pc.history()).all("img")) == 3, "a sound has its waveform"
    assert (two.status, spoken.kind, first.id) == ("COMPLETED", "speech", fox.id)
