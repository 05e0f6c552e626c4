"""Large clips and sounds are drawn without being read, and a clip's still is made once."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter import Playcut
from playcut_jupyter.display import media_html, previews
from playcut_jupyter.display.previews import poster_frame
from playcut_jupyter.display.saving import save_asset
from playcut_jupyter.errors import AssetUnavailable
from playcut_jupyter.jobs import maintenance
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import Store, poster_path, print_path, remove_original
from playcut_jupyter.media import inspect
from tests.display.pages import Page, asset_of
from tests.originals import path_of

SIZE = 300_000_000


def forget() -> None:
    """Do as a new kernel does, which has drawn nothing yet."""
    previews.poster_frame.cache_clear()
    previews._still.cache_clear()
    previews._print_jpeg.cache_clear()


def enlarged(record: AssetRecord) -> AssetRecord:
    """Make an original as large as a long clip; there is nothing in it that takes room on the disk."""
    path = path_of(record)
    with path.open("r+b") as file:
        file.truncate(SIZE)
    info = inspect(path)
    return AssetRecord("a", record.sha256, path, info.mime_type, SIZE, *info.size)


@pytest.mark.parametrize("kind", ["clip", "sound"])
def test_a_large_file_is_measured_and_drawn_in_little_memory(kind: str, store: Store, clip: bytes) -> None:
    record = asset_of(clip if kind == "clip" else b"ID3\x04" + bytes(1000), store)
    tracemalloc.start()
    large = enlarged(record)
    page = Page(media_html.asset(large, "a long one", 640))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(large.path) in page.text
    assert "300.0 MB" in page.text
    assert len(page.all("img", "playcut-poster")) == (kind == "clip")
    assert peak < 20_000_000


def test_the_still_is_kept_beside_the_clip_and_made_once(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    made = poster_frame(record, 640)
    kept = poster_path(path_of(record))
    assert kept.read_bytes() == made
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "red").save(out, "WEBP")
    kept.write_bytes(out.getvalue())
    forget()
    assert poster_frame(record, 640) == out.getvalue()
    with Image.open(io.BytesIO(poster_frame(record, 100) or b"")) as small:
        assert small.size == (100, 56)


def test_the_still_for_documents_without_html_is_kept_too(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    made = previews.print_picture([record], 1024)
    kept = print_path(path_of(record))
    assert kept.read_bytes() == made
    kept.write_bytes(b"as it was kept")
    forget()
    assert previews.print_picture([record], 1024) == b"as it was kept"
    remove_original(path_of(record))
    assert list(store.folder.rglob("*.*")) == []


def test_a_clip_that_is_gone_has_no_still_although_one_was_kept(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    assert poster_frame(record, 640)
    path_of(record).unlink()
    forget()
    with pytest.raises(AssetUnavailable):
        poster_frame(record, 640)


def test_a_clip_that_was_cut_on_the_disk_is_looked_at_again(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    assert poster_frame(record, 640)
    path_of(record).write_bytes(clip[:100])
    forget()
    assert poster_frame(record, 640) is None


def test_where_the_still_can_not_be_kept_it_is_shown_all_the_same(store: Store, clip: bytes) -> None:
    record = asset_of(clip, store)
    poster_path(path_of(record)).mkdir()
    assert poster_frame(record, 640)


def test_the_still_goes_with_its_clip(pc: Playcut, clip: bytes) -> None:
    library = pc.connection.library
    record = asset_of(clip, library.store)
    row = library.create("origin", "generate-video-from-text", "video", "a fox", {"prompt": "a fox"}, None)
    library.keep_asset(row, 0, record)
    library.update(row, state="fetched")
    assert poster_frame(record, 640)
    forget()
    (done,) = library.fetched()
    assert maintenance.prune(library, [done]) > len(clip)
    assert [path for path in library.store.folder.rglob("*") if path.is_file()] == []


def test_a_large_original_is_saved_in_little_memory(store: Store, tmp_path: Path) -> None:
    _, path = store.put(b"x", ".mp4")
    with path.open("r+b") as file:
        file.truncate(50_000_000)
    record = AssetRecord("a", "ab", path, "video/mp4", 50_000_000)
    tracemalloc.start()
    saved = save_asset(record, tmp_path / "copy")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert saved.path.stat().st_size == 50_000_000
    assert peak < 10_000_000
