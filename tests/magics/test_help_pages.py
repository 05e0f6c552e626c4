"""Every word has its page, with an example that does what it says."""

from __future__ import annotations

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import InvalidInput, errors
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.magics import examples, pages
from playcut_jupyter.magics.configuration import ENVIRONMENT, Configuration
from playcut_jupyter.magics.help import help_on
from playcut_jupyter.magics.magics import PlaycutMagics
from playcut_jupyter.syntax.parsers import (
    COMMAND_NAMES,
    OWN_PARSERS,
    cell_parser,
    options_of,
)
from playcut_jupyter.tools import KINDS, READ_ONLY, TOOLS
from tests.shells import line

CaptureFixture = pytest.CaptureFixture[str]

ERRORS = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, PlaycutError)]
WORDS = [
    *COMMAND_NAMES,
    *KINDS,
    *TOOLS,
    *READ_ONLY,
    *options_of(cell_parser()),
    *(option for parser in OWN_PARSERS.values() for option in options_of(parser())),
    *PlaycutMagics.class_trait_names(config=True),
    *ENVIRONMENT,
    *ERRORS,
]


@pytest.mark.parametrize("word", dict.fromkeys(WORDS))
def test_every_word_has_a_page_with_an_example(word: str) -> None:
    page = pages.find(word)
    assert page is not None
    assert page.examples
    assert word in page.usage or any(word in example for example in page.examples)
    assert all(pages.find(other) for other in page.see)


def test_no_page_is_about_something_that_is_gone() -> None:
    assert set(pages.pages()) == set(WORDS)
    assert set(examples.OPTIONS) == {action.option_strings[-1] for action in options_of(cell_parser()).values()}
    assert set(examples.COMMANDS) == set(COMMAND_NAMES)
    assert set(examples.ERRORS) == set(ERRORS)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("--from", "--from ID: build on"),
        ("from", "--from ID: build on"),
        ("-a", "-a, --aspect-ratio W:H"),
        ("aspect_ratio", "-a, --aspect-ratio W:H"),
        ("--aspect-ratio=16:9", "-a, --aspect-ratio W:H"),
        ("--ar", "-a, --aspect-ratio W:H"),
        ("--search", "%playcut history"),
        ("%playcut star", "%playcut star [ID]"),
        ("%%playcut image", "%%playcut image"),
        ("`--fresh`", "--fresh: generate again"),
        ("session new", "%playcut session"),
        ("taskfailed", "TaskFailed: the task".casefold()),
        ("playcut_home", "PLAYCUT_HOME: "),
        ("BUDGET", "%config PlaycutMagics.budget"),
        ("tts", "%%playcut tts"),
        ("remove-background", "%%playcut remove-background"),
    ],
)
def test_a_word_is_found_however_it_is_written(typed: str, found: str) -> None:
    assert help_on(typed).casefold().startswith(found.casefold())


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("--form", "--from"),
        ("aspekt-ratio", "--aspect-ratio"),
        ("imgae", "image"),
        ("histroy", "history"),
        ("budgett", "budget"),
        ("TaskFaild", "TaskFailed"),
        ("PLAYCUT_HOM", "PLAYCUT_HOME"),
        ("generate-image-from-txt", "generate-image-from-text"),
    ],
)
def test_a_near_miss_is_suggested(typed: str, near: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(f"Did you mean {near}?")):
        help_on(typed)


@pytest.mark.parametrize("typed", ["qqq", "--zzzz", "🦊", "x" * 500, "{name}", "-"])
def test_a_word_that_is_like_none_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match="There is no help on"):
        help_on(typed)


@pytest.mark.parametrize("typed", ["image?", "budget?", "--from?", "TaskFailed??"])
def test_a_question_mark_after_a_word_asks_for_its_page(
    shell: InteractiveShell, capsys: CaptureFixture, typed: str
) -> None:
    line(shell, typed)
    assert capsys.readouterr().out.strip() == help_on(typed.rstrip("?"))


@pytest.mark.parametrize("option", examples.OPTIONS)
def test_the_examples_of_an_option_are_cells_that_run(shell: InteractiveShell, option: str) -> None:
    for prompt in ("a blue fox", "a red fox"):
        shell.run_cell(f"%playcut image {prompt}", silent=True).raise_error()
    for example in examples.OPTIONS[option]:
        first, *body = example.splitlines()
        assert any(word in first for word in options_of(cell_parser()) if pages.find(word) is pages.find(option))
        shell.run_cell("\n".join([f"{first} --dry-run" if body else first, *body])).raise_error()


def test_the_examples_of_kinds_and_commands_are_lines_that_run(shell: InteractiveShell, capsys: CaptureFixture) -> None:
    for each in examples.KINDS.values():
        for example in each:
            shell.run_cell(example).raise_error()
    shell.run_cell("%playcut image --out foxes a {red|blue} fox", silent=True).raise_error()
    shell.run_cell("foxes[1].star()\n%playcut image -o best a white fox", silent=True).raise_error()
    not_here = {
        "panel",
        "explore",
        "pick",
        "wait",
        "sandbox",
    }  # need a notebook, or a task of the service, or replace the sandbox
    for name, each in examples.COMMANDS.items():
        for example in each if name not in not_here else ():
            shell.user_ns["_playcut"] = shell.user_ns["foxes" if name in ("effects", "refine") else "best"]
            shell.run_cell(example).raise_error()
    assert "credits so far" in capsys.readouterr().out


def test_settings_tell_their_default_their_variable_and_python() -> None:
    assert "Default: 16." in help_on("max_generations")
    assert "PLAYCUT_HOME" in help_on("home")
    assert "pc = Playcut(budget=500)" in help_on("budget")
    for name, trait in Configuration.class_traits(config=True).items():
        setattr(Configuration(), name, trait.metadata["example"])  # a TraitError if it is not one
        assert f"%config PlaycutMagics.{name} = {trait.metadata['example']!r}" in help_on(name)
