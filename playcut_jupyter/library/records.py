"""What the library knows of one generation, and what makes two generations the same."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playcut_jupyter import media
from playcut_jupyter.background import forks
from playcut_jupyter.library.store import read_original

_HOST = socket.gethostname()
_process = uuid.uuid4().hex[:12]


def _rename_process() -> None:
    """A forked child must not be taken for its parent."""
    global _process
    _process = uuid.uuid4().hex[:12]


forks.on_fork(in_child=_rename_process)


def this_process() -> str:
    """Name this process, so that another can tell whether it still runs."""
    return f"{_HOST}:{os.getpid()}:{_process}:{_started(os.getpid())}"


def _started(pid: int) -> str:
    """Return what tells a process from a later one of the same number, where the system says: in clock ticks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """One asset as the library knows it.

    Attributes:
        asset_id: the API's id (opaque), or None.
        sha256: the hash of the content, which stands for it wherever records are compared.
        path: where the original is kept; None if the library could not be written.
        mime_type: as the content shows it, not as the server called it.
        size_bytes: the size of the content.
        width, height: pixels, or None.
        duration_s: seconds, or None.
        remark: why it can't be shown, or only in part; None if nothing is wrong.
        content: the bytes themselves, only where there is no file.
        is_portable: True where outputs are to be the same on every machine.
    """

    asset_id: str | None
    sha256: str
    path: Path | None
    mime_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    remark: str | None = None
    content: bytes | None = field(default=None, repr=False, compare=False)
    is_portable: bool = field(default=False, repr=False, compare=False)

    @property
    def display_path(self) -> str:
        """Where the original is, as it is shown: the whole path, or from the library's folder on if `is_portable`.

        "" if it is only in memory.
        """
        if self.path is None:
            return ""
        # As in `Store.path_of`: the folder of all media, one of some, and the file.
        return "/".join(self.path.parts[-3:]) if self.is_portable else str(self.path)

    @property
    def kind(self) -> str:
        """What a browser can do with it: image, audio or video; file for nothing."""
        return media.kind_of(self.mime_type)

    @property
    def is_playable(self) -> bool:
        """True for a sound or a clip that browsers play."""
        return self.kind in ("audio", "video") and self.remark is None

    @property
    def suffix(self) -> str:
        """The file name's ending for this content."""
        return media.suffix_of(self.mime_type)

    @property
    def is_whole(self) -> bool:
        """True if the original is there, as large as it should be."""
        if self.content is not None:
            return True
        try:
            return self.path is not None and self.path.stat().st_size == self.size_bytes
        except OSError:
            return False

    def read(self) -> bytes:
        """Return the content.

        Raises:
            AssetUnavailable: the file is gone from the library, or can't be read.
        """
        if self.content is not None:
            return self.content
        return read_original(self.path) if self.path else b""


@dataclass(frozen=True, slots=True)
class Record:
    """One generation as the library knows it. Times are Unix seconds; `seconds` is from sending to done.

    `parent_id` is the generation it was made from (`--from`); starred and hidden are its user's marks; `labels` are
    the values it has on the axes of its sweep; `answer` is what a tool answered that starts no task.
    """

    id: int
    origin: str
    tool: str
    kind: str
    prompt: str
    inputs: Mapping[str, Any]
    state: str
    owner: str
    session_id: str | None
    task_id: str | None
    status: str | None
    credits: float | None
    seconds: float | None
    error: str | None
    created_at: float
    parent_id: int | None = None
    starred: bool = False
    hidden: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)
    answer: Any = None
    assets: Sequence[AssetRecord] = field(default_factory=tuple)

    @property
    def is_active_elsewhere(self) -> bool:
        """True while another process, which still runs, submits it or waits for it."""
        is_open = self.state in ("intended", "sending", "acknowledged") and self.owner not in ("", this_process())
        return is_open and not is_orphan(self.owner)

    @property
    def has_files(self) -> bool:
        """True if all its originals are there, as large as they should be."""
        return bool(self.assets) and all(asset.is_whole for asset in self.assets)


def canonical(inputs: Mapping[str, object], *without: str) -> str:
    """Return *inputs* as JSON with one spelling, leaving out the keys in *without*."""
    kept = {key: value for key, value in inputs.items() if key not in without}
    return json.dumps(kept, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def fingerprint(origin: str, tool: str, inputs: Mapping[str, object]) -> str:
    """Return what two generations share that would give the same result: all but the session."""
    return _digest(f"{origin}\n{tool}\n{canonical(inputs, 'workerId')}")


def cost_key(origin: str, tool: str, inputs: Mapping[str, object]) -> str:
    """Return what generations of the same expected price share: all inputs but the words and the session.

    Speech is priced by its text [not documented, assumed], so the number of characters stays, in steps of 100.
    """
    length = len(str(inputs.get("text", ""))) // 100
    return _digest(f"{origin}\n{tool}\n{canonical(inputs, 'workerId', 'prompt', 'text')}\n{length}")


def _digest(text: str) -> str:
    """Return what stands for *text* where it is compared: inputs may hold what must not be kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_orphan(owner: str) -> bool:
    """True if the process that wrote a row runs no more; where that can't be known, it counts as running no more."""
    host, pid, process, started = [*owner.split(":"), "", "", ""][:4]
    if process == _process:
        return False
    if host != _HOST or not pid.isdigit() or os.name != "posix" or int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return bool(started) and started != _started(int(pid))


def json_value(text: str | None) -> Any:
    """Return a column's JSON; one that was damaged costs no more than itself."""
    try:
        return json.loads(text) if text is not None else None
    except ValueError:
        return None


def json_object(text: str) -> dict[str, Any]:
    """Return a column's JSON object; an empty one if it was damaged."""
    found = json_value(text)
    return found if isinstance(found, dict) else {}
