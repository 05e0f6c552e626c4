"""Constants that several modules of the sandbox share."""

from typing import Final, Literal

BASE_PATH: Final = "/api/v1"

MAX_BODY_BYTES: Final = 2**20
"""A larger body is answered with 413."""
MAX_READ_BYTES: Final = 64 * 2**20
"""tornado closes the connection on a body that is larger than this."""

MAX_VIDEO_S: Final = 30

MediaSize = Literal["full", "tiny"]
"""Real media, or tiny ones for tests (see `media`)."""

INSTALL_COMMAND: Final = 'pip install "playcut-jupyter[sandbox]"'
