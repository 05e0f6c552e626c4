"""Packs: what is in them, and how they are merged into another library."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from playcut_jupyter import media
from playcut_jupyter.errors import AssetUnavailable, InvalidInput, PlaycutError
from playcut_jupyter.library import ratings
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.pack import pack
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.unpack import unpack
from tests.library.packing import PNG, changed, filled, packed
from tests.library.records import ORIGIN, TOOL, create, fetched
from tests.media.corpus import FILES


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Library]:
    """Another library, which has something of its own already."""
    opened = Library(tmp_path / "other")
    fetched(opened, "there before", PNG + b"before")
    yield opened
    opened.close()


def test_a_pack_holds_the_manifest_and_named_originals(library: Library, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(library, tmp_path)) as archive:
        names = ["manifest.json", "media/01-fishing-fox.png", "media/02-its-child.png", "media/03-owl.png"]
        assert archive.namelist() == names
        assert archive.read("media/01-fishing-fox.png") == PNG + b"fox"
        manifest = archive.read("manifest.json").decode()
    assert str(tmp_path) not in manifest
    assert json.loads(manifest)["version"] == 1


def test_all_of_it_is_there_after_unpacking(library: Library, other: Library, tmp_path: Path) -> None:
    path = packed(library, tmp_path)

    found = unpack(other, path)

    assert (found.numbers, found.new) == ((2, 3, 4), 3)
    for number, original in zip(found.numbers, (1, 2, 3), strict=True):
        mine, theirs = other.get(number), library.get(original)
        assert mine is not None
        assert theirs is not None
        assert mine.has_files
        for name in ("prompt", "inputs", "task_id", "credits", "seconds", "created_at", "origin", "starred", "state"):
            assert getattr(mine, name) == getattr(theirs, name)
        assert [asset.sha256 for asset in mine.assets] == [asset.sha256 for asset in theirs.assets]
    child = other.get(3)
    assert child is not None
    assert child.parent_id == 2
    assert ratings.picks(other, found.numbers) == [(3, 2)]
    assert [row.id for row in other.saved(ORIGIN, TOOL, {"prompt": "a fishing fox"}, 5)] == [2]
    # The JSON file beside an original tells where it came from here, too.
    assert len(list(other.store.folder.glob("*/*.json"))) == 3


def test_nothing_is_there_twice(library: Library, other: Library, tmp_path: Path) -> None:
    path = packed(library, tmp_path)
    first = unpack(other, path)

    again = unpack(other, path)

    assert (again.numbers, again.new) == (first.numbers, 0)
    assert len(other.history(limit=100)) == 4
    assert ratings.picks(other, first.numbers) == [(3, 2)]
    back = pack(other, tmp_path / "back.zip").copy.path
    assert (unpack(library, back).new, len(library.history(limit=100))) == (1, 4)


def test_what_is_there_keeps_its_marks_and_gets_those_it_lacks(
    library: Library, other: Library, tmp_path: Path
) -> None:
    unpack(other, packed(library, tmp_path))
    ratings.star(other, 2)
    ratings.star(library, 3)

    unpack(other, pack(library, tmp_path / "later.zip").copy.path)

    assert [row.id for row in other.history(starred=True)] == [4, 3, 2]


def test_lost_originals_come_back(library: Library, other: Library, tmp_path: Path) -> None:
    path = packed(library, tmp_path)
    unpack(other, path)
    record = other.get(2)
    assert record is not None
    assert record.assets[0].path is not None
    record.assets[0].path.unlink()

    unpack(other, path)

    assert record.has_files


def test_an_open_task_gets_its_result(library: Library, tmp_path: Path) -> None:
    path = packed(library, tmp_path)
    with library.transaction() as db:
        db.execute("UPDATE generations SET state = 'acknowledged', owner = '' WHERE id = 1")
        db.execute("DELETE FROM assets WHERE generation_id = 1")

    found = unpack(library, path)

    record = library.get(1)
    assert (found.numbers, found.new) == ((1, 2, 3), 0)
    assert record is not None
    assert record.state == "fetched"
    assert record.has_files


def test_some_are_packed_with_what_is_between_them(library: Library, other: Library, tmp_path: Path) -> None:
    filled(library)

    unpack(other, pack(library, tmp_path / "some", [3, 2]).copy.path)

    assert [row.prompt for row in other.history()] == ["an owl", "its child", "there before"]
    child = other.get(2)
    assert child is not None
    assert child.parent_id is None


def test_the_same_again_is_there_already_and_nothing_is_overwritten(library: Library, tmp_path: Path) -> None:
    filled(library)
    target = tmp_path / "foxes.zip"

    first, again, other = pack(library, target), pack(library, target), pack(library, target, [1])

    assert (first.copy.path, first.copy.is_new) == (target, True)
    assert (again.copy.path, again.copy.is_new) == (target, False)
    assert other.copy.path == tmp_path / "foxes-2.zip"
    assert "Already there: 3 generations" in str(again)
    assert pack(library, f"{tmp_path}/folder/").copy.path == tmp_path / "folder" / "playcut.zip"


def test_what_has_no_result_is_left_out_or_told_if_it_is_named(library: Library, tmp_path: Path) -> None:
    filled(library)
    open_one = create(library, "not made yet")

    assert pack(library, tmp_path / "all.zip").count == 3
    for numbers, told in (([open_one], "has no result"), ([99], "has no generation 99"), ([], "nothing to pack")):
        with pytest.raises(InvalidInput, match=told):
            pack(library, tmp_path / "none.zip", numbers)
    assert not (tmp_path / "none.zip").exists()


def test_a_missing_original_is_told(library: Library, tmp_path: Path) -> None:
    filled(library)
    record = library.get(1)
    assert record is not None
    assert record.assets[0].path is not None
    record.assets[0].path.unlink()

    assert "1 left out, whose files are missing" in str(pack(library, tmp_path / "all.zip"))
    with pytest.raises(AssetUnavailable, match="is gone"):
        pack(library, tmp_path / "named.zip", [1])
    record.assets[0].path.write_bytes(b"x" * record.assets[0].size_bytes)
    with pytest.raises(AssetUnavailable, match="is damaged"):
        pack(library, tmp_path / "named.zip", [1])
    assert not (tmp_path / "named.zip").exists()


def test_no_secret_is_packed(library: Library, tmp_path: Path) -> None:
    key, signed = "pk_live_" + "5ec7e7" * 6 + "5ec7", "https://storage.example/a.png?X-Signature=5ec7e7"
    fetched(library, f"a fox {key}", PNG, image=signed, note=f"Bearer {key}")

    with zipfile.ZipFile(pack(library, tmp_path / "pack.zip").copy.path) as archive:
        assert b"5ec7e7" not in archive.read("manifest.json")


def test_two_generations_with_one_original_share_its_file(library: Library, other: Library, tmp_path: Path) -> None:
    for prompt in ("a fox", "a fox again"):
        fetched(library, prompt, PNG)

    path = pack(library, tmp_path / "pack.zip").copy.path

    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["manifest.json", "media/01-fox.png"]
    assert unpack(other, path).new == 2


def test_a_pack_that_was_only_zipped_anew_is_good(library: Library, other: Library, tmp_path: Path) -> None:
    assert unpack(other, changed(packed(library, tmp_path), lambda manifest, entries: None)).new == 3


def test_an_answer_with_half_a_character_is_packed_without_it(library: Library, other: Library, tmp_path: Path) -> None:
    number = create(library, "an answer")
    library.keep_answer(number, {"text": "half \ud800"}, None)

    (found,) = unpack(other, pack(library, tmp_path / "pack.zip").copy.path).numbers

    record = other.get(found)
    assert record is not None
    assert record.answer == {"text": "half ?"}


def test_what_could_not_be_unpacked_is_not_packed(library: Library, tmp_path: Path) -> None:
    deep: list[object] = []
    for _ in range(150):
        deep = [deep]
    fetched(library, "a deep fox", PNG, deep=deep)

    with pytest.raises(PlaycutError, match="can't be packed: generation 0 has something else for its inputs"):
        pack(library, tmp_path / "pack.zip")
    assert not (tmp_path / "pack.zip").exists()


def test_odd_files_travel_with_what_is_said_of_them(library: Library, other: Library, tmp_path: Path) -> None:
    some = FILES[::16]
    infos = [media.inspect(odd.data) for odd in some]
    for odd, info in zip(some, infos, strict=True):
        number = create(library, odd.name)
        sha256, path = library.store.put(odd.data, info.suffix)
        asset = AssetRecord("asset_1", sha256, path, info.mime_type, len(odd.data), *info.size, info.remark)
        library.keep_asset(number, 0, asset)
        library.update(number, state="fetched", status="COMPLETED")

    found = unpack(other, pack(library, tmp_path / "odd.zip").copy.path)

    assert found.new == len(some)
    records = [record for number in found.numbers if (record := other.get(number))]
    assert [(run.assets[0].mime_type, run.assets[0].remark) for run in records] == [
        (info.mime_type, info.remark) for info in infos
    ]
    assert all(record.has_files for record in records)
    assert any(info.remark for info in infos)
