"""Writes the rows of a pack into the library, each generation once, in one transaction."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from playcut_jupyter import media
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.manifest import Manifest, PackedGeneration
from playcut_jupyter.library.records import canonical, cost_key, is_orphan
from playcut_jupyter.redaction import without_secrets

if TYPE_CHECKING:
    import sqlite3


def merge(library: Library, manifest: Manifest) -> tuple[list[int], list[int]]:
    """Return the number of each generation of *manifest* in *library*, and those that are new.

    Numbers are given anew. What is there already keeps its marks and gets those that it lacks.

    Raises:
        PlaycutError: the library can't be written; then nothing was.
    """
    numbers: list[int] = []
    new: list[int] = []
    with library.transaction() as db:
        db.execute("BEGIN IMMEDIATE")  # before it is looked at: another process may be merging the same
        for packed in manifest.generations:
            parent = numbers[packed.parent] if packed.parent is not None else None
            number = _known(db, packed)
            if number is None:
                number = _insert(db, packed, parent)
                new.append(number)
            else:
                _complete(db, number, packed, parent)
            numbers.append(number)
        for pick in manifest.picks:
            values = (numbers[pick.winner], numbers[pick.loser], pick.made_at)
            if values[0] == values[1]:
                continue  # two of the pack are one here
            db.execute(
                "INSERT INTO picks (winner_id, loser_id, made_at) SELECT ?, ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM picks WHERE winner_id = ? AND loser_id = ? AND made_at = ?)",
                (*values, *values),
            )
    return numbers, new


def _known(db: sqlite3.Connection, packed: PackedGeneration) -> int | None:
    """Return the number of the same generation: the same task, or the same request of the same moment and result."""
    rows = db.execute(
        "SELECT id, task_id, created_at FROM generations WHERE fingerprint = ? AND origin = ? ORDER BY id",
        (packed.fingerprint, packed.origin),
    ).fetchall()
    hashes = [asset.sha256 for asset in sorted(packed.assets, key=lambda asset: asset.position)]
    for row in rows:
        if packed.task_id is not None and row["task_id"] is not None:
            if row["task_id"] == packed.task_id:
                return int(row["id"])
        elif row["created_at"] == packed.created_at and _hashes(db, row["id"]) == hashes:
            return int(row["id"])
    return None


def _hashes(db: sqlite3.Connection, number: int) -> list[str]:
    found = db.execute("SELECT sha256 FROM assets WHERE generation_id = ? ORDER BY position", (number,))
    return [row["sha256"] for row in found]


def _insert(db: sqlite3.Connection, packed: PackedGeneration, parent: int | None) -> int:
    inputs = without_secrets(packed.inputs)
    values = {
        "origin": packed.origin,
        "tool": packed.tool,
        "kind": packed.kind,
        "prompt": without_secrets(packed.prompt),
        "inputs": canonical(inputs, "workerId"),
        "fingerprint": packed.fingerprint,
        "cost_key": cost_key(packed.origin, packed.tool, inputs),
        "state": packed.state,
        "owner": "",
        "session_id": packed.session_id,
        "task_id": packed.task_id,
        "status": packed.status,
        "credits": packed.credits,
        "seconds": packed.seconds,
        "created_at": packed.created_at,
        "updated_at": time.time(),
        "parent_id": parent,
        "starred": packed.starred,
        "hidden": packed.hidden,
        "labels": json.dumps(without_secrets(packed.labels)),
        "answer": json.dumps(without_secrets(packed.answer)) if packed.state == "answered" else None,
    }
    marks = ", ".join("?" * len(values))
    cursor = db.execute(
        f"INSERT INTO generations ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 - our names
        tuple(values.values()),
    )
    number = int(cursor.lastrowid or 0)
    _keep_assets(db, number, packed)
    return number


def _complete(db: sqlite3.Connection, number: int, packed: PackedGeneration, parent: int | None) -> None:
    """Add to a generation that is here what the pack has beyond it: a star, a parent, the result of an open task."""
    row = db.execute("SELECT state, owner, starred, parent_id FROM generations WHERE id = ?", (number,)).fetchone()
    if packed.starred and not row["starred"]:
        db.execute("UPDATE generations SET starred = 1 WHERE id = ?", (number,))
    if parent is not None and row["parent_id"] is None and parent < number:
        db.execute("UPDATE generations SET parent_id = ? WHERE id = ?", (parent, number))
    if packed.state == "fetched" and row["state"] == "acknowledged" and is_orphan(row["owner"]):
        db.execute(
            "UPDATE generations SET state = 'fetched', status = ?, seconds = ?, error = NULL WHERE id = ?",
            (packed.status, packed.seconds, number),
        )
        _keep_assets(db, number, packed)


def _keep_assets(db: sqlite3.Connection, number: int, packed: PackedGeneration) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO assets (generation_id, position, asset_id, sha256, suffix, mime_type, bytes,"
        " width, height, duration_s, remark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                asset.position,
                asset.asset_id,
                asset.sha256,
                media.suffix_of(asset.mime_type),
                asset.mime_type,
                asset.bytes,
                asset.width,
                asset.height,
                asset.duration_s,
                asset.remark,
            )
            for asset in packed.assets
        ],
    )
