"""What came whole is kept, whatever it is; only what is no asset at all is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import AssetUnavailable
from tests.media.corpus.png import picture
from tests.media.service import Answer, Service, in_turn, running, sends

GOOD = picture()
CUT = GOOD[: len(GOOD) // 2]
NOISE = bytes(range(256)) * 4
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running() as started:
        yield started


@pytest.fixture
def pc(service: Service, away_from_home: Path, no_pauses: None) -> Iterator[Playcut]:
    service.assets.clear()
    service.asked.clear()
    with service.client(away_from_home) as connected:
        yield connected


def kept(pc: Playcut, service: Service, answer: Answer, tool: str = "image") -> bytes:
    """Make a generation whose asset is answered so, and return what is kept of it."""
    service.assets["a"] = answer
    (asset,) = getattr(pc, tool)("a fox").assets
    path: Path = asset.path
    return path.read_bytes()


@pytest.mark.parametrize("how", ["length", "chunks", "close"])
@pytest.mark.parametrize("data", [CUT, NOISE, GOOD[:8], b"\x89PNG"], ids=["cut", "noise", "signature", "four bytes"])
@pytest.mark.parametrize("declared", ["image/png", "application/octet-stream", ""])
def test_the_same_bytes_twice_are_what_was_bought(
    pc: Playcut, service: Service, data: bytes, declared: str, how: str
) -> None:
    assert kept(pc, service, sends(data, declared, how=how)) == data
    assert service.asked["a"] <= 2


def test_what_is_whole_and_shown_is_fetched_once(pc: Playcut, service: Service) -> None:
    for how in ("length", "chunks", "close"):
        service.asked.clear()
        assert kept(pc, service, sends(GOOD, how=how)) == GOOD
        assert service.asked["a"] == 1


def test_a_second_look_brings_the_good_one(pc: Playcut, service: Service) -> None:
    assert kept(pc, service, in_turn(sends(CUT, "image/png"), sends(GOOD, "image/png"))) == GOOD


def test_what_had_its_length_is_kept_though_there_is_no_second_look(pc: Playcut, service: Service) -> None:
    assert kept(pc, service, in_turn(sends(CUT), sends(b"<html>expired</html>", "text/html"))) == CUT


def test_what_ends_with_the_connection_and_differs_each_time_is_not_kept(pc: Playcut, service: Service) -> None:
    cuts = [sends(NOISE[:size], how="close") for size in (500, 600, 700, 800)]
    service.assets["a"] = in_turn(*cuts, sends(NOISE, how="close"))
    with pytest.raises(AssetUnavailable, match="did not say how long"):
        pc.image("a fox")
    assert kept(pc, service, sends(NOISE)) == NOISE


TEXTS = {
    "nothing": b"",
    "a page": b"<!doctype html><title>503</title>",
    "a page in UTF-16": "<html>Füchse</html>".encode("utf-16"),
    "a page in Latin-1": "<html>Die Füchse schlafen noch</html>".encode("latin-1"),
    "a document": b'{"message": "expired"}',
    "XML": b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
    "a sentence": "Der Fuchs schläft.".encode(),
    "a drawing that is declared as a page": SVG,
}


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS)
def test_text_and_nothing_are_not_media(pc: Playcut, service: Service, data: bytes) -> None:
    for tool, declared in (("image", "text/html"), ("video", "image/png"), ("speech", "")):
        service.assets["a"] = sends(data, declared)
        with pytest.raises(AssetUnavailable):
            getattr(pc, tool)("a fox")
        service.assets["a"] = sends(GOOD)
        (resumed,) = pc.resume()
        assert resumed.assets[0].data == GOOD


def test_a_drawing_that_is_declared_as_one_is_kept_and_never_inlined(pc: Playcut, service: Service) -> None:
    assert kept(pc, service, sends(SVG, "image/svg+xml")) == SVG
    (last,) = pc.history(limit=1)
    assert "<rect" not in last._repr_mimebundle_()["text/html"]


def test_text_of_another_tool_is_its_asset(pc: Playcut, service: Service) -> None:
    service.assets["a"] = sends(b"The words that were spoken.", "text/plain")
    assert pc.start_tool("transcribe-audio", {"assetId": "x"}).wait().assets[0].data == b"The words that were spoken."


def test_the_remark_is_on_the_line_on_the_card_and_in_the_library(pc: Playcut, service: Service) -> None:
    service.assets["a"] = sends(GOOD[:33])
    for run in (pc.image("a fox"), *pc.history(limit=1)):
        shown = run._repr_mimebundle_()
        assert "can't be" in shown["text/plain"]
        assert "COMPLETED" in shown["text/plain"]
        assert "can&#39;t be" in shown["text/html"]
        assert "playcut-file" in shown["text/html"]
