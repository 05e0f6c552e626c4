"""The table of docs/reference/front-ends.md: a tick where a named test has shown it, the limit where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeAlias

from tests.frontends.marks import ASPECTS, FRONT_ENDS, LIMITS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "front-ends.md"
_BEGIN, _END = "<!-- table: written by python -m tests.frontends -->", "<!-- end of table -->"
_LATEST_KERNEL = 7
_WITHOUT_IPYKERNEL = ("terminal IPython", "VS Code", "marimo")

Shown: TypeAlias = Mapping[str, Mapping[str, list[str]]]
"""Row -> aspect -> the tests that have shown it."""


def row_of(front_end: str) -> str:
    """Return the name of a front end with the versions that are installed."""
    name = f"{front_end} {_release(FRONT_ENDS[front_end])}".strip()
    kernel = "" if front_end in _WITHOUT_IPYKERNEL else _release("ipykernel")
    is_old = kernel and int(kernel.split(".")[0]) < _LATEST_KERNEL
    return f"{name}, ipykernel {kernel}" if is_old else name


def _release(distribution: str) -> str:
    try:
        return ".".join(version(distribution).split(".")[:2]) if distribution else ""
    except PackageNotFoundError:
        return ""


def write(shown: Shown) -> None:
    """Write the table into the page, in place of the one that is there."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n\n{_table(shown)}\n\n{_END}{after}", encoding="utf-8")


def _table(shown: Shown) -> str:
    tests = sorted({test for aspects in shown.values() for names in aspects.values() for test in names})
    number = {test: index for index, test in enumerate(tests, 1)}
    lines = [f"| | {' | '.join(ASPECTS)} |", "|---" * (len(ASPECTS) + 1) + "|"]
    for row in sorted(shown, key=_order):
        cells = [_cell(row, aspect, [number[test] for test in shown[row].get(aspect, ())]) for aspect in ASPECTS]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", "The tests behind the ticks:", "", *(f"{number[test]}. `{test}`" for test in tests)])


def _order(row: str) -> tuple[int, str]:
    return list(FRONT_ENDS).index(_front_end(row)), row


def _front_end(row: str) -> str:
    return max((name for name in FRONT_ENDS if row.startswith(name)), key=len)


def _cell(row: str, aspect: str, tests: Iterable[int]) -> str:
    ticks = ", ".join(map(str, sorted(tests)))
    return f"✓ ({ticks})" if ticks else LIMITS.get((_front_end(row), aspect), "not tried")
