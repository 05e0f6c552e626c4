"""Exported programs: run as they are by bash, python and node against the sandbox, far from the package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from playcut_jupyter import Generation, InvalidInput, Playcut, Sweep
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.sandbox import Sandbox

from .faults.proxy import Hang, Proxy
from .shells import line

NASTY = (
    'it\'s a "fox" `touch pwned` $(touch pwned) ${HOME} %s {x} {{y}} */ // # <b>&amp;\n'
    '\'\'\'""" EOF\n\n  EOF\n\\n \\ "__GENERATIONS__" \u72d0 \U0001f98a \u202e\u2028\x1b[31m \U000e0041 \\'
)

PROGRAMS = {
    "curl": ("program.sh", ["bash"]),
    "python": ("program.py", [sys.executable, "-W", "error"]),
    "typescript": ("program.mjs", ["node"]),
}


def _needs(format_: str, *tools: str) -> pytest.ParameterSet:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    reason = f"not on this machine: {', '.join(missing)}"
    return pytest.param(format_, marks=pytest.mark.skipif(bool(missing), reason=reason))


every_language = pytest.mark.parametrize(
    "format_", [_needs("curl", "bash", "curl"), _needs("python"), _needs("typescript", "node")]
)


class Ended:
    """What a program left: its words, and the files beside it."""

    def __init__(self, folder: Path, program: Path, done: subprocess.CompletedProcess[str]) -> None:
        self.status = done.returncode
        self.said = done.stderr
        self.printed = done.stdout.splitlines()
        self.files = {path.name: path.read_bytes() for path in folder.iterdir() if path != program}


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox) -> Run:
    """Run a program's text in a folder of its own, with the sandbox as the API."""

    def run(text: str, format_: str, folder: str = "production", **environment: str) -> Ended:
        name, command = PROGRAMS[format_]
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
        # No proxy may stand in between, and the package is not to be found.
        clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        given = {"PLAYCUT_API_KEY": sandbox.key, "PLAYCUT_BASE_URL": sandbox.base_url} | environment
        done = subprocess.run(
            [*command, name], cwd=place, env=clean | given, capture_output=True, text=True, timeout=60, check=False
        )
        assert sandbox.key not in done.stdout + done.stderr
        assert sandbox.storage_url not in done.stdout + done.stderr
        return Ended(place, place / name, done)

    return run


def impatient(text: str) -> str:
    """Take the pauses out of a program."""
    return text.replace("POLL_S = 3", "POLL_S = 0.2").replace("poll_s=3", "poll_s=0.2")


def soon_tired(text: str) -> str:
    """Make a program give up after a few seconds."""
    return text.replace("TIMEOUT_S = 30", "TIMEOUT_S = 3").replace("timeout_s=30", "timeout_s=3")


def originals(runs: Generation | Sweep) -> list[bytes]:
    generations = [runs] if isinstance(runs, Generation) else list(runs)
    return [asset.path.read_bytes() for run in generations for asset in run.assets if asset.path]


