"""The library's SQLite file: opened when first needed, used by one thread at a time, closed when dropped.

SQLite must not be carried over a fork: a child that used the parent's connection, or only closed it, could damage the
file, and one that opened its own would be told of locks that it does not have. So the file is closed while its process
forks, and both sides open it again when they next need it.
"""

from __future__ import annotations

import atexit
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet, finalize

from playcut_jupyter.background.forks import on_fork
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library import schema
from playcut_jupyter.library.private import create_folder
from playcut_jupyter.library.store import unwritable


class SqliteFile:
    """A connection to the file at *path*, which is created with its folder. Methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._closing: finalize[[], SqliteFile]
        _files.add(self)

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self.lock:
            if self._connection is not None:
                self._closing()
                self._connection = None

    @property
    def journal_mode(self) -> str:
        """The journal in use: "wal", or how one is kept that rolls back."""
        with self.transaction() as db:
            return schema.journal_mode(db)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, by one thread at a time.

        Raises:
            PlaycutError: the file can't be read or written; the message says why.
        """
        with self.lock:
            try:
                if self._connection is None:
                    create_folder(self.path.parent)
                    self._connection = schema.open_database(self.path)
                    self._closing = finalize(self, self._connection.close)
                    self._closing.atexit = False  # see `_close_all`
                with self._connection:
                    yield self._connection
            except sqlite3.DatabaseError as error:
                raise self._explained(error) from None
            except OSError as error:
                raise unwritable(self.path.parent, error) from None

    def _explained(self, error: sqlite3.DatabaseError) -> PlaycutError:
        text = str(error)
        if "full" in text:
            reason, hint = (
                "the disk is full",
                "Free some space, or set PLAYCUT_HOME to a folder on another disk.",
            )
        elif "readonly" in text or "unable to open" in text:
            reason, hint = (
                "it can't be written",
                "Make the folder writable, or set PLAYCUT_HOME to one that is.",
            )
        elif "newer playcut-jupyter" in text:
            reason, hint = text, "Upgrade playcut-jupyter, or set PLAYCUT_HOME to another folder."
        elif "malformed" in text or "not a database" in text:
            reason = "the file is damaged"
            hint = "Move it away to start a new one; the pictures beside it stay, each with a JSON file that tells all."
        else:
            reason, hint = text, "Try again; `playcut-jupyter library path` tells where it is."
        return PlaycutError(f"The library {self.path} can't be used: {reason}.", hint=hint)


_files: WeakSet[SqliteFile] = WeakSet()
_forking: list[SqliteFile] = []


def _close_all() -> None:
    for file in list(_files):
        file.close()


def _before_fork() -> None:
    """Wait until no thread is inside of SQLite, and let none in before the fork is over."""
    for file in list(_files):
        file.lock.acquire()
        _forking.append(file)
        file.close()


def _in_parent() -> None:
    while _forking:
        _forking.pop().lock.release()


def _in_child() -> None:
    _forking.clear()
    for file in list(_files):
        file.lock = threading.RLock()


on_fork(before=_before_fork, in_parent=_in_parent, in_child=_in_child)
# After the jobs have been stopped (`active_jobs.stop_all`), which still write: exit handlers run last in, first out.
atexit.register(_close_all)
