"""Creates what is private: a class of users that may not write, by the umask, may not read either.

With the usual umask 022 a library belongs to its user alone. With 002, as groups that share a folder have it, the group
has it too, and with 000 everybody. A folder that exists keeps its rights.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_OWNER = 0o700
_WRITE = 0o022


def create_folder(path: Path) -> None:
    """Create *path*, unless it exists; folders above it get the usual rights.

    Raises:
        OSError: it can't be created.
    """
    if path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(_OWNER | 0o033)  # nobody reads it before its rights are known
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    _give_rights(path, 0o5)


def create_file(path: Path) -> None:
    """Create *path*, empty, unless it exists; it is then not opened.

    Raises:
        OSError: it can't be created.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 | _WRITE))
    except FileExistsError:
        return
    _give_rights(path, 0o4)


def _give_rights(path: Path, rights: int) -> None:
    """Let those read *path* who may write it, by the umask or the folder's access list; *rights* are as for others."""
    if os.name != "posix":
        return
    with suppress(OSError):  # a file system without rights
        mode = stat.S_IMODE(path.stat().st_mode)
        kept = mode & ~0o077
        for shift in (0, 3):
            if mode & 0o2 << shift:
                kept |= (rights | 0o2) << shift
        path.chmod(kept)
