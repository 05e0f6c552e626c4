"""An asset: what it tells, gives, saves and shows."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter.errors import AssetUnavailable, InvalidInput
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import hash_of
from playcut_jupyter.media import inspect
from playcut_jupyter.results.asset import Asset
from tests.media.samples import picture, sound


def record(data: bytes, path: Path | None = None) -> AssetRecord:
    """Describe *data*, which is kept at *path* or in memory."""
    info = inspect(data)
    content = None if path else data
    return AssetRecord("asset_1", hash_of(data), path, info.mime_type, len(data), *info.size, content=content)


def asset(data: bytes, path: Path | None = None) -> Asset:
    return Asset(record(data, path))


def test_an_asset_tells_what_it_is_and_gives_its_bytes_and_picture(tmp_path: Path) -> None:
    data = picture("PNG", (64, 48))
    file = tmp_path / "a.png"
    file.write_bytes(data)
    kept, held = asset(data, file), asset(data)
    for item in (kept, held):
        assert (item.kind, item.mime_type, item.width, item.height, item.duration_s) == (
            "image",
            "image/png",
            64,
            48,
            None,
        )
        assert item.data == data
        assert item.image.size == (64, 48)
    assert repr(kept) == f"<Asset image image/png 64x48 {file}>"
    assert repr(held) == "<Asset image image/png 64x48 in memory>"
    assert repr(asset(sound(0.5))) == "<Asset audio audio/wav 0.5 s in memory>"


def test_an_asset_is_saved_from_the_library_or_from_memory(tmp_path: Path) -> None:
    data = picture()
    file = tmp_path / "0123456789abcdef.png"
    file.write_bytes(data)
    for item in (asset(data), asset(data, file)):
        saved = item.save(tmp_path / "out" / "fox")
        assert saved.read_bytes() == data
        assert saved.suffix == ".png"


def test_a_lost_original_is_said_so_and_not_saved_as_an_empty_file(tmp_path: Path) -> None:
    item = asset(picture(), tmp_path / "gone.png")
    for use in (lambda: item.data, lambda: item.image, lambda: item.save(tmp_path / "x.png")):
        with pytest.raises(AssetUnavailable, match="gone from the library"):
            use()
    assert not (tmp_path / "x.png").exists()
    assert "gone from the library" in item._repr_mimebundle_()["text/html"]


def test_only_a_picture_is_a_picture() -> None:
    with pytest.raises(InvalidInput, match="audio/wav"):
        _ = asset(sound()).image


def test_an_asset_of_the_library_is_as_the_library_says(tmp_path: Path) -> None:
    kept = AssetRecord("asset_9", "ab" * 32, tmp_path / "f.mp4", "video/mp4", 9, 640, 480, 2.0)
    item = Asset(kept, caption="a fox")
    assert (item.id, item.kind, item.record.suffix, item.caption) == ("asset_9", "video", ".mp4", "a fox")
    assert (item.width, item.height, item.duration_s, item.path) == (640, 480, 2.0, tmp_path / "f.mp4")


def test_a_picture_shows_itself_no_larger_than_the_setting() -> None:
    shown = Asset(record(picture("PNG", (900, 900))), preview_px=300)._repr_mimebundle_()["text/html"]
    encoded = shown.split(";base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as preview_:
        assert preview_.size == (300, 300)
