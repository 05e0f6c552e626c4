"""The sandbox's memory on disk: one JSON object a line in one file that only grows.

A kernel that is started anew finds the tasks of the last one by this file. Several sandboxes may use it
at the same time: each record is one ``write`` on a descriptor opened for appending, which local file
systems do not interleave. A record starts *and* ends with a newline, so that a line torn by a crash
spoils no other record; whatever cannot be read is skipped. Records: ``session``, ``task`` (all that is
needed to make the same media again) and ``end`` (how a task ended).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE_NAME = "sandbox.jsonl"

Record = dict[str, Any]


class Journal:
    """Append records, and look up those of other sandboxes. Without a folder it keeps nothing."""

    def __init__(self, state_dir: Path | None) -> None:
        self._path = None if state_dir is None else Path(state_dir) / FILE_NAME
        self._read_up_to = 0
        self._sessions: dict[str, Record] = {}
        self._tasks: dict[str, Record] = {}
        self._ends: dict[str, Record] = {}
        self._owners: dict[str, str] = {}
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
            self._read_on()
        return self._sessions.get(session_id)

    def task(self, task_id: str) -> tuple[Record, Record | None] | None:
        """Return the records of a task's submission and (if it has ended) of its end, or None."""
        self._read_on()
        record = self._tasks.get(task_id)
        return None if record is None else (record, self._ends.get(task_id))

    def owner(self, asset_id: str) -> str | None:
        """Return the id of the task that makes an asset, or None."""
        if asset_id not in self._owners:
            self._read_on()
        return self._owners.get(asset_id)

    def _read_on(self) -> None:
        """Take in the whole lines that were added since the last look."""
        if self._path is None:
            return
        try:
            with self._path.open("rb") as file:
                file.seek(self._read_up_to)
                added = file.read()
        except FileNotFoundError:
            return
        whole = added[: added.rfind(b"\n") + 1]
        self._read_up_to += len(whole)
        for line in whole.splitlines():
            self._take_in(line)

    def _take_in(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            kind, record_id = record["record"], record["id"]
            if kind == "session":
                self._sessions[record_id] = record
            elif kind == "end" and record["status"] in {"COMPLETED", "FAILED"}:
                self._ends[record_id] = record
            elif kind == "task":
                self._tasks[record_id] = record
                self._owners.update(dict.fromkeys(record["assets"], record_id))
        except (ValueError, TypeError, KeyError, RecursionError):
            return  # a torn line, or one written by another version
