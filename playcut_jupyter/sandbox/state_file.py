"""The sandbox's state on disk: an append-only file with one JSON object per line.

With it, the sandbox of a restarted kernel finds the tasks of the previous one. Several sandboxes may use
the file at the same time: each record is one ``write`` to a descriptor that is opened for appending, which
local file systems do not interleave. A record starts *and* ends with a newline, so a line that a crash cut
off damages no other record. Lines that cannot be read are skipped. Record types: ``session``, ``task`` (all
that is needed to make the same media again) and ``end`` (the task's terminal status).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE_NAME = "sandbox.jsonl"

Record = dict[str, Any]


class StateFile:
    """Appends records and finds those of other sandboxes. Without a folder it keeps nothing."""

    def __init__(self, state_dir: Path | None) -> None:
        self._path = None if state_dir is None else Path(state_dir) / FILE_NAME
        self._offset = 0
        self._sessions: dict[str, Record] = {}
        self._tasks: dict[str, Record] = {}
        self._ends: dict[str, Record] = {}
        self._task_ids: dict[str, str] = {}
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, record: Mapping[str, object]) -> None:
        """Write one record; it is in the file when this returns."""
        if self._path is None:
            return
        line = b"\n" + json.dumps(record, separators=(",", ":")).encode() + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def session(self, session_id: str) -> Record | None:
        """Return the record of a session, or None."""
        if session_id not in self._sessions:
            self._read_new_lines()
        return self._sessions.get(session_id)

    def task(self, task_id: str) -> tuple[Record, Record | None] | None:
        """Return a task's submission record and, if it has ended, its end record; None for an unknown task."""
        self._read_new_lines()
        record = self._tasks.get(task_id)
        return None if record is None else (record, self._ends.get(task_id))

    def task_id_of_asset(self, asset_id: str) -> str | None:
        """Return the id of the task that makes an asset, or None."""
        if asset_id not in self._task_ids:
            self._read_new_lines()
        return self._task_ids.get(asset_id)

    def _read_new_lines(self) -> None:
        """Read the complete lines that were added since the last call."""
        if self._path is None:
            return
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            return
        complete = added[: added.rfind(b"\n") + 1]
        self._offset += len(complete)
        for line in complete.splitlines():
            self._add(line)

    def _add(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            kind, record_id = record["record"], record["id"]
            if kind == "session":
                self._sessions[record_id] = record
            elif kind == "end" and record["status"] in {"COMPLETED", "FAILED"}:
                self._ends[record_id] = record
            elif kind == "task":
                self._tasks[record_id] = record
                self._task_ids.update(dict.fromkeys(record["assets"], record_id))
        except (ValueError, TypeError, KeyError, RecursionError):
            return  # a line that was cut off, or a record of another version
