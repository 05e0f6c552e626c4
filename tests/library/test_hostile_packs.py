"""A pack that is damaged, or made to do harm, is refused whole: nothing is written, inside the library or outside."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.unpack import unpack
from tests.library.packing import PNG, Entries, changed, first_media, packed

Change = Callable[[dict[str, Any], Entries], object]


def rename(new: str, *, in_manifest: bool = True) -> Change:
    def change(manifest: dict[str, Any], entries: Entries) -> None:
        old = first_media(entries)
        entries[new] = entries.pop(old)
        if in_manifest:
            manifest["generations"][0]["assets"][0]["file"] = new

    return change


def set_field(name: str, value: object, *, of: str = "generation") -> Change:
    def change(manifest: dict[str, Any], entries: Entries) -> None:
        first = manifest["generations"][0]
        target = {"generation": first, "asset": first["assets"][0], "pick": manifest["picks"][0], "all": manifest}[of]
        target[name] = value

    return change


def replace_media(data: bytes) -> Change:
    return lambda manifest, entries: entries.update({first_media(entries): data})


CHANGES: dict[str, Change] = {
    "zip slip": rename("media/../../evil.png"),
    "zip slip of Windows": rename("media\\..\\evil.png"),
    "an absolute name": rename("/tmp/evil.png"),
    "a drive": rename("C:evil.png"),
    "a name with a folder": rename("media/sub/evil.png"),
    "a hidden name": rename("media/.evil"),
    "a name that the manifest does not have": rename("media/other.png", in_manifest=False),
    "a foreign entry": lambda manifest, entries: entries.update({"readme.txt": b"hello"}),
    "a folder": lambda manifest, entries: entries.update({"media/": b""}),
    "a missing file": lambda manifest, entries: entries.pop(first_media(entries)),
    "another content": replace_media(PNG + b"owl"),
    "a cut content": replace_media(PNG),
    "another type": set_field("mime_type", "video/mp4", of="asset"),
    "a type that no original has": set_field("mime_type", "text/html", of="asset"),
    "a number for a remark": set_field("remark", 5, of="asset"),
    "another hash": set_field("sha256", "0" * 64, of="asset"),
    "a hash that is a path": set_field("sha256", "../" * 21 + "x", of="asset"),
    "a size of another type": set_field("bytes", "11", of="asset"),
    "a negative size": set_field("bytes", -1, of="asset"),
    "a position of another type": set_field("position", True, of="asset"),
    "a number for a prompt": set_field("prompt", 5),
    "nothing for a prompt": set_field("prompt", None),
    "a list for inputs": set_field("inputs", []),
    "a text for a star": set_field("starred", "yes"),
    "half a character": set_field("prompt", "\ud800"),
    "half a character in inputs": set_field("inputs", {"prompt": ["\ud800"]}),
    "an unknown state": set_field("state", "acknowledged"),
    "a result without originals": set_field("assets", []),
    "a fingerprint that is none": set_field("fingerprint", "x"),
    "an infinite time": set_field("created_at", float("inf")),
    "an infinite input": set_field("inputs", {"n": float("nan")}),
    "its own parent": set_field("parent", 0),
    "a later parent": set_field("parent", 2),
    "an unknown parent": set_field("parent", 99),
    "an unknown field": set_field("owner", "me"),
    "a pick of none": set_field("winner", 99, of="pick"),
    "a pick of one": set_field("winner", 0, of="pick"),
    "no generations": set_field("generations", None, of="all"),
    "another format": set_field("format", "other", of="all"),
    "a newer version": set_field("version", 2, of="all"),
    "a version of another type": set_field("version", True, of="all"),
    "a field too few": lambda manifest, entries: manifest["generations"][0].pop("tool"),
}


def refuse(library: Library, path: Path, told: str = "") -> None:
    """Check that *path* is refused, and that no file is new but what the library had to look into."""
    before = files_of(library.home.parent)
    with pytest.raises(InvalidInput, match=told or "Nothing was unpacked|can't be read"):
        unpack(library, path)
    assert files_of(library.home.parent) == before
    assert library.history() == []


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "library.sqlite3" not in path.name and path.is_file()}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    return packed(Library(folder / "home"), folder)


@pytest.fixture
def path(good: Path, tmp_path: Path) -> Path:
    """A good pack, in this test's folder."""
    copy = tmp_path / "pack.zip"
    copy.write_bytes(good.read_bytes())
    return copy


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_pack_is_refused_whole(library: Library, path: Path, change: Change) -> None:
    refuse(library, changed(path, change))


def test_names_that_stand_twice_are_refused(library: Library, path: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("manifest.json", "{}")
    refuse(library, path, "two of one name")


def test_a_link_is_refused(library: Library, path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, data)
    refuse(library, path, "a link")


@pytest.mark.parametrize("name", ["media/01-fishing-fox.png", "manifest.json"])
def test_a_bomb_is_refused_unread(library: Library, path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {one: archive.read(one) for one in archive.namelist() if one != name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(20_000_000))
        for one, data in entries.items():
            archive.writestr(one, data)
    refuse(library, path, "would grow to 20 MB")


def test_what_is_no_zip_file_is_refused(library: Library, path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    broken = tmp_path / "broken.zip"
    for content in (b"", b"hello", data[:-30], data[: len(data) // 2], data.replace(PNG, b"\x88PNG\r\n\x1a\n", 1)):
        broken.write_bytes(content)
        refuse(library, broken)
    refuse(library, tmp_path / "nosuch.zip", "can't be read: no such file")
    refuse(library, tmp_path, "can't be read")


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"format": "playcut-pack", "format": "playcut-pack"}'])
def test_a_manifest_that_is_no_manifest_is_refused(library: Library, path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", text)
    refuse(library, path)


def test_every_cut_of_a_pack_is_refused(library: Library, path: Path, tmp_path: Path) -> None:
    data, cut = path.read_bytes(), tmp_path / "cut.zip"
    for length in range(0, len(data) - 1, max(1, len(data) // 60)):
        cut.write_bytes(data[:length])
        refuse(library, cut)


def test_values_of_the_wrong_type_are_refused_wherever_they_stand(library: Library, path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    unfit: tuple[object, ...] = ({"x": []}, [[1]], "\udfff", -5, 1e308)
    for name in manifest["generations"][0].keys() - {"answer"}:
        for value in ([], 5, "x") if name in ("inputs", "labels") else unfit:
            refuse(library, changed(path, set_field(name, value)))
