"""The magics in a real kernel, as a notebook sees them: live states, media that last, interrupts, failing cells."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from playcut_jupyter.sandbox import Sandbox
from tests.kernels import Kernel, Response, kernel

SHOWN_STATE = re.compile(r'class="playcut-status playcut-status-([a-z-]+)"')


def test_a_prompt_in_a_cell_becomes_a_picture_and_its_state_is_seen_changing(notebook: Kernel) -> None:
    answer = notebook.run("%%playcut image -a 16:9\na red fox [slow]")

    states = list(dict.fromkeys(SHOWN_STATE.findall("\n".join(answer.words))))
    assert states[-1] == "completed"
    assert "pending" in states
    assert "processing" in states
    assert re.search(r"\d\.\d s \(typically 5-15 s\)", answer.words[1])
    assert "80 credits (estimate)" in answer.words[-1]
    assert len(answer.displays) == 1
    assert '<img class="playcut-image" src="data:image/png;base64,' in answer.html
    assert 'alt="a red fox [slow]"' in answer.html
    assert "64 x 36" in answer.html
    assert answer.updates <= 4 * answer.seconds + 2


def test_a_voice_and_a_clip_are_players_with_their_bytes_and_no_autoplay(notebook: Kernel) -> None:
    voice = notebook.run("%%playcut speech\nHello there.")
    clip = notebook.run("%%playcut video -r 480p -d 1\nan owl")

    assert re.search(r'<audio [^>]*controls [^>]*src="data:audio/wav;base64,', voice.html)
    assert re.search(r'<video [^>]*controls [^>]*src="data:video/mp4;base64,', clip.html)
    assert "autoplay" not in voice.html + clip.html
    assert "voice Ada" in voice.html


def test_the_stop_button_ends_a_cell_at_once_and_the_task_can_be_picked_up(notebook: Kernel) -> None:
    stopped = notebook.run("%%playcut image\na slow fox [slow]", when=_is_waiting)

    assert stopped.seconds < 0.5
    assert stopped.error == "StoppedWaiting"
    command = re.search(r"%playcut wait \w+", stopped.traceback)
    assert command
    assert "Traceback" not in stopped.traceback
    assert "playcut-status-stopped" in stopped.html

    picked_up = notebook.run(command.group())
    assert "playcut-image" in picked_up.html


def test_an_export_is_a_code_block_that_no_prompt_can_end(notebook: Kernel) -> None:
    notebook.run("%%playcut image --literal\n````\n<b>a fox</b>")

    (shown,) = notebook.run("%playcut export --as python").displays

    assert shown["text/markdown"].startswith("`````python\n")
    assert shown["text/markdown"].endswith("\n`````")
    assert shown["text/plain"].rstrip() in shown["text/markdown"]
    assert "<b>a fox</b>" in shown["text/plain"]


def test_stopping_python_and_awaiting_cells_works_the_same(notebook: Kernel) -> None:
    notebook.run("from playcut_jupyter import Playcut\npc = Playcut()")

    blocking = notebook.run("pc.image('a fox in Python [slow]')", when=_is_waiting)
    assert (blocking.error, blocking.seconds < 0.5) == ("StoppedWaiting", True)

    notebook.run("run = pc.submit('image', 'an awaited fox [slow]')")
    waiting = "import asyncio\nasyncio.get_running_loop().call_soon(print, 'now')\nawait run"
    awaiting = notebook.run(waiting, when=lambda answer: "now" in answer.text)
    assert (awaiting.error, awaiting.seconds < 0.5) == ("StoppedWaiting", True)

    resumed = notebook.run("%playcut resume")
    assert resumed.html.count("playcut-image") == 2


def test_stopping_many_is_as_quick_as_stopping_one_and_buys_nothing_more(tmp_path: Path) -> None:
    with (
        Sandbox(latency_s=30, rate=(6, 60.0), media="tiny") as slow,
        kernel(tmp_path / "home", PLAYCUT_API_KEY=slow.key, PLAYCUT_BASE_URL=slow.base_url) as notebook,
    ):
        notebook.run("%load_ext playcut_jupyter\n%config PlaycutMagics.progress = 'off'")
        stopped = notebook.run("%%playcut image -n 12\nmany foxes", when=_is_rate_limited)
        sent = slow.submissions

        assert (stopped.error, stopped.seconds < 0.9) == ("StoppedWaiting", True)
        assert f"Stopped waiting for 12 generations: {sent} go on at Playcut" in stopped.traceback
        assert "%playcut resume" in stopped.traceback
        notebook.run("%playcut resume", when=_is_shown)
        assert slow.submissions == sent


@pytest.mark.parametrize(
    ("together", "told"),
    [
        ("asyncio.gather(run, other)", "the task goes on at Playcut"),
        ("asyncio.wait_for(run, 60)", "Cancel"),  # asyncio tells no more, up to Python 3.11
    ],
)
def test_stopping_an_await_of_several_leaves_the_kernel_alive(notebook: Kernel, together: str, told: str) -> None:
    notebook.run("import asyncio\nfrom playcut_jupyter import Playcut\npc = Playcut()")
    prompts = f"'a fox [slow] {together}', 'an owl [slow] {together}'"
    notebook.run(f"run, other = (pc.submit('image', prompt) for prompt in ({prompts}))")
    waiting = f"asyncio.get_running_loop().call_soon(print, 'now')\nawait {together}"

    stopped = notebook.run(waiting, when=lambda answer: "now" in answer.text)

    assert stopped.error in ("PlaycutError", "StoppedWaiting", "CancelledError")
    assert told in stopped.traceback or "the task goes on at Playcut" in stopped.traceback
    assert notebook.run("print(6 * 7)").text.strip() == "42"
    assert notebook.run("pc.resume()").error is None


def test_python_shows_the_picture_once_where_it_is_displayed(notebook: Kernel) -> None:
    kept = notebook.run("fox = pc.image('a displayed fox')")
    assert "playcut-image" not in kept.html
    assert "playcut-status-completed" in kept.html

    assert notebook.run("fox").html.count("playcut-image") == 1


def test_a_submitted_generation_shows_itself_live_while_other_cells_run(notebook: Kernel) -> None:
    notebook.run("owl = pc.submit('image', 'a live owl')")
    first = notebook.run("owl")
    assert "playcut-image" not in first.html

    during = notebook.run("owl.wait();", until=lambda answer: "playcut-image" in "".join(answer.words))

    assert all("playcut-image" not in str(shown) for shown in during.displays)


def test_an_unnamed_variable_fails_before_anything_is_sent(notebook: Kernel, server: Sandbox) -> None:
    before = server.requests

    answer = notebook.run("%%playcut\na {nowhere} fox")

    assert answer.error == "PromptError"
    assert "{{nowhere}}" in answer.traceback
    assert server.requests == before


def test_variables_fill_the_prompt_and_lists_make_a_sweep(notebook: Kernel) -> None:
    notebook.run("beast, tones = 'fox', ['red', 'grey']")

    answer = notebook.run("%%playcut image -a 1:1 -o several\na {tones} {beast}")

    assert answer.html.count("playcut-image") == 2
    assert "'a grey fox'" in notebook.run("several[1].prompt").html
    assert "True" in notebook.run("_playcut is several").html


def test_a_sweep_with_failures_shows_its_grid_and_then_fails(notebook: Kernel) -> None:
    answer = notebook.run("%%playcut image\na {fox|owl [refuse]}")

    assert answer.error == "SweepIncomplete"
    assert "retry_failed" in answer.traceback
    assert answer.html.count("playcut-image") == 1
    assert "playcut-tile-failed" in answer.html


def test_a_raw_tool_with_a_task_is_shown_and_one_without_is_data(notebook: Kernel) -> None:
    picture = notebook.run('%%playcut generate-image-from-text\n{"prompt": "a raw fox"}')
    voices = notebook.run("%playcut list-voices")

    assert "playcut-image" in picture.html
    assert "playcut-data" in voices.html
    assert "voiceId" in voices.html


def test_run_all_again_shows_everything_from_the_library(notebook: Kernel, server: Sandbox) -> None:
    notebook.run("%%playcut image\nan owl twice")
    before = server.requests

    answer = notebook.run("%%playcut image\nan owl twice")

    assert "from your library, 0 credits" in answer.html
    assert "playcut-image" in answer.html
    assert server.requests == before
    assert answer.seconds < 1


def test_again_buys_the_last_cell_anew(notebook: Kernel, server: Sandbox) -> None:
    notebook.run("%%playcut speech\nOnce more.")
    before = server.submissions

    answer = notebook.run("%playcut again")

    assert "audio" in answer.html
    assert server.submissions == before + 1


def test_tab_completes_commands_kinds_and_options(notebook: Kernel) -> None:
    assert "resume" in notebook.complete("%playcut re")
    assert "speech" in notebook.complete("%%playcut sp")
    assert "--aspect-ratio" in notebook.complete("%%playcut image --asp")
    assert notebook.complete("%playcut voices ") == notebook.complete("%%playcut image -n ") == []


def test_a_failing_cell_stops_run_all(server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", server.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", server.base_url)
    cells = ["%load_ext playcut_jupyter", "%%playcut image\na fox [refuse]", "print('not reached')"]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])

    with pytest.raises(CellExecutionError, match="PromptRefused"):
        NotebookClient(document, timeout=60).execute()

    assert document.cells[2].outputs == []
    assert [output.output_type for output in document.cells[1].outputs] == ["display_data", "error"]


def test_a_new_kernel_mentions_and_resumes_what_a_killed_one_left(server: Sandbox, tmp_path: Path) -> None:
    connection = {"PLAYCUT_API_KEY": server.key, "PLAYCUT_BASE_URL": server.base_url}
    before = server.submissions
    with kernel(tmp_path / "home", **connection) as first:
        first.run("%load_ext playcut_jupyter")
        first.run("%%playcut image\na killed fox [slow]", when=_is_waiting, then="kill")

    with kernel(tmp_path / "home", **connection) as second:
        loaded = second.run("%load_ext playcut_jupyter")
        assert "1 generation was submitted and not fetched" in loaded.text
        assert "playcut-image" in second.run("%playcut resume").html

    assert server.submissions == before + 1


def test_the_key_is_in_no_output(notebook: Kernel, server: Sandbox) -> None:
    told = [notebook.run(f"%playcut {command}") for command in ("status", "connect", "help", "history", "voices")]
    told.append(notebook.run("pc, pc.connection.settings, _playcut"))

    text = "".join(answer.text + answer.html + str(answer.displays) for answer in told)
    assert server.key not in text
    assert server.key[-4:] in told[0].text


def _is_rate_limited(answer: Response) -> bool:
    return any("rate limited" in words for words in answer.words)


def _is_shown(answer: Response) -> bool:
    return bool(answer.words)


def _is_waiting(answer: Response) -> bool:
    return any("playcut-status-pending" in words for words in answer.words)
