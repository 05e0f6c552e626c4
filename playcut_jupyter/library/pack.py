"""Packs generations into one zip file: originals, rows, picks and stars; no key, no signed URL, no path.

The same generations give the same bytes.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from playcut_jupyter.errors import AssetUnavailable, InvalidInput, PlaycutError
from playcut_jupyter.library import manifest as manifests
from playcut_jupyter.library.copies import Copy, write_out
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.manifest import MANIFEST, Damaged, Manifest, PackedAsset, PackedGeneration, PackedPick
from playcut_jupyter.library.records import Record
from playcut_jupyter.library.store import copy_hashed
from playcut_jupyter.redaction import without_secrets
from playcut_jupyter.text import numbered_name, words_for_name


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was written.

    Attributes:
        copy: the file, and whether it is new.
        count: how many generations are in it.
        left_out: how many of the library's are not, because an original is missing.
    """

    copy: Copy
    count: int
    left_out: int

    def __str__(self) -> str:
        size = self.copy.path.stat().st_size / 1e6
        word = "Packed" if self.copy.is_new else "Already there:"
        subject = "generation" if self.count == 1 else "generations"
        lost = f" {self.left_out} left out, whose files are missing." if self.left_out else ""
        return f"{word} {self.count} {subject}, {size:.1f} MB: {self.copy.path}{lost}"


def pack(library: Library, target: str | Path, numbers: Iterable[int] | None = None) -> Pack:
    """Write generations of *library* to a zip file; nothing is ever overwritten.

    Args:
        library: where they are.
        target: the file, or a folder for it; a name that is taken gets a number.
        numbers: which; None for everything that has a result.

    Raises:
        InvalidInput: there is nothing to pack, one has no result, or *target* can't be written.
        AssetUnavailable: an original is missing or damaged.
        PlaycutError: one of them is too large, or too deep, to be unpacked.
    """
    records, left_out = _chosen(library, numbers)
    manifest = _manifest(library, records)
    try:
        manifests.parse(manifest.to_json())
    except Damaged as damage:
        raise PlaycutError(f"This can't be packed: {damage}.", hint="Leave that one out: name the others.") from None
    paths = {asset.sha256: asset.path for record in records for asset in record.assets if asset.path is not None}
    copy = write_out(lambda file: _write(file, manifest, paths), target, ".zip", "playcut")
    return Pack(copy, len(records), left_out)


def _chosen(library: Library, numbers: Iterable[int] | None) -> tuple[list[Record], int]:
    """Return what is to be packed, oldest first, and how many can't be."""
    if numbers is None:
        with library.transaction() as db:
            wanted = [row["id"] for row in db.execute("SELECT id FROM generations ORDER BY id")]
    else:
        wanted = sorted(set(numbers))
    records: list[Record] = []
    left_out = 0
    for number in wanted:
        record = library.get(number)
        if record is None:
            raise InvalidInput(f"The library has no generation {number}.", hint="`%playcut history` lists them.")
        if record.state == "fetched" and not record.has_files and numbers is None:
            left_out += 1
        elif record.state == "answered" or (record.state == "fetched" and record.assets):
            records.append(record)
        elif numbers is not None:
            raise InvalidInput(f"Generation {number} has no result to pack ({record.status or record.state}).")
    if not records:
        raise InvalidInput("There is nothing to pack.", hint="Generate something first, or star the good ones.")
    return records, left_out


def _manifest(library: Library, records: Sequence[Record]) -> Manifest:
    with library.transaction() as db:
        fingerprints = {row["id"]: row["fingerprint"] for row in db.execute("SELECT id, fingerprint FROM generations")}
        picks = db.execute("SELECT winner_id, loser_id, made_at FROM picks ORDER BY id").fetchall()
    places = {record.id: place for place, record in enumerate(records)}
    names: dict[str, str] = {}
    for place, record in enumerate(records, start=1):
        words = words_for_name(record.prompt, record.kind)
        for part, asset in enumerate(record.assets, start=1):
            names.setdefault(asset.sha256, f"media/{numbered_name(words, place, len(records), part)}{asset.suffix}")
    return Manifest(
        tuple(_generation(record, fingerprints[record.id], places, names) for record in records),
        tuple(
            PackedPick(places[winner], places[loser], made_at)
            for winner, loser, made_at in picks
            if winner in places and loser in places and winner != loser
        ),
    )


def _generation(record: Record, fingerprint: str, places: dict[int, int], names: dict[str, str]) -> PackedGeneration:
    # What is stored has no secrets; a key that was used later is masked here as well.
    inputs, labels, answer = (without_secrets(part) for part in (record.inputs, record.labels, record.answer))
    parent = places.get(record.parent_id) if record.parent_id is not None else None
    return PackedGeneration(
        record.origin,
        record.tool,
        record.kind,
        without_secrets(record.prompt),
        dict(inputs),
        fingerprint,
        record.state,
        record.session_id,
        record.task_id,
        record.status,
        record.credits,
        record.seconds,
        record.created_at,
        parent if parent is not None and parent < places[record.id] else None,
        record.starred,
        record.hidden,
        dict(labels),
        answer,
        tuple(
            PackedAsset(
                names[asset.sha256],
                position,
                asset.asset_id,
                asset.sha256,
                asset.mime_type,
                asset.size_bytes,
                asset.width,
                asset.height,
                asset.duration_s,
                asset.remark,
            )
            for position, asset in enumerate(record.assets)
        ),
    )


def _write(file: BinaryIO, manifest: Manifest, paths: dict[str, Path]) -> None:
    """Write the zip file: the same bytes for the same content, and no time or user of this machine."""
    written: set[str] = set()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_entry(MANIFEST, zipfile.ZIP_DEFLATED), manifest.to_json())
        for asset in (asset for generation in manifest.generations for asset in generation.assets):
            if asset.sha256 in written:
                continue
            written.add(asset.sha256)
            with (
                _original(paths[asset.sha256]) as source,
                archive.open(_entry(asset.file), "w", force_zip64=True) as to,
            ):
                found = copy_hashed(source, to)  # type: ignore[arg-type]  # typeshed calls it an IO
            if found != asset.sha256:
                raise _unavailable(paths[asset.sha256], "is damaged")


def _entry(name: str, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = compression
    entry.create_system = 3  # Unix, so that the rights are read as such, on whatever system it is written
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _original(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError:
        raise _unavailable(path, "is gone") from None


def _unavailable(path: Path, reason: str) -> AssetUnavailable:
    return AssetUnavailable(
        f"The original {path.name} {reason}, so nothing was packed.",
        hint="`playcut-jupyter library verify` fetches such files again by their asset id.",
    )
