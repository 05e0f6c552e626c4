"""The magics' settings: `%config PlaycutMagics`."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from traitlets import TraitError

from playcut_jupyter import BudgetExceeded, Generation
from tests.shells import cell, connected, line


def _preview_size(made: Generation) -> tuple[int, int]:
    html = made.assets[0]._repr_mimebundle_()["text/html"]
    encoded = html.split(";base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as small:
        return small.size


def test_settings_reach_the_connection(shell: InteractiveShell) -> None:
    cell(shell, "speech", "One.")
    shell.run_line_magic("config", "PlaycutMagics.budget = 0")
    shell.run_line_magic("config", "PlaycutMagics.preview_px = 64")

    with pytest.raises(BudgetExceeded):
        cell(shell, "speech", "Two.")

    shell.run_line_magic("config", "PlaycutMagics.budget = None")
    shell.run_line_magic("config", "PlaycutMagics.reuse = False")
    assert not cell(shell, "speech", "One.").reused
    assert max(_preview_size(cell(shell, "image", "a small fox"))) == 64


@pytest.mark.parametrize(("name", "value"), [("progress", "sometimes"), ("budget", -1.0), ("deadline_s", 0.0)])
def test_a_setting_that_makes_no_sense_is_refused(shell: InteractiveShell, name: str, value: object) -> None:
    with pytest.raises(TraitError):
        setattr(shell.magics_manager.registry["PlaycutMagics"], name, value)


def test_settings_of_a_configuration_file_hold_from_the_start(shell: InteractiveShell) -> None:
    shell.run_cell("%unload_ext playcut_jupyter")
    shell.config.PlaycutMagics.budget = 0.0
    shell.config.PlaycutMagics.home = "./configured"
    shell.config.PlaycutMagics.preview_px = 64

    shell.run_line_magic("load_ext", "playcut_jupyter")

    with pytest.raises(BudgetExceeded):
        cell(shell, "speech", "Too dear.")
    assert connected(shell).connector.home == Path("configured").absolute()


def test_one_setting_leaves_what_was_set_elsewhere(shell: InteractiveShell) -> None:
    pc = connected(shell)
    pc.budget = 50

    shell.run_line_magic("config", "PlaycutMagics.preview_px = 64")

    assert pc.budget == 50


def test_going_to_the_sandbox_and_back_forgets_neither_credits_nor_session(shell: InteractiveShell) -> None:
    shell.run_line_magic("config", "PlaycutMagics.budget = 100")
    cell(shell, "image", "a dear fox")
    session = shell.user_ns["_playcut"].session_id
    line(shell, "sandbox")
    line(shell, "sandbox off")

    with pytest.raises(BudgetExceeded, match="needs about 80 credits, 20 are left"):
        cell(shell, "image", "a dear owl")

    shell.run_line_magic("config", "PlaycutMagics.budget = None")
    assert cell(shell, "image", "a dear owl").session_id == session


def test_the_key_is_no_setting(shell: InteractiveShell) -> None:
    assert not any("key" in name for name in shell.magics_manager.registry["PlaycutMagics"].trait_names())
