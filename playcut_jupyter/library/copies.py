"""Copies outside of the library: a name that is taken is never overwritten, and the same bytes are "already there"."""

from __future__ import annotations

import errno
import filecmp
import io
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library.store import reading
from playcut_jupyter.media import suffix_fits

_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")
"""What a file's type may end a name with; what else follows a dot ("Dr. Fox", "v1.5") is part of the name."""

_CHUNK = 1 << 20


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
    with reading(content) if isinstance(content, Path) else io.BytesIO(content) as source:
        try:
            path, is_new = _claim(_file_at(target, suffix, name), lambda other: _has_content(other, content))
            if is_new:
                _fill(path, source)
        except (OSError, RuntimeError, ValueError) as error:
            raise _not_writable(target, error, "Save to another place; the original stays in the library.") from None
    return Copy(path, is_new)


def _fill(path: Path, source: BinaryIO) -> None:
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(source, file, _CHUNK)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


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
