"""Library maintenance: removes old generations, finds missing or damaged originals and fetches them again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from playcut_jupyter.api.retry_policy import RetryPolicy
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.events import Event
from playcut_jupyter.jobs.fetching import fetch_assets
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord, Record
from playcut_jupyter.library.store import remove_original
from playcut_jupyter.tools import GenerationRequest, named

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Damage:
    """An original that is missing, or whose content does not match its hash."""

    record: Record
    asset: AssetRecord

    def __str__(self) -> str:
        return f"#{self.record.id} {_damage_to(self.asset.path)}: {self.asset.path}"


def _damage_to(path: Path | None) -> str:
    try:
        if path is not None:
            path.open("rb").close()
            return "damaged"
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError:
        return "can't be read"
    return "missing"


def older_than(library: Library, days: float) -> list[Record]:
    """Return the generations that ended more than *days* ago and may be removed.

    Unfetched tasks and uncertain submissions are never among them.
    """
    return library.ended_before(time.time() - days * _DAY_S)


def prune(library: Library, records: list[Record]) -> int:
    """Remove *records* and the originals that no other generation uses; return how many bytes were freed."""
    freed = library.store.remove_stale_parts()
    for record in records:
        for path in library.remove(record.id):
            freed += remove_original(path)
        for asset in record.assets:
            if asset.path is not None:
                asset.path.with_suffix(f".{record.id}.json").unlink(missing_ok=True)
    return freed


def damaged(library: Library) -> list[Damage]:
    """Return all originals that are missing or damaged. Reads every file, and removes what was left half written."""
    library.store.remove_stale_parts()
    return [
        Damage(record, asset)
        for record in library.fetched()
        for asset in record.assets
        if asset.path is not None and not library.store.is_whole(asset.path, asset.sha256)
    ]


def remarks(library: Library) -> list[str]:
    """Return what there is to say of originals that are whole, but can't be shown, or only in part."""
    return [
        f"#{record.id} {asset.mime_type}, kept as it came: {asset.remark} ({asset.path})"
        for record in library.fetched()
        for asset in record.assets
        if asset.remark
    ]


async def repair(connection: Connection, record: Record) -> str:
    """Fetch the originals of *record* again by their asset ids; return "", or the reason why that failed."""
    if record.origin != connection.settings.origin:
        return f"it was made at {record.origin}, and this is connected elsewhere"
    asset_ids = [asset.asset_id for asset in record.assets if asset.asset_id]

    def emit(event: Event) -> None:
        """Ignore the events: nothing is displayed."""

    request = GenerationRequest(named(record.tool), record.inputs)
    writer = RecordWriter(connection.library, record.id, emit)
    try:
        await fetch_assets(connection, request, writer, asset_ids, RetryPolicy(), emit)
    except PlaycutError as error:
        return error.message
    connection.library.describe(record.id)
    repaired = connection.library.get(record.id)
    paths = {asset.path for asset in repaired.assets} if repaired else set()
    for asset in record.assets:
        if asset.path is not None and asset.path not in paths and not connection.library.has_file(asset.sha256):
            remove_original(asset.path)  # the damaged file: the service now sent other bytes
    return ""
