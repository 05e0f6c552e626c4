"""What an odd file is, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Odd:
    """One media file that is whole, yet unlike what a textbook says.

    Attributes:
        name: what is odd about it.
        make: makes its bytes.
        mime_type: its type.
        suffix: the ending of its name.
        shown: "img", "audio", "video" or "card": what a notebook shows.
        size: width and height as it is seen, pixels; None where nothing is told of it.
        duration_s: seconds; None where it can't be known.
        remark: words of the remark; "" where there is none.
        moves: an animation.
        browser: whether Chromium shows it; None if that is as `shown` says.
    """

    name: str
    make: Callable[[], bytes]
    mime_type: str
    suffix: str
    shown: str
    size: tuple[int, int] | None = None
    duration_s: float | None = None
    remark: str = ""
    moves: bool = False
    browser: bool | None = None

    @cached_property
    def data(self) -> bytes:
        """Its bytes, made once."""
        return self.make()

    @property
    def kind(self) -> str:
        """What an asset of this type is called: by its type, so that a damaged picture is one too."""
        family = self.mime_type.partition("/")[0]
        shown = {"img": "image", "card": family if self.remark else "file"}
        return shown.get(self.shown, self.shown)

    @property
    def id(self) -> str:
        """Its name in the list of tests."""
        return f"{self.suffix[1:]}: {self.name}"
