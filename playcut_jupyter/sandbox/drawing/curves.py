"""Curves as lists of points, because everything is drawn as a polygon or a line through points."""

from __future__ import annotations

import math

Points = list[tuple[float, float]]


def ellipse(
    centre: tuple[float, float],
    rx: float,
    ry: float,
    turn: float = 0,
    arc: tuple[float, float] = (0, 1),
    steps: int = 48,
) -> Points:
    """Return the points of an ellipse that is rotated clockwise, or of an arc, given in fractions of the whole."""
    cos, sin = math.cos(turn), math.sin(turn)
    points: Points = []
    for k in range(steps + 1):
        t = math.tau * (arc[0] + (arc[1] - arc[0]) * k / steps)
        x, y = rx * math.cos(t), ry * math.sin(t)
        points.append((centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos))
    return points


def smooth_curve(knots: list[tuple[float, float, bool]], closed: bool) -> Points:
    """Return a Catmull-Rom curve through points; a point that is marked as a corner has no tangent."""
    count = len(knots)
    out: Points = []
    for i in range(count if closed else count - 1):
        p0, p1, p2, p3 = (knots[j % count] if closed else knots[min(max(j, 0), count - 1)] for j in range(i - 1, i + 3))
        m1 = (0.0, 0.0) if p1[2] else ((p2[0] - p0[0]) / 2, (p2[1] - p0[1]) / 2)
        m2 = (0.0, 0.0) if p2[2] else ((p3[0] - p1[0]) / 2, (p3[1] - p1[1]) / 2)
        for a, b, c, d in _HERMITE:
            out.append((a * p1[0] + b * m1[0] + c * p2[0] + d * m2[0], a * p1[1] + b * m1[1] + c * p2[1] + d * m2[1]))
    return out if closed else [*out, knots[-1][:2]]


_HERMITE = [
    (2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, 3 * t**2 - 2 * t**3, t**3 - t**2)
    for t in (k / 12 for k in range(12))
]
"""The weights of two points and their tangents, at each step from one point to the other."""
