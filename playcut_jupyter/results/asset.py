"""What a generation brings: one picture, sound, clip or other file, with the original on disk."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter import media
from playcut_jupyter.errors import AssetUnavailable, InvalidInput
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import copy_out

if TYPE_CHECKING:
    from PIL.Image import Image


class Asset:
    """One asset of a generation. Shows itself in a notebook; holds no URL.

    Attributes:
        id: the API's asset id (opaque), or None.
        mime_type: as the content shows it, not as the server called it.
        path: the original in the library; None if it could not be written there.
        width, height: pixels, or None.
        duration_s: seconds, or None.
        caption: its alternative text: the prompt.
    """

    def __init__(
        self,
        *,
        id: str | None,  # noqa: A002 - the API's own word, and a fixed public name
        facts: media.MediaInfo,
        path: Path | None,
        data: bytes | None = None,
        caption: str = "",
        preview_px: int = 1024,
    ) -> None:
        self.id = id
        self.mime_type = facts.mime_type
        self.kind = facts.kind
        self.suffix = facts.suffix
        self.width, self.height, self.duration_s = facts.width, facts.height, facts.duration_s
        self.path = path
        self.caption = caption
        self.preview_px = preview_px
        self._data = data
        self._still: bytes | None = None
        self._previews: dict[int, tuple[str, bytes]] = {}

    @classmethod
    def from_record(cls, record: AssetRecord, *, caption: str, preview_px: int) -> Asset:
        """Return the asset that the library keeps."""
        facts = media.MediaInfo(record.mime_type, record.width, record.height, record.duration_s)
        return cls(id=record.asset_id, facts=facts, path=record.path, caption=caption, preview_px=preview_px)

    @property
    def data(self) -> bytes:
        """The original's bytes.

        Raises:
            AssetUnavailable: the file is gone from the library.
        """
        if self._data is not None:
            return self._data
        try:
            return self.path.read_bytes() if self.path else b""
        except OSError:
            raise AssetUnavailable(
                f"The file {self.path} is gone from the library.",
                hint="`playcut-jupyter library verify` fetches missing files again by their asset id.",
            ) from None

    def called(self, caption: str) -> Asset:
        """Return the same asset under another caption."""
        other = copy.copy(self)
        other.caption = caption
        return other

    def preview(self, longest_px: int | None = None) -> tuple[str, bytes]:
        """Return the picture as (mime type, bytes), with at most *longest_px* pixels (`preview_px`) on a side."""
        wanted = min(longest_px or self.preview_px, self.preview_px)
        if wanted not in self._previews:
            self._previews[wanted] = media.preview(self.data, wanted)
        return self._previews[wanted]

    def still(self, longest_px: int | None = None) -> bytes | None:
        """Return a clip's first frame as WebP, with at most *longest_px* pixels (640) on a side.

        None for anything but a clip, for one that can't be decoded, and where PyAV is not installed.
        """
        if self.kind == "video" and self._still is None:
            self._still = media.first_frame(self.data, min(640, self.preview_px)) or b""
        if not self._still or longest_px is None:
            return self._still or None
        if longest_px not in self._previews:  # a clip has no other previews
            self._previews[longest_px] = media.preview(self._still, longest_px)
        return self._previews[longest_px][1]

    @property
    def image(self) -> Image:
        """The original as a Pillow image.

        Raises:
            InvalidInput: it is no picture.
        """
        if self.kind != "image":
            raise InvalidInput(f"This asset is {self.mime_type}, not a picture.", hint="Its bytes are in `.data`.")
        return media.opened(self.data)

    def save(self, path: str | Path) -> Path:
        """Copy the original to *path* and return where it went; nothing is ever overwritten.

        Raises:
            InvalidInput: the place can't be written.
            AssetUnavailable: the original is gone.
        """
        in_library = self.path is not None and self.path.exists()
        return copy_out(self.path if in_library else None, None if in_library else self.data, path, self.suffix)

    def __repr__(self) -> str:
        size = f" {self.width}x{self.height}" if self.width else ""
        length = f" {self.duration_s:.1f} s" if self.duration_s else ""
        return f"<Asset {self.kind} {self.mime_type}{size}{length} {self.path or 'in memory'}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from playcut_jupyter.display import render

        return {"text/html": render.asset(self), "text/plain": repr(self)}
