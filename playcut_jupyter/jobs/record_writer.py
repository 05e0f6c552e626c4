"""Writes a generation's record to the library from the event loop.

A library that can no longer be written (a full disk, a damaged file) must not lose a result that is paid for. The
first failure emits `NotSaved`, and the job continues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio

from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.jobs.events import Emit, NotSaved, RecordRemoved
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.parts import Part
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.media import MediaInfo

_T = TypeVar("_T")


class RecordWriter:
    """Writes record *number* of *library*; None if the record could not be created."""

    def __init__(self, library: Library, number: int | None, emit: Emit) -> None:
        self.library = library
        self.number = number
        self._emit = emit
        self._failure_reported = number is None

    async def update(self, **values: object) -> None:
        """Set columns of the record."""
        await self._write(lambda number: self.library.update(number, **values))

    async def set_voice(self, voice_id: str) -> None:
        """Set the voice id in the inputs, which had no voice or one given by name."""
        await self._write(lambda number: self.library.set_input(number, "voiceId", voice_id))

    async def keep_answer(self, answer: object, session_id: str | None) -> None:
        """Save the answer of a tool that starts no task."""
        await self._write(lambda number: self.library.keep_answer(number, answer, session_id))

    async def remove_adopted(self) -> None:
        """Remove the record if it was made for a task id alone, which the service turned out not to know."""
        if await self._write(self.library.forget_adopted):
            self._emit(RecordRemoved())

    async def release(self) -> None:
        """Record that no process waits for its task any more."""
        await self._write(self.library.release)

    async def keep_asset_ids(self, asset_ids: Sequence[str]) -> None:
        """Save the ids of the assets to fetch."""
        await self._write(lambda number: self.library.keep_asset_ids(number, asset_ids))

    async def keep_asset(self, position: int, asset_id: str, part: Part, info: MediaInfo) -> AssetRecord:
        """Store an asset's bytes and record the asset; if the library can't be written, keep the bytes in memory."""

        def stored() -> AssetRecord:
            sha256, path = self.library.store.keep(part, info.suffix)
            asset = AssetRecord(asset_id, sha256, path, info.mime_type, part.size, *info.size, info.remark)
            if self.number is not None:
                self.library.keep_asset(self.number, position, asset)
            return asset

        def in_memory() -> AssetRecord:
            facts = (info.mime_type, part.size, *info.size, info.remark)
            return AssetRecord(asset_id, part.sha256, None, *facts, content=part.read())

        asset = await self._try(stored)
        return asset if asset is not None else await in_worker(in_memory)

    async def finish(self, **values: object) -> None:
        """Set columns of a fetched generation, and write the JSON files that describe it beside its originals."""

        def finished(number: int) -> None:
            self.library.update(number, **values)
            self.library.describe(number)

        await self._write(finished)

    async def _write(self, work: Callable[[int], _T]) -> _T | None:
        number = self.number
        return await self._try(lambda: work(number)) if number is not None else None

    async def _try(self, work: Callable[[], _T]) -> _T | None:
        """Run *work* on a worker thread and return its result; None if the library could not be written."""
        # Known facts must reach the disk even if the job is cancelled.
        with anyio.CancelScope(shield=True):
            try:
                return await in_worker(work)
            except PlaycutError as error:
                if not self._failure_reported:
                    self._failure_reported = True
                    self._emit(NotSaved(str(error)))
        return None
