"""`Asset`: one picture, sound, clip or other file of a generation's result, with the original on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from playcut_jupyter import media
from playcut_jupyter.display import bundles, media_html, previews, saving
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.text import words_for_name

if TYPE_CHECKING:
    from PIL.Image import Image


class Asset:
    """One asset of a generation. Displays itself in a notebook; holds no URL.

    Attributes:
        record: its record in the library.
        caption: its alternative text, which is the prompt.
        preview_px: the longest side of its picture in a notebook, pixels.
        generation_id: the number of its generation in the library, or None.
    """

    def __init__(
        self, record: AssetRecord, *, caption: str = "", preview_px: int = 1024, generation_id: int | None = None
    ) -> None:
        self.record = record
        self.caption = caption
        self.preview_px = preview_px
        self.generation_id = generation_id

    @property
    def id(self) -> str | None:
        """The API's asset id (opaque), or None."""
        return self.record.asset_id

    @property
    def kind(self) -> str:
        """How a browser can show it: "image", "audio" or "video"; "file" if it can't."""
        return self.record.kind

    @property
    def mime_type(self) -> str:
        """Its MIME type, detected from the content and not taken from the server."""
        return self.record.mime_type

    @property
    def path(self) -> Path | None:
        """The original in the library; None if it could not be written there."""
        return self.record.path

    @property
    def width(self) -> int | None:
        """Pixels, or None."""
        return self.record.width

    @property
    def height(self) -> int | None:
        """Pixels, or None."""
        return self.record.height

    @property
    def duration_s(self) -> float | None:
        """Seconds, or None."""
        return self.record.duration_s

    @property
    def data(self) -> bytes:
        """The original's bytes.

        Raises:
            AssetUnavailable: the file is gone from the library.
        """
        return self.record.read()

    @property
    def image(self) -> Image:
        """The original as a Pillow image, turned upright if its EXIF data ask for that.

        Raises:
            InvalidInput: it is not a picture, or one that can't be decoded.
            AssetUnavailable: the file is gone from the library.
        """
        if self.kind != "image":
            raise InvalidInput(f"This asset is {self.mime_type}, not a picture.", hint="Its bytes are in `.data`.")
        try:
            return media.decode_image(self.data)
        except media.InvalidImage as error:
            raise InvalidInput(f"This picture can't be shown: {error}.", hint="Its bytes are in `.data`.") from None

    def save(self, path: str | Path) -> Path:
        """Copy the original to *path* and return where it is; nothing is ever overwritten.

        In a folder it is named by words of the prompt. A file with the same bytes is left as it is, and a name that is
        taken gets a number.

        A name that ends in another type's extension gets the right one: `fox.jpg` is written as `fox.png` if it is one.

        Raises:
            InvalidInput: *path* can't be written.
            AssetUnavailable: the file is gone from the library.
        """
        return saving.save_asset(self.record, path, words_for_name(self.caption, self.kind)).path

    def __repr__(self) -> str:
        size = f" {self.width}x{self.height}" if self.width else ""
        length = f" {self.duration_s:.1f} s" if self.duration_s else ""
        remark = f" ({self.record.remark})" if self.record.remark else ""
        where = self.record.display_path or "in memory"
        return f"<Asset {self.kind} {self.mime_type}{size}{length} {where}{remark}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        html = media_html.asset(self.record, self.caption, self.preview_px)
        return bundles.mime_bundle(html, repr(self), previews.print_picture([self.record], self.preview_px))
