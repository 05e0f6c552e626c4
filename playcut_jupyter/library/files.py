"""What some file systems lack, and what is done without it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from playcut_jupyter.library.retries import retry

UNSUPPORTED = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What file systems answer that have no such thing as a rename, or as waiting for the disk."""


def sync(descriptor: int) -> None:
    """Wait until the file is on the disk, where the file system can tell."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise


def replace(part: Path, path: Path) -> None:
    """Rename *part* to *path*, at once and whole."""
    # In Windows another program may be looking at a new file, for a moment.
    retry(lambda: part.replace(path), on=lambda error: isinstance(error, PermissionError), timeout_s=1.0)
