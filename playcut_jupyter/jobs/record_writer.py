"""Writes a generation's row in the library from the event loop.

A library that can't be written any more (a full disk, a file damaged meanwhile) must not cost the picture that
is being paid for: that is then told once, with `NotKept`, and the job goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio

from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.events import Emit, NotKept, RowRemoved
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import hash_of
from playcut_jupyter.media import MediaInfo

_T = TypeVar("_T")


class RecordWriter:
    """Writes row *number* of *library*; None where the row already could not be made."""

    def __init__(self, library: Library, number: int | None, emit: Emit) -> None:
        self.library = library
        self.number = number
        self._emit = emit
        self._told = number is None

    async def update(self, **values: object) -> None:
        """Set columns."""
        await self._write(lambda number: self.library.update(number, **values))

    async def set_voice(self, voice_id: str) -> None:
        """Complete the inputs with the voice that they left out or named by its name."""
        await self._write(lambda number: self.library.set_input(number, "voiceId", voice_id))

    async def remove_adopted(self) -> None:
        """Remove the row of a task that nobody knows, and tell so."""
        if await self._write(self.library.forget_adopted):
            self._emit(RowRemoved())

    async def release(self) -> None:
        """Tell that nobody waits for it any more."""
        await self._write(self.library.release)

    async def keep_asset_ids(self, asset_ids: Sequence[str]) -> None:
        """Write down which assets there are to fetch."""
        await self._write(lambda number: self.library.keep_asset_ids(number, asset_ids))

    async def keep(self, position: int, asset_id: str, data: bytes, info: MediaInfo) -> AssetRecord:
        """Store an asset's bytes and write it down; what can't be stored is kept in memory."""

        def stored() -> AssetRecord:
            sha256, path = self.library.store.put(data, info.suffix)
            asset = AssetRecord(asset_id, sha256, path, info.mime_type, len(data), *info.size)
            if self.number is not None:
                self.library.keep_asset(self.number, position, asset)
            return asset

        def in_memory() -> AssetRecord:
            return AssetRecord(asset_id, hash_of(data), None, info.mime_type, len(data), *info.size, content=data)

        kept = await self._try(stored)
        return kept if kept is not None else await in_worker(in_memory)

    async def describe(self) -> None:
        """Write the sidecars of a fetched generation's files."""
        await self._write(self.library.describe)

    async def _write(self, work: Callable[[int], _T]) -> _T | None:
        number = self.number
        return await self._try(lambda: work(number)) if number is not None else None

    async def _try(self, work: Callable[[], _T]) -> _T | None:
        """Do *work* on a worker thread; None if the library could not take it."""
        # What is known must be on disk also when the job is being cancelled.
        with anyio.CancelScope(shield=True):
            try:
                return await in_worker(work)
            except PlaycutError as error:
                if not self._told:
                    self._told = True
                    self._emit(NotKept(str(error)))
        return None
