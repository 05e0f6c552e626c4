"""Run the tests that show what front ends do, and write the table in the docs from what passed.

python -m tests.frontends RESULTS.json      run them here, and add to the results of other environments
python -m tests.frontends --write RESULTS.json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.frontends import table
from tests.frontends.marks import FRONT_ENDS, LIMITS


class Results:
    """A plugin of pytest that notes which tests passed, by what they show."""

    def __init__(self, shown: dict[str, dict[str, list[str]]]) -> None:
        self.shown = shown

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note a test that passed."""
        report = yield
        if report.when == "call" and report.passed:
            for mark in item.iter_markers("shows"):
                front_end, *aspects = mark.args
                for aspect in aspects:
                    names = self.shown.setdefault(table.row_of(front_end), {}).setdefault(aspect, [])
                    names.extend({item.nodeid} - set(names))
        return report


def main() -> int:
    """Run or write; return pytest's status."""
    parser = argparse.ArgumentParser(prog="python -m tests.frontends", description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--write", action="store_true", help="write the table into docs/reference/front-ends.md")
    known, rest = parser.parse_known_args()
    shown = json.loads(known.results.read_text()) if known.results.exists() else {}
    status = 0
    if not known.write:
        os.environ.setdefault("PLAYCUT_FRONT_ENDS", "1")
        status = pytest.main(["-m", "frontends", *(rest or ["tests"])], plugins=[Results(shown)])
        known.results.write_text(json.dumps(shown, indent=1, ensure_ascii=False), encoding="utf-8")
        return status
    limited = {name for name, _ in LIMITS} & set(FRONT_ENDS)
    for front_end in limited:
        if not any(row.startswith(front_end) for row in shown):
            shown.setdefault(front_end, {})
    table.write(shown)
    return status


if __name__ == "__main__":
    sys.exit(main())
