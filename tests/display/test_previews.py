"""Small pictures: never larger than asked for, and made once."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from playcut_jupyter.display.previews import poster_frame, preview
from playcut_jupyter.errors import AssetUnavailable
from playcut_jupyter.library.store import Store
from playcut_jupyter.sandbox import media as drawn
from tests.display.pages import asset_of, html, png, saved


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


def test_a_lost_original_is_an_error_and_is_looked_for_again(store: Store) -> None:
    record = asset_of(png(), store)
    assert record.path is not None
    content = record.path.read_bytes()
    record.path.unlink()
    with pytest.raises(AssetUnavailable, match="gone from the library"):
        preview(record, 300)
    record.path.write_bytes(content)
    assert preview(record, 300) == ("image/png", content)
