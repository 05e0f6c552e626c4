"""A generation's row in the library, written from the event loop.

A library that can't be written any more (a full disk, a file damaged meanwhile) must not cost the picture that
is being paid for: the row then says so once, with `NotKept`, and the job goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import anyio
from anyio import to_thread

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.events import Emit, Forgotten, NotKept
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.media import MediaInfo

_T = TypeVar("_T")


class RecordWriter:
    """Row `number` of *library*; None where the intent already could not be written."""

    def __init__(self, library: Library, number: int | None, emit: Emit) -> None:
        self.library = library
        self.number = number
        self._emit = emit
        self._told = number is None

    async def note(self, **values: object) -> None:
        """Set columns."""
        if self.number is not None:
            await self._write(lambda: self.library.update(self.number or 0, **values))

    async def note_voice(self, voice_id: str) -> None:
        """Write down the voice that the inputs left out or named by its name."""
        if self.number is not None:
            await self._write(lambda: self.library.set_input(self.number or 0, "voiceId", voice_id))

    async def forget_adopted(self) -> None:
        """Remove the row of a task that nobody knows, and say so."""
        if self.number is not None and await self._write(lambda: self.library.forget_adopted(self.number or 0)):
            self._emit(Forgotten())

    async def release(self) -> None:
        """Say that nobody waits for it any more."""
        if self.number is not None:
            await self._write(lambda: self.library.release(self.number or 0))

    async def keep_asset_ids(self, asset_ids: Sequence[str]) -> None:
        """Write down which assets there are to fetch."""
        if self.number is not None:
            await self._write(lambda: self.library.keep_asset_ids(self.number or 0, asset_ids))

    async def keep(self, position: int, asset_id: str, data: bytes, facts: MediaInfo) -> Path | None:
        """Store an asset's bytes and write it down; return its place, or None if it can't be kept."""

        def keep() -> Path:
            sha256, path = self.library.store.put(data, facts.suffix)
            if self.number is not None:
                size = (facts.width, facts.height, facts.duration_s)
                asset = AssetRecord(asset_id, sha256, path, facts.mime_type, len(data), *size)
                self.library.keep_asset(self.number, position, asset)
            return path

        return await self._write(keep)

    async def describe(self) -> None:
        """Write the sidecars of a fetched generation's files."""
        if self.number is not None:
            await self._write(lambda: self.library.describe(self.number or 0))

    async def _write(self, work: Callable[[], _T]) -> _T | None:
        """Do *work* on a worker thread; None if the library could not take it."""
        # What is known must be on disk also when the job is being cancelled.
        with anyio.CancelScope(shield=True):
            try:
                return await to_thread.run_sync(work)
            except PlaycutError as error:
                if not self._told:
                    self._told = True
                    self._emit(NotKept(str(error)))
        return None
