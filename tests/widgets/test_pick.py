"""Blind picking as a page plays it: what it is shown and told, and what becomes of its answers."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from playcut_jupyter import InvalidInput, Playcut, Sweep
from playcut_jupyter.library import ratings
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.sandbox import media
from playcut_jupyter.widgets import pick_media
from playcut_jupyter.widgets.pick import PickWidget


class Game:
    """A page that shows a pick.

    Attributes:
        messages: what the kernel sent beside traits, oldest first: the message and its contents.
    """

    def __init__(self, widget: PickWidget) -> None:
        self.widget = widget
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        widget.send = lambda content, buffers=None: self.messages.append((content, list(buffers or [])))
        self.tell(do="media")

    def tell(self, **content: object) -> None:
        """Send a message, and wait for what becomes of it."""
        self.widget._handle_custom_msg(content, [])
        self.widget.settle(30)

    def do(self, what: str, **more: object) -> None:
        self.tell(do=what, round=self.round, **more)

    @property
    def view(self) -> dict[str, Any]:
        return dict(self.widget.view)

    @property
    def round(self) -> int:
        return int(self.view["round"])

    def last(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        return [message for message in self.messages if message[0]["type"] == kind][-1]

    def play(self, sweep: Sweep, *best: str) -> int:
        """Answer as one who prefers results with *best* among their values, the first most; return the rounds."""
        names = {asset_of(generation): generation for generation in sweep}
        rounds = 0
        while not self.view["ended"]:
            sides = [names[content].labels.values() for content in self.last("media")[1][:2]]
            worth = [[value in labels for value in best] for labels in sides]
            self.do("answer", side="left" if worth[0] > worth[1] else "right")
            rounds += 1
        return rounds


def asset_of(generation: Any) -> bytes:
    return bytes(generation.assets[0].data)


@pytest.fixture
def sweep(pc: Playcut) -> Sweep:
    return pc.sweep("a picked {colour=red|blue} {animal=fox|owl}")


@pytest.fixture
def game(sweep: Sweep) -> Game:
    return Game(sweep.pick())


def test_a_game_ends_by_itself_with_the_best_and_what_to_do_with_it(sweep: Sweep, game: Game) -> None:
    assert game.view["headline"] == "Round 1: which is better?"
    rounds = game.play(sweep, "red", "owl")
    assert 2 <= rounds <= 6
    assert len(sweep.picks().rounds) == rounds
    winner = sweep[1]
    assert winner.labels == {"colour": "red", "animal": "owl"}
    assert game.view["headline"].startswith(f"#{winner.id} ")
    assert f"% sure after {rounds} rounds" in game.view["headline"]
    assert game.view["winner"]["prompt"] == "a picked red owl"
    assert [part["kind"] for part in game.last("media")[0]["parts"]] == ["image"]

    game.do("star", on=True)
    assert winner.starred
    assert game.view["winner"]["starred"]
    winner.star(False)
    game.widget.settle(30)
    assert not game.view["winner"]["starred"]
    game.do("refine")
    assert "red" in game.last("text")[0]["text"]
    assert "blue" not in game.last("text")[0]["text"]
    game.do("export", **{"as": "curl"})
    assert "a picked red owl" in game.last("text")[0]["text"]


def test_during_a_round_nothing_tells_which_is_which(sweep: Sweep, game: Game) -> None:
    game.do("answer", side="left")
    told = json.dumps([game.view, [message for message, _ in game.messages], game.widget.notice])
    for word in ("picked", "red", "blue", "fox", "owl", "#", *(str(run.task_id) for run in sweep)):
        assert word not in told
    assert len(game.last("media")[0]["parts"]) == 2


def test_an_answer_counts_once_for_its_round(sweep: Sweep, game: Game) -> None:
    first = game.round
    game.tell(do="answer", round=first, side="left")
    game.tell(do="answer", round=first, side="left")
    game.tell(do="answer", side="left")
    game.tell(do="nonsense", round=game.round)
    assert len(sweep.picks().rounds) == 1
    assert game.round == first + 1


def test_answers_are_taken_back_in_order(sweep: Sweep, game: Game) -> None:
    shown = [game.last("media")[1]]
    game.do("answer", side="right")
    shown.append(game.last("media")[1])
    game.do("answer", side="neither")
    assert len(sweep.picks().rounds) == 1
    assert game.view["undo"]
    for before in reversed(shown):
        game.do("undo")
        assert game.last("media")[1] == before
    assert sweep.picks().rounds == []
    assert not game.view["undo"]


def test_a_new_game_goes_on_where_the_last_one_was(sweep: Sweep, game: Game) -> None:
    game.do("answer", side="left")
    again = Game(sweep.pick())
    assert again.view["headline"].startswith("Round 2: which is better?")
    assert again.last("media")[1] == game.last("media")[1]


def test_it_can_be_ended_early_and_gone_on_with(sweep: Sweep, game: Game) -> None:
    game.do("finish")
    assert "Nothing has been judged" in game.widget.notice
    assert not game.view["ended"]
    game.do("answer", side="left")
    game.do("finish")
    assert game.view["ended"]
    assert "after 1 round" in game.view["headline"]
    game.do("go on")
    assert not game.view["ended"]
    rounds = 1 + game.play(sweep, "blue", "owl")
    assert rounds == 6
    assert not game.view["more"]


def test_a_library_that_can_not_be_written_is_told_and_the_round_stays(sweep: Sweep, game: Game) -> None:
    library = sweep[0].library
    library.close()
    library.path.unlink()
    library.path.mkdir()
    before = game.round
    game.do("answer", side="left")
    assert "library" in game.widget.notice
    assert game.round == before + 1
    assert not game.view["ended"]


def test_too_few_to_pick_from_is_told(pc: Playcut) -> None:
    lonely = pc.sweep("a lonely {fox|[fail]}")
    with pytest.raises(InvalidInput, match="at least two different finished generations"):
        lonely.pick()
    assert "Nothing has been picked" in repr(lonely.picks())


def test_values_that_are_lists_or_dictionaries_are_picked_from_too(pc: Playcut) -> None:
    sweep = pc.sweep("a nested {fox|owl}", style=[{"ink": 1}, {"ink": 2}])
    game = Game(sweep.pick())
    game.do("answer", side="left")
    assert game.view["ended"]
    assert {row["value"] for row in sweep.picks().to_records()} >= {"{'ink': 1}", "{'ink': 2}"}


def test_pictures_of_the_sandbox_have_no_caption_in_a_round(sweep: Sweep) -> None:
    sizes = []
    for prompt in ("a fox", "a fox with words so many that they take two lines of its picture, and more than that"):
        made = media.picture(prompt)
        record = AssetRecord(None, prompt, None, made.mime_type, len(made.data), 1024, 1024, content=made.data)
        told, content = pick_media.blind(replace(sweep[0].snapshot, assets=(record,)))
        assert told == {"kind": "image", "mime": "image/webp"}
        sizes.append(Image.open(io.BytesIO(content)).size)
    width, height = sizes[0]
    assert sizes[0] == sizes[1]
    assert 0.8 < height / width < 0.92


def test_sounds_are_picked_from_too(pc: Playcut) -> None:
    sweep = pc.sweep("Speak of the {fox|owl}.", kind="speech")
    game = Game(sweep.pick())
    told, contents = game.last("media")
    assert [part["kind"] for part in told["parts"]] == ["audio", "audio"]
    assert all(waveform.startswith(b"\x89PNG") for waveform in contents[2:])
    assert contents[0] in [asset_of(run) for run in sweep]


def test_rounds_between_the_same_value_say_nothing_of_it(sweep: Sweep) -> None:
    red_fox, red_owl = sweep[0], sweep[1]
    ratings.keep_pick(red_fox.library, red_fox.id or 0, red_owl.id or 0)
    red, _, fox, _ = sweep.picks().to_records()
    assert (red["rounds"], red["share"]) == (0, None)
    assert (fox["won"], fox["rounds"]) == (1, 1)
    assert "not judged" in repr(sweep.picks())
    assert f"#{red_fox.id}" in sweep.picks()._repr_mimebundle_()["text/html"]
