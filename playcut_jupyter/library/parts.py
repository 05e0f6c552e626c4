"""Originals on their way into the library.

The bytes go to a file in the media folder as they come. Where that can't be written, they are kept in memory: what was
paid for is not lost to a full disk.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from playcut_jupyter.library.files import UNSUPPORTED, replace, sync
from playcut_jupyter.library.private import create_folder

PREFIX = ".part-"


class Part:
    """Bytes that have no name yet. Its methods block; one thread at a time uses it.

    Args:
        folder: where the file is: the media folder of a library, which may not exist yet.

    Attributes:
        size: how many bytes there are.
        failure: why they are in memory, if they are.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{PREFIX}{secrets.token_hex(8)}"
        self._descriptor: int | None = None
        self._is_synced = False
        self._memory: bytearray | None = None
        self.failure: OSError | None = None
        self.restart()

    def restart(self) -> None:
        """Forget all bytes."""
        self.size = 0
        self._hash = hashlib.sha256()
        if self._memory is not None:
            self._memory.clear()
        elif self._descriptor is not None:
            try:
                os.ftruncate(self._descriptor, 0)
                os.lseek(self._descriptor, 0, os.SEEK_SET)
            except OSError as error:
                self._hold(error)

    def write(self, data: bytes) -> None:
        """Append *data*."""
        self._is_synced = False
        if self._memory is None:
            try:
                self._append(data)
            except OSError as error:
                self._hold(error)
        if self._memory is not None:
            self._memory += data
        self._hash.update(data)
        self.size += len(data)

    def _append(self, data: bytes) -> None:
        if self._descriptor is None:
            for folder in (self._path.parent.parent, self._path.parent):
                create_folder(folder)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
            self._descriptor = os.open(self._path, flags, 0o666)
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def _hold(self, reason: OSError) -> None:
        """Go on in memory, with what is on the disk."""
        held = self._path.read_bytes()[: self.size] if self._descriptor is not None and self.size else b""
        self.discard()
        self._memory, self.failure = bytearray(held), reason

    @property
    def source(self) -> Path | bytes:
        """Where the bytes can be read."""
        if self._memory is not None:
            return bytes(self._memory)
        return self._path if self._descriptor is not None else b""

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        return self._hash.hexdigest()

    def sync(self) -> None:
        """Begin what `move_to` needs, so that it may be done meanwhile: have the disk write the bytes."""
        if self._descriptor is not None and not self._is_synced:
            with suppress(OSError):  # `move_to` meets it again
                sync(self._descriptor)
                self._is_synced = True

    def move_to(self, path: Path) -> None:
        """Give the bytes their final name; that file is either not there or holds all of them, also after a power cut.

        Raises:
            OSError: it can't be written; the bytes are still here.
        """
        if self._descriptor is None:
            raise self.failure or FileNotFoundError(path)
        path.parent.mkdir(exist_ok=True)
        if not self._is_synced:
            sync(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = None
        try:
            replace(self._path, path)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            self._copy_to(path)
        self._path = path

    def _copy_to(self, path: Path) -> None:
        """Copy, where the file system has no rename."""
        try:
            with self._path.open("rb") as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                sync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._path.unlink(missing_ok=True)

    def read(self) -> bytes:
        """Return all bytes, wherever they are by now."""
        return bytes(self._memory) if self._memory is not None else self._path.read_bytes()

    def discard(self) -> None:
        """Remove the file, unless it has its final name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._path.name.startswith(PREFIX):
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
