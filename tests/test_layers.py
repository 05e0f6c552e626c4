"""The shape of the package: who may import whom, and what is loaded when."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import playcut_jupyter

PACKAGE = Path(playcut_jupyter.__file__).parent

# Top to bottom: packages, and the modules that stand beside them. Each imports those below its own row, and itself.
LAYERS = [
    "__main__",
    "console panel",
    "cells",
    "playcut",
    "design",
    "display",
    "runs",
    "jobs",
    "connection",
    "api background export library prompts",
    "settings",
    "tools",
    "errors",
    "redaction",
]
RANK = {name: row for row, names in enumerate(LAYERS) for name in names.split()}

# What shows itself imports, when it is shown, the module that draws it: a handle that people hold must not need
# what draws it in order to be made, and nothing but the method that shows it may reach up.
SHOWS_ITSELF = {
    ("library.asset", "display"),
    ("runs.generation", "display"),
    ("runs.history", "display"),
    ("runs.sweep", "display"),
    ("runs.sweep", "design"),
    ("playcut", "panel"),
}

HTTPX = {"api.transport", "api.client", "api.downloads", "console.doctor"}
"""Who may import httpx: sockets, API, storage; `doctor` asks for its version, and only when it is run."""
SANDBOX = {"connection.connector", "__main__"}
"""Who may import the sandbox."""


@dataclass(frozen=True)
class Import:
    """One import of one module: its name, and whether it happens only when a function is called."""

    name: str
    lazy: bool
    typing_only: bool


def imports(path: Path) -> Iterator[Import]:
    """Name every module that *path* imports, relative ones and names that are modules included."""

    def walk(node: ast.AST, lazy: bool, typing_only: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checked = typing_only or (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")
            if isinstance(child, ast.Import):
                yield from (Import(alias.name, inside, checked) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: relative import"
                module = child.module or ""
                yield Import(module, inside, checked)
                yield from (Import(f"{module}.{alias.name}", inside, checked) for alias in child.names)
            yield from walk(child, inside, checked)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), False, False)


MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.stem != "__init__" and path.relative_to(PACKAGE).parts[0] != "sandbox" and "programs" not in path.parts
}
SANDBOX_FILES = sorted((PACKAGE / "sandbox").rglob("*.py"))


def own(import_: Import) -> str | None:
    """Return the module or package of ours that is imported, without `playcut_jupyter`."""
    first, _, rest = import_.name.partition(".")
    return rest if first == "playcut_jupyter" and (rest in MODULES or rest in RANK) else None


def layer(module: str) -> str:
    return module.partition(".")[0]


def test_every_module_has_its_place_in_the_layers() -> None:
    assert len(RANK) == sum(len(row.split()) for row in LAYERS), "a name is listed twice"
    assert set(map(layer, MODULES)) == set(RANK)


def upwards(module: str) -> set[tuple[str, str, bool]]:
    """Name what *module* imports from its own row or above, beyond its package; and whether only when it is called."""
    return {
        (module, layer(name), found.lazy)
        for found in imports(MODULES[module])
        if (name := own(found)) and not found.typing_only and layer(name) != layer(module)
        if RANK[layer(name)] <= RANK[layer(module)]
    }


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_below_its_own_layer(module: str) -> None:
    assert {(lower, upper) for lower, upper, lazy in upwards(module) if not lazy} == set()


def test_only_what_shows_itself_reaches_up() -> None:
    assert {(lower, upper) for module in MODULES for lower, upper, _ in upwards(module)} == SHOWS_ITSELF


def test_no_two_modules_import_each_other_when_they_are_loaded() -> None:
    needs = {
        module: {name for found in imports(path) if not found.lazy and not found.typing_only and (name := own(found))}
        for module, path in MODULES.items()
    }

    def reached(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join([*trail, module])
        for name in needs.get(module, ()):
            reached(name, (*trail, module))

    for module in needs:
        reached(module, ())


def test_only_those_who_talk_http_import_httpx() -> None:
    importers = {
        module
        for module, path in MODULES.items()
        for found in imports(path)
        if found.name.split(".")[0] in ("httpx", "httpcore")
    }
    assert importers == HTTPX
    lazily = [found.lazy for found in imports(MODULES["console.doctor"]) if found.name == "httpx"]
    assert all(lazily)


@pytest.mark.parametrize("path", SANDBOX_FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_sandbox_imports_nothing_of_ours(path: Path) -> None:
    for found in imports(path):
        if found.name.startswith("playcut_jupyter"):
            assert found.name.startswith("playcut_jupyter.sandbox"), found
        assert found.name.split(".")[0] not in ("httpx", "ipywidgets", "IPython")


def test_only_the_connector_and_the_console_import_the_sandbox() -> None:
    importers = {
        module
        for module, path in MODULES.items()
        for found in imports(path)
        if found.name.startswith("playcut_jupyter.sandbox") and not found.typing_only
    }
    assert importers <= SANDBOX
    for module in importers:
        assert all(
            found.lazy or found.typing_only
            for found in imports(MODULES[module])
            if found.name.startswith("playcut_jupyter.sandbox")
        )


def test_only_extras_import_what_only_extras_install() -> None:
    """The base installation has no tornado, PyAV, nbclient or the like; what needs them says so when it is run."""
    optional = {"tornado", "av", "py_nanotts", "nbclient", "nbconvert", "nbformat", "jupyter_client", "jupyterlab"}
    for module, path in MODULES.items():
        for found in imports(path):
            if found.name.split(".")[0] in optional:
                assert found.lazy or found.typing_only, (module, found.name)


# -- what is loaded when ----------------------------------------------------------------------------------------

HEAVY = ["httpx", "httpcore", "PIL", "ipywidgets", "anyio", "markupsafe", "stamina", "av", "tornado.httpserver"]


def loaded(code: str) -> set[str]:
    """Return the modules that *code* loads in a fresh process, beyond what a bare one and IPython have."""
    frame = f"""
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
{code}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", frame], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import playcut_jupyter",
        "shell.run_line_magic('load_ext', 'playcut_jupyter')",
        "from playcut_jupyter import PlaycutError, __version__",
    ],
    ids=["import", "load_ext", "errors"],
)
def test_loading_the_package_loads_nothing_heavy(code: str) -> None:
    modules = loaded(code)
    assert "playcut_jupyter" in modules
    assert not modules & set(HEAVY)
    assert not [name for name in modules if name.startswith("playcut_jupyter.sandbox")]


def test_the_python_api_does_not_load_the_sandbox() -> None:
    modules = loaded("from playcut_jupyter import Playcut; Playcut(api_key='pk_live_x')")
    assert "playcut_jupyter.playcut" in modules
    assert not [name for name in modules if name.startswith("playcut_jupyter.sandbox")]
    assert "ipywidgets" not in modules


# -- names ------------------------------------------------------------------------------------------------------


def test_the_public_names_are_sorted_once_each_and_there() -> None:
    names = playcut_jupyter.__all__
    assert names == sorted(set(names))
    for name in names:
        assert getattr(playcut_jupyter, name) is not None
    assert set(names) <= set(dir(playcut_jupyter))


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'playcut_tools'"):
        _ = playcut_jupyter.playcut_tools


def test_a_name_is_loaded_once() -> None:
    assert playcut_jupyter.Playcut is playcut_jupyter.Playcut
    assert "Playcut" in vars(playcut_jupyter)
