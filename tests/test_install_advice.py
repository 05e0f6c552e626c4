"""What messages say to install exists, and brings what they say is missing."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import playcut_jupyter
from tests.manual.pages import PAGES, text_of

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGE = Path(playcut_jupyter.__file__).parent
_ADVICE = re.compile(r"""pip install (?:--?[\w-]+ )*\\?["']?([\w.-]+)(?:\[([\w,-]+)\])?""")
_OTHERS: dict[str, set[str]] = {"httpx": {"socks"}, "anywidget": set(), "jupyterlab_widgets": set(), "papermill": set()}
"""What an exported program needs, or a SOCKS proxy, the Jupyter server's environment, or a run without a browser."""


def _sources() -> dict[str, str]:
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb"), *ROOT.glob("*.md")]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}
    return {**texts, **{f"docs/{page}": text_of(page) for page in PAGES}}


def test_whatever_is_said_to_install_is_a_distribution_and_an_extra_that_exist() -> None:
    found = [(name, *match.groups()) for name, text in _sources().items() for match in _ADVICE.finditer(text)]
    assert {PROJECT["name"], "."} <= {distribution for _, distribution, _ in found}
    for place, distribution, extras in found:
        known = _OTHERS.get(distribution, set(PROJECT["optional-dependencies"]))
        assert distribution in {PROJECT["name"], ".", *_OTHERS}, place
        assert {*filter(None, (extras or "").split(","))} <= known, place
    assert set(metadata("httpx").get_all("Provides-Extra") or []) >= _OTHERS["httpx"]


def test_an_extra_brings_what_the_message_says_is_missing() -> None:
    def names(extra: str) -> set[str]:
        listed = {re.split(r"[\[>=<]", one)[0] for one in PROJECT["optional-dependencies"][extra]}
        return listed | (names("sandbox") if PROJECT["name"] in listed and extra != "sandbox" else set())

    assert names("sandbox") >= {"tornado", "av", "py-nanotts"}
    assert names("lab") >= {"jupyterlab", "nbclient", "nbconvert", "ipykernel"}
