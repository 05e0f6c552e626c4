"""What is put into a notebook: HTML that lasts in an untrusted one, and in which nothing from outside is markup."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from playcut_jupyter import Playcut
from playcut_jupyter.connection.account import Account
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import grid, render
from playcut_jupyter.errors import (
    AssetUnavailable,
    PlaycutError,
    StoppedWaiting,
    SubmissionUncertain,
    TaskFailed,
)
from playcut_jupyter.library import media
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.library.records import AssetRecord, Record
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.history import History
from playcut_jupyter.runs.sweep import Sweep
from playcut_jupyter.sandbox import media as drawn
from playcut_jupyter.settings import SANDBOX_ORIGIN, Settings
from playcut_jupyter.tools import IMAGE, SPEECH, VIDEO, Request, named

# What the sanitizer of JupyterLab 4.6 (apputils, `Sanitizer._generateOptions`) leaves in an untrusted notebook, as far
# as this package uses it, and nothing of what the field notes say is stripped or rewritten.
ANYWHERE = {"class", "style", "title"}
KEPT: Mapping[str, set[str]] = {
    "audio": {"controls", "preload", "src"},
    "b": set(),
    "br": set(),
    "code": set(),
    "details": {"open"},
    "div": set(),
    "img": {"alt", "src"},
    "pre": set(),
    "progress": {"max", "value"},
    "span": set(),
    "summary": set(),
    "table": set(),
    "td": set(),
    "th": set(),
    "tr": set(),
    "video": {"controls", "poster", "preload", "src"},
}
KEPT_STYLES = {
    "border",
    "word-wrap",
    "border-radius",
    "color",
    "display",
    "font-size",
    "font-weight",
    "height",
    "margin",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow",
    "overflow-wrap",
    "padding",
    "text-align",
    "vertical-align",
    "white-space",
    "width",
}
DISPENSABLE = {"position", "top", "left", "background"}
"""What makes a table's headings stay in sight; in an untrusted notebook they scroll away, and nothing else changes."""
VOID = {"br", "img"}
PLAYABLE_SOURCE = re.compile(
    r"data:(image|audio|video)/(png|jpeg|webp|gif|wav|mpeg|ogg|flac|mp4|aac|webm);base64,[\w+/]+=*"
)

EVIL = "<img src=x onerror=alert(1)>"
HOSTILE = [
    EVIL,
    "\"'><script>alert(1)</script>",
    '" onload="alert(1)',
    "two\nlines & <b>more</b>",
    "{0} {run.error} %s {{x}}",
    "</div></td></table><svg/onload=alert(1)>",
]


