"""The library's tables, and how a file of any earlier version is brought up to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from playcut_jupyter.library.private import create_file
from playcut_jupyter.library.retries import retry

BUSY_TIMEOUT_S = 20.0
"""How long a write waits for another kernel's, seconds."""

# Append only: a file written by any earlier version is brought up by the statements it has not seen.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE generations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        origin TEXT NOT NULL,
        tool TEXT NOT NULL,
        kind TEXT NOT NULL,
        prompt TEXT NOT NULL,
        inputs TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        cost_key TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT NOT NULL,
        session_id TEXT,
        task_id TEXT,
        status TEXT,
        credits REAL,
        seconds REAL,
        error TEXT,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL
    );
    CREATE INDEX generations_by_inputs ON generations (fingerprint, state);
    CREATE INDEX generations_by_task ON generations (task_id);
    CREATE INDEX generations_by_state ON generations (state);
    CREATE INDEX generations_by_cost ON generations (cost_key) WHERE credits IS NOT NULL;
    CREATE TABLE assets (
        generation_id INTEGER NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        asset_id TEXT,
        sha256 TEXT,
        suffix TEXT,
        mime_type TEXT,
        bytes INTEGER,
        width INTEGER,
        height INTEGER,
        duration_s REAL,
        PRIMARY KEY (generation_id, position)
    );
    CREATE TABLE sessions (
        origin TEXT NOT NULL,
        session_id TEXT NOT NULL,
        title TEXT NOT NULL,
        created_at REAL NOT NULL,
        PRIMARY KEY (origin, session_id)
    );
    """,
    """
    ALTER TABLE generations ADD COLUMN parent_id INTEGER;
    ALTER TABLE generations ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE generations ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX generations_by_parent ON generations (parent_id) WHERE parent_id IS NOT NULL;
    CREATE INDEX generations_by_star ON generations (starred) WHERE starred;
    CREATE TABLE picks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        winner_id INTEGER NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
        loser_id INTEGER NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
        made_at REAL NOT NULL
    );
    CREATE INDEX picks_by_winner ON picks (winner_id);
    CREATE INDEX picks_by_loser ON picks (loser_id);
    """,
    """
    ALTER TABLE generations ADD COLUMN labels TEXT NOT NULL DEFAULT '{}'
    """,
    """
    ALTER TABLE generations ADD COLUMN answer TEXT
    """,
    """
    ALTER TABLE assets ADD COLUMN remark TEXT
    """,
    """
    CREATE TABLE sweeps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        cell TEXT,
        created_at REAL NOT NULL
    );
    CREATE TABLE sweep_generations (
        sweep_id INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
        generation_id INTEGER NOT NULL REFERENCES generations (id) ON DELETE CASCADE,
        PRIMARY KEY (sweep_id, generation_id)
    );
    CREATE INDEX sweeps_by_generation ON sweep_generations (generation_id);
    """,
)


def open_database(path: Path) -> sqlite3.Connection:
    """Open the file, creating or migrating it.

    Several kernels write at once best with a write-ahead log (WAL). File systems that have no shared memory, or whose
    locks are no locks (network drives), refuse it in many words, at once or at the next statement: there it is done
    without.

    Raises:
        sqlite3.DatabaseError: it can't be opened, is damaged, or was written by a newer version.
    """
    try:
        return _open(path, _switch_to_wal)
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            raise
        try:
            return _open(path, _switch_to_rollback)
        except sqlite3.OperationalError:
            raise error from None  # not for want of WAL


def _open(path: Path, switch_journal: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    # SQLite gives its own files the rights of this one. Only a new file may be touched: to open and close one that is
    # in use takes this process's locks from it.
    create_file(path)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
        switch_journal(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        # What is enough with WAL could damage the file without it, if the power goes.
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if journal_mode(connection) == 'wal' else 'FULL'}")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def journal_mode(connection: sqlite3.Connection) -> str:
    """Return "wal", or how a rollback journal is kept: "delete"."""
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _switch_to_rollback(connection: sqlite3.Connection) -> None:
    # A file that had WAL elsewhere can be read without shared memory by one process alone.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA locking_mode = NORMAL")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # The one statement that SQLite's own busy timeout does not cover.
    retry(lambda: connection.execute("PRAGMA journal_mode = WAL"), on=_is_busy, timeout_s=BUSY_TIMEOUT_S)


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest schema; two processes may try at once."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)
    if version > len(MIGRATIONS):
        connection.rollback()
        raise sqlite3.DatabaseError("it was written by a newer playcut-jupyter")
    for statements in MIGRATIONS[version:]:
        for statement in statements.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    connection.commit()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
