"""The reference is complete: whatever the code has stands on its page."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

import playcut_jupyter
from playcut_jupyter import Playcut, errors
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.library.database import Library
from playcut_jupyter.magics.configuration import ENVIRONMENT
from playcut_jupyter.magics.magics import PlaycutMagics
from playcut_jupyter.sandbox import MARKERS
from playcut_jupyter.syntax.parsers import COMMANDS, OWN_PARSERS, cell_parser, options_of
from tests.manual.pages import PAGES, text_of

PACKAGE = Path(playcut_jupyter.__file__).parent
ERRORS = {
    name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, PlaycutError)
}


@pytest.fixture(scope="module")
def magics() -> str:
    return text_of("reference/magics.md")


@pytest.mark.parametrize(
    "parser", [cell_parser(), *(new() for new in OWN_PARSERS.values())], ids=lambda one: str(one.prog)
)
def test_every_option_of_every_parser_is_there(magics: str, parser: object) -> None:
    for option, action in options_of(parser).items():  # type: ignore[arg-type]
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", magics), option
        assert (action.help or "")[1:20].split("`")[0] in magics


def test_every_command_and_what_follows_it_is_there(magics: str) -> None:
    for usage in COMMANDS:
        assert f"`%playcut {usage}`" in magics


@pytest.mark.parametrize("cls", ERRORS.values(), ids=ERRORS)
def test_every_error_is_there_with_its_remedy(cls: type[PlaycutError]) -> None:
    page = text_of("reference/errors.md")
    section = page.split(f"## `{cls.__name__}`")[1].split("\n## ")[0]
    remedy = cls("x").hint
    assert cls is PlaycutError or remedy
    plain = re.sub(r"\\(.)", r"\1", section)
    assert (remedy or "What happened").lower() in plain.lower() or cls is PlaycutError
    assert "```text" in section


def test_every_setting_is_in_the_table_with_its_default() -> None:
    page = text_of("reference/settings.md")
    for name, trait in PlaycutMagics.class_traits(config=True).items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        assert trait.help.rstrip(".").split("`")[0][:20] in row
        assert not trait.default_value or f"`{trait.default_value!r}`" in row


def test_every_argument_of_playcut_is_a_setting_or_told_otherwise() -> None:
    """`api_key` and `sandbox` are the environment's; all else is a trait of the same name and default."""
    from inspect import signature

    traits = PlaycutMagics.class_traits(config=True)
    arguments = dict(signature(Playcut.__init__).parameters)
    del arguments["self"]
    assert set(arguments) - set(traits) == {"api_key", "sandbox"}
    assert set(traits) - set(arguments) == {"max_generations"}
    for name in set(traits) & set(arguments):
        assert (traits[name].default_value or None) == (arguments[name].default or None)


def test_every_variable_of_the_environment_that_is_read_is_in_the_table() -> None:
    read = {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r"[\"']((?:PLAYCUT)_[A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert read == set(ENVIRONMENT)
    assert all(f"| `{name}` |" in text_of("reference/settings.md") for name in read)


def test_every_marker_and_every_command_of_the_console_is_there() -> None:
    sandbox, console = text_of("reference/sandbox.md"), text_of("reference/command-line.md")
    assert all(f"| `[{name}]` |" in sandbox for name in MARKERS)
    for words in (
        "demo",
        "lab",
        "sandbox",
        "doctor",
        "library list",
        "library prune",
        "library verify",
        "library pack",
        "library unpack",
    ):
        assert f"## `playcut-jupyter {words}`" in console
    assert "| `--older-than DAYS` |" in console


def test_every_column_of_the_library_is_explained(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert library.journal_mode
    library.close()
    page = text_of("reference/file-formats.md")
    with sqlite3.connect(library.path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in set(tables) - {"sqlite_sequence"}:
            section = page.split(f"### `{table}`")[1].split("\n#")[0]
            for _, column, *_ in db.execute(f"PRAGMA table_info({table})"):
                assert f"`{column}`" in section, f"{table}.{column}"
    db.close()


def test_no_page_speaks_of_a_word_that_is_gone() -> None:
    for page in PAGES:
        for option in re.findall(r"%playcut[^\n`]*?\s(--[a-z-]+)", text_of(page)):
            known = {one for new in (cell_parser, *OWN_PARSERS.values()) for one in options_of(new())}
            assert option in known or option.startswith("--a"), f"{page}: {option}"  # `--ar`, `--aspekt-ratio`
