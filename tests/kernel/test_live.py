"""What is sent to the screen while generations run: little, no medium twice, and the end always."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from playcut_jupyter.sandbox import Sandbox
from tests.kernels import Kernel, Response


def messages_with(what: str, answer: Response) -> list[str]:
    return [words for words in answer.words if what in words]


def test_ticks_of_a_waiting_sweep_send_its_line_alone(notebook: Kernel) -> None:
    answer = notebook.run("%%playcut video -r 480p -d 1\na {red|blue|grey [slow]} fox")

    lines = messages_with("playcut-status", answer)
    media = messages_with("data:", answer)
    assert all("data:" not in line for line in lines)
    assert len(lines) > len(media)
    assert len(media) <= 3  # as often as something came, and the end
    assert max(map(len, lines)) < 1_000
    assert len(answer.words) <= 4 * answer.seconds + 3


def test_players_come_with_the_last_drawing_and_are_never_replaced(notebook: Kernel) -> None:
    notebook.run("%%playcut video -r 480p -d 1\na red owl")  # the sweep has it from the library, so it is done first
    clips = notebook.run("%%playcut video -r 480p -d 1\na {red|grey [slow]} owl")
    notebook.run("%%playcut speech\nHello, owl.")
    voices = notebook.run("%%playcut speech\n{Hello|Good evening [slow]}, owl.")

    for answer, player, before in ((clips, "<video", "playcut-poster"), (voices, "<audio", "plays when all are done")):
        assert [words.count(player) for words in messages_with(player, answer)] == [2]
        assert messages_with(before, answer)
        assert player in answer.words[-1]


def test_a_sweeps_line_ticks_though_its_tiles_do_not_change(notebook: Kernel) -> None:
    def seconds(answer: Response) -> set[str]:
        return set(re.findall(r"0 of 2 done .*?(\d+\.\d) s", "\n".join(answer.words)))

    answer = notebook.run("%%playcut image\na ticking {fox|owl} [stuck]", when=lambda answer: len(seconds(answer)) >= 4)

    assert answer.error == "StoppedWaiting"
    assert len(messages_with("playcut-tile-waiting", answer)) <= 4  # SUBMITTING, PENDING, PROCESSING, stopped


def test_a_sweep_that_is_not_waited_for_is_one_grid_that_fills_from_the_background(notebook: Kernel) -> None:
    shown = notebook.run("%%playcut image --no-wait\na {red|blue} {hare|cat [slow]} at rest")
    _forecast, line, tiles = (display["text/html"] for display in shown.displays)
    assert "playcut-status-processing" in line
    assert "playcut-grid" in tiles
    assert shown.html.count("playcut-tile-waiting") == 4

    during = notebook.run("for run in _playcut:\n    run.wait()")

    assert not during.displays
    assert during.words[-1].count('class="playcut-image"') == 4
    assert any("4 of 4 done" in words for words in during.words)
    assert len(during.words) <= 4 * during.seconds + 3


def test_many_displayed_generations_share_the_limit_of_one_cell(notebook: Kernel) -> None:
    notebook.run("pc = __import__('playcut_jupyter').Playcut()")
    notebook.run("runs = [pc.submit('image', f'hen {n} [slow]') for n in range(8)]")
    notebook.run("for run in runs:\n    display(run)")

    during = notebook.run("import time; time.sleep(1)")  # for as long as updates are counted

    assert 2 <= during.updates <= 4 * during.seconds + 3
    notebook.run(
        "for run in runs:\n    run.wait()", until=lambda answer: len(messages_with("playcut-image", answer)) == 8
    )


def test_what_is_not_waited_for_is_saved_when_it_is_done_and_says_where(notebook: Kernel, tmp_path: Path) -> None:
    notebook.run(f"pc = __import__('playcut_jupyter').Playcut()\n%cd {tmp_path}")
    notebook.run("%%playcut image --no-wait --save one.png\na saved fox")
    notebook.run("%%playcut image --no-wait --save both/\na saved {owl|hare}")
    notebook.run("%cd /")

    during = notebook.run(
        "for run in _playcut:\n    run.wait()", until=lambda answer: len(messages_with("Saved: ", answer)) == 2
    )

    words = "\n".join(during.words)
    assert (tmp_path / "one.png").is_file()
    assert f"Saved: {tmp_path / 'one.png'}" in words
    saved = sorted((tmp_path / "both").iterdir())
    assert len(saved) == 2
    assert all(str(path) in words for path in saved)


def test_what_cannot_be_saved_in_the_end_is_told_under_it(notebook: Kernel, tmp_path: Path) -> None:
    notebook.run(f"%%playcut image --no-wait --save {tmp_path}/file/fox.png\na fox without a place [slow]")
    (tmp_path / "file").touch()  # meanwhile, so that it could not be refused before anything was bought

    notebook.run("_playcut.wait()", until=lambda answer: bool(messages_with("Not saved: ", answer)))


@pytest.mark.parametrize("later", ["run.wait(); _playcut.wait()", "import time; time.sleep(1.5)"])
def test_an_executed_notebook_holds_the_end_of_what_it_did_not_wait_for(
    server: Sandbox, monkeypatch: pytest.MonkeyPatch, later: str
) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", server.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", server.base_url)
    cells = [
        "%load_ext playcut_jupyter\nfrom playcut_jupyter import Playcut\npc = Playcut()",
        "run = pc.submit('image', 'a submitted fox')\nrun",
        "%%playcut image --no-wait\nan owl meanwhile",
        later,
    ]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])

    NotebookClient(document, timeout=60).execute()

    for cell in document.cells[1:3]:
        (output,) = cell.outputs
        assert "playcut-status-completed" in output.data["text/html"]
        assert "playcut-image" in output.data["text/html"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_a_terminal_that_does_not_know_its_width_shows_the_line_whole() -> None:
    outer, inner = os.openpty()  # of 0 columns
    draw = "from playcut_jupyter.display import targets; targets.display_target().draw({'text/plain': 'all 12345'})"
    variables = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    subprocess.run([sys.executable, "-c", draw], stdout=inner, env=variables, check=True, timeout=60)
    os.close(inner)
    assert os.read(outer, 1000).endswith(b"all 12345")
    os.close(outer)
