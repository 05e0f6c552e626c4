"""Exported programs take odd files as the product takes them: the same bytes under the same ending, or a refusal."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from playcut_jupyter import Sweep
from tests.export.programs import Ended, Run, every_language, having, without_pauses
from tests.media.corpus import FILES
from tests.media.odd_files.test_kept import CUT, GOOD, NOISE, SVG
from tests.media.service import KEY, Answer, in_turn, running, sends

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("no_pauses")]

UNKNOWN_TO_BASH = {
    "mp3: an APE tag in front",
    "mp3: the end of another frame in front",
    "m4a: a cover as its only picture",
}
NAMED_BY_PROGRAMS = re.findall(
    r"\S+",
    ".png .jpg .gif .webp .tiff .avif .heic .heics .heif .jxl .jp2 .bmp .wav .aiff .flac .ogg .ogv .webm .weba .mkv "
    ".mka .avi .mpg .mp2 .mp3 .aac .mp4 .mov .m4a .pdf .zip .glb",
)
"""Other files are kept as `.bin`."""
CHOSEN = list({odd.suffix: odd for odd in FILES}.values())
"""The last, and oddest, of each ending: making them all takes long."""


def labelled(body: bytes, label: str, content_type: str = "image/png") -> Answer:
    def write(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        for name, value in (("Content-Type", content_type), ("Content-Length", len(body)), ("Content-Encoding", label)):
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(body)

    return write


def cut_short(handler: BaseHTTPRequestHandler, _: int) -> None:
    """Promise more bytes than come."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.send_header("Content-Length", str(len(GOOD)))
    handler.end_headers()
    handler.wfile.write(CUT)
    handler.close_connection = True


ANSWERS: Mapping[str, Answer] = {
    "a length that does not come": in_turn(cut_short, sends(GOOD, "image/png")),
    "the end of the connection": sends(GOOD, "image/png", how="close"),
    "a picture that is called a page": sends(GOOD, "text/html"),
    "noise that is called a picture": sends(NOISE, "image/png"),
    "a good one behind noise": in_turn(sends(NOISE, "image/png"), sends(GOOD, "image/png")),
    "noise, then a page": in_turn(sends(NOISE, "image/png"), sends(b"<html>expired</html>", "text/html")),
    "a drawing": sends(SVG, "image/svg+xml; charset=utf-8"),
    "gzip": labelled(gzip.compress(GOOD), "gzip"),
    "gzip that is not there": labelled(GOOD, "gzip"),
    "deflate that is not there": labelled(GOOD, "deflate"),
    "nothing": sends(b"", "image/png"),
    "a page": sends(b"<!doctype html><title>503</title>", "image/png"),
    "a page in Latin-1": sends("<html>Die F\xfcchse schlafen</html>".encode("latin-1")),
}
MORE_ANSWERS: Mapping[str, Answer] = {
    "chunks": sends(GOOD, "image/png", how="chunks"),
    "a type that is none": sends(GOOD, ""),
    "noise": sends(NOISE),
    "UTF-8 as a coding": labelled(GOOD, "UTF-8"),
    "none as a coding": labelled(GOOD, "none"),
    "a document": sends(b'{"message": "expired"}', ""),
    "a drawing that is called a page": sends(SVG, "text/html"),
    "deflate": labelled(zlib.compress(GOOD), "deflate"),
    "a page in UTF-16": sends("<html>F\xfcchse</html>".encode("utf-16")),
    "a sentence of other letters": sends("\u72d0\u72f8\u5728\u7761\u89c9\u3002".encode()),
}
"""What bash, which starts several tools for each, is not asked: variations, and what it does not tell apart."""


def kept(sweep: Sweep) -> dict[str, bytes]:
    """Return what the product keeps of a sweep, by the names that a program gives."""
    files = {}
    for number, run in enumerate(sweep, 1):
        for asset in run.assets:
            if asset.path is not None:
                files[f"playcut-image-{number}{asset.path.suffix}"] = asset.path.read_bytes()
    return files


@every_language
def test_an_odd_answer_is_kept_or_refused_as_the_product_does(format_: str, run: Run, away_from_home: Path) -> None:
    answers = ANSWERS if format_ == "curl" else {**ANSWERS, **MORE_ANSWERS}
    ids = {f"a{number}": answer for number, answer in enumerate(answers.values())}
    with running() as service, service.client(away_from_home) as pc:
        service.assets = dict(ids)
        made = pc.sweep(f"{{{'|'.join(ids)}}}", max_generations=len(ids))
        service.asked.clear()  # the same answers in the same order

        ended: Ended = run(
            having(without_pauses(made.export(format_)), attempts=2),
            format_,
            PLAYCUT_API_KEY=KEY,
            PLAYCUT_BASE_URL=f"{service.origin}/api/v1",
        )

        assert ended.files == kept(made)
        refused = [name for name, one in zip(answers, made, strict=True) if one.error]
        assert len(refused) >= 3
        assert f"{len(refused)} of {len(answers)} failed." in ended.said


@every_language
def test_a_file_is_named_as_the_product_names_it(format_: str, run: Run, away_from_home: Path) -> None:
    # Bash starts several tools for a file, and does not see all that the others see.
    chosen = CHOSEN[::3] if format_ == "curl" else [*CHOSEN, *(odd for odd in FILES if odd.id in UNKNOWN_TO_BASH)]
    with running() as service, service.client(away_from_home) as pc:
        service.assets = {"a": sends(GOOD)}
        made = pc.image("many odd foxes")
        service.assets = {f"a{number:03}": sends(odd.data) for number, odd in enumerate(chosen)}

        ended = run(
            without_pauses(made.export(format_)),
            format_,
            PLAYCUT_API_KEY=KEY,
            PLAYCUT_BASE_URL=f"{service.origin}/api/v1",
        )

    assert (ended.status, len(ended.printed)) == (0, len(chosen)), ended.said
    for odd, name in zip(chosen, ended.printed, strict=True):
        suffix = odd.suffix if odd.suffix in NAMED_BY_PROGRAMS else ".bin"
        assert (odd.id, Path(name).suffix) == (odd.id, suffix)
        assert ended.files[name] == odd.data