class Page(HTMLParser):
    """A piece of HTML, taken apart; fails on anything that a sanitizer would take out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given_ = {name: value or "" for name, value in attrs}
        assert tag in KEPT, f"<{tag}> is stripped"
        assert set(given_) <= KEPT[tag] | ANYWHERE, f"<{tag} {attrs}> loses attributes"
        for declaration in filter(None, (part.strip() for part in given_.get("style", "").split(";"))):
            name = declaration.split(":")[0].strip()
            assert name in KEPT_STYLES or (tag == "th" and name in DISPENSABLE), declaration
        for name in ("src", "poster"):
            assert name not in given_ or PLAYABLE_SOURCE.fullmatch(given_[name]), given_[name][:80]
        assert tag != "img" or "alt" in given_
        assert tag not in ("audio", "video") or {"src", "controls"} <= set(given_), "no source on the element"
        self.elements.append((tag, given_))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str, class_: str = "") -> list[dict[str, str]]:
        return [
            given_
            for name, given_ in self.elements
            if name == tag and (not class_ or class_ in given_.get("class", "").split())
        ]

    @property
    def count(self) -> list[str]:
        return [tag for tag, _ in self.elements]


def png(size: tuple[int, int] = (40, 30), colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def clip() -> bytes:
    return drawn.clip("a red fox", resolution="480p", duration_s=1).data


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return Connection(
        Settings(api_key="pk_live_" + "0" * 40, base_url="https://api.example/api/v1", home=tmp_path), Account()
    )


Waiting = Callable[..., Generation]


@pytest.fixture
def waiting(connection: Connection) -> Waiting:
    """Make generations that nobody works on, as they are while they wait."""

    def make(prompt: str = "a fox", tool: Any = IMAGE, **attributes: Any) -> Generation:
        run = Generation(connection, Request(tool, {tool.prompt_field or "prompt": prompt}))
        for name, value in attributes.items():
            setattr(run, name, value)
        return run

    return make


def saved(
    connection: Connection,
    data: bytes | Sequence[bytes] = b"",
    *,
    prompt: str = "a fox",
    state: str = "fetched",
    status: str | None = "COMPLETED",
    tool: str = IMAGE.name,
    error: str | None = None,
    origin: str = "https://api.example/api/v1",
    task_id: str | None = "task_1",
) -> Generation:
    """Return a generation as the library would, with *data* as its asset."""
    assets = []
    for content in [data] if isinstance(data, bytes) else data:
        if content:
            facts = media.inspect(content)
            sha256, path = connection.library.store.put(content, facts.suffix)
            size = (facts.width, facts.height, facts.duration_s)
            assets.append(AssetRecord("asset_1", sha256, path, facts.mime_type, len(content), *size))
    made = named(tool)
    record = Record(
        id=7,
        origin=origin,
        tool=tool,
        kind=made.kind,
        prompt=prompt,
        inputs={made.prompt_field or "prompt": prompt},
        state=state,
        owner="",
        session_id="s",
        task_id=task_id,
        status=status,
        credits=80.0,
        seconds=4.2,
        error=error,
        created_at=time.time(),
        assets=tuple(assets),
    )
    return Generation.from_record(connection, record)


def failed(run: Generation, error: PlaycutError) -> Generation:
    run.fail(error)
    return run


def html(run: Generation) -> Page:
    return Page(render.bundle(run)["text/html"])


# -- media inline -----------------------------------------------------------------------------------------------


def test_a_picture_is_an_img_with_the_prompt_as_its_alternative_text(connection: Connection) -> None:
    page = html(saved(connection, png(), prompt='a "red" fox & <friends>'))
    (image,) = page.all("img", "playcut-image")
    assert image["alt"] == image["title"] == 'a "red" fox & <friends>'
    assert image["src"].startswith("data:image/png;base64,")


def test_a_sound_is_a_player_that_holds_its_source_and_does_not_start_by_itself(connection: Connection) -> None:
    spoken = drawn.speech("Hello.").data
    page = html(saved(connection, spoken, tool=SPEECH.name))
    (player,) = page.all("audio", "playcut-audio")
    assert player["src"].startswith("data:audio/wav;base64,")
    assert "autoplay" not in player
    assert "s long" in page.text


def test_a_clip_is_a_player_with_a_poster(connection: Connection, clip: bytes) -> None:
    (player,) = html(saved(connection, clip, tool=VIDEO.name)).all("video", "playcut-video")
    assert player["src"].startswith("data:video/mp4;base64,")
    assert player["poster"].startswith("data:image/webp;base64,")
    assert "autoplay" not in player


def test_a_clip_too_large_for_a_notebook_is_a_poster_and_its_place(
    connection: Connection, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "MAX_EMBED_BYTES", len(clip) - 1)
    run = saved(connection, clip, tool=VIDEO.name, prompt="a fox runs")
    page = html(run)
    assert not page.all("video")
    assert page.all("img", "playcut-poster")[0]["alt"] == "a fox runs"
    assert str(run.assets[0].path) in page.text
    assert "video/mp4" in page.text


def test_a_sound_too_large_for_a_notebook_is_a_card(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MAX_EMBED_BYTES", 10)
    page = html(saved(connection, drawn.speech("Hello.").data, tool=SPEECH.name))
    assert not page.all("audio")
    assert len(page.all("div", "playcut-file")) == 1


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect/></svg>',
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04 a model",
        b'{"a": "<b>"}',
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00",
    ],
    ids=["svg", "html", "zip", "json", "quicktime"],
)
def test_what_a_browser_is_not_trusted_with_is_a_card_that_names_its_place(connection: Connection, data: bytes) -> None:
    run = saved(connection, data)
    page = html(run)
    assert len(page.all("div", "playcut-file")) == 1
    assert not {"img", "audio", "video"} & set(page.count)
    assert str(run.assets[0].path) in page.text
    assert b"alert" not in data or "alert" not in page.text


def test_what_could_not_be_kept_is_shown_and_says_how_to_keep_it() -> None:
    held = Asset(id=None, facts=media.Facts("application/octet-stream"), path=None, data=b"x")
    assert ".save(path)" in Page(render.asset(held)).text


def test_a_picture_that_was_damaged_on_disk_is_a_card(connection: Connection) -> None:
    run = saved(connection, png())
    path = run.assets[0].path
    assert path is not None
    path.write_bytes(png()[:40])
    page = html(run)
    assert "no preview (NotAPicture)" in page.text
    assert str(path) in page.text


def test_several_assets_stand_side_by_side(connection: Connection) -> None:
    page = html(saved(connection, [png(colour="red"), png(colour="blue")]))
    assert len(page.all("div", "playcut-asset")) == len(page.all("img")) == 2


def test_data_of_a_tool_is_text_bounded_and_without_signed_urls(waiting: Waiting) -> None:
    page = Page(render.data({"url": "https://storage.example/a?Signature=s3cr3t", "name": EVIL}))
    assert page.count == ["pre"]
    assert "s3cr3t" not in page.text
    assert EVIL in page.text
    assert len(Page(render.data(["x" * 100] * 1000)).text) < 21_000
    assert "the rest is in `.data`" in render.data_text(["x" * 100] * 1000)
    assert render.data_text({"when": time.gmtime(0), "path": Path("x")})


# -- lines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["PENDING", "PROCESSING", "SUBMITTING", "COMPLETED"])
def test_a_live_status_has_its_state_as_class_and_word(waiting: Waiting, state: str) -> None:
    page = html(waiting(status=state))
    assert page.all("div", f"playcut-status-{state.lower()}")[0]["class"] == (
        f"playcut-status playcut-status-{state.lower()}"
    )
    assert state in page.text


@pytest.mark.parametrize(
    ("state", "class_"),
    [
        ("QUEUED_UPSTREAM", "queued-upstream"),
        ("WAITING FOR GPU", "waiting-for-gpu"),
        (EVIL, "img-src-x-onerror-alert-1"),
        ('"><svg onload="x', "svg-onload--x"),
        ("ÄÖÜ", "unknown"),
        ("", "unknown"),
        ("--", "unknown"),
    ],
)
def test_a_state_nobody_knows_is_shown_as_it_is_with_a_harmless_class(
    waiting: Waiting, state: str, class_: str
) -> None:
    page = html(waiting(status=state))
    assert page.all("div")[0]["class"] == f"playcut-status playcut-status-{class_}"
    assert state in page.text


def test_a_live_status_tells_what_is_known(waiting: Waiting) -> None:
    run = waiting(status="PROCESSING", progress=42.4, estimated_credits=80.0, note="voice Ada", trouble="It was cut.")
    page = html(run)
    assert re.search(
        r"PROCESSING .*image · \d+\.\d s \(typically 5-15 s\) · 42 % · It was cut\. Going on\. · 80 credits", page.text
    )
    assert "80 credits (estimate) · voice Ada" in page.text
    assert page.all("progress")[0]["value"] == "42"


def test_a_pause_of_the_rate_limit_is_told(waiting: Waiting) -> None:
    run = waiting(pause_s=12.4)
    run._paused_at = time.monotonic()
    assert "rate limited, going on in 12 s" in html(run).text


def test_a_result_ends_with_a_quiet_line(connection: Connection) -> None:
    run = saved(connection, png((640, 480)))
    text = html(run).text
    assert f"completed · image · 640 x 480 · 4.2 s · 80 credits (estimate) · {run.assets[0].path}" in text
    assert "this kernel: 0 credits (estimate)" in text
    lines = Page(render.lines_bundle(run)["text/html"])
    assert not lines.all("img")
    assert lines.all("div", "playcut-status-completed")


def test_a_front_end_that_asks_for_a_bundle_gets_what_is_displayed(connection: Connection) -> None:
    run = saved(connection, png())
    assert run._repr_mimebundle_() == render.bundle(run)


def test_what_comes_from_the_library_is_said_to_cost_nothing(connection: Connection) -> None:
    run = saved(connection, png())
    run.reused = True
    text = html(run).text
    assert "from your library, 0 credits (--fresh buys another)" in text
    assert "80 credits" not in text


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TaskFailed("It broke.", task_id="task_1"), "failed"),
        (SubmissionUncertain("The answer was lost."), "uncertain"),
        (StoppedWaiting("Stopped waiting.", task_id="task_1"), "stopped"),
    ],
)
def test_a_failure_is_told_with_its_reason_and_task(waiting: Waiting, error: PlaycutError, state: str) -> None:
    page = html(failed(waiting(task_id=error.task_id), error))
    assert page.all("div", f"playcut-status-{state}")
    assert error.message in page.text
    assert state.upper() in page.text
    assert not error.task_id or "task task_1" in page.text


def test_what_could_not_be_kept_is_warned_of(connection: Connection) -> None:
    run = saved(connection, png())
    run.warning = f"the disk is full {EVIL}"
    page = html(run)
    assert page.all("div", "playcut-warning")
    assert f"Not kept: the disk is full {EVIL}" in page.text
    assert "not kept: the disk is full" in render.plain_status(run)


def test_only_the_sandbox_wears_its_badge(connection: Connection) -> None:
    mark = ("span", "playcut-sandbox")
    assert html(saved(connection, png(), origin=SANDBOX_ORIGIN)).all(*mark)
    assert not html(saved(connection, png())).all(*mark)
    assert render.plain_status(saved(connection, origin=SANDBOX_ORIGIN)).startswith("[sandbox] ")
    sweep = Sweep(connection, [saved(connection, png(), origin=SANDBOX_ORIGIN)])
    assert Page(grid.sweep_bundle(sweep)["text/html"]).all(*mark)
    assert "(sandbox)" in Page(grid.history(list(sweep))).text


def test_plain_text_tells_the_same_on_one_line(connection: Connection, waiting: Waiting) -> None:
    assert render.plain_status(waiting(status="PENDING")).startswith("PENDING · image · ")
    line = render.plain_status(saved(connection, png()))
    assert line.startswith("COMPLETED · image · 40 x 30 · 4.2 s · 80 credits (estimate) · ")
    assert "\n" not in line


# -- nothing from outside is markup -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_prompt_is_never_markup(connection: Connection, waiting: Waiting, text: str) -> None:
    plain = Page(render.bundle(saved(connection, png()))["text/html"]).count
    done = saved(connection, png(), prompt=text)
    page = html(done)
    assert page.count == plain
    assert page.all("img")[0]["alt"] == text
    assert html(waiting(text)).count == html(waiting()).count
    listed = Page(grid.history([done, saved(connection, prompt=text, state="failed", error=text)]))
    assert text in listed.text
    assert listed.count.count("img") == 1
    one = Page(grid.sweep_bundle(Sweep(connection, [done]))["text/html"])
    assert one.count.count("img") == 1
    assert text[:80] in one.text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_the_service_says_is_never_markup(connection: Connection, waiting: Waiting, text: str) -> None:
    sober = failed(waiting(task_id="t"), TaskFailed("no", hint="no", task_id="t"))
    angry = failed(waiting(task_id=text), TaskFailed(text, hint=text, task_id=text))
    assert html(angry).count == html(sober).count
    assert html(angry).text.count(text) >= 2
    busy = waiting(status=text, trouble=text, note=text, warning=text)
    assert "img" not in html(busy).count
    assert text in html(busy).text
    sweep = Page(grid.sweep_bundle(Sweep(connection, [angry, busy]))["text/html"])
    assert set(sweep.count) <= {"div", "b", "br"}
    assert Page(render.message(text)).count == ["div"]


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_of_a_sweep_are_never_markup(connection: Connection, waiting: Waiting, text: str) -> None:
    runs = []
    for labels in product([text, "x"], [text, "y"], [text, "z"]):
        run = waiting()
        run.labels = dict(zip((text, "b", "c"), labels, strict=True))
        runs.append(run)
    axes = {text: [text, "x"], "b": [text, "y"], "c": [text, "z"]}
    page = Page(grid.sweep_bundle(Sweep(connection, runs, axes))["text/html"])
    assert set(page.count) <= {"div", "b", "br", "table", "tr", "td", "th"}
    assert f"{text}: {text}" in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_card_and_an_error_are_never_markup(text: str, tmp_path: Path) -> None:
    path = tmp_path / text.replace("/", "_")
    odd = Asset(id=text, facts=media.Facts(text), path=path, caption=text)
    page = Page(render.asset(odd))
    assert set(page.count) == {"div", "br", "code"}
    assert str(path) in page.text
    lost = Asset(id=text, facts=media.Facts("image/png"), path=path, caption=text)
    page = Page(render.asset(lost))
    assert page.count == ["div"]
    assert "is gone from the library" in page.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_breaks_the_html(connection: Connection, prompt: str, said: str) -> None:
    run = Generation(connection, Request(IMAGE, {"prompt": prompt}))
    run.status = said
    run.note = said
    run.warning = said
    page = html(run)
    assert set(page.count) <= {"div", "b"}
    assert set(Page(grid.history([run])).count) <= {"div", "table", "tr", "th", "td"}
    assert grid.history_text([run])


def test_a_lost_original_shows_as_a_message_in_its_place(connection: Connection) -> None:
    run = saved(connection, png())
    path = run.assets[0].path
    assert path is not None
    path.unlink()
    page = html(run)
    assert "gone from the library" in page.text
    with pytest.raises(AssetUnavailable):
        run.assets[0].preview()


# -- sweeps -----------------------------------------------------------------------------------------------------


def sweep_of(connection: Connection, axes: Mapping[str, Sequence[object]], **how: Any) -> Sweep:
    runs = []
    for values in product(*axes.values()):
        run = saved(connection, png(), prompt=" ".join(map(str, values)) or "a fox", **how)
        run.labels = dict(zip(axes, values, strict=True))
        runs.append(run)
    return Sweep(connection, runs, axes)


def test_a_sweep_without_axes_is_its_tiles_under_their_prompts(connection: Connection) -> None:
    page = Page(grid.sweep_bundle(sweep_of(connection, {}))["text/html"])
    assert "table" not in page.count
    assert "1 of 1 done" in page.text
    assert page.text.endswith("a fox")


def test_a_sweep_of_one_axis_is_its_tiles_under_their_values(connection: Connection) -> None:
    page = Page(grid.sweep_bundle(sweep_of(connection, {"colour": ["red", "blue"], "size": ["1K"]}))["text/html"])
    assert "table" not in page.count
    assert page.texts[-2:] == ["red", "blue"]
    assert len(page.all("img")) == 2


def test_a_sweep_of_two_axes_is_a_table_of_rows_and_columns(connection: Connection) -> None:
    axes = {"animal": ["fox", "owl"], "ratio": ["1:1", "16:9", "9:16"]}
    page = Page(grid.sweep_bundle(sweep_of(connection, axes))["text/html"])
    assert len(page.all("table", "playcut-grid")) == 1
    assert (page.count.count("tr"), page.count.count("th"), page.count.count("td")) == (3, 6, 6)
    words = [text for text in page.texts if text in ("animal / ratio", "fox", "owl", "1:1", "16:9", "9:16")]
    assert words == ["animal / ratio", "1:1", "16:9", "9:16", "fox", "owl"]
    assert [image["alt"] for image in page.all("img")] == [" ".join(pair) for pair in product(*axes.values())]


def test_a_sweep_of_three_axes_is_a_table_for_each_value_of_the_first(connection: Connection) -> None:
    axes = {"colour": ["red", "blue"], "animal": ["fox", "owl"], "ratio": ["1:1", "16:9"]}
    page = Page(grid.sweep_bundle(sweep_of(connection, axes))["text/html"])
    assert len(page.all("table", "playcut-grid")) == 2
    assert [text for text in page.texts if text.startswith("colour")] == ["colour: red", "colour: blue"]
    assert len(page.all("img")) == 8


def test_failed_and_waiting_tiles_stand_in_their_places(connection: Connection, waiting: Waiting) -> None:
    sweep = sweep_of(connection, {"animal": ["fox"], "ratio": ["1:1"]})
    bad = failed(waiting("an owl", task_id="task_2"), TaskFailed("It broke."))
    slow = waiting("a hare", status="PROCESSING", progress=30.0)
    bundle = grid.sweep_bundle(Sweep(connection, [sweep[0], bad, slow], {}))
    page = Page(bundle["text/html"])
    assert len(page.all("img")) == 1
    assert len(page.all("div", "playcut-tile-failed")) == len(page.all("div", "playcut-tile-waiting")) == 1
    assert "It broke." in page.text
    assert "PROCESSING" in page.text
    assert "1 of 3 done · 1 failed" in bundle["text/plain"]
    assert page.all("div", "playcut-status-processing")


def test_a_sweep_that_is_over_says_whether_all_went_well(connection: Connection, waiting: Waiting) -> None:
    good = sweep_of(connection, {"a": [1, 2]})
    page = Page(grid.sweep_bundle(good, lines_only=True)["text/html"])
    assert page.all("div", "playcut-status-completed")
    assert not page.all("img")
    assert "2 of 2 done" in page.text
    assert "160 credits (estimate)" in page.text
    bad = Sweep(connection, [*good, failed(waiting(), TaskFailed("It broke."))])
    assert Page(grid.sweep_bundle(bad)["text/html"]).all("div", "playcut-status-failed")


def test_a_sweep_tells_what_was_reused_not_kept_and_held_up(connection: Connection, waiting: Waiting) -> None:
    sweep = sweep_of(connection, {"a": [1, 2, 3]})
    sweep[0].reused = True
    sweep[1].warning = sweep[2].warning = "the disk is full"
    held_up = waiting(pause_s=9.0)
    held_up._paused_at = time.monotonic()
    text = Page(grid.sweep_bundle(Sweep(connection, [*sweep, held_up]))["text/html"]).text
    assert "1 from your library, 0 credits (--fresh buys others)" in text
    assert "160 of about 240 credits (estimate)" in text
    assert text.count("not kept: the disk is full") == 1
    assert "rate limited, going on in 9 s" in text


@pytest.mark.parametrize(
    ("tool", "ratio", "height_px"),
    [
        (IMAGE, "16:9", 135),
        (IMAGE, "9:16", 320),
        (IMAGE, None, 240),
        (IMAGE, "wide", 240),
        (VIDEO, "9:16", 427),
        (VIDEO, None, 135),
        (SPEECH, None, 54),
    ],
)
def test_a_tile_that_waits_is_as_high_as_what_will_come(
    connection: Connection, waiting: Waiting, tool: Any, ratio: str | None, height_px: int
) -> None:
    run = waiting(tool=tool)
    run.inputs = {**run.inputs, **({"aspectRatio": ratio} if ratio else {})}
    (tile,) = Page(grid.sweep_bundle(Sweep(connection, [run]))["text/html"]).all("div", "playcut-tile-waiting")
    padding_and_border = 2 * (8 + 1)
    assert f"min-height:{height_px - padding_and_border}px" in tile["style"]


def test_pictures_keep_their_size_while_more_come(connection: Connection, waiting: Waiting) -> None:
    first, rest = saved(connection, png((900, 900))), [waiting() for _ in range(20)]
    at_first = Page(grid.sweep_bundle(Sweep(connection, [first, *rest]))["text/html"]).all("img")
    at_last = Page(grid.sweep_bundle(Sweep(connection, [first] * 21))["text/html"]).all("img")
    assert at_first[0]["src"] == at_last[0]["src"]


def test_a_sweep_that_is_over_names_the_place_of_its_files(connection: Connection, waiting: Waiting) -> None:
    first, second = saved(connection, png(colour="red")), saved(connection, png(colour="blue"))
    assert grid.summary(Sweep(connection, [first])).endswith(f" · {first.assets[0].path}")
    place = grid.summary(Sweep(connection, [first, second])).rpartition(" · ")[2]
    assert all(str(run.assets[0].path).startswith(place) for run in (first, second))
    assert place.startswith(str(connection.settings.home))
    assert str(connection.settings.home) not in grid.summary(Sweep(connection, [first, waiting()]))


def test_a_sweep_tells_how_far_those_are_that_wait(connection: Connection, waiting: Waiting) -> None:
    sweep = Sweep(connection, [saved(connection, png()), waiting(progress=30.0), waiting()])
    assert "1 of 3 done · 15 % of what waits" in grid.summary(sweep)


def test_an_empty_sweep_shows(connection: Connection) -> None:
    assert "0 of 0 done" in Page(grid.sweep_bundle(Sweep(connection, []))["text/html"]).text


def test_a_grid_of_36_pictures_stays_below_2_mb(connection: Connection) -> None:
    pictures = [drawn.picture(f"a fox of kind {number}").data for number in range(3)]
    axes = {"row": range(6), "column": range(6)}
    runs = []
    for number, values in enumerate(product(*axes.values())):
        run = saved(connection, pictures[number % 3])
        run.labels = dict(zip(axes, values, strict=True))
        runs.append(run)
    bundle = grid.sweep_bundle(Sweep(connection, runs, axes))
    assert len(Page(bundle["text/html"]).all("img")) == 36
    assert len(bundle["text/html"]) < 2_000_000


# -- the history ------------------------------------------------------------------------------------------------


def test_the_history_is_a_table_with_thumbnails_and_columns_of_text(connection: Connection) -> None:
    runs = History(
        [saved(connection, png((800, 600)), prompt="a fox"), saved(connection, state="failed", status="FAILED")]
    )
    bundle = runs._repr_mimebundle_()
    page = Page(bundle["text/html"])
    assert list(page.texts[:6]) == ["#", "prompt", "state", "credits", "when", "task"]
    (thumbnail,) = page.all("img")
    assert len(thumbnail["src"]) < 4_000
    assert "FAILED" in page.text
    lines = bundle["text/plain"].splitlines()
    assert lines[0].split() == ["#", "kind", "prompt", "state", "credits", "when", "task"]
    assert [line.split()[:2] for line in lines[1:]] == [["7", "image"], ["7", "image"]]
    assert all("task_1" in line and " 80 " in line for line in lines[1:])


def test_long_prompts_and_line_breaks_keep_the_columns_of_the_history(connection: Connection) -> None:
    text = repr(History([saved(connection, prompt="one\ntwo " + "x" * 100)]))
    assert len(text.splitlines()) == 2
    assert "one two xxx" in text
    assert "…" in text


def test_an_empty_history_says_so(connection: Connection) -> None:
    empty = History([])
    assert repr(empty) == "Nothing has been made yet."
    assert "Nothing has been made yet." in empty._repr_mimebundle_()["text/html"]


def test_a_search_that_finds_nothing_says_so(connection: Connection) -> None:
    assert grid.history_text([], "a <b>fox") == "Nothing matches 'a <b>fox'."
    assert "Nothing matches" in Page(str(grid.history([], "a <b>fox"))).text


def test_a_clip_has_a_thumbnail_in_the_history(connection: Connection, clip: bytes) -> None:
    run = saved(connection, clip, tool=VIDEO.name)
    (thumbnail,) = Page(str(grid.history([run]))).all("img")
    assert thumbnail["src"].startswith("data:image/webp")
    assert len(thumbnail["src"]) < 8_000


def test_the_history_is_a_sequence_and_gives_records(connection: Connection) -> None:
    runs = History([saved(connection, png()), saved(connection)])
    assert len(runs) == 2
    assert next(iter(runs)) is runs[0]
    assert list(runs[-1:]) == [runs[1]]
    assert [record["status"] for record in runs.to_records()] == ["COMPLETED", "COMPLETED"]


# -- the whole way ----------------------------------------------------------------------------------------------


@pytest.fixture
def shown(pc: Playcut) -> Iterator[Callable[[Any], Page]]:
    return lambda bundle: Page(bundle["text/html"])  # type: ignore[return-value]


def test_what_the_sandbox_makes_survives_a_sanitizer(pc: Playcut, shown: Callable[[Any], Page]) -> None:
    run = pc.image(f"a fox {EVIL}")
    page = shown(render.bundle(run))
    assert page.all("img", "playcut-image")[0]["alt"] == f"a fox {EVIL}"
    assert shown(render.bundle(pc.speech("Hello."))).all("audio")
    assert len(shown(render.bundle(pc.image("a fox [two]"))).all("img")) == 2
    with pytest.raises(TaskFailed):
        pc.image(f"{EVIL} [fail]")
    failed_, two, spoken, first = pc.history()
    assert shown(render.bundle(failed_)).all("div", "playcut-status-failed")
    assert len(shown(pc.history()._repr_mimebundle_()).all("img")) == 2
    assert (two.status, spoken.kind, first.id) == ("COMPLETED", "speech", run.id)
