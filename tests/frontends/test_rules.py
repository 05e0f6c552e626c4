"""Front ends that can't be run here: what is sent to them keeps to the rules that they publish."""

from __future__ import annotations

import io

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.display import history_table, status
from playcut_jupyter.sandbox import Sandbox
from tests.frontends.marks import shows

av = pytest.importorskip("av")

VS_CODE_SOUND = {"mp3", "mp3float", "flac", "vorbis", "pcm_s16le"}
VS_CODE_PICTURE = {"h264", "vp8"}
"""What its notes on media say that it decodes: AAC and Opus are not among it."""


def codecs(data: bytes) -> set[str]:
    with av.open(io.BytesIO(data), "r") as container:
        return {stream.codec_context.name for stream in container.streams}


@shows("VS Code", "sound", "clip")
def test_vs_code_can_decode_what_the_sandbox_makes(pc: Playcut) -> None:
    assert codecs(pc.speech("Hello there.").assets[0].data) <= VS_CODE_SOUND
    clip = codecs(pc.video("a fox", resolution="480p", duration_seconds=1).assets[0].data)
    assert len(clip & VS_CODE_SOUND) == len(clip & VS_CODE_PICTURE) == 1


@shows("VS Code", "picture", "reopened", "untrusted")
def test_vs_code_gets_html_without_scripts_and_tables_with_their_own_borders(pc: Playcut, sandbox: Sandbox) -> None:
    run = pc.image("a fox")
    bundle = status.bundle(run.snapshot)
    assert next(iter(bundle)) == "text/html"
    page = str(history_table.html(pc.history().snapshots))
    assert page.count("<td ") == page.count('<td style="border:1px solid')
    assert page.count("<th ") == page.count('<th style="border:1px solid')
    for html in (bundle["text/html"], page):
        assert "<script" not in html
        assert "<style" not in html
