"""A sweep as a grid: where each result stands, what it says, and what it adds to the notebook."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from playcut_jupyter import Generation, Playcut, Sweep, media
from playcut_jupyter.display import sweep_grid
from playcut_jupyter.jobs import start
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord


def html(sweep: Sweep) -> str:
    return str(sweep._repr_mimebundle_()["text/html"])


def table(text: str) -> list[list[str]]:
    """Return a grid's cells as words: headings, and the prompts of the pictures."""
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [
        [" ".join(re.findall(r'alt="([^"]*)"', cell)) or re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells
    ]


def test_two_axes_are_a_table_with_their_values_as_headings(pc: Playcut) -> None:
    sweep = pc.sweep("a grid {red|blue} {fox|owl}")
    assert table(html(sweep)) == [
        ["red|blue / fox|owl", "fox", "owl"],
        ["red", "a grid red fox", "a grid red owl"],
        ["blue", "a grid blue fox", "a grid blue owl"],
    ]


def test_a_samples_table_has_every_picture_under_its_own_heading(pc: Playcut) -> None:
    sweep = pc.sweep("a sparse {red|blue|green} {fox|owl|cat}", sample=4, sample_seed=2)
    (head, *rows) = table(html(sweep))
    shown = [(row[0], name, cell) for row in rows for name, cell in zip(head[1:], row[1:], strict=True) if cell]
    assert sorted(cell for _, _, cell in shown) == sorted(run.prompt for run in sweep)
    assert all(cell == f"a sparse {colour} {animal}" for colour, animal, cell in shown)


def test_three_axes_are_a_table_for_each_value_of_the_first(pc: Playcut) -> None:
    text = html(pc.sweep("a cube {red|blue} {fox|owl}", image_size=["1K", "2K"]))
    assert text.count('class="playcut-grid"') == 2
    assert "red|blue: red" in text
    assert "red|blue: blue" in text


def test_one_axis_is_a_row_whose_captions_say_what_differs(pc: Playcut) -> None:
    text = html(pc.sweep("a long prompt about one {fox|owl} in a row"))
    captions = re.findall(r'opacity:0.8;">([^<]*)</div></div>', text)
    assert captions == ["fox", "owl"]


def test_sounds_stand_in_a_grid_and_a_large_one_leaves_its_place(pc: Playcut, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = pc.sweep("{Hello|Good evening} in a grid.", kind="speech")
    assert html(sweep).count("<audio") == 2
    monkeypatch.setattr(sweep_grid, "MAX_PLAYERS_BYTES", 1000)
    text = html(sweep)
    assert "<audio" not in text
    assert all(str(run.assets[0].path) in text for run in sweep)


@pytest.fixture
def large_sweep(pc: Playcut) -> Sweep:
    """A 6 x 6 sweep of 4K pictures with as much detail as photographs have at most, already in the library."""
    library = pc.connector.connection.library
    noise = [Image.effect_noise((3840, 2160), 90) for _ in range(3)]
    body = io.BytesIO()
    Image.merge("RGB", noise).save(body, "JPEG", quality=85)
    axes = {"colour": list("abcdef"), "animal": list("uvwxyz")}
    runs = []
    for colour in axes["colour"]:
        for animal in axes["animal"]:
            found = library.get(_fetched(library, f"4K {colour} {animal}", body.getvalue()))
            assert found is not None
            labels = {"colour": colour, "animal": animal}
            runs.append(Generation(start.recorded(pc.connection, found, labels=labels)))
    return Sweep(runs, axes)


def _fetched(library: Library, prompt: str, body: bytes) -> int:
    facts = media.inspect(body)
    number = library.create("https://a.test", "generate-image-from-text", "image", prompt, {"prompt": prompt}, None)
    sha256, path = library.store.put(body, facts.suffix)
    size = (facts.width, facts.height, None)
    library.keep_asset(number, 0, AssetRecord(None, sha256, path, facts.mime_type, len(body), *size))
    library.update(number, state="fetched", status="COMPLETED")
    return number


def test_a_grid_of_36_pictures_in_4k_adds_less_than_2_mb(large_sweep: Sweep) -> None:
    text = html(large_sweep)
    assert text.count("<img") == 36
    assert len(text.encode()) < 2_000_000


def test_a_grid_is_whole_as_a_page_of_its_own(pc: Playcut, tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    exporter = pytest.importorskip("nbconvert").HTMLExporter(embed_images=True)
    sweep = pc.sweep("a page {red|blue} {fox|owl}")
    output = nbformat.v4.new_output("display_data", {"text/html": html(sweep)})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
    page, _ = exporter.from_notebook_node(notebook)
    assert all(f'alt="{run.prompt}"' in page for run in sweep)
    assert "<th" in page
