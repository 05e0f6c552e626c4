"""Media files on disk, named by their content, and a JSON sidecar beside each that tells where it came from.

`home/media/ab/abcdef….png`: the same bytes are stored once, and a file with a final name is always whole,
because it is written under another name first. Originals are never rewritten: a service may have put signed
credentials into them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from playcut_jupyter.errors import AssetUnavailable, PlaycutError
from playcut_jupyter.library.files import UNSUPPORTED, replace, sync
from playcut_jupyter.library.parts import PREFIX, Part

POSTER_SUFFIX = ".poster.webp"
"""What the still of a clip ends with, beside the clip."""
PRINT_SUFFIX = ".print.jpg"
"""What the still for documents without HTML ends with."""
WAVEFORM_SUFFIX = ".wave.png"
"""What the picture of a sound ends with, beside the sound."""
_STALE_S = 86_400.0
"""A part that was not written to for so long is of a process that was killed, seconds."""
_CHUNK = 1 << 20


class Store:
    """The media folder of one library."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "media"

    def path_of(self, sha256: str, suffix: str) -> Path:
        """Return where the content with this hash is kept; half of it is name enough, and reads better in a cell."""
        return self.folder / sha256[:2] / f"{sha256[:32]}{suffix}"

    def new_part(self) -> Part:
        """Return what an original is written to as it comes; `keep` names it."""
        return Part(self.folder)

    def keep(self, part: Part, suffix: str) -> tuple[str, Path]:
        """Keep what was written to *part* and return its hash and its path.

        Raises:
            PlaycutError: the folder can't be written, or the disk is full.
        """
        sha256 = part.sha256
        path = self.path_of(sha256, suffix)
        try:
            if self.is_whole(path, sha256):
                part.discard()
            else:
                part.move_to(path)
        except OSError as error:
            raise unwritable(self.folder, error) from None
        return sha256, path

    def put(self, data: bytes, suffix: str) -> tuple[str, Path]:
        """Keep *data* and return its hash and its path; raises as `keep` does."""
        part = self.new_part()
        try:
            part.write(data)
            return self.keep(part, suffix)
        finally:
            part.discard()

    def remove_stale_parts(self) -> int:
        """Remove what killed processes left half written; return how many bytes were freed."""
        freed, now = 0, time.time()
        for part in self.folder.rglob(f"{PREFIX}*"):
            with suppress(OSError):
                found = part.stat()
                if now - found.st_mtime > _STALE_S:
                    part.unlink()
                    freed += found.st_size
        return freed

    def import_original(self, source: BinaryIO, sha256: str, suffix: str) -> tuple[Path, bool]:
        """Keep what *source* holds, of any size, and return its path, and whether it is new.

        Raises:
            AssetUnavailable: its hash is another.
            PlaycutError: the folder can't be written, or the disk is full.
        """
        path = self.path_of(sha256, suffix)
        if self.is_whole(path, sha256):
            return path, False
        part = self.new_part()
        try:
            while chunk := source.read(_CHUNK):
                part.write(chunk)
            if part.sha256 != sha256:
                raise AssetUnavailable("A file changed while it was read.", hint="Nothing of it was kept. Try again.")
            return self.keep(part, suffix)[1], True
        finally:
            part.discard()

    def describe(self, path: Path, generation_id: int, facts: Mapping[str, object]) -> None:
        """Write the sidecar of *path* for one generation. A sidecar that can't be written is done without."""
        try:
            text = json.dumps(facts, indent=1, ensure_ascii=False)
            # The library has the same facts for sure: not worth waiting for the disk, as a cell would have to.
            write_whole(path.with_suffix(f".{generation_id}.json"), text.encode(), durable=False)
        except OSError:
            return

    def is_whole(self, path: Path, sha256: str) -> bool:
        """True if the file is there and its content is what its name says."""
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False


def hash_of(data: bytes) -> str:
    """Return the hash that names *data*."""
    return hashlib.sha256(data).hexdigest()


def copy_hashed(source: BinaryIO, target: BinaryIO | None = None) -> str:
    """Read *source* to its end, copy it to *target* if there is one, and return its hash."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest()


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write *data* so that *path* either is not there or holds all of it; if *durable*, also after a power cut.

    Where the file system has no such rename, the file is written all the same.
    """
    part = path.with_name(f"{PREFIX}{secrets.token_hex(8)}")
    try:
        _write(part, data, durable=durable)
        replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno not in UNSUPPORTED:
            raise
        _write(path, data, durable=durable)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(path: Path, data: bytes, *, durable: bool) -> None:
    try:
        with path.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                sync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def poster_path(path: Path) -> Path:
    """Return where the still of a clip is kept."""
    return path.with_suffix(POSTER_SUFFIX)


def print_path(path: Path) -> Path:
    """Return where the still of a clip is kept for documents without HTML."""
    return path.with_suffix(PRINT_SUFFIX)


def waveform_path(path: Path) -> Path:
    """Return where the picture of a sound is kept."""
    return path.with_suffix(WAVEFORM_SUFFIX)


def remove_original(path: Path) -> int:
    """Remove an original and its stills; return how many bytes were freed."""
    freed = 0
    for file in (path, poster_path(path), print_path(path), waveform_path(path)):
        freed += file.stat().st_size if file.exists() else 0
        file.unlink(missing_ok=True)
    return freed


def read_original(path: Path) -> bytes:
    """Return the content of an original.

    Raises:
        AssetUnavailable: it is gone, or can't be read.
    """
    with reading(path) as file:
        return file.read()


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open an original.

    Raises:
        AssetUnavailable: it is gone, or can't be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = "is gone from the library" if is_gone else f"can't be read: {(error.strerror or str(error)).lower()}"
        raise AssetUnavailable(
            f"The file {path} {reason}.",
            hint="`playcut-jupyter library verify` fetches such files again by their asset id.",
        ) from None


def unwritable(folder: Path, error: OSError) -> PlaycutError:
    """Return the error that tells why the library can't be written, and what to do."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    reason = "the disk is full" if full else (error.strerror or type(error).__name__).lower()
    return PlaycutError(
        f"The library can't be written: {reason} ({folder}).",
        hint="Free some space, or set PLAYCUT_HOME to a folder on another disk."
        if full
        else "Make the folder writable, or set PLAYCUT_HOME to one that is.",
    )
