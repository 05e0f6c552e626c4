"""The contact sheet: one file with everything of a sweep, to pass on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter.display.contact_sheet import page as sheet_page
from playcut_jupyter.display.contact_sheet.tile import Tally, Verdict, sheet_of
from playcut_jupyter.display.contact_sheet.writer import write
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.errors import InvalidInput, TaskFailed
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.store import Store
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.tools import SPEECH, VIDEO, Tool
from tests.display.pages import failed, png, saved, waiting

NO_PICKS: Tally = (Counter(), Counter())
COLOURS = ("red", "blue", "green", "yellow", "black", "white", "gray", "orange", "pink", "brown")


def pictures(store: Store, count: int) -> list[Snapshot]:
    """Return generations of an axis `colour`, numbered from 1."""
    return [
        saved(store, png((900, 600), colour), prompt=f"a {colour} fox", labels={"colour": colour}, id=number)
        for number, colour in enumerate(COLOURS[:count], 1)
    ]


def sheet(
    snapshots: Sequence[Snapshot],
    path: Path,
    axes: Mapping[str, Sequence[object]] | None = None,
    tally: Tally = NO_PICKS,
) -> Path:
    axes = {"colour": COLOURS[: len(snapshots)]} if axes is None else axes
    return write(SweepSnapshot(axes, snapshots), tally, path)


def test_the_page_holds_everything_and_loads_nothing(store: Store, tmp_path: Path) -> None:
    prompts = [f"a sheet with <b>{animal}</b>" for animal in ("a fox", "an owl", "nothing")]
    inputs = {"prompt": "", "seed": 7}
    fox = saved(store, png((900, 900)), prompt=prompts[0], id=1, starred=True, is_sandbox=True, inputs=inputs)
    owl = saved(store, png((900, 900), "blue"), prompt=prompts[1], id=2, inputs=inputs)
    bad = failed(waiting(prompts[2], id=3), TaskFailed("It <i>broke</i>."))

    page = sheet([fox, owl, bad], tmp_path / "sheet.html", tally=(Counter({1: 1}), Counter({1: 1, 2: 1}))).read_text()

    assert page.count("<article") == 3
    assert page.count('<article class="failed"') == 1
    assert page.count("<img") == 2
    assert page.count("data:image/webp;base64,") == 2
    assert "a sheet with &lt;b&gt;a fox&lt;/b&gt;" in page
    assert all(fact in page for fact in ("seed 7", "credits (estimate)", "starred", "picked 1 of 1", "picked 0 of 1"))
    assert all(fact in page for fact in ("SANDBOX", "4.2 s", "#1", "#3", "160 credits (estimate) · 1 failed"))
    assert "FAILED: It &lt;i&gt;broke&lt;/i&gt;." in page
    assert "viewport" in page
    assert "http://" not in page.replace('http-equiv="Content', "")


def test_sound_and_clips_play_in_the_page(store: Store, tmp_path: Path, clip: bytes) -> None:
    voices = [saved(store, drawn.speech(text).data, tool=SPEECH) for text in ("Hello.", "Goodbye.")]
    assert sheet(voices, tmp_path / "voices.html").read_text().count("<audio") == 2
    clips = [saved(store, clip, tool=VIDEO)] * 2
    assert sheet(clips, tmp_path / "clips.html").read_text().count("<video") == 2


@pytest.mark.parametrize(("tool", "words", "posters"), [(SPEECH, "audio/wav, 0.", 2), (VIDEO, "video/mp4, 0.", 2)])
def test_the_page_leaves_out_what_is_too_large_and_does_not_tell_where_it_is(
    store: Store, tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch, tool: Tool, words: str, posters: int
) -> None:
    monkeypatch.setattr(sheet_page, "MAX_MEDIA_BYTES", 1000)
    original = clip if tool is VIDEO else drawn.speech("Hello from a large sheet.").data
    page = sheet([saved(store, original, tool=tool)] * 2, tmp_path / "sheet.html").read_text()
    assert str(store.folder) not in page
    assert page.count(words) == page.count("not in this page") == 2
    assert page.count("<img") == posters


def test_what_is_gone_or_damaged_is_told_without_its_place(store: Store, tmp_path: Path, clip: bytes) -> None:
    originals = (png((900, 600)), png((900, 600), "blue"), clip, drawn.speech("Hello.").data)
    snapshots = [saved(store, original) for original in originals]
    for snapshot in snapshots:
        path = snapshot.assets[0].path
        assert path is not None
        if snapshot is snapshots[1]:
            path.write_bytes(b"no picture")
        else:
            path.unlink()
    page = sheet(snapshots, tmp_path / "sheet.html").read_text()
    assert str(store.folder) not in page
    assert page.count("can't be shown (AssetUnavailable)") == 3
    assert page.count("can't be shown (InvalidImage)") == 1
    assert "<img" not in page
    assert sheet(snapshots, tmp_path / "sheet.png").exists()


def test_the_picture_shows_every_tile(store: Store, tmp_path: Path) -> None:
    done = pictures(store, 5)
    bad = failed(waiting("an owl called “café”"), TaskFailed("It broke."))
    axes = {"animal": ["fox", "owl"], "shot": ["1", "2", "3"]}
    with Image.open(sheet([*done, bad], tmp_path / "sheet.png", axes)) as drawn_sheet:
        assert drawn_sheet.width == 3 * 420 + 20, "a row for each animal, a column for each value of the last axis"
        assert drawn_sheet.height == 2 * 570 + 80
        colours = [
            drawn_sheet.getpixel((20 + column * 420 + 200, 400 + row * 570)) for row in (0, 1) for column in (0, 1)
        ]
        assert colours == [(255, 0, 0), (0, 0, 255), (255, 255, 0), (0, 0, 0)]
        for left, top in ((20, 80 + 400), (2 * 420 + 20, 80 + 570)):  # words under a picture, and of a failure
            assert len(drawn_sheet.crop((left, top, left + 400, top + 150)).getcolors(1 << 24) or ()) > 10


def nine(store: Store, ratio: str) -> tuple[dict[str, list[str]], list[Snapshot]]:
    axes = {"style": ["oil", "neon", "ink"], "animal": ["fox", "owl", "hare"]}
    size = {"1:1": (90, 90), "16:9": (160, 90), "9:16": (90, 160)}[ratio]
    return axes, [
        saved(
            store,
            png(size, COLOURS[number]),
            prompt=f"{style} {animal}",
            labels={"style": style, "animal": animal},
            inputs={"prompt": "", "aspectRatio": ratio},
            id=number,
            starred=number == 4,
        )
        for number, (style, animal) in enumerate(product(*axes.values()))
    ]


def test_a_sheet_is_titled_by_its_prompt_and_laid_out_as_the_grid(store: Store, tmp_path: Path) -> None:
    axes, snapshots = nine(store, "16:9")
    verdict = Verdict(frozenset({("style", "neon")}), frozenset({("animal", "hare")}), "12 rounds: preferred neon.")

    def written(name: str) -> Path:
        title = "A {style=oil|neon|ink} {animal=fox|owl|hare}"
        return write(SweepSnapshot(axes, snapshots), NO_PICKS, tmp_path / name, title=title, verdict=verdict)

    page = written("sheet.html").read_text()
    assert page.count("<h1>A {style=oil|neon|ink} {animal=fox|owl|hare}</h1>") == 1
    assert "12 rounds: preferred neon." in page
    assert page.count("<tr>") == 4
    assert ">style / animal</th><th>fox</th><th>owl</th><th>hare <small" in page
    assert '<th class="won">neon <small class="mark">preferred</small></th>' in page
    assert "disliked" in page
    assert page.count("<h3>#4 · neon · owl ★</h3>") == page.count('class="done starred"') == 1
    with Image.open(written("sheet.png")) as picture:
        rows = 3 * (120 + 150 + 20)
        assert picture.size == (150 + 3 * 420 + 20, 80 + 40 + 40 + rows), "no higher than its pictures need"
    pdf = written("sheet.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.mark.parametrize(
    ("ratio", "columns", "rows", "orientation"), [("16:9", 3, 3, "landscape"), ("9:16", 3, 3, "portrait")]
)
def test_paper_lies_as_the_pictures_need_it(
    store: Store, ratio: str, columns: int, rows: int, orientation: str
) -> None:
    axes, snapshots = nine(store, ratio)
    sheet = sheet_of(SweepSnapshot(axes, snapshots), NO_PICKS)
    found, on_it, height_mm = sheet_page.on_paper(sheet)
    assert (found, on_it) == (orientation, columns)
    width_mm = height_mm * int(ratio.split(":")[0]) / int(ratio.split(":")[1])
    assert rows * height_mm < (190 if orientation == "landscape" else 259)
    assert columns * width_mm < (259 if orientation == "landscape" else 190)


def test_what_does_not_fit_on_one_page_is_still_large_enough_to_see(store: Store) -> None:
    axes = {"a": [str(number) for number in range(30)], "b": ["1", "2"]}
    snapshots = [waiting(labels=dict(zip(axes, values, strict=True))) for values in product(*axes.values())]
    assert sheet_page.on_paper(sheet_of(SweepSnapshot(axes, snapshots), NO_PICKS))[2] >= 40


def test_a_clip_is_its_first_frame_in_the_picture(store: Store, tmp_path: Path, clip: bytes) -> None:
    with Image.open(sheet([saved(store, clip, tool=VIDEO)], tmp_path / "sheet.png", {})) as drawn_sheet:
        assert len(drawn_sheet.crop((20, 80, 420, 480)).getcolors(1 << 24) or ()) > 100


def test_the_pdf_has_pages(store: Store, tmp_path: Path) -> None:
    body = sheet(pictures(store, 10), tmp_path / "sheet.pdf").read_bytes()  # more than fit in a row: four columns
    assert body.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == 2


def test_nothing_is_overwritten(store: Store, tmp_path: Path) -> None:
    snapshots = pictures(store, 2)
    first, other, again = (sheet(of, tmp_path / "sheet.png") for of in (snapshots, snapshots[:1], snapshots))
    assert (first.name, other.name, again.name) == ("sheet.png", "sheet-2.png", "sheet.png")


@pytest.mark.parametrize("name", ["sheet.docx", "sheet", "sheet.svg"])
def test_another_ending_is_told(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="contact sheet can't be") as caught:
        sheet(pictures(store, 2), tmp_path / name)
    assert ".html, .png, .pdf" in str(caught.value.hint)
    assert list(tmp_path.glob("sheet*")) == []


def test_an_empty_sweep_has_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        sheet([], tmp_path / "sheet.html")
    assert list(tmp_path.glob("sheet*")) == []
