"""Odd but whole files: each is recognised and measured, kept as it came, and shown if a browser shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playcut_jupyter import media
from playcut_jupyter.display import media_html
from playcut_jupyter.results.asset import Asset
from tests.display.pages import Page, asset_of
from tests.media.corpus import FILES, Odd
from tests.media.corpus.encoders import av1_clip
from tests.media.service import running, sends

every_file = pytest.mark.parametrize("odd", FILES, ids=lambda odd: odd.id)


def test_the_corpus_is_large_and_its_names_differ() -> None:
    assert len(FILES) >= 300
    assert len({odd.id for odd in FILES}) == len(FILES)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system has no such classes")
def test_making_them_does_not_make_this_a_real_time_process() -> None:
    assert av1_clip()
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@every_file
def test_its_type_and_facts_are_right_or_absent(odd: Odd, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(odd.data)
    info = media.inspect(path)
    assert info == media.inspect(odd.data)
    assert (info.mime_type, info.suffix, info.kind) == (odd.mime_type, odd.suffix, odd.kind)
    assert (info.width, info.height) == (odd.size or (None, None))
    assert info.duration_s == (pytest.approx(odd.duration_s, abs=0.06) if odd.duration_s else None)
    assert odd.remark in (info.remark or "")
    assert bool(info.remark) == bool(odd.remark)


@every_file
def test_it_is_shown_as_a_browser_would_or_as_a_card(odd: Odd) -> None:
    page = Page(media_html.asset(asset_of(odd.data), "a fox", 640))
    shown = [tag for tag in page.count if tag in ("audio", "video")] or ["img"] * bool(page.all("img", "playcut-image"))
    assert (shown or ["card"]) == [odd.shown]
    assert bool(page.all("div", "playcut-file")) == (odd.shown == "card")
    if odd.shown == "card":
        assert odd.mime_type in page.text
        assert odd.remark in page.text


@every_file
def test_its_preview_moves_if_it_does_and_is_as_large_as_it_is_seen(odd: Odd) -> None:
    if odd.shown != "img":
        return
    for longest_px in (1024, 32):
        shown = media.preview(odd.data, longest_px)[1]
        assert media.is_animation(shown) == odd.moves
        info = media.inspect(shown)
        assert info.remark is None
        assert odd.size is not None
        assert (info.width == info.height) == (odd.size[0] == odd.size[1])
        assert ((info.width or 0) > (info.height or 0)) == (odd.size[0] > odd.size[1])


def test_all_are_kept_as_they_came(tmp_path: Path) -> None:
    answers = [(f"a{number}", sends(odd.data)) for number, odd in enumerate(FILES)]
    kept: list[Asset] = []
    with running() as service, service.client(tmp_path) as pc:
        for start in range(0, len(answers), 60):  # a task may name 64
            service.assets = dict(answers[start : start + 60])
            run = pc.image("many odd foxes")
            assert run.status == "COMPLETED"
            kept += run.assets
        assert [asset.id for asset in kept] == [asset_id for asset_id, _ in answers]
        for odd, asset in zip(FILES, kept, strict=True):
            assert asset.path is not None, odd
            assert asset.path.read_bytes() == odd.data, odd
            assert asset.path.suffix == odd.suffix, odd
            assert (asset.kind, asset.mime_type) == (odd.kind, odd.mime_type), odd
            assert odd.remark in (asset.record.remark or ""), odd
