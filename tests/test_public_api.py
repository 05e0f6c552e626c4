"""The public API is complete in the program that the type checkers check."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import playcut_jupyter
from playcut_jupyter import Asset, Generation, Playcut, PlaycutError, Sweep, errors
from playcut_jupyter.results.comparison import Comparison
from playcut_jupyter.results.family_tree import Tree
from playcut_jupyter.results.history import History
from playcut_jupyter.results.picks import Picks

PROGRAM = (Path(__file__).parent / "typing" / "api.py").read_text(encoding="utf-8")
HELD = [Playcut, Generation, Asset, Sweep, History, Comparison, Tree, Picks, PlaycutError]


@pytest.mark.parametrize("held", HELD, ids=lambda held: held.__name__)
def test_every_public_name_is_used(held: type) -> None:
    ours = [cls for cls in held.__mro__ if cls.__module__.startswith("playcut_jupyter")]
    names = {name for cls in ours for name in vars(cls) if not name.startswith("_")} - {"default_hint"}
    inside = {"remedies", "hint_in", "with_context"}  # for front ends
    assert {name for name in names - inside if not re.search(rf"\.{name}\b", PROGRAM)} == set()


def test_every_exported_name_is_used() -> None:
    assert {name for name in playcut_jupyter.__all__ if not re.search(rf"\b{name}\b", PROGRAM)} == set()


def test_every_option_of_a_call_is_used() -> None:
    for call in (Playcut.__init__, Playcut.image, Playcut.video, Playcut.speech, Playcut.sweep, Playcut.history):
        parameters = inspect.signature(call).parameters.values()
        options = {one.name for one in parameters if one.kind is one.KEYWORD_ONLY or one.default is not one.empty}
        assert {name for name in options if f"{name}=" not in PROGRAM} == set(), call


def test_every_attribute_of_an_error_is_used() -> None:
    texts = [inspect.getdoc(cls) or "" for cls in vars(errors).values() if inspect.isclass(cls)]
    documented = re.findall(r"(?m)^    (\w+):", "\n".join(texts))
    assert documented
    assert {name for name in set(documented) - {"remedies"} if f".{name}" not in PROGRAM} == set()
