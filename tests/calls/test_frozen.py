"""Frozen: what the library has is shown, without a key and without any request; all else is `NotInLibrary`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playcut_jupyter import InvalidInput, NotInLibrary, Playcut, PlaycutError
from playcut_jupyter.display import status
from playcut_jupyter.sandbox import Sandbox


@pytest.fixture
def frozen(away_from_home: Path) -> Iterator[Playcut]:
    """A `Playcut` without a key, on the same library as `pc`, which another service filled."""
    with Playcut(home=away_from_home, frozen=True) as connected:
        yield connected


def test_what_the_library_has_is_shown_whichever_service_made_it(
    pc: Playcut, frozen: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    fox, said = pc.image("a kept fox", aspect_ratio="16:9"), pc.speech("Kept.")
    before = sandbox.requests

    shown = frozen.image("a kept fox", aspect_ratio="16:9")

    assert (shown.id, shown.reused, shown.assets[0].data) == (fox.id, True, fox.assets[0].data)
    assert frozen.speech("Kept.").id == said.id
    assert frozen.wait(fox.task_id or "").id == fox.id
    assert len(frozen.history()) == 2
    assert sandbox.requests == before


def test_nothing_that_is_shown_names_this_machine(pc: Playcut, frozen: Playcut, tmp_path: Path) -> None:
    pc.sweep("a {red|blue} portable fox")

    sweep = frozen.sweep("a {red|blue} portable fox")

    bundles = [sweep._repr_mimebundle_(), *(status.bundle(run.snapshot) for run in sweep)]
    texts = [*(text for bundle in bundles for text in bundle.values()), *map(repr, sweep), repr(sweep[0].assets[0])]
    assert not [text for text in texts if str(tmp_path) in text]
    assert any("media/" in text for text in texts)


def test_what_is_not_there_is_told(pc: Playcut, frozen: Playcut, sandbox: Sandbox) -> None:
    fox = pc.image("a fox that is there")
    before = sandbox.requests
    calls: dict[str, Callable[[], object]] = {
        "another prompt": lambda: frozen.image("another fox"),
        "another option": lambda: frozen.image("a fox that is there", aspect_ratio="1:1"),
        "a second": lambda: frozen.image("a fox that is there", count=2),
        "fresh": lambda: frozen.image("a fox that is there", fresh=True),
        "a job": lambda: frozen.submit("speech", "Not there."),
        "none of a sweep": lambda: frozen.sweep("a {green|black} fox"),
        "a tool": lambda: frozen.run_tool("generate-image-from-text", prompt="x"),
        "a read-only tool": lambda: frozen.run_tool("list-voices"),
        "a task": lambda: frozen.wait("nosuch"),
        "resume": frozen.resume,
        "voices": frozen.voices,
        "check": frozen.check,
        "session": lambda: frozen.new_session("a title"),
    }

    for name, call in calls.items():
        with pytest.raises(NotInLibrary) as caught:
            call()
        assert isinstance(caught.value, PlaycutError), name
        assert caught.value.hint, name

    assert sandbox.requests == before
    assert [run.id for run in frozen.history()] == [fox.id]


def test_a_sweep_shows_what_is_there_and_tells_what_is_not(pc: Playcut, frozen: Playcut) -> None:
    pc.sweep("a {red|blue} fox in part")

    sweep = frozen.sweep("a {red|green|blue} fox in part")

    assert [run.reused for run in sweep] == [True, False, True]
    assert isinstance(sweep[1].error, NotInLibrary)
    with pytest.raises(NotInLibrary, match="lacks 1 of these 3 generations: 'a green fox in part'"):
        sweep.raise_if_incomplete()
    with pytest.raises(NotInLibrary):
        sweep.retry_failed()


def test_children_of_several_parents_are_shown_or_told(pc: Playcut, frozen: Playcut, sandbox: Sandbox) -> None:
    drafts = pc.sweep("a {red|blue} frozen draft")
    finals = pc.sweep("+ at dusk", parent=drafts)
    before = sandbox.requests
    parents = [frozen.get(run.id or 0) for run in drafts]

    shown = frozen.sweep("+ at dusk", parent=parents)

    assert [run.id for run in shown] == [run.id for run in finals]
    for fresh, template in ((True, "+ at dusk"), (False, "+ at dawn")):
        with pytest.raises(NotInLibrary):
            frozen.sweep(template, parent=parents, fresh=fresh)
    assert sandbox.requests == before


def test_no_variants_are_made_and_the_next_cell_is_still_written(
    pc: Playcut, frozen: Playcut, sandbox: Sandbox
) -> None:
    sweep = pc.sweep("a fox to refine, {style=oil|neon}")
    before = sandbox.requests

    with pytest.raises(NotInLibrary):
        frozen.get(sweep[0].id or 0).vary(2)
    shown = frozen.sweep("a fox to refine, {style=oil|neon}")
    assert shown.refine(keep={"style": "neon"}) == "%%playcut image\na fox to refine, neon"

    pc.freeze(True)
    with pytest.raises(NotInLibrary):
        sweep[0].vary(2)
    assert sandbox.requests == before


def test_variants_are_shown_in_their_order(pc: Playcut, frozen: Playcut) -> None:
    three = pc.image("a varied frozen fox", count=3)

    assert [run.id for run in frozen.image("a varied frozen fox", count=3)] == [run.id for run in three]


@pytest.mark.usefixtures("quick_embedded_sandbox")
def test_what_the_configured_service_made_comes_first(pc: Playcut, frozen: Playcut, away_from_home: Path) -> None:
    pc.image("made twice")
    with Playcut(sandbox=True, home=away_from_home) as inside:
        second = inside.image("made twice")

    with Playcut(sandbox=True, home=away_from_home, frozen=True) as inside:
        assert inside.image("made twice").id == second.id
        assert inside.connector.open_connection is None  # no sandbox was started for it


def test_a_lost_original_is_not_fetched(pc: Playcut, frozen: Playcut, sandbox: Sandbox) -> None:
    path = pc.image("a fox that gets lost").assets[0].path
    assert path is not None
    path.unlink()
    before = sandbox.requests

    with pytest.raises(NotInLibrary):
        frozen.image("a fox that gets lost")
    assert sandbox.requests == before


def test_a_tools_kept_answer_is_shown(pc: Playcut, frozen: Playcut) -> None:
    voices = pc.start_tool("list-voices", {}).wait().data

    assert frozen.start_tool("list-voices", {}).wait().data == voices
    assert frozen.run_tool("list-voices") == voices
    assert [voice.id for voice in frozen.voices()] == [voice.id for voice in pc.voices()]


def test_freezing_holds_for_what_was_made_before(pc: Playcut, sandbox: Sandbox) -> None:
    failed = pc.sweep("a fox [fail]")
    before = sandbox.submissions

    pc.freeze(True)
    for call in (failed.retry_failed, lambda: pc.image("never made")):
        with pytest.raises(NotInLibrary):
            call()
    assert sandbox.submissions == before

    pc.freeze(False)
    failed.retry_failed()
    assert sandbox.submissions == before + 1


@pytest.mark.parametrize(("value", "is_frozen"), [("1", True), ("yes", True), ("ON", True), ("0", False), ("", False)])
def test_the_environment_freezes(
    away_from_home: Path, monkeypatch: pytest.MonkeyPatch, value: str, is_frozen: bool
) -> None:
    monkeypatch.setenv("PLAYCUT_FROZEN", value)

    assert Playcut().connector.is_frozen is is_frozen
    assert Playcut(frozen=False).connector.is_frozen is False


def test_an_environment_that_says_neither_is_refused(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    monkeypatch.setenv("PLAYCUT_FROZEN", "perhaps")

    with pytest.raises(PlaycutError, match="PLAYCUT_FROZEN is 'perhaps'"):
        Playcut(api_key=sandbox.key, base_url=sandbox.base_url).image("never made")


def test_a_pack_makes_a_notebook_run_elsewhere_without_a_key(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    foxes = pc.sweep("a {red|blue} fox that travels")
    path = pc.pack(tmp_path / "foxes.zip", foxes)
    before = sandbox.requests

    with Playcut(home=tmp_path / "elsewhere", frozen=True) as elsewhere:
        assert [run.prompt for run in elsewhere.unpack(path)] == [run.prompt for run in reversed(foxes)]
        shown = elsewhere.sweep("a {red|blue} fox that travels")
        assert [run.assets[0].data for run in shown] == [run.assets[0].data for run in foxes]
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=tmp_path / "elsewhere") as again:
        assert all(run.reused for run in again.sweep("a {red|blue} fox that travels"))
    assert sandbox.requests == before


def test_only_what_is_in_this_library_is_packed(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=tmp_path / "other") as other:
        fox = other.speech("Elsewhere.")

    with pytest.raises(InvalidInput, match="not in the library"):
        pc.pack(tmp_path / "fox.zip", fox)
