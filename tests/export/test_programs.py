"""Programs make what was made in the notebook, in every language."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.sandbox import Sandbox
from tests.export.programs import NASTY, Run, every_language, needs_curl, originals

pytestmark = pytest.mark.kernel


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


@needs_curl
def test_the_bash_program_reads_json_without_jq_as_well(pc: Playcut, run: Run, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "curl", "mktemp", "awk", "tr", "od", "head", "tail", "wc", "cat", "rm", "sleep"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    (tools / "python3").symlink_to(sys.executable)
    made = pc.sweep("a bare fox [{two|refuse|fail}]", seed=7)

    ended = run(made.export("curl"), "curl", PATH=str(tools))

    assert ended.status == 1
    assert ended.files == dict(zip(("playcut-image-1.png", "playcut-image-1-2.png"), originals(made), strict=True))
    assert "playcut-image-2: generate-image-from-text: HTTP status 422: The prompt was refused" in ended.said
    assert "playcut-image-3: The task failed: GENERATION_FAILED: The model could not" in ended.said
