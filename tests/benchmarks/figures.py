"""One measured figure, the floor it stands beside, and the line of the table that tells both."""

from __future__ import annotations

from dataclasses import dataclass

_WIDTHS = (62, 11, 38, 8, 22)


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured.

    Attributes:
        name: what it is.
        measured: how much, in `unit`.
        unit: of `measured`, `floor` and `at_most`.
        floor: the same for the least that could do it, measured in the same run (or what the limit allows).
        floor_is: what that least is.
        at_most: the most that `measured` may be; None if that is no target.
        ratio_at_most: the most that `measured / floor` may be; None if that is no target.
    """

    name: str
    measured: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    at_most: float | None = None
    ratio_at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor it is."""
        return self.measured / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        """ "ok" or "missed"; "" for a figure that has no target and only explains another."""
        if self.at_most is None and self.ratio_at_most is None:
            return ""
        missed = self.at_most is not None and self.measured > self.at_most
        missed |= self.ratio_at_most is not None and (self.ratio or 0) > self.ratio_at_most
        return "missed" if missed else "ok"

    @property
    def target(self) -> str:
        """The target in words."""
        targets = [] if self.at_most is None else [f"<= {self.at_most:g} {self.unit}"]
        targets += [] if self.ratio_at_most is None else [f"<= {self.ratio_at_most:g} x floor"]
        return " and ".join(targets)

    @property
    def line(self) -> str:
        """Its line of the table."""
        floor = "" if self.floor is None else f"{_short(self.floor)} {self.floor_is}"
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        return _line(self.name, f"{_short(self.measured)} {self.unit}", floor, ratio, self.target, self.verdict)


def heading() -> str:
    """Return the first two lines of the table."""
    titles = _line("figure", "measured", "floor", "ratio", "target", "verdict")
    return f"{titles}\n{'-' * len(titles)}"


def _line(*cells: str) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, (*_WIDTHS, 7), strict=True))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
