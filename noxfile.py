"""The checks of this project, one session each: `nox --list` names them, `nox -s lint` runs one.

What stands behind `--` goes to pytest: `nox -s tests-3.12 -- tests/magics`.
"""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv"
nox.options.sessions = ["lint", "types", "tests"]

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
OLDEST = PYTHONS[0]
EPOCH = os.environ.get("SOURCE_DATE_EPOCH", "1764115200")
"""The time that stands in the distributions, so that the same source makes the same bytes."""
PYTEST = ("pytest", "-n", "auto", "--dist", "worksteal")


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Check the style and formatting of Python, JavaScript and CSS."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("biome", "check", "--error-on-warnings")


@nox.session(python=OLDEST)
def types(session: nox.Session) -> None:
    """Check the types, those of the public API with a second checker too."""
    session.install("-e", ".[dev]")
    session.run("mypy")
    if Path("tests/typing").is_dir():
        session.run("basedpyright", "tests/typing")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests with the newest releases of all dependencies."""
    session.install("-e", ".[test]")
    session.run(*PYTEST, *session.posargs)


@nox.session(python=OLDEST)
def lowest(session: nox.Session) -> None:
    """Run the tests with the oldest releases that pyproject.toml allows."""
    session.install("--resolution", "lowest-direct", "-e", ".[test]")
    session.run(*PYTEST, *session.posargs)


FRONT_ENDS = {
    "newest": (),
    "lab-4.2": ("jupyterlab==4.2.*", "notebook==7.2.*"),
    "ipykernel-6.29": ("ipykernel==6.29.*",),
}


@nox.session(python=OLDEST)
@nox.parametrize("versions", list(FRONT_ENDS), ids=list(FRONT_ENDS))
def frontends(session: nox.Session, versions: str) -> None:
    """Use each front end as people do, and write the table in docs/reference/front-ends.md from what was shown."""
    results = Path(session.cache_dir) / "front-ends.json"
    if versions == "newest":
        results.unlink(missing_ok=True)
    session.install("-e", ".[frontends]", *FRONT_ENDS[versions])
    session.run("python", "-m", "tests.frontends", str(results), *session.posargs)
    session.run("python", "-m", "tests.frontends", "--write", str(results))


@nox.session(python=OLDEST)
def coverage(session: nox.Session) -> None:
    """Run the tests and fail if they cover less than pyproject.toml demands."""
    session.install("-e", ".[test]")
    session.run(*PYTEST, *session.posargs, "--cov")  # the last word: it would take a path that follows it


@nox.session(python=OLDEST)
def docs(session: nox.Session) -> None:
    """Build the manual into build/docs; its notebooks are executed in the sandbox, and a warning is an error."""
    session.install("-e", ".[docs]")
    session.run("sphinx-build", "--fail-on-warning", "--keep-going", "--quiet", "-j", "auto", "docs", "build/docs")


@nox.session(python=OLDEST)
def build(session: nox.Session) -> None:
    """Build the distributions into dist/, twice to see that they are the same, and check what is in them."""
    session.install("build[uv]", "check-wheel-contents", "twine")
    for folder in ("dist", "build/again"):
        shutil.rmtree(folder, ignore_errors=True)
        session.run("pyproject-build", "--installer", "uv", "--outdir", folder, env={"SOURCE_DATE_EPOCH": EPOCH})
    session.run("twine", "check", "--strict", "dist/*")
    session.run("check-wheel-contents", "dist")
    session.run("python", "tests/distributions.py", "dist", "build/again")


@nox.session(python=PYTHONS[-1], venv_backend="venv")
def trial(session: nox.Session) -> None:
    """Install what `build` has built from an index on this disk, as a user would with pip, and run the demo."""
    index = Path("build/index")
    files = sorted(path for path in Path("dist").glob("playcut_jupyter-*") if path.suffix in (".whl", ".gz"))
    if not files:
        session.error("dist/ is empty: run `nox -s build` first")
    project = index / "playcut-jupyter"
    shutil.rmtree(index, ignore_errors=True)
    project.mkdir(parents=True)
    for path in files:
        shutil.copy(path, project)
    links = "".join(f'<a href="{path.name}">{path.name}</a>\n' for path in files)
    (project / "index.html").write_text(f"<!DOCTYPE html>\n{links}", encoding="utf-8")
    version = files[0].name.split("-")[1]
    # Dependencies come from the usual index; this version is on the local one alone.
    session.install("--extra-index-url", index.resolve().as_uri(), f"playcut-jupyter[lab]=={version}")
    session.chdir(session.create_tmp())  # away from the checkout, whose package would be imported instead
    session.run("playcut-jupyter", "--version")
    session.run("playcut-jupyter", "demo", env={"PLAYCUT_API_KEY": ""})
    session.run("playcut-jupyter", "doctor", env={"PLAYCUT_SANDBOX": "1"})
