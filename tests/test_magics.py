"""The magics in IPython's own shell, without a kernel: lines, commands, settings, and what a terminal sees."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from traitlets import TraitError

from playcut_jupyter import (
    BudgetExceeded,
    Generation,
    InvalidInput,
    NotConnected,
    NotFound,
    PlaycutError,
    PromptError,
    Sweep,
    SweepIncomplete,
)
from playcut_jupyter.sandbox import Sandbox
from tests.shells import cell, line


def test_the_kind_is_image_when_left_out(shell: InteractiveShell) -> None:
    assert cell(shell, "-a 1:1", "a fox").kind == "image"


def test_options_become_the_tools_inputs(shell: InteractiveShell) -> None:
    made = cell(shell, "video -a 1:1 -r 480p -d 1 -p seed=7 -p 'style=oil paint'", "an owl")

    assert made.inputs == {
        "prompt": "an owl",
        "aspectRatio": "1:1",
        "resolution": "480p",
        "durationSeconds": 1,
        "seed": 7,
        "style": "oil paint",
    }


def test_a_json_value_of_p_is_itself_and_a_comma_list_is_an_axis(shell: InteractiveShell) -> None:
    single = cell(shell, "speech -p 'tags=[1,2]' -p 'note=\"a, b\"'", "Hello.")
    several = cell(shell, "speech -p seed=1,2", "Hello again.")

    assert (single.inputs["tags"], single.inputs["note"]) == ([1, 2], "a, b")
    assert isinstance(several, Sweep)
    assert [run.inputs["seed"] for run in several] == [1, 2]


def test_option_values_may_be_variables_of_the_notebook(shell: InteractiveShell) -> None:
    shell.user_ns["voices"] = [voice.id for voice in _pc(shell).voices()[:2]]

    made = cell(shell, "speech -v {voices}", "Hello.")

    assert [run.inputs["voiceId"] for run in made] == shell.user_ns["voices"]


def test_the_last_axis_is_the_fastest_and_the_templates_come_first(shell: InteractiveShell) -> None:
    made = cell(shell, "speech -p seed=1,2 -n 2", "{Hello|Bye}.")

    assert list(made.axes) == ["Hello|Bye", "seed", "variant"]
    assert [tuple(run.labels.values()) for run in made][:3] == [("Hello", 1, 1), ("Hello", 1, 2), ("Hello", 2, 1)]


def test_json_and_code_pass_through_a_prompt_untouched(shell: InteractiveShell) -> None:
    body = 'Say {"a": {"b": [1, 2]}} and {} and {0} and { x } and {{name}}.'

    assert cell(shell, "speech", body).prompt == body.replace("{{name}}", "{name}")


def test_the_one_line_form_takes_a_prompt_as_it_is_typed(shell: InteractiveShell) -> None:
    line(shell, "speech -p seed=3 the fox's \"den\" isn't here")

    made = shell.user_ns["_playcut"]
    assert made.prompt == "the fox's \"den\" isn't here"
    assert made.inputs["seed"] == 3


def test_out_and_save_keep_the_result(shell: InteractiveShell, tmp_path: Path, capsys: Any) -> None:
    cell(shell, f"image -o fox --save {tmp_path}/fox.png", "a saved fox")
    cell(shell, f"image --save {tmp_path}/all/", "a saved {fox|owl}")

    assert isinstance(shell.user_ns["fox"], Generation)
    assert (tmp_path / "fox.png").read_bytes() == shell.user_ns["fox"].assets[0].data
    assert len(list((tmp_path / "all").glob("*.png"))) == 2
    assert "Saved:" in capsys.readouterr().out


def test_a_dry_run_tells_the_count_and_sends_nothing(shell: InteractiveShell, sandbox: Sandbox, capsys: Any) -> None:
    before = sandbox.requests

    line(shell, "image --dry-run -n 3 -a 1:1,16:9 a {red|blue} fox")
    shell.run_cell_magic("playcut", "generate-anything --dry-run -p a=1", '{"b": 2}')

    told = capsys.readouterr().out
    assert "12 generations" in told
    assert "a red fox" in told
    assert "Nothing was sent" in told
    assert '"b": 2' in told
    assert sandbox.requests == before


def test_no_wait_goes_on_in_the_background(shell: InteractiveShell) -> None:
    made = cell(shell, "speech --no-wait", "Later.")

    assert made.wait().status == "COMPLETED"


@pytest.mark.parametrize(
    ("words", "body", "error", "told"),
    [
        ("imgae", "x", InvalidInput, "Did you mean image?"),
        ("image --aspekt-ratio 1:1", "x", InvalidInput, "Did you mean --aspect-ratio?"),
        ("image extra", "x", InvalidInput, "'extra' is left over"),
        ("image -p seed", "x", InvalidInput, "key=value"),
        ("image -n none", "x", InvalidInput, "whole number"),
        ("image -n 0", "x", InvalidInput, "whole number"),
        ("image -a", "x", InvalidInput, "expected one argument"),
        ("image -p 'a=b", "x", InvalidInput, "can't be read"),
        ("image -o 1a", "x", InvalidInput, "variable"),
        ("image -v ada", "x", InvalidInput, "not an option of image"),
        ("video -d soon", "x", InvalidInput, "length in seconds"),
        ("speech -a 1:1", "x", InvalidInput, "not an option of speech"),
        ("image -a {nowhere}", "x", PromptError, "nowhere"),
        ("image", "   ", PromptError, "empty"),
        ("image", "a {nowhere}", PromptError, "{{nowhere}}"),
        ("image", "{a|b|c|d|e} {f|g|h|i}", InvalidInput, "--max 20"),
        ("generate-image-from-text", "{", InvalidInput, "column"),
        ("generate-image-from-text", "[1]", InvalidInput, "not an object"),
        ("generate-image-from-text -n 2", "{}", InvalidInput, "as JSON"),
        ("generate-image-form-text", "{}", NotFound, "generate-image-from-text"),
    ],
)
def test_bad_input_is_one_sentence_and_costs_nothing(
    shell: InteractiveShell, sandbox: Sandbox, words: str, body: str, error: type[PlaycutError], told: str
) -> None:
    before = sandbox.submissions

    with pytest.raises(error) as caught:
        shell.run_cell_magic("playcut", words, body)

    assert told in str(caught.value)
    assert sandbox.submissions == before


def test_max_allows_a_larger_sweep(shell: InteractiveShell) -> None:
    shell.run_line_magic("config", "PlaycutMagics.max_generations = 2")
    with pytest.raises(InvalidInput):
        cell(shell, "speech", "{a|b|c}")

    assert len(cell(shell, "speech --max 3", "{a|b|c}")) == 3


def test_a_sweep_that_fails_in_part_is_left_for_a_retry(shell: InteractiveShell) -> None:
    with pytest.raises(SweepIncomplete, match="1 of 2"):
        cell(shell, "image", "a {hare|heron [flaky]}")

    assert shell.user_ns["_playcut"].retry_failed().failed == []


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
    assert shell.magics_manager.registry["PlaycutMagics"].pc.connector.home == Path("configured").absolute()


def test_one_setting_leaves_what_was_set_elsewhere(shell: InteractiveShell) -> None:
    pc = shell.magics_manager.registry["PlaycutMagics"].pc
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


def test_status_tells_where_and_how_much(shell: InteractiveShell, sandbox: Sandbox, capsys: Any) -> None:
    cell(shell, "image", "a fox for the status")
    capsys.readouterr()

    line(shell, "")

    told = capsys.readouterr().out
    assert sandbox.base_url in told
    assert "80 (estimate)" in told
    assert sandbox.key not in told


def test_connect_checks_the_key(shell: InteractiveShell, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    line(shell, "connect")
    assert "the key works" in capsys.readouterr().out

    monkeypatch.setenv("PLAYCUT_API_KEY", "pk_live_" + "0" * 40)
    with pytest.raises(PlaycutError, match="key was not accepted"):
        line(shell, "connect")


def test_the_sandbox_is_entered_and_left_by_command_only(
    shell: InteractiveShell, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line(shell, "sandbox")
    assert "SANDBOX" in capsys.readouterr().out
    assert cell(shell, "speech", "In the sandbox.").is_sandbox

    line(shell, "sandbox off")
    monkeypatch.delenv("PLAYCUT_API_KEY")
    shell.run_line_magic("config", "PlaycutMagics.home = './another'")
    with pytest.raises(NotConnected, match="no API key"):
        cell(shell, "speech", "Not in the sandbox.")


def test_sessions_by_command(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "session")
    line(shell, "session new Foxes at night")
    line(shell, "session use Foxes at night")
    made = cell(shell, "speech", "In a session.")

    told = capsys.readouterr().out
    assert "No session yet" in told
    assert told.count(made.session_id) >= 2


def test_voices_are_filtered(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "voices french")
    told = capsys.readouterr().out
    line(shell, "voices klingon")

    assert "French" in told
    assert "English" not in told
    assert "No voice matches 'klingon'" in capsys.readouterr().out


def test_history_show_and_wait(shell: InteractiveShell, capsys: Any) -> None:
    made = cell(shell, "speech", "A sentence to find.")
    cell(shell, "speech", "Another one.")
    capsys.readouterr()

    line(shell, "history -n 5 --search to find")
    line(shell, f"show {made.id}")
    line(shell, f"wait {made.task_id}")

    told = capsys.readouterr().out
    assert "A sentence to find." in told
    assert "Another one." not in told
    assert shell.user_ns["_playcut"].task_id == made.task_id


def test_resume_with_nothing_to_do_says_so(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "resume")

    assert "Nothing to resume" in capsys.readouterr().out


def test_help_lists_every_command_and_option(shell: InteractiveShell, capsys: Any) -> None:
    line(shell, "help")

    told = capsys.readouterr().out
    for word in ("status", "connect", "sandbox", "resume", "again", "--aspect-ratio", "--dry-run", "--max"):
        assert word in told


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sttus", "Did you mean status?"),
        ("session rename", "session new TITLE"),
        ("sandbox maybe", "sandbox off"),
        ("history -x", "history [-n N]"),
        ("show fox", "nor a number"),
        ("again", "no cell to run again"),
        ("image a red fox -a 16:9", "comes after the prompt"),
    ],
)
def test_a_wrong_command_names_the_right_one(shell: InteractiveShell, command: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        line(shell, command)

    assert told in str(caught.value)


def test_an_error_is_shown_as_a_few_plain_lines(shell: InteractiveShell, capsys: Any) -> None:
    result = shell.run_cell("%%playcut imgae\na fox")

    told = capsys.readouterr().out
    assert isinstance(result.error_in_exec, InvalidInput)
    assert "Did you mean image?" in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) <= 3


def _pc(shell: InteractiveShell) -> Any:
    return shell.magics_manager.registry["PlaycutMagics"].pc


def _preview_size(made: Generation) -> tuple[int, int]:
    html = made.assets[0]._repr_mimebundle_()["text/html"]
    encoded = html.split(";base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as small:
        return small.size


def test_from_builds_on_the_last_one_and_the_tree_shows_it(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = cell(shell, "image -a 16:9", "a parent fox")
    child = cell(shell, "--from last", "+ at dusk")
    again = cell(shell, f"video --from {parent.id} -d 1 -r 480p", "- parent")
    line(shell, "tree")

    assert (child.kind, child.prompt, child.inputs["aspectRatio"]) == ("image", "a parent fox at dusk", "16:9")
    assert (again.kind, again.prompt, again.parent_id) == ("video", "a fox", parent.id)
    drawn = capsys.readouterr().out
    shell.user_ns["mine"] = child
    assert cell(shell, "--from mine", "+ softly").parent_id == child.id
    assert f"├─ #{child.id}" in drawn
    assert f"└─ #{again.id}" in drawn


def test_from_the_last_of_several_asks_which(shell: InteractiveShell) -> None:
    several = cell(shell, "", "a {red|blue} parent")
    with pytest.raises(InvalidInput, match="holds 2 generations") as caught:
        cell(shell, "--from last", "+ at dusk")
    assert str(caught.value.hint).endswith(f"by its number: {several[0].id}, {several[1].id}.")
    with pytest.raises(InvalidInput, match="neither `last`, nor a number"):
        cell(shell, "--from tuesday", "+ at dusk")
    with pytest.raises(InvalidInput, match="nothing to build on"):
        cell(shell, "generate-image-from-text --from last", "{}")


def test_stars_are_set_seen_and_taken_away(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    fox, owl = cell(shell, "", "a starred fox"), cell(shell, "", "a plain owl")
    line(shell, f"star {fox.id}")
    line(shell, "hide")
    capsys.readouterr()
    line(shell, "history --starred")
    listed = capsys.readouterr().out
    assert "a starred fox" in listed
    assert "a plain owl" not in listed
    line(shell, f"star {fox.id} off")
    line(shell, "history --starred")
    assert "Nothing has been made yet" in capsys.readouterr().out
    assert cell(shell, f"--from {owl.id}", "+").hidden


def test_picking_needs_a_sweep_and_a_notebook(shell: InteractiveShell) -> None:
    cell(shell, "", "a lonely pick")
    with pytest.raises(InvalidInput, match="needs a sweep in `_playcut`"):
        line(shell, "pick")
    cell(shell, "", "a {red|blue} pick")
    with pytest.raises(InvalidInput, match="needs a notebook's widgets"):
        line(shell, "pick")


def test_generations_are_compared_by_number(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = cell(shell, "", "a {red|blue} comparison")
    capsys.readouterr()
    line(shell, f"compare {first.id} {second.id}")
    assert "a [red] comparison" in capsys.readouterr().out
    line(shell, "compare")
    assert "a [blue] comparison" in capsys.readouterr().out
