"""The contact sheet: one file with everything of a sweep, to pass on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter import InvalidInput, Playcut, Sweep
from playcut_jupyter.display import contact_sheet
from playcut_jupyter.library import ratings
from playcut_jupyter.sandbox import Sandbox


def test_the_page_holds_everything_and_loads_nothing(pc: Playcut, sandbox: Sandbox, tmp_path: Path) -> None:
    sweep = pc.sweep("a sheet with <b>{a fox|an owl|[fail]}</b>", seed=7)
    sweep[0].star()
    ratings.keep_pick(pc.connection.library, sweep[0].id or 0, sweep[1].id or 0)

    path = sweep.contact_sheet(tmp_path / "sheet.html")

    page = path.read_text()
    assert page.count("<article") == 3
    assert page.count("<img") == 2
    assert page.count("data:image/webp;base64,") == 2
    assert "a sheet with &lt;b&gt;a fox&lt;/b&gt;" in page
    assert all(fact in page for fact in ("seed 7", "credits (estimate)", "starred", "picked 1 of 1", "picked 0 of 1"))
    assert "FAILED" in page
    assert "viewport" in page
    assert "http://" not in page.replace('http-equiv="Content', "")
    assert sandbox.key not in page


def test_sound_and_clips_play_in_the_page(pc: Playcut, tmp_path: Path) -> None:
    voices = pc.sweep("{Hello|Goodbye} from a sheet.", kind="speech")
    assert voices.contact_sheet(tmp_path / "voices.html").read_text().count("<audio") == 2
    clips = pc.sweep("a sheet of {waves|wind}", kind="video", resolution="480p", duration_seconds=1)
    assert clips.contact_sheet(tmp_path / "clips.html").read_text().count("<video") == 2


def test_the_page_tells_nobody_where_files_lie(
    pc: Playcut, tmp_path: Path, away_from_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices = pc.sweep("{Hello|Goodbye} from a large sheet.", kind="speech")
    clips = pc.sweep("a large sheet of {waves|wind}", kind="video", resolution="480p", duration_seconds=1)
    pictures = pc.sweep("a lost {fox|owl}")
    missing, damaged = (run.assets[0].path for run in pictures)
    assert missing
    assert damaged
    missing.unlink()
    damaged.write_bytes(b"no picture")
    pictures = Sweep(pc.connection, [pc.get(run.id or 0) for run in pictures])
    monkeypatch.setattr(contact_sheet, "_MOST_MEDIA_BYTES", 1000)

    for sweep, words in ((voices, "audio/wav, 0."), (clips, "video/mp4, 0."), (pictures, "can't be shown")):
        page = sweep.contact_sheet(tmp_path / "sheet.html").read_text()
        assert str(away_from_home) not in page
        assert page.count(words) == 2
        assert page.count("<img") == (2 if sweep is clips else 0)
    assert pictures.contact_sheet(tmp_path / "sheet.png").exists()


def test_the_picture_shows_every_tile(pc: Playcut, tmp_path: Path) -> None:
    sweep = pc.sweep("a drawn {fox|owl} café {1|2|[fail]}")
    with Image.open(sweep.contact_sheet(tmp_path / "sheet.png")) as sheet:
        assert sheet.width == 3 * 420 + 20, "a row for each animal, a column for each value of the last axis"
        left, right = sheet.crop((20, 80, 420, 480)), sheet.crop((440, 80, 840, 480))
        assert len(set(left.get_flattened_data())) > 100
        assert left.tobytes() != right.tobytes()


def test_the_pdf_has_pages(pc: Playcut, tmp_path: Path) -> None:
    sweep = pc.sweep("a paged {a|b|c|d|e|f|g|h|i|j}")  # more than fit in a row: four columns
    body = sweep.contact_sheet(tmp_path / "sheet.pdf").read_bytes()
    assert body.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == 2


def test_nothing_is_overwritten(pc: Playcut, tmp_path: Path) -> None:
    sweep = pc.sweep("a kept {fox|owl}")
    first, second = (sweep.contact_sheet(tmp_path / "sheet.png") for _ in range(2))
    assert (first.name, second.name) == ("sheet.png", "sheet-2.png")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", ["sheet.docx", "sheet", "sheet.svg"])
def test_another_ending_is_told(pc: Playcut, tmp_path: Path, name: str) -> None:
    sweep = pc.sweep("an ending {fox|owl}")
    with pytest.raises(InvalidInput, match="contact sheet can't be") as caught:
        sweep.contact_sheet(tmp_path / name)
    assert ".html, .png, .pdf" in str(caught.value.hint)
    assert list(tmp_path.glob("sheet*")) == []


def test_records_have_axes_picks_and_stars_as_flat_columns(pc: Playcut) -> None:
    sweep = pc.sweep("a flat {fox|owl}", aspect_ratio=["1:1", "16:9"])
    ratings.keep_pick(pc.connection.library, sweep[2].id or 0, sweep[0].id or 0)
    rows = sweep.to_records()
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert [row["fox|owl"] for row in rows] == ["fox", "fox", "owl", "owl"]
    assert [(row["picks_won"], row["picks_lost"]) for row in rows] == [(0, 1), (0, 0), (1, 0), (0, 0)]
    assert all(row["seconds"] > 0 and Path(row["path"]).exists() for row in rows)
    assert len(pc.history().to_records()) == 4


def test_an_axis_that_is_called_like_a_fact_keeps_a_column_of_its_own(pc: Playcut) -> None:
    rows = pc.sweep("a {tool} fox", tool=["brush", "pen"]).to_records()
    assert [(row["axis.tool"], row["tool"]) for row in rows] == [
        ("brush", "generate-image-from-text"),
        ("pen", "generate-image-from-text"),
    ]


def test_a_part_of_a_sweep_is_a_sweep(pc: Playcut, tmp_path: Path) -> None:
    sweep = pc.sweep("a sliced {red|blue} {fox|owl}")
    part = sweep[1:3]
    assert isinstance(part, Sweep)
    assert (list(part), part.axes) == ([sweep[1], sweep[2]], sweep.axes)
    assert part.contact_sheet(tmp_path / "part.html").read_text().count("<img") == 2
    assert part._repr_mimebundle_()["text/html"].count("<img") == 2
    assert len(pc.compare(part)) == 2
    assert len(sweep) == 4


def test_a_part_of_the_history_and_of_a_tree_show_themselves(pc: Playcut) -> None:
    fox = pc.image("a rooted fox")
    pc.sweep("+ {at dusk|in ink}", parent=fox)
    newest = pc.history()[:2]
    assert newest._repr_mimebundle_()["text/html"].count("<img") == 2
    assert "a rooted fox in ink" in newest.export("json")
    assert pc.tree(fox.id)[1:].depths == [1, 1]
    assert "at dusk" in repr(pc.tree(fox.id)[1:])
