"""Media files on disk, named by their content, and a JSON sidecar beside each that tells where it came from.

`home/media/ab/abcdef….png`: the same bytes are stored once, and a file with a final name is always whole,
because it is written under another name first. Originals are never rewritten: a service may have put signed
credentials into them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from playcut_jupyter.errors import AssetUnavailable, InvalidInput, PlaycutError
from playcut_jupyter.library.private import create_folder
from playcut_jupyter.library.retries import retry
from playcut_jupyter.media import suffix_fits

_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")
"""What a file's type may end a name with; what else follows a dot ("Dr. Fox", "v1.5") is part of the name."""

_UNSUPPORTED = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What file systems answer that have no such thing as a rename, or as waiting for the disk."""


class Store:
    """The media folder of one library."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "media"

    def path_of(self, sha256: str, suffix: str) -> Path:
        """Return where the content with this hash is kept; half of it is name enough, and reads better in a cell."""
        return self.folder / sha256[:2] / f"{sha256[:32]}{suffix}"

    def put(self, data: bytes, suffix: str) -> tuple[str, Path]:
        """Keep *data* and return its hash and its place.

        Raises:
            PlaycutError: the folder can't be written, or the disk is full.
        """
        sha256 = hash_of(data)
        path = self.path_of(sha256, suffix)
        try:
            if not self.is_whole(path, sha256):
                create_folder(self.folder)
                path.parent.mkdir(exist_ok=True)
                write_whole(path, data)
        except OSError as error:
            raise unwritable(self.folder, error) from None
        return sha256, path

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


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write *data* so that *path* either is not there or holds all of it; if *durable*, also after a power cut.

    Where the file system has no such rename, the file is written all the same.
    """
    part = path.with_name(f".part-{secrets.token_hex(8)}")
    try:
        _write(part, data, durable=durable)
        # In Windows another program may be looking at a new file, for a moment.
        retry(lambda: part.replace(path), on=lambda error: isinstance(error, PermissionError), timeout_s=1.0)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno not in _UNSUPPORTED:
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
                _sync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def read_original(path: Path) -> bytes:
    """Return the content of an original.

    Raises:
        AssetUnavailable: it is gone, or can't be read.
    """
    try:
        return path.read_bytes()
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


def copy_out(content: Path | bytes, target: str | Path, suffix: str) -> Path:
    """Copy a file or bytes to *target* and return the path written; nothing is ever overwritten.

    A folder gets a file named after the content; a name without an ending, or with that of another type, gets the
    right one; a name that is taken gets a number.

    Raises:
        InvalidInput: the place can't be written.
        AssetUnavailable: the original can't be read.
    """
    data = read_original(content) if isinstance(content, Path) else content
    ends_as_folder = str(target).endswith(("/", os.sep))
    try:
        path = Path(target).expanduser()
        if path.is_dir() or ends_as_folder:
            path.mkdir(parents=True, exist_ok=True)
            path = path / (f"{content.name[:12]}{suffix}" if isinstance(content, Path) else f"playcut{suffix}")
        elif not _ENDING.fullmatch(path.suffix):
            path = path.with_name(path.name + suffix)
        elif not suffix_fits(path.suffix, suffix):
            path = path.with_suffix(suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path = _claim(path)
        try:
            path.write_bytes(data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError, ValueError) as error:
        raise _not_writable(target, error, "Save to another place; the original stays in the library.") from None
    return path


def check_target(target: str | Path) -> None:
    """Raise `InvalidInput` if it is plain already that `copy_out` can't write to *target*; nothing is written."""
    try:
        path = Path(target).expanduser().absolute()
        folder = path if path.is_dir() else next(parent for parent in path.parents if parent.exists())
        code = errno.ENOTDIR if not folder.is_dir() else 0 if os.access(folder, os.W_OK | os.X_OK) else errno.EACCES
        if code:
            raise OSError(code, os.strerror(code))
    except (OSError, RuntimeError, ValueError) as error:
        raise _not_writable(target, error, "Nothing was sent. Save to another place.") from None


def _not_writable(target: str | Path, error: Exception, hint: str) -> InvalidInput:
    # A RuntimeError or ValueError: names that no file can have.
    reason = getattr(error, "strerror", None) or type(error).__name__
    return InvalidInput(f"{str(target)!r} can't be written: {reason.lower()}.", hint=hint)


def _claim(path: Path) -> Path:
    """Create *path*, or the first numbered variant of it that is free, and return it."""
    for number in range(1, 10_000):
        candidate = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            candidate.touch(exist_ok=False)
        except FileExistsError:
            continue
        return candidate
    raise FileExistsError(errno.EEXIST, "too many files of that name", str(path))
