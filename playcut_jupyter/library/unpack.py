"""Merges a pack into the library: checked whole before anything is written, and nothing is there twice.

A pack may come from anybody. Its media are checked against their hashes and their types, and are placed by their hash;
no name in it is ever used for a file. Only then one transaction writes the rows.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from playcut_jupyter import media
from playcut_jupyter.errors import InvalidInput, PlaycutError
from playcut_jupyter.library import manifest as manifests
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.manifest import MANIFEST, MEDIA_NAME, Damaged, Manifest, PackedAsset
from playcut_jupyter.library.merging import merge
from playcut_jupyter.library.store import copy_hashed
from playcut_jupyter.redaction import plain

_MAX_MANIFEST_BYTES = 256_000_000
_MAX_ENTRIES = 1_000_000
_MAX_RATIO = 100
"""The most that an entry, and the whole, may grow by when it is read; media hardly shrink in a zip file at all."""
_ALWAYS_ALLOWED = 1_000_000
_ALWAYS_ALLOWED_IN_ALL = 64_000_000
_MARGIN_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a pack brought.

    Attributes:
        numbers: all of its generations, by their numbers in this library.
        new: how many of them were not there before.
    """

    numbers: tuple[int, ...]
    new: int

    def __str__(self) -> str:
        total = len(self.numbers)
        known = f"; {total - self.new} were there already" if total > self.new else ""
        return f"Unpacked {self.new} new generation{'' if self.new == 1 else 's'} of {total}{known}."


def unpack(library: Library, path: str | Path) -> Unpacked:
    """Merge the pack at *path* into *library*.

    Raises:
        InvalidInput: it can't be read, or is damaged or not to be trusted; nothing was written.
        PlaycutError: the library can't be written.
    """
    with _open_archive(path) as archive:
        manifest = _manifest(archive)
        originals = _checked_originals(archive, manifest)
        _check_space(library, sum(asset.bytes for asset in originals.values()))
        placed: list[Path] = []
        try:
            for asset in originals.values():
                with archive.open(asset.file) as source:
                    suffix = media.suffix_of(asset.mime_type)
                    original, is_new = library.store.import_original(cast(BinaryIO, source), asset.sha256, suffix)
                placed += [original] if is_new else []
                _check_type(asset, original)
            numbers, new = merge(library, manifest)
        except BaseException:
            _remove_unused(library, placed, originals)
            raise
    for number in new:
        library.describe(number)
    return Unpacked(tuple(numbers), len(new))


@contextmanager
def _open_archive(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive, and say of whatever is wrong with it that it is not to be used."""
    name = plain(repr(str(path)), 200)
    try:
        with Path(path).expanduser().open("rb") as file, zipfile.ZipFile(file) as archive:
            yield archive
    except Damaged as damage:
        raise _refused(name, str(damage)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise _refused(name, "it is damaged, or no zip file at all") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InvalidInput(f"{name} can't be read: {reason}.", hint="Name the zip file.") from None


def _refused(name: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"{name} is not a pack that can be unpacked: {reason}.",
        hint="Nothing was unpacked. Pack it again where it came from: `playcut-jupyter library pack FILE`.",
    )


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return the manifest of an archive whose entries are all as they should be, as far as can be told unread."""
    entries = archive.infolist()
    if len(entries) > _MAX_ENTRIES or len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise Damaged("it has too many entries, or two of one name")
    for entry in entries:
        _check_entry(entry)
    size = _size_of(archive)
    if sum(entry.compress_size for entry in entries) > size:
        raise Damaged("its entries overlap")
    whole = sum(entry.file_size for entry in entries)
    if whole > max(_ALWAYS_ALLOWED_IN_ALL, size * _MAX_RATIO):
        raise Damaged(f"it would grow to {whole / 1e6:,.0f} MB")
    if MANIFEST not in archive.namelist():
        raise Damaged(f"it has no {MANIFEST}")
    if archive.getinfo(MANIFEST).file_size > _MAX_MANIFEST_BYTES:
        raise Damaged(f"its {MANIFEST} is too large")
    manifest = manifests.parse(archive.read(MANIFEST))
    named = {asset.file for generation in manifest.generations for asset in generation.assets}
    if {entry.filename for entry in entries} != {MANIFEST, *named}:
        raise Damaged("what is in it is not what it names")
    return manifest


def _size_of(archive: zipfile.ZipFile) -> int:
    file = archive.fp
    if file is None:
        return 0
    file.seek(0, 2)
    return file.tell()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = plain(repr(entry.orig_filename), 100)
    is_ours = entry.filename == MANIFEST or MEDIA_NAME.fullmatch(entry.filename)
    if not is_ours or entry.orig_filename != entry.filename:
        raise Damaged(f"it holds {name}, which is no part of a pack")
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise Damaged(f"{name} is a link or something else that is no file")
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Damaged(f"{name} is encrypted, or compressed in a way that packs are not")
    if entry.file_size > max(_ALWAYS_ALLOWED, entry.compress_size * _MAX_RATIO):
        raise Damaged(f"{name} would grow to {entry.file_size / 1e6:,.0f} MB")


def _checked_originals(archive: zipfile.ZipFile, manifest: Manifest) -> Mapping[str, PackedAsset]:
    """Return the originals by their hash; all are read, and none is written."""
    originals: dict[str, PackedAsset] = {}
    for asset in (asset for generation in manifest.generations for asset in generation.assets):
        known = originals.setdefault(asset.sha256, asset)
        if (known.file, known.bytes, known.mime_type) != (asset.file, asset.bytes, asset.mime_type):
            raise Damaged("it says two things of one file")
    if len({asset.file for asset in originals.values()}) < len(originals):
        raise Damaged("it says two things of one file")
    for asset in originals.values():
        if archive.getinfo(asset.file).file_size != asset.bytes:
            raise Damaged(f"{asset.file} has another size than it should")
        with archive.open(asset.file) as source:
            if copy_hashed(cast(BinaryIO, source)) != asset.sha256:
                raise Damaged(f"{asset.file} is not what it should be")
        if asset.mime_type not in media.SUFFIXES:
            raise Damaged(f"{asset.file} is said to be {plain(asset.mime_type, 60)}, which no original is")
    return originals


def _check_type(asset: PackedAsset, path: Path) -> None:
    """Refuse what a browser would be handed as something else; only the whole file tells what it is.

    The type itself may be one that another version calls differently.
    """
    kind = media.kind_of(asset.mime_type)
    if kind not in ("file", media.inspect(path).kind):
        raise Damaged(f"{asset.file} is no {asset.mime_type}")


def _check_space(library: Library, needed: int) -> None:
    folder = next(parent for parent in (library.home, *library.home.parents) if parent.exists())
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return
    if needed + _MARGIN_BYTES > free:
        raise PlaycutError(
            f"The pack needs {needed / 1e6:,.0f} MB, and the disk has {free / 1e6:,.0f} MB left. Nothing was unpacked.",
            hint="Free some space, or set PLAYCUT_HOME to a folder on another disk.",
        )


def _remove_unused(library: Library, placed: list[Path], originals: Mapping[str, PackedAsset]) -> None:
    """Remove what was placed for rows that are not there, as far as the library can be asked."""
    for path in placed:
        try:
            if not any(library.has_file(sha256) for sha256 in originals if sha256.startswith(path.stem)):
                path.unlink(missing_ok=True)
        except (PlaycutError, OSError):
            return