@every_language
def test_a_program_makes_the_same_picture_from_any_prompt(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.image(NASTY, seed=7, aspect_ratio="16:9")

    ended = run(made.export(format_), format_)

    assert (ended.status, ended.printed) == (0, ["playcut-image.png"]), ended.said
    assert ended.files == {"playcut-image.png": originals(made)[0]}


@every_language
def test_whole_numbers_of_any_size_arrive_as_they_are(pc: Playcut, run: Run, format_: str) -> None:
    odd = 'a "90071992547409931" fox \\'  # what looks like a number in a text is text
    made = pc.sweep(odd, seed=[2**53, 2**53 + 1, -(2**63)], weights=[[[2**60 + 1, 0.1, 1e30, True, None, {"n": 1}]]])
    assert len(set(originals(made))) == 3

    ended = run(made.export(format_), format_)

    assert ended.status == 0, ended.said
    assert [ended.files[f"playcut-image-{number}.png"] for number in (1, 2, 3)] == originals(made)


@every_language
def test_a_program_says_the_same_words_in_the_same_voice(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.speech('It\'s "here": $HOME `x`.', voice=pc.voices()[1].name)

    ended = run(made.export(format_), format_)

    assert ended.status == 0, ended.said
    assert ended.files == {"playcut-speech.wav": originals(made)[0]}


@every_language
def test_a_program_makes_a_whole_sweep_in_one_session_and_overwrites_nothing(
    pc: Playcut, sandbox: Sandbox, run: Run, format_: str
) -> None:
    made = pc.sweep("a {red|blue} kite", aspect_ratio=["1:1", "16:9"], seed=7)
    program = made.export(format_)
    before = sandbox.requests

    first = run(program, format_)
    sent = sandbox.requests - before
    again = run(program, format_)

    names = [f"playcut-image-{number}.png" for number in range(1, 5)]
    assert (first.status, first.printed) == (0, names), first.said
    assert [first.files[name] for name in names] == originals(made)
    assert sent == {"create-session": 1, "generate-image-from-text": 4, "wait-for-task": 4, "download-asset": 4}
    assert again.printed == [f"playcut-image-{number}-2.png" for number in range(1, 5)]
    assert again.files == first.files | {name.replace(".", "-2."): first.files[name] for name in names}


@every_language
def test_what_goes_wrong_on_the_way_is_put_right(pc: Playcut, sandbox: Sandbox, run: Run, format_: str) -> None:
    accidents = ["early", "cut", "unknown-status", "truncated", "expired", "redirect", "two"]
    made = pc.sweep(f"a {format_} boat [{{accident}}]", accident=accidents, seed=7)
    before = sandbox.submissions

    ended = run(impatient(made.export(format_)), format_)

    assert ended.status == 0, ended.said
    assert sorted(ended.files.values()) == sorted(originals(made))
    assert len(ended.files) == 8
    assert sandbox.submissions == before + 7
    assert sandbox.leaked_authorization == 0


@every_language
def test_what_fails_is_told_in_words_and_the_others_are_made(
    pc: Playcut, sandbox: Sandbox, run: Run, format_: str
) -> None:
    accidents = ["refuse", "forbidden", "crash", "lost", "html", "fail", "fail-silently", "no accident"]
    made = pc.sweep(f"a {format_} tower [{{accident}}]", accident=accidents, seed=7)
    before = sandbox.submissions

    ended = run(impatient(made.export(format_)), format_)

    assert ended.status == 1
    assert list(ended.files) == ["playcut-image-8.png"]
    for words in (
        "playcut-image-1: generate-image-from-text: HTTP status 422: The prompt was refused by the safety rules",
        "playcut-image-2: generate-image-from-text: HTTP status 403: The workspace's plan",
        "playcut-image-3: generate-image-from-text: HTTP status 500: Something went wrong",
        "playcut-image-4: generate-image-from-text: no answer (",
        "playcut-image-5: generate-image-from-text: HTTP status 502: ",
        "playcut-image-6: The task failed: GENERATION_FAILED: The model could not make this",
        "playcut-image-7: The task failed: no reason was given",
        "7 of 8 failed.",
    ):
        assert words in ended.said
    # Lost and unreadable answers were to tasks that exist; nothing was submitted twice.
    assert ended.said.count("It may have been bought or not, so it was not sent again.") == 3
    assert sandbox.submissions == before + 5


@every_language
def test_an_asset_that_is_none_is_refused_by_name_of_its_task(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.sweep(f"a {format_} gate [{{wrong-type|empty}}]", seed=7)
    program = made.export(format_).replace("ATTEMPTS = 4", "ATTEMPTS = 2").replace("attempts=4", "attempts=2")

    ended = run(program, format_)

    assert (ended.status, ended.files) == (1, {})
    assert "bytes of text/html" in ended.said
    assert "can't be fetched: HTTP status 200, 0 bytes of" in ended.said
    assert ended.said.count("(task ") == 2


@every_language
def test_a_download_that_falls_silent_is_begun_anew(sandbox: Sandbox, run: Run, pc: Playcut, format_: str) -> None:
    made = pc.image(f"a {format_} brook", seed=7)
    with Proxy(sandbox) as proxy:
        proxy.program("download", Hang(forward=True, first=3000))

        ended = run(soon_tired(made.export(format_)), format_, PLAYCUT_BASE_URL=proxy.base_url)

        assert (ended.status, proxy.seen.count("download")) == (0, 2), ended.said
        assert ended.files == {"playcut-image.png": originals(made)[0]}


@pytest.mark.skipif(shutil.which("curl") is None, reason="not on this machine: curl")
def test_a_curl_that_is_set_to_retry_submits_once_all_the_same(
    pc: Playcut, sandbox: Sandbox, run: Run, tmp_path: Path
) -> None:
    (tmp_path / ".curlrc").write_text("retry = 3\nretry-delay = 1\nlocation\n")
    (made,) = pc.sweep("a configured fox [html]")
    before = sandbox.submissions

    ended = run(made.export("curl"), "curl")

    assert ended.status == 1
    assert "HTTP status 502: " in ended.said
    assert sandbox.submissions == before + 1


@every_language
def test_a_task_is_waited_for_until_the_deadline(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.submit("image", f"a {format_} tree [stuck]")
    program = impatient(made.export(format_).replace("DEADLINE_S = 600", "DEADLINE_S = 1"))
    made.stop_waiting()

    ended = run(program.replace("deadline_s=600", "deadline_s=1"), format_)

    assert ended.status == 1
    assert "playcut-image: Not done within 1 s; it may still complete. (task " in ended.said


@every_language
def test_retry_after_is_obeyed(run: Run, format_: str, away_from_home: Path) -> None:
    with Sandbox(latency_s=0.05, rate=(3, 1.5), media="tiny") as slow:
        with Playcut(api_key=slow.key, base_url=slow.base_url, home=away_from_home) as pc:
            made = pc.image("a patient fox", seed=7)
        started = time.monotonic()
        ended = run(made.export(format_), format_, PLAYCUT_API_KEY=slow.key, PLAYCUT_BASE_URL=slow.base_url)
        took_s = time.monotonic() - started

    assert ended.status == 0, ended.said
    assert "The rate limit is reached: going on in" in ended.said
    assert took_s > 1
    assert ended.files == {"playcut-image.png": originals(made)[0]}
    assert slow.submissions == 2


@every_language
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PLAYCUT_API_KEY": ""}, "Set PLAYCUT_API_KEY"),
        ({"PLAYCUT_API_KEY": "two words"}, "Set PLAYCUT_API_KEY"),
        ({"PLAYCUT_API_KEY": "pk_live_wrong"}, "create-session: HTTP status 401: The API key is missing or invalid"),
        ({"PLAYCUT_BASE_URL": "http://api.playcut.ai/api/v1"}, "PLAYCUT_BASE_URL is no https address"),
        ({"PLAYCUT_BASE_URL": "http://localhost:1@playcut.ai"}, "PLAYCUT_BASE_URL is no https address"),
    ],
    ids=["no key", "two words", "wrong key", "plain http", "user name"],
)
def test_without_a_right_key_or_address_nothing_is_made(
    pc: Playcut, run: Run, format_: str, environment: dict[str, str], words: str
) -> None:
    ended = run(pc.image("a still fox").export(format_), format_, **environment)

    assert ended.status == 1
    assert words in ended.said
    assert ended.files == {}


@every_language
def test_a_place_that_cannot_be_written_is_told(pc: Playcut, run: Run, format_: str) -> None:
    program = pc.image("a locked fox", seed=7).export(format_)

    ended = run(program.replace("playcut-image", "no-such-folder/playcut-image"), format_)

    assert ended.status == 1
    assert "no-such-folder/playcut-image.png can't be written" in ended.said


@pytest.mark.skipif(shutil.which("curl") is None, reason="not on this machine: curl")
def test_the_bash_program_reads_json_without_jq_as_well(pc: Playcut, run: Run, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "curl", "mktemp", "awk", "tr", "od", "head", "cat", "rm", "sleep"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    (tools / "python3").symlink_to(sys.executable)
    made = pc.sweep("a bare fox [{two|refuse|fail}]", seed=7)

    ended = run(made.export("curl"), "curl", PATH=str(tools))

    assert ended.status == 1
    assert sorted(ended.files.values()) == sorted(originals(made))
    assert "playcut-image-2: generate-image-from-text: HTTP status 422: The prompt was refused" in ended.said
    assert "playcut-image-3: The task failed: GENERATION_FAILED: The model could not" in ended.said


@every_language
def test_a_raw_tool_gets_the_session_unless_it_went_without(
    pc: Playcut, sandbox: Sandbox, run: Run, format_: str
) -> None:
    inside = pc.start_tool("generate-image-from-text", {"prompt": f"an inner {format_}", "seed": 7}).wait()
    outside = pc.start_tool("generate-tts", {"text": f"an outer {format_}.", "workerId": None}).wait()
    before = sandbox.requests

    ended = run(Generations([pc.get(inside.id or 0), pc.get(outside.id or 0)]).export(format_), format_)

    assert ended.status == 0, ended.said
    assert ended.files["playcut-image-1.png"] == originals(inside)[0]
    assert ended.files["playcut-speech-2.wav"] == originals(outside)[0]
    assert (sandbox.requests - before)["create-session"] == 1
    before = sandbox.requests
    assert run(outside.export(format_), format_).status == 0
    assert (sandbox.requests - before)["create-session"] == 0


def test_the_json_tells_what_was_asked_for(pc: Playcut) -> None:
    fox = pc.image(NASTY, seed=7)
    kites = pc.sweep("a {red|blue} kite", seed=7)

    assert json.loads(fox.export("json")) == {
        "kind": "image",
        "tool": "generate-image-from-text",
        "prompt": NASTY,
        "inputs": {"prompt": NASTY, "seed": 7},
    }
    document = json.loads(kites.export("json"))
    assert document["axes"] == {"red|blue": ["red", "blue"]}
    assert [made["inputs"]["prompt"] for made in document["generations"]] == ["a red kite", "a blue kite"]
    assert [made["labels"] for made in document["generations"]] == [{"red|blue": "red"}, {"red|blue": "blue"}]


def test_values_that_json_has_no_word_for_are_exported_as_their_text(pc: Playcut) -> None:
    kites = pc.sweep("a kite of {size} m", size=[Decimal("1.50"), 2])

    document = json.loads(kites.export("json"))

    assert document["axes"] == {"size": ["1.50", 2]}
    assert [made["labels"] for made in document["generations"]] == [{"size": "1.50"}, {"size": 2}]


@pytest.mark.parametrize("format_", ["curl", "python", "typescript"])
def test_a_program_says_if_it_was_tried_out_in_the_sandbox(pc: Playcut, away_from_home: Path, format_: str) -> None:
    with Playcut(sandbox=True, home=away_from_home) as inside:
        assert "Tried out in the sandbox" in inside.speech("Hello.").export(format_)
    elsewhere = pc.speech("Hello.").export(format_)
    assert "sandbox" not in elsewhere.lower()


@pytest.mark.parametrize("format_", ["curl", "python", "typescript", "json"])
def test_a_program_holds_nothing_secret_and_nothing_that_cannot_be_seen(
    pc: Playcut, sandbox: Sandbox, format_: str
) -> None:
    program = pc.image(NASTY, seed=7).export(format_)

    assert sandbox.key not in program
    assert "127.0.0.1:" not in program
    assert "playcut_jupyter" not in program
    assert not [char for char in program if not char.isprintable() and char != "\n"]
    assert max(map(len, program.splitlines())) < 400
    if format_ != "json":
        assert "https://api.playcut.ai/api/v1" in program


def test_what_no_program_can_make_is_not_exported(pc: Playcut) -> None:
    voices = pc.start_tool("list-voices", {}).wait()

    with pytest.raises(InvalidInput, match="list-voices makes nothing that a program could make again"):
        voices.export()
    with pytest.raises(InvalidInput, match=r"no export as 'pyton'\. Did you mean python"):
        pc.image("a fox").export("pyton")
    with pytest.raises(InvalidInput, match="nothing to export"):
        pc.history(search="never made").export()


# -- the magic --------------------------------------------------------------------------------------------------


@pytest.fixture
def exported(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Run `%playcut export ...` and return what it printed."""

    def exported(options: str) -> str:
        capsys.readouterr()
        line(shell, f"export {options}".strip())
        return capsys.readouterr().out

    return exported


def test_the_magic_exports_the_last_a_numbered_and_the_starred_ones(
    shell: InteractiveShell, exported: Callable[[str], str]
) -> None:
    from playcut_jupyter.library import ratings

    with pytest.raises(InvalidInput, match="Nothing has been made yet"):
        exported("")
    line(shell, "image a first fox")
    first = shell.user_ns["_playcut"]
    line(shell, "speech {A second|A third} fox.")

    assert json.loads(exported("--as json"))["axes"] == {"A second|A third": ["A second", "A third"]}
    assert json.loads(exported(f"{first.id} --as json"))["prompt"] == "a first fox"
    assert exported(f"{first.id}").rstrip() == first.export("python").rstrip()
    assert exported("last --as=curl").startswith("#!/usr/bin/env bash\n")

    with pytest.raises(InvalidInput, match="Nothing has a star yet"):
        exported("starred --as curl")
    ratings.star(first.library, first.id)
    assert json.loads(exported("starred --as json"))["prompt"] == "a first fox"


@pytest.mark.parametrize("options", ["--as", "1 2", "--to python", "last --as curl --fresh"])
def test_the_magic_says_how_it_is_meant(exported: Callable[[str], str], options: str) -> None:
    with pytest.raises(InvalidInput, match="is not known") as caught:
        exported(options)
    assert "--as FORMAT" in (caught.value.hint or "")


def test_tab_completes_the_export(shell: InteractiveShell) -> None:
    def completions(text: str) -> set[str]:
        with provisionalcompleter():
            return {found.text for found in shell.Completer.completions(text, len(text))}

    assert {"last", "starred", "--as"} <= completions("%playcut export ")
    assert {"curl", "python", "typescript", "json"} <= completions("%playcut export last --as ")
    assert "typescript" in completions("%playcut export --as t")
    assert "export" in completions("%playcut exp")
