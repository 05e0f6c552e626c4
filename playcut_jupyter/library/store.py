"""Media files on disk, named by their content, and a JSON sidecar beside each that tells where it came from.

`home/media/ab/abcdef….png`: the same bytes are stored once, and a file with a final name is always whole,
because it is written under another name first. Originals are never rewritten: a service may have put signed
credentials into them.
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

from playcut_jupyter.errors import AssetUnavailable, InvalidInput, PlaycutError
from playcut_jupyter.library.retries import retry
from playcut_jupyter.media import suffix_fits

_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")
"""What a file's type may end a name with; what else follows a dot ("Dr. Fox", "v1.5") is part of the name."""

_CHUNK = 1 << 20
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
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, data)
        except OSError as error:
            raise unwritable(self.folder, error) from None
        return sha256, path

    def place(self, source: BinaryIO, sha256: str, suffix: str) -> tuple[Path, bool]:
        """Keep what *source* holds, of any size, and return its place, and whether it is new.

        Raises:
            AssetUnavailable: its hash is another.
            PlaycutError: the folder can't be written, or the disk is full.
        """
        path = self.path_of(sha256, suffix)
        if self.is_whole(path, sha256):
            return path, False
        part = path.with_name(f".part-{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                if copy_hashed(source, file) != sha256:
                    raise AssetUnavailable(
                        "A file changed while it was read.", hint="Nothing of it was kept. Try again."
                    )
                file.flush()
                _sync(file.fileno())
            retry(lambda: part.replace(path), on=lambda error: isinstance(error, PermissionError), timeout_s=1.0)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise unwritable(self.folder, error) from None
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return path, True

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


class Copy(NamedTuple):
    """A copy outside of the library, which `is_new`, or was there already with the same bytes."""

    path: Path
    is_new: bool


def copy_out(content: Path | bytes, target: str | Path, suffix: str, name: str = "playcut") -> Copy:
    """Copy a file or bytes to *target* and return the copy; nothing is ever overwritten.

    A folder gets a file called *name*; a name without an ending, or with that of another type, gets the right one. A
    name that is taken gets a number, unless that file has the same bytes.

    Raises:
        InvalidInput: the place can't be written.
        AssetUnavailable: the original can't be read.
    """
    data = read_original(content) if isinstance(content, Path) else content
    try:
        path, is_new = _claim(_file_at(target, suffix, name), lambda other: _has_content(other, content))
        try:
            if is_new:
                path.write_bytes(data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError, ValueError) as error:
        raise _not_writable(target, error, "Save to another place; the original stays in the library.") from None
    return Copy(path, is_new)


def write_out(write: Callable[[BinaryIO], object], target: str | Path, suffix: str, name: str) -> Copy:
    """Let *write* fill a new file at *target*, as `copy_out` does; it is removed if that fails.

    Raises:
        InvalidInput: the place can't be written.
    """
    try:
        wanted = _file_at(target, suffix, name)
        path, _ = _claim(wanted)
        try:
            with path.open("wb") as file:
                write(file)
            if path != wanted and filecmp.cmp(path, wanted, shallow=False):
                path.unlink()
                return Copy(wanted, is_new=False)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except (OSError, RuntimeError, ValueError) as error:
        raise _not_writable(target, error, "Write to another place.") from None
    return Copy(path, is_new=True)


def _file_at(target: str | Path, suffix: str, name: str) -> Path:
    """Return the file that *target* means, and make its folder."""
    path = Path(target).expanduser()
    if path.is_dir() or str(target).endswith(("/", os.sep)):
        path.mkdir(parents=True, exist_ok=True)
        return path / f"{name}{suffix}"
    if not _ENDING.fullmatch(path.suffix):
        path = path.with_name(path.name + suffix)
    elif not suffix_fits(path.suffix, suffix):
        path = path.with_suffix(suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _has_content(path: Path, content: Path | bytes) -> bool:
    try:
        if isinstance(content, Path):
            return path.is_file() and filecmp.cmp(content, path, shallow=False)
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False  # not ours to read: the next name is free


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


def _claim(path: Path, is_same: Callable[[Path], bool] = lambda _: False) -> tuple[Path, bool]:
    """Create *path*, or its first numbered variant that is free, and return it; False for one that is the same."""
    for number in range(1, 10_000):
        candidate = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        try:
            candidate.touch(exist_ok=False)
        except FileExistsError:
            if is_same(candidate):
                return candidate, False
            continue
        return candidate, True
    raise FileExistsError(errno.EEXIST, "too many files of that name", str(path))
