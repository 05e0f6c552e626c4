"""Content codings: undone whole where they are there, identity where they are not, never silently less."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Iterable
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter.api.content_coding import Decoder, ResponseTooLarge

LIMIT = 4_000_000
ANSWER = json.dumps({"data": {"taskId": "t_1", "status": "PENDING"}}).encode()
NOISE = random.Random(1).randbytes(120_000)
WAV = b"RIFF" + (36 + len(NOISE)).to_bytes(4, "little") + b"WAVEfmt " + NOISE
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE[:40_000]
MP4 = b"\0\0\0\x18ftypisom" + NOISE[:40_000]
WEBM = b"\x1aE\xdf\xa3" + NOISE[:40_000]
JPEG = b"\xff\xd8\xff\xe0" + NOISE[:40_000]
MP3 = b"\xff\xfb\x90\x64" + NOISE[:40_000]
PAGE = b"<html><body>" + b"words " * 5_000 + b"</body></html>"
BODIES = {"answer": ANSWER, "wav": WAV, "png": PNG, "mp4": MP4, "webm": WEBM, "jpeg": JPEG, "mp3": MP3, "page": PAGE}
UNKNOWN = ("", "identity", "UTF-8", "none", "binary", "utf8, binary", "base64", "\xff", ",", "gzip_2")
NOT_THERE = ("gzip", "x-gzip", "GZIP,", '"gzip"', "gzip;q=1", "deflate", "deflate, gzip", "br", "zstd")
LABELS = (*UNKNOWN, *NOT_THERE, "compress", "aws-chunked", "gzip, deflate, br, zstd, aws-chunked")
SIZES = (1, 7, 30_000, 1_000_000)


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def members(data: bytes, count: int = 3) -> bytes:
    size = len(data) // count + 1
    return b"".join(gzip.compress(data[start : start + size]) for start in range(0, len(data), size))


def framed(data: bytes, size: int = 50_000, signature: str = ";chunk-signature=" + "ab" * 32) -> bytes:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    frames = [b"%x%b\r\n%b\r\n" % (len(chunk), signature.encode(), chunk) for chunk in chunks]
    return b"".join(frames) + b"0%b\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n" % signature.encode()


def decoded(coding: str, body: bytes, size: int = 1_000_000, limit: int = LIMIT) -> bytes:
    decoder = Decoder(coding, limit)
    parts = [decoder.feed(body[start : start + size]) for start in range(0, len(body), size)]
    return b"".join([*parts, decoder.finish()])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("coding", LABELS)
def test_a_coding_that_is_unknown_or_not_there_means_identity(coding: str, size: int) -> None:
    for name, body in BODIES.items():
        whole = body if size > 100 else body[:3_000]
        assert decoded(coding, whole, size) == whole, name


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["answer", "wav", "page"])
def test_what_is_coded_is_undone_whole(name: str, size: int) -> None:
    body = BODIES[name] if size > 100 else BODIES[name][:3_000]
    zipped = gzip.compress(body)
    for coding, coded in {
        "gzip": zipped,
        "X-GZip": zipped,
        " gzip ;x=1": zipped,
        "deflate": zlib.compress(body),
        "deflate, identity": raw_deflate(body),
        "gzip, gzip": gzip.compress(zipped),
        "deflate, gzip": gzip.compress(zlib.compress(body)),
        "gzip, deflate": raw_deflate(zipped),
        "gzip, UTF-8": zipped,
        "aws-chunked, gzip": zipped,
        "gzip,aws-chunked": zipped,
        "gzip, aws-chunked": framed(zipped),
        "aws-chunked": framed(body),
        "AWS-Chunked": framed(body, signature=""),
    }.items():
        assert decoded(coding, coded, size) == body, coding
    for coding, coded in {
        "gzip": members(body),
        "gzip, gzip": members(members(body)),
        "deflate": gzip.compress(body),
        "deflate ": zlib.compress(body[:100]) + zlib.compress(body[100:]),
        "gzip ": zlib.compress(body),
        "gzip  ": members(body) + bytes(512),
        "gzip   ": gzip.compress(body[:100]) + bytes(5) + gzip.compress(body[100:]),
        "gzip,": gzip.compress(b"") + members(body) + gzip.compress(b""),
    }.items():
        assert decoded(coding, coded, size) == body, coding


def test_a_body_without_bytes_is_one_whatever_it_claims() -> None:
    for coding in ("gzip", "deflate", "br", "zstd", "compress", "aws-chunked", "gzip, deflate"):
        assert decoded(coding, b"") == b""


def test_signed_chunks_that_are_not_there_do_not_hide_a_number() -> None:
    assert decoded("aws-chunked", b"12") == b"12"
    assert decoded("aws-chunked", b"12\n34\n") == b"12\n34\n"


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "deflate", "aws-chunked", "gzip, aws-chunked"])
def test_a_coding_that_is_cut_short_is_an_error_and_never_less_of_the_body(coding: str, share: float) -> None:
    coded = {
        "gzip": members(WAV),
        "gzip, gzip": gzip.compress(gzip.compress(WAV)),
        "deflate": raw_deflate(WAV),
        "aws-chunked": framed(WAV),
        "gzip, aws-chunked": framed(gzip.compress(WAV)),
    }[coding]
    with pytest.raises(httpx.DecodingError):
        decoded(coding, coded[: int(len(coded) * share)])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "deflate, gzip"])
def test_a_coding_that_is_damaged_is_an_error(coding: str) -> None:
    body = {
        "gzip": gzip.compress(WAV),
        "deflate": zlib.compress(WAV),
        "deflate, gzip": gzip.compress(zlib.compress(WAV)),
    }
    damaged = bytearray(body[coding])
    damaged[-3] ^= 0xFF
    with pytest.raises(httpx.DecodingError):
        decoded(coding, bytes(damaged))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("zstd", b"\x28\xb5\x2f\xfd\x04\0"),
        ("br", b"\x0b\x02\x80abc\x03" + b"\0" * 9),
        ("x-compress", b"\x1f\x9d\x90abc"),
    ],
)
def test_a_known_coding_that_can_not_be_undone_is_an_error_that_names_it(coding: str, body: bytes) -> None:
    with pytest.raises(httpx.DecodingError, match=coding.removeprefix("x-")):
        decoded(coding, body)


def test_bombs_end_at_the_limit_in_every_layer() -> None:
    zeros = gzip.compress(bytes(9_000_000))
    hollow = gzip.compress(gzip.compress(b"") * 420_000)
    for coding, coded in {
        "gzip": zeros,
        "gzip, gzip": gzip.compress(zeros),
        "gzip,gzip": hollow,
        "deflate": zeros,
    }.items():
        with pytest.raises(ResponseTooLarge):
            decoded(coding, coded)
    with pytest.raises(httpx.DecodingError, match="too many"):
        decoded("gzip, " * 1_000, ANSWER)


def parts(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


@given(
    st.binary(max_size=200), st.lists(st.sampled_from(["gzip", "deflate", "x"]), max_size=3), st.lists(st.integers(0))
)
def test_any_bytes_in_any_pieces_come_back_as_they_were(body: bytes, codings: list[str], cuts: list[int]) -> None:
    coded = body
    for coding in codings:
        coded = gzip.compress(coded) if coding == "gzip" else zlib.compress(coded) if coding == "deflate" else coded
    decoder = Decoder(", ".join(codings), LIMIT)
    assert b"".join([*map(decoder.feed, parts(coded, cuts)), decoder.finish()]) == body
