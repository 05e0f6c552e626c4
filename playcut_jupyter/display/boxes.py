"""Room for a result: the same box before and after it comes, so that nothing below it moves.

A box is as wide as there is space for, and its height follows from its width. Untrusted notebooks lose `aspect-ratio`,
`position` and `object-fit`; they keep `padding` and `margin` in percent, which are shares of the width around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from markupsafe import Markup

from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord

PLAYER_PX = 54
"""The height of a browser's audio player."""
_SOUND_RATIO = 4.0
_MAX_SOUND_PX = 360
_RATIO = re.compile(r"(\d{1,4}):(\d{1,4})")
_DEFAULT_RATIOS = {"image": 1.0, "video": 16 / 9, "speech": _SOUND_RATIO}
_MAX_HEIGHT_PX = {"image": 600, "video": 480}
_WIDEST = 8.0
"""The largest ratio that is believed before the picture is there; its inverse is the smallest."""
_NEARLY = 1.05
"""Results of nearly the expected ratio stand in the expected box."""


@dataclass(frozen=True, slots=True)
class Box:
    """Room for one picture or player.

    Attributes:
        ratio: its width divided by its height.
        longest_px: the longest side where there is space, pixels.
        max_height_px: the largest height, pixels.
        below_px: the height of a player below the picture, pixels.
    """

    ratio: float
    longest_px: int
    max_height_px: int
    below_px: int = 0

    @property
    def width_px(self) -> int:
        """The width where there is space, pixels."""
        height = min(self.max_height_px, self.longest_px / max(1.0, self.ratio))
        return max(1, round(height * self.ratio))

    @property
    def height_percent(self) -> float:
        """The height of the picture as a share of the width, in percent."""
        return 100 / self.ratio

    def for_size(self, width: int | None, height: int | None) -> Box:
        """Return the box for a picture of this size: this one, unless the picture is far smaller or another shape."""
        if not width or not height:
            return self
        box, longest = self, max(width, height)
        if not 1 / _NEARLY <= (width / height) / self.ratio <= _NEARLY:
            box = replace(box, ratio=width / height)
        return replace(box, longest_px=longest) if 2 * longest < self.longest_px else box

    def css(self, width: int | None = None, height: int | None = None) -> str:
        """Return the CSS that puts a picture of this size into the middle of the box, as large as fits."""
        ratio = width / height if width and height else self.ratio
        share = min(1.0, ratio / self.ratio)
        above = max(0.0, 1 / self.ratio - share / ratio) / 2
        return f"display:block;width:{100 * share:.2f}%;margin:{100 * above:.2f}% auto 0;border-radius:4px;"

    def filled(self, picture: Markup, below: Markup | None = None) -> Markup:
        """Return the box with *picture*, placed by `css`, and what is *below* it."""
        inside = Markup('<div style="height:0;overflow:hidden;padding:0 0 {:.3f}%;">{}</div>').format(
            self.height_percent, picture
        )
        if self.below_px:
            inside += Markup('<div style="height:{}px;overflow:hidden;">{}</div>').format(self.below_px, below or "")
        return self._outline(inside, "playcut-box", "1px solid transparent")

    def empty(self, text: str | Markup = "", css_class: str = "playcut-box") -> Markup:
        """Return the box with *text* in the picture's place; it grows if the text needs more."""
        words = Markup('<div style="padding:4px 5px;font-size:0.78em;word-wrap:break-word;">{}</div>').format(text)
        # A float of no width is as high as the picture will be.
        strut = Markup('<div style="float:left;width:0;height:{}px;padding:0 0 {:.3f}%;"></div>').format(
            self.below_px, self.height_percent
        )
        inside = Markup('<div style="overflow:hidden;">{}{}</div>').format(strut, words if text else "")
        return self._outline(inside, css_class, "1px dashed rgba(128,128,128,0.6)")

    def _outline(self, inside: Markup, css_class: str, border: str) -> Markup:
        return Markup(
            '<div class="{}" style="width:{}px;max-width:100%;box-sizing:border-box;border:{};border-radius:4px;">'
            "{}</div>"
        ).format(css_class, self.width_px, border, inside)


def expected(snapshot: Snapshot, longest_px: int, max_height_px: int | None = None) -> Box:
    """Return the box for what a generation will bring: of the ratio that was asked for, else its kind's default.

    Args:
        snapshot: the generation.
        longest_px: the longest side of a picture or clip, pixels.
        max_height_px: their largest height, pixels; by default that of a result that stands alone.
    """
    return _box(snapshot, snapshot.kind, longest_px, max_height_px)


def for_asset(snapshot: Snapshot, record: AssetRecord, longest_px: int, max_height_px: int | None = None) -> Box:
    """Return the box for an asset of a generation: the expected one, where it has brought what it is for."""
    kind = record.mime_type.split("/")[0]
    return _box(snapshot, "speech" if kind == "audio" else kind, longest_px, max_height_px)


def _box(snapshot: Snapshot, kind: str, longest_px: int, max_height_px: int | None) -> Box:
    if kind == "speech":
        return Box(_SOUND_RATIO, min(longest_px, _MAX_SOUND_PX), longest_px, PLAYER_PX)
    ratio = _DEFAULT_RATIOS.get(kind, 1.0)
    given = _RATIO.fullmatch(str(snapshot.inputs.get("aspectRatio", "")).strip())
    if given and all(map(int, given.groups())):
        across, down = map(int, given.groups())
        ratio = min(_WIDEST, max(1 / _WIDEST, across / down))
    return Box(ratio, longest_px, max_height_px or _MAX_HEIGHT_PX.get(kind, longest_px))


def is_expected(snapshot: Snapshot) -> bool:
    """True if it is known what a generation that is not done will bring: a picture, a clip or a sound."""
    return not snapshot.done and snapshot.kind in _DEFAULT_RATIOS
