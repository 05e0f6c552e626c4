"""Small pictures: never larger than asked for, and made once."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from playcut_jupyter import media
from playcut_jupyter.display import history_table, previews
from playcut_jupyter.display.previews import poster_frame, preview, print_picture, waveform
from playcut_jupyter.errors import AssetUnavailable
from playcut_jupyter.library.store import Store, remove_original, waveform_path
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.tools import SPEECH
from tests.display.pages import Page, asset_of, html, png, saved
from tests.media.samples import sound


def longest_side(data: bytes | None) -> int:
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture:
        return max(picture.size)


def test_a_preview_is_as_large_as_asked_for_and_made_once(store: Store) -> None:
    record = asset_of(png((900, 900)), store)
    assert longest_side(preview(record, 300)[1]) == 300
    assert longest_side(preview(record, 50)[1]) == 50
    assert preview(record, 300) is preview(asset_of(png((900, 900)), store), 300)


def test_a_generation_is_shown_no_larger_than_its_setting(store: Store) -> None:
    (image,) = html(saved(store, png((900, 900)), preview_px=64)).all("img")
    assert len(image["src"]) < 500


def test_only_a_clip_has_a_poster_frame_of_640_pixels_at_most(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    assert longest_side(poster_frame(record, 320)) == 320
    assert longest_side(poster_frame(record, 4096)) == 640
    assert poster_frame(asset_of(png(), store), 320) is None
    assert poster_frame(asset_of(drawn.speech("Hello.").data, store), 320) is None


def test_what_can_not_be_decoded_has_no_poster_frame() -> None:
    assert poster_frame(asset_of(b"\0\0\0\x10ftypmp42\0\0\0\0"), 320) is None


def test_the_waveform_of_a_long_sound_is_made_once_and_kept_beside_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = saved(store, sound(40), tool=SPEECH)
    (record,) = snapshot.assets
    made = waveform(record)
    assert record.path is not None
    kept = waveform_path(record.path)
    assert kept.read_bytes() == made
    previews.waveform.cache_clear()
    monkeypatch.setattr(media, "waveform", None)  # another kernel does not make it again
    assert waveform(record) == made
    assert longest_side(print_picture([record], 320)) == 640
    (thumbnail,) = Page(history_table.html([snapshot])).all("img", "playcut-waveform")
    assert thumbnail["src"] == html(snapshot).all("img", "playcut-waveform")[0]["src"]
    assert remove_original(record.path) > len(made or b"")
    assert not kept.exists()


def test_the_waveform_of_a_short_sound_is_not_kept(store: Store) -> None:
    (record,) = saved(store, drawn.speech("Hello from the harbour.").data, tool=SPEECH).assets
    assert waveform(record)
    assert record.path is not None
    assert not waveform_path(record.path).exists()


def test_a_sound_that_nothing_decodes_has_a_sign_that_is_not_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "waveform", lambda *_: None)
    record = asset_of(drawn.speech("Nothing decodes this.").data, store)
    assert waveform(record) == media.sound_sign(record.duration_s)
    assert record.path is not None
    assert not waveform_path(record.path).exists()


def test_a_lost_original_is_an_error_and_is_looked_for_again(store: Store) -> None:
    record = asset_of(png(), store)
    assert record.path is not None
    content = record.path.read_bytes()
    record.path.unlink()
    with pytest.raises(AssetUnavailable, match="gone from the library"):
        preview(record, 300)
    record.path.write_bytes(content)
    assert preview(record, 300) == ("image/png", content)
