"""Originals are copied to where the user asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter.display import saving
from playcut_jupyter.errors import AssetUnavailable, TaskFailed
from playcut_jupyter.library.store import Store
from tests.display.pages import asset_of, failed, png, saved, waiting


def test_an_original_is_saved_from_the_library_or_from_memory(store: Store, tmp_path: Path) -> None:
    for record in (asset_of(png(), store), asset_of(png())):
        path, _ = saving.save_asset(record, tmp_path / "out" / "fox")
        assert path.read_bytes() == png()
        assert path.suffix == ".png"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["fox.png"]


def test_what_succeeded_is_saved_and_told(store: Store, tmp_path: Path) -> None:
    two = saved(store, [png(colour="red"), png(colour="blue")])
    some = [failed(waiting(), TaskFailed("It broke.")), two, waiting()]
    paths = [copy.path for copy in saving.save(some, f"{tmp_path}/out/")]
    assert [path.read_bytes() for path in paths] == [png(colour="red"), png(colour="blue")]
    paths[1].unlink()
    assert (
        saving.saved_message(saving.save(some, f"{tmp_path}/out/")) == f"Saved: {paths[1]}. Already there: {paths[0]}"
    )
    assert saving.saved_message([]).startswith("Saved: nothing")


@pytest.mark.parametrize(
    ("target", "written", "said"),
    [
        ("fox.jpg", "fox.png", "(.png in place of .jpg, because that is what it is)"),
        ("fox.MP4", "fox.png", "in place of .MP4"),
        ("fox.svg", "fox.png", "in place of .svg"),
        ("fox.PNG", "fox.PNG", ""),
        ("fox.final", "fox.final", ""),
        ("fox", "fox.png", ""),
        ("pictures.jpg/", "pictures.jpg/*.png", ""),
    ],
)
def test_a_name_that_ends_in_another_types_extension_is_put_right_and_told(
    store: Store, tmp_path: Path, target: str, written: str, said: str
) -> None:
    copies = saving.save([saved(store, png())], f"{tmp_path}/{target}")
    assert [path.relative_to(tmp_path).match(written) for path, _ in copies] == [True]
    message = saving.saved_message(copies, target)
    assert said in message
    assert ("in place of" in message) == bool(said)


def test_a_renamed_copy_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    (tmp_path / "fox.png").write_bytes(b"mine")
    assert saving.save_asset(asset_of(png(), store), tmp_path / "fox.jpg").path == tmp_path / "fox-2.png"
    assert (tmp_path / "fox.png").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["fox.m4v", "fox.mov", "fox.mp4"])
def test_another_extension_of_the_same_type_stays(store: Store, tmp_path: Path, clip: bytes, name: str) -> None:
    assert saving.save_asset(asset_of(clip, store), tmp_path / name).path.name == name


def test_a_lost_original_is_said_so_and_not_saved_as_an_empty_file(store: Store, tmp_path: Path) -> None:
    record = asset_of(png(), store)
    assert record.path is not None
    record.path.unlink()
    with pytest.raises(AssetUnavailable, match="gone from the library"):
        saving.save_asset(record, tmp_path / "x.png")
    assert not (tmp_path / "x.png").exists()
