"""The shape of the package: who may import whom, and what is loaded when.

An import counts wherever it stands: at the top of a file, in a function, or under `TYPE_CHECKING`.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from itertools import takewhile
from pathlib import Path

import pytest

import playcut_jupyter

PACKAGE = Path(playcut_jupyter.__file__).parent
ROOT = "playcut_jupyter"

# Top to bottom: packages, and the modules that stand beside them. Each imports what is below its own row, and itself.
LAYERS = [
    "__main__",
    "cli",
    ROOT,
    "magics",
    "playcut",
    "generation_calls",
    "panel",
    "engine",
    "results",
    "widgets",
    "design export",
    "display",
    "jobs",
    "connection syntax",
    "api library prompts",
    "background",
    "settings",
    "environment",
    "tools",
    "errors",
    "remedies redaction hosts media text output",
    "sandbox",
    "fonts",
]
RANK = {name: row for row, names in enumerate(LAYERS) for name in names.split()}


@dataclass(frozen=True)
class Import:
    """One import: the module it is in, what it imports, its line, and whether it waits for a function to be called."""

    importer: str
    name: str
    line: int
    in_function: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or ROOT


FILES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py")) if "programs" not in path.parts}


def imports_of(module: str) -> Iterator[Import]:
    """Name every module that *module* imports; ours without `playcut_jupyter.` before them."""

    def walk(node: ast.AST, in_function: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            names: list[str] = []
            if isinstance(child, ast.Import):
                names = [alias.name for alias in child.names]
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{module}: relative import"
                names = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from (Import(module, own_or_foreign(name), child.lineno, inside) for name in names)  # type: ignore[attr-defined]
            yield from walk(child, inside)

    yield from walk(ast.parse(FILES[module].read_text(encoding="utf-8")), False)


def own_or_foreign(name: str) -> str:
    """Return our module that *name* is or is in, or the name as it is."""
    first, _, rest = name.partition(".")
    if first != ROOT:
        return name
    while rest and rest not in FILES:
        rest = rest.rpartition(".")[0]
    return rest or ROOT


@cache
def imports() -> list[Import]:
    """Return the imports of all modules; read once, and by the process that runs these tests only."""
    return [found for module in FILES for found in imports_of(module)]


def ours() -> list[Import]:
    return [found for found in imports() if found.name in FILES]


def layer(module: str) -> str:
    return module.partition(".")[0]


def test_every_module_has_its_place_in_the_layers() -> None:
    assert set(map(layer, FILES)) == set(RANK)


def test_imports_only_point_down() -> None:
    upward = [
        f"{found.importer}:{found.line} imports {found.name}"
        for found in ours()
        if layer(found.name) != layer(found.importer) and RANK[layer(found.name)] <= RANK[layer(found.importer)]
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    needs: dict[str, set[str]] = {module: set() for module in FILES}
    for found in ours():
        if found.name != found.importer:
            needs[found.importer].add(found.name)
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the circle


def test_the_sandbox_stands_alone() -> None:
    """It is a second, independent reading of the API's documentation."""
    assert {layer(found.name) for found in ours() if layer(found.importer) == "sandbox"} <= {"sandbox", "fonts"}
    assert {layer(found.importer) for found in ours() if layer(found.name) == "sandbox"} <= {
        "sandbox",
        "connection",
        "__main__",
    }


def test_only_one_module_reads_settings_from_the_environment() -> None:
    """It alone knows of quotes, of blanks, of upper and lower case, and of what can't be understood."""
    name = re.compile(
        r"""os\.environ\b[^\n]*["'](PLAYCUT_|SSL_CERT|\w+_(proxy|PROXY))|getenv|get_environment_proxies"""
    )
    readers = {module for module, path in FILES.items() if name.search(path.read_text(encoding="utf-8"))}
    assert readers - {"cli.notebooks"} == set()  # it sets the environment of a kernel that it starts
    assert {found.importer for found in imports() if found.name == "urllib.request.getproxies"} == {"environment"}


def test_the_picture_of_the_architecture_shows_all_layers_in_their_order() -> None:
    picture = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```\n __main__")[1]
    lines = f" __main__{picture.split('```')[0]}".splitlines()
    # A layer begins after one blank, and others of its row may follow; modules stand beside it and below.
    rows = [line.split() for line in lines if line[1:2].strip()]
    shown = [name for row in rows for name in takewhile(RANK.__contains__, row)]
    first = [name for at, name in enumerate(shown) if name not in shown[:at]]
    assert sorted(first) == sorted(RANK)
    assert [RANK[name] for name in first] == sorted(RANK[name] for name in first)
    stems = {path.stem for path in PACKAGE.rglob("*.py")} | {
        f"{path.name}/" for path in PACKAGE.rglob("*") if path.is_dir()
    }
    modules = {
        name for line in lines if line[:14].strip() == "" for name in re.split(r" {3,}", line.strip())[0].split()
    }
    assert {name.rstrip(":") for name in modules - {"->"}} <= stems


def test_an_import_in_a_function_gives_its_reason() -> None:
    """It remains where something heavy or optional is loaded late, and a comment on or above it says why."""
    lines = {module: path.read_text(encoding="utf-8").splitlines() for module, path in FILES.items()}

    def has_reason(found: Import) -> bool:
        text, at = lines[found.importer], found.line - 1
        while at >= 0 and text[at].strip().startswith(("from ", "import ")):
            if re.search(r"# (?!noqa|type:)", text[at]):
                return True
            at -= 1
        return bool(re.match(r"\s*# (?!noqa|type:)", text[at]))

    assert [
        f"{found.importer}:{found.line}" for found in imports() if found.in_function and not has_reason(found)
    ] == []


def test_only_those_who_talk_http_import_httpx() -> None:
    importers = {found.importer for found in imports() if found.name.split(".")[0] in ("httpx", "httpcore")}
    talking = "client content_coding downloads storage_network storage_pool storage_probe transport"
    assert importers == {f"api.{name}" for name in talking.split()}


def test_only_extras_import_what_only_extras_install() -> None:
    """The base installation has no tornado, PyAV, nbclient or the like; what needs them says so when it is run."""
    optional = {"tornado", "av", "py_nanotts", "nbclient", "nbconvert", "nbformat", "jupyter_client", "jupyterlab"}
    assert [
        (found.importer, found.name)
        for found in imports()
        if layer(found.importer) != "sandbox" and found.name.split(".")[0] in optional and not found.in_function
    ] == []


# -- what is loaded when ----------------------------------------------------------------------------------------

HEAVY = {"httpx", "httpcore", "PIL", "ipywidgets", "anyio", "markupsafe", "stamina", "av", "tornado.httpserver"}


SHELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
"""


def loaded(code: str, behind: str = SHELL) -> set[str]:
    """Return the modules that *code* loads in a fresh process, beyond what a bare one and *behind* have."""
    frame = f"""
import json, sys
{behind}
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
    assert not modules & HEAVY
    assert not [name for name in modules if name.startswith("playcut_jupyter.sandbox")]


def test_the_python_api_loads_neither_the_sandbox_nor_widgets() -> None:
    modules = loaded("from playcut_jupyter import Playcut; Playcut(api_key='pk_live_x')")
    assert "playcut_jupyter.playcut" in modules
    assert not [name for name in modules if name.startswith("playcut_jupyter.sandbox")]
    assert "ipywidgets" not in modules


def test_a_script_does_not_load_ipython() -> None:
    modules = loaded("from playcut_jupyter import Playcut; Playcut(api_key='pk_live_x')", behind="")
    assert "playcut_jupyter.playcut" in modules
    assert "IPython" not in modules


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
