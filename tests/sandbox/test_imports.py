"""The sandbox's modules import each other in one direction only."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import playcut_jupyter.sandbox

ROOT = Path(playcut_jupyter.sandbox.__file__).parent
PREFIX = "playcut_jupyter.sandbox"

LATE_IMPORTS = {
    ("media", "pictures"),
    ("media", "clips"),
    ("server", "service"),
    ("server", "tornado"),
}
"""Imports inside functions: they load Pillow, PyAV or tornado, which are heavy or optional."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of each of the sandbox's modules, by its name."""
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}


def imported(node: ast.AST) -> set[str]:
    """Name every module that is imported anywhere in *node*; the sandbox's own without the package's name."""
    names: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            names |= {alias.name for alias in child.names}
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0
            assert child.module is not None
            names |= {child.module} | {f"{child.module}.{alias.name}" for alias in child.names}
    own = {name.removeprefix(PREFIX).removeprefix(".") for name in names if name.startswith(PREFIX)}
    return (own & modules().keys()) | {name.partition(".")[0] for name in names if not name.startswith(PREFIX)}


def test_no_import_cycles() -> None:
    """Imports inside functions and for type checkers count."""
    graph = {module: imported(tree) & modules().keys() for module, tree in modules().items()}
    assert "server" in graph[""]
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_imports_inside_functions_load_heavy_or_optional_libraries() -> None:
    functions = {
        (module, name)
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in imported(node)
    }
    assert functions == LATE_IMPORTS
