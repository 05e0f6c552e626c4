"""Sessions, the history, the sandbox inside the process, and saving."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox


def test_sessions_are_made_once_and_found_by_title(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.requests["create-session"]

    first = pc.speech("one", session="Foxes")
    second = pc.speech("two", session="Foxes")
    third = pc.speech("three", session=first.session_id)

    assert first.session_id == second.session_id == third.session_id
    assert sandbox.requests["create-session"] == before + 1


def test_a_chosen_session_is_used_from_then_on(pc: Playcut) -> None:
    session_id = pc.new_session("Owls")

    assert pc.speech("hello").session_id == session_id
    assert pc.use_session("Owls") == session_id


def test_saving_never_overwrites(pc: Playcut, tmp_path: Path) -> None:
    fox = pc.image("a saved fox")

    first, again = fox.save(tmp_path / "fox"), fox.save(tmp_path / "fox")
    other = pc.image("another fox").save(tmp_path / "fox")

    assert first == again == tmp_path / "fox.png"
    assert other == tmp_path / "fox-2.png"
    assert Path(str(first)).read_bytes() == fox.assets[0].data


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_the_sandbox_inside_the_process_is_marked_and_shared(away_from_home: Path) -> None:
    with Playcut(sandbox=True) as one, Playcut(sandbox=True) as two:
        run = one.speech("Marked.")
        assert run.is_sandbox
        assert one.connection.settings.base_url == two.connection.settings.base_url
        assert two.speech("Marked.").reused


def test_the_history_is_searched_and_newest_first(pc: Playcut) -> None:
    pc.speech("one fox")
    pc.speech("one owl")
    pc.speech("two 100% foxes")

    assert [run.prompt for run in pc.history()] == ["two 100% foxes", "one owl", "one fox"]
    assert [run.prompt for run in pc.history(search="FOX")] == ["two 100% foxes", "one fox"]
    assert [run.prompt for run in pc.history(search="0%")] == ["two 100% foxes"]
    assert [row["prompt"] for row in pc.history(limit=1).to_records()] == ["two 100% foxes"]


def test_the_history_can_be_read_without_a_key(pc: Playcut) -> None:
    pc.speech("kept")

    assert [run.prompt for run in Playcut().history()] == ["kept"]
