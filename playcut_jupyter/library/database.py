"""What was bought, kept for good: one SQLite file in `home`, with the media files of `store` beside it.

Each generation is a record from the moment it is intended, before anything is sent, and moves through states:

    intended -> sending -> acknowledged -> fetched
                   |            |-> failed          the task ended as FAILED
                   |-> refused                      certainly not bought
                   |-> uncertain                    the answer was lost: perhaps bought

so that a kernel killed at any moment leaves a record that tells what is known. Several kernels write at once: WAL,
a busy timeout, and short transactions. Methods may be called from any thread. No key and no URL of an asset is
ever stored.
"""

from __future__ import annotations

import json
import time
from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.records import (
    AssetRecord,
    Record,
    canonical,
    cost_key,
    fingerprint,
    is_orphan,
    json_object,
    json_value,
    this_process,
)
from playcut_jupyter.library.store import Store
from playcut_jupyter.redaction import encodable, without_secrets

if TYPE_CHECKING:
    import sqlite3


class Library:
    """The record of all generations in one folder.

    Raises:
        PlaycutError: from every method, if the file can't be read or written; the message says why. Also where this
            Python has no SQLite.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "library.sqlite3"
        self.store = Store(home)
        try:
            from playcut_jupyter.library.sqlite_file import SqliteFile  # a Python may be built without SQLite
        except ImportError as missing:
            raise PlaycutError(
                f"This Python has no SQLite, which the library is kept in ({missing.name} is missing).",
                hint="Use another Python, or build this one where SQLite's headers are installed. Nothing was sent.",
            ) from None
        self._file = SqliteFile(self.path)
        self.transaction = self._file.transaction
        self.close = self._file.close

    @property
    def journal_mode(self) -> str:
        """The journal in use: "wal", or "delete" where the file system has no WAL."""
        return self._file.journal_mode

    # -- a generation's life ------------------------------------------------------------------------------

    def create(
        self,
        origin: str,
        tool: str,
        kind: str,
        prompt: str,
        inputs: Mapping[str, object],
        session_id: str | None,
        parent_id: int | None = None,
        labels: Mapping[str, object] | None = None,
    ) -> int:
        """Write down that a generation is wanted, before anything is sent; return its number."""
        now = time.time()
        with self.transaction() as db:
            cursor = db.execute(
                "INSERT INTO generations (origin, tool, kind, prompt, inputs, fingerprint, cost_key, state, owner,"
                " session_id, parent_id, labels, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'intended', ?, ?, ?, ?, ?, ?)",
                (
                    origin,
                    tool,
                    kind,
                    without_secrets(prompt),
                    canonical(without_secrets(dict(inputs)), "workerId"),
                    fingerprint(origin, tool, inputs),
                    cost_key(origin, tool, inputs),
                    this_process(),
                    session_id,
                    parent_id,
                    json.dumps(without_secrets(dict(labels or {})), default=str),
                    now,
                    now,
                ),
            )
            return int(cursor.lastrowid or 0)

    def adopt(self, origin: str, task_id: str, kind: str = "task") -> int:
        """Write down a task that this library never submitted; return its number."""
        number = self.create(origin, "wait-for-task", kind, "", {"taskId": task_id}, None)
        self.update(number, state="acknowledged", task_id=task_id)
        return number

    def update(self, number: int, **values: object) -> None:
        """Set columns of a generation; the record belongs to this process from then on."""
        columns = ", ".join(f"{name} = ?" for name in values)
        with self.transaction() as db:
            db.execute(
                f"UPDATE generations SET {columns}, owner = ?, updated_at = ? WHERE id = ?",  # noqa: S608 - our names
                (*values.values(), this_process(), time.time(), number),
            )

    def keep_answer(self, number: int, answer: object, session_id: str | None) -> None:
        """Write down what a tool answered that starts no task; secrets in it are left out."""
        text = json.dumps(without_secrets(answer), default=str)
        self.update(number, state="answered", answer=text, session_id=session_id)

    def forget_adopted(self, number: int) -> bool:
        """Remove the record of a task that was adopted by its id and turned out unknown; return whether it was one."""
        with self.transaction() as db:
            removed = db.execute("DELETE FROM generations WHERE id = ? AND tool = 'wait-for-task'", (number,))
            return removed.rowcount > 0

    def set_input(self, number: int, name: str, value: object) -> None:
        """Complete an input that was left open; the generation is still found by what was asked for."""
        with self.transaction() as db:
            db.execute(
                "UPDATE generations SET inputs = json_set(inputs, '$.' || ?, ?) WHERE id = ?",
                (name, value, number),
            )

    def release(self, number: int) -> None:
        """Say that nobody waits for this generation any more, so that it can be taken up again."""
        with self.transaction() as db:
            db.execute("UPDATE generations SET owner = '' WHERE id = ?", (number,))

    def keep_asset_ids(self, number: int, asset_ids: Sequence[str]) -> None:
        """Write down which assets a completed task has, before they are fetched."""
        with self.transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO assets (generation_id, position, asset_id) VALUES (?, ?, ?)",
                [(number, position, asset_id) for position, asset_id in enumerate(asset_ids)],
            )

    def keep_asset(self, number: int, position: int, asset: AssetRecord) -> None:
        """Write down an asset whose file is in the store."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO assets (generation_id, position, asset_id, sha256, suffix, mime_type, bytes,"
                " width, height, duration_s, remark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    position,
                    asset.asset_id,
                    asset.sha256,
                    asset.suffix,
                    asset.mime_type,
                    asset.size_bytes,
                    asset.width,
                    asset.height,
                    asset.duration_s,
                    asset.remark,
                ),
            )

    def describe(self, number: int) -> None:
        """Write the sidecars: a JSON file beside each original that tells where it came from."""
        record = self.get(number)
        if record is None:
            return
        facts = {
            "prompt": record.prompt,
            "kind": record.kind,
            "tool": record.tool,
            "inputs": record.inputs,
            "task": record.task_id,
            "session": record.session_id,
            "credits_estimated": record.credits,
            "seconds": record.seconds,
            "service": record.origin,
            "created": datetime.fromtimestamp(record.created_at, UTC).isoformat(timespec="seconds"),
        }
        for asset in record.assets:
            if asset.path is not None:
                self.store.describe(asset.path, number, {**facts, "asset": asset.asset_id, "type": asset.mime_type})

    # -- questions ----------------------------------------------------------------------------------------

    def get(self, number: int) -> Record | None:
        """Return one generation by its number."""
        return next(iter(self._records("id = ?", number)), None)

    def by_task(self, origin: str | None, task_id: str) -> Record | None:
        """Return the generation of a task of *origin*; None for any."""
        found = self._records("task_id = ? AND origin = coalesce(?, origin) ORDER BY id", task_id, origin)
        return next(iter(found), None)

    def saved(
        self, origin: str, tool: str, inputs: Mapping[str, object], limit: int, under_way: Container[int] = ()
    ) -> list[Record]:
        """Return what was bought with the same inputs, oldest first: the n-th is the n-th variant.

        Fetched ones, acknowledged ones that nobody waits for any more, and those whose numbers are *under_way* in this
        process; at the end those whose files are gone: they can be fetched again.
        """
        records = self._records(
            "fingerprint = ? AND state IN ('fetched', 'acknowledged', 'intended', 'sending') ORDER BY id",
            fingerprint(origin, tool, inputs),
        )
        usable = [record for record in records if record.id in under_way or _is_usable(record)]
        return sorted(usable, key=lambda record: record.state == "fetched" and not record.has_files)[:limit]

    def kept(self, origin: str, tool: str, inputs: Mapping[str, object], limit: int) -> list[Record]:
        """Return what is here with the same inputs and can be shown without any request.

        What *origin* made comes first, oldest first, as in `saved`; then what other services made.
        """
        found = self._kept(origin, tool, inputs)
        if len(found) < limit:
            with self.transaction() as db:
                rows = db.execute("SELECT origin FROM generations GROUP BY origin ORDER BY max(id) DESC").fetchall()
            others = [row["origin"] for row in rows if row["origin"] != origin]
            found += [record for other in others for record in self._kept(other, tool, inputs)]
        return found[:limit]

    def _kept(self, origin: str, tool: str, inputs: Mapping[str, object]) -> list[Record]:
        records = self._records(
            "fingerprint = ? AND state IN ('fetched', 'answered') ORDER BY id", fingerprint(origin, tool, inputs)
        )
        return [record for record in records if record.state == "answered" or record.has_files]

    def unfetched(self, origin: str) -> list[Record]:
        """Return what was acknowledged and not fetched, oldest first, whichever process submitted it."""
        return self._records("state = 'acknowledged' AND origin = ? ORDER BY id", origin)

    def fetched(self) -> list[Record]:
        """Return everything whose originals should be here, oldest first."""
        return self._records("state = 'fetched' ORDER BY id")

    def ended_before(self, moment: float) -> list[Record]:
        """Return what ended before *moment* (Unix seconds), for sure and for good, oldest first."""
        return self._records(
            "state IN ('fetched', 'failed', 'refused', 'answered') AND updated_at < ? ORDER BY id", moment
        )

    def has_file(self, sha256: str) -> bool:
        """True if some generation has an original with that content."""
        with self.transaction() as db:
            return db.execute("SELECT 1 FROM assets WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def remove(self, number: int) -> list[Path]:
        """Forget a generation; return the originals that no other one has."""
        with self.transaction() as db:
            mine = db.execute("SELECT sha256, suffix FROM assets WHERE generation_id = ?", (number,)).fetchall()
            db.execute("DELETE FROM generations WHERE id = ?", (number,))
            return [
                self.store.path_of(row["sha256"], row["suffix"])
                for row in mine
                if row["sha256"]
                and not db.execute("SELECT 1 FROM assets WHERE sha256 = ?", (row["sha256"],)).fetchone()
            ]

    def history(
        self,
        *,
        search: str | None = None,
        kind: str | None = None,
        session: str | None = None,
        sweep: int | None = None,
        starred: bool = False,
        hidden: bool = True,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Record]:
        """Return generations, newest first.

        Args:
            search: text in the prompt, case ignored.
            kind: only of this kind.
            session: only of the session with this id.
            sweep: only of the sweep with this number.
            starred: only those with a star.
            hidden: False to leave out the hidden ones.
            before: only those with a smaller number, for the next page.
            limit: the most that is returned.
        """
        wanted = [
            (condition, value)
            for condition, value in (
                ("instr(casefold(prompt), ?) > 0", encodable(search).casefold() if search else None),
                ("kind = ?", kind or None),
                ("session_id = ?", session),
                ("id IN (SELECT generation_id FROM sweep_generations WHERE sweep_id = ?)", sweep),
                ("id < ?", before),
            )
            if value is not None
        ]
        conditions = [condition for condition, _ in wanted]
        conditions += [text for text, on in (("starred", starred), ("NOT hidden", not hidden)) if on]
        where = " AND ".join(conditions) or "1"
        return self._records(f"{where} ORDER BY id DESC LIMIT ?", *(value for _, value in wanted), limit)

    def children(self, number: int) -> list[Record]:
        """Return what was made from generation *number*, oldest first."""
        return self._records("parent_id = ? ORDER BY id", number)

    def expected_credits(self, origin: str, tool: str, inputs: Mapping[str, object]) -> float | None:
        """Return what the same tool and inputs (words aside) were last estimated at, or None."""
        with self.transaction() as db:
            row = db.execute(
                "SELECT credits FROM generations WHERE cost_key = ? AND credits IS NOT NULL ORDER BY id DESC LIMIT 1",
                (cost_key(origin, tool, inputs),),
            ).fetchone()
        return float(row["credits"]) if row else None

    def _records(self, where: str, *values: object) -> list[Record]:
        with self.transaction() as db:
            rows = db.execute(f"SELECT * FROM generations WHERE {where}", values).fetchall()  # noqa: S608 - our text
            return [self._record(db, row) for row in rows]

    def _record(self, db: sqlite3.Connection, row: sqlite3.Row) -> Record:
        found = db.execute(
            "SELECT * FROM assets WHERE generation_id = ? AND sha256 IS NOT NULL ORDER BY position",
            (row["id"],),
        )
        assets = tuple(
            AssetRecord(
                asset_id=asset["asset_id"],
                sha256=asset["sha256"],
                path=self.store.path_of(asset["sha256"], asset["suffix"]),
                mime_type=asset["mime_type"],
                size_bytes=asset["bytes"],
                width=asset["width"],
                height=asset["height"],
                duration_s=asset["duration_s"],
                remark=asset["remark"],
            )
            for asset in found
        )
        read = ("inputs", "labels", "answer", "assets", "starred", "hidden")
        names = (name for name in Record.__dataclass_fields__ if name not in read)
        return Record(
            inputs=json_object(row["inputs"]),
            labels=json_object(row["labels"]),
            answer=json_value(row["answer"]),
            assets=assets,
            starred=bool(row["starred"]),
            hidden=bool(row["hidden"]),
            **{name: row[name] for name in names},
        )

    # -- sessions -----------------------------------------------------------------------------------------

    def keep_session(self, origin: str, session_id: str, title: str) -> None:
        """Write down a session that was created."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)",
                (origin, session_id, title, time.time()),
            )

    def session_named(self, origin: str, name: str) -> str | None:
        """Return the id of the newest session with that id or title, or None."""
        with self.transaction() as db:
            row = db.execute(
                "SELECT session_id FROM sessions WHERE origin = ? AND (session_id = ? OR title = ?)"
                " ORDER BY created_at DESC LIMIT 1",
                (origin, name, name),
            ).fetchone()
        return str(row["session_id"]) if row else None

    def session_titles(self, origin: str) -> list[str]:
        """Return the titles of the sessions that were created, newest first."""
        with self.transaction() as db:
            rows = db.execute("SELECT title FROM sessions WHERE origin = ? ORDER BY created_at DESC", (origin,))
            return list(dict.fromkeys(row["title"] for row in rows))


def _is_usable(record: Record) -> bool:
    """True for what can be had without buying: files that are there, or a task whose files can be fetched."""
    if record.state == "fetched":
        return record.task_id is not None or record.has_files
    return record.state == "acknowledged" and is_orphan(record.owner)
