"""A download that was cut goes on where it stopped, if the storage says that the file is still the same."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from email.utils import formatdate

import anyio
import pytest

from playcut_jupyter.api.downloads import Download, FetchFailed
from tests.api.keeping import Headers, Host, Reply, pooled, serving

BODY = bytes(range(256)) * 6_000
CUT = len(BODY) * 8 // 10
ETAG = {"ETag": '"one"'}
NOW, BEFORE = formatdate(2_000_000_000, usegmt=True), formatdate(1_999_999_000, usegmt=True)


class Memory:
    """Where the bytes go."""

    def __init__(self) -> None:
        self.data = b""
        self.restarts = 0

    @property
    def size(self) -> int:
        return len(self.data)

    def write(self, data: bytes) -> None:
        self.data += data

    def restart(self) -> None:
        self.data = b""
        self.restarts += 1


def partial(
    headers: Headers, body: bytes = BODY, start: int | None = None, total: int | None = None, **other: str
) -> Reply:
    """Answer a Range request as a storage does, or with what is told instead."""
    first = int(headers["range"].removeprefix("bytes=").removesuffix("-")) if start is None else start
    total = len(body) if total is None else total
    told = {"Content-Range": f"bytes {first}-{total - 1}/{total}", "ETag": '"one"', **other}
    return Reply(206, body[first:], told)


def fetched(answers: list[Callable[[Headers], Reply]], attempts: int) -> tuple[Memory, Host]:
    """Fetch `BODY` with so many attempts, of which only the last may succeed."""
    memory = Memory()

    async def scenario() -> Host:
        async with serving(lambda _, headers: answers[len(host.seen) - 1](headers)) as host, pooled() as storage:
            download = Download(storage, memory)
            for number in range(attempts - 1):
                with pytest.raises(FetchFailed) as caught:
                    await download.attempt(host.url(f"/{number}"))
                assert caught.value.retryable
            await download.attempt(host.url("/last"))
            return host

    return memory, anyio.run(scenario)


def cut(headers: Headers, **told: str) -> Reply:
    return Reply(200, BODY, {**ETAG, **told}, cut_after=CUT)


def whole(headers: Headers) -> Reply:
    return Reply(200, BODY, ETAG)


def test_a_cut_at_80_percent_costs_hardly_more_than_the_file() -> None:
    memory, host = fetched([cut, partial], 2)
    assert memory.data == BODY
    assert host.seen[1][1]["range"] == f"bytes={CUT}-"
    assert host.seen[1][1]["if-range"] == '"one"'
    assert host.sent <= 1.1 * len(BODY)


def test_several_cuts_are_several_continuations() -> None:
    def cut_again(headers: Headers) -> Reply:
        reply = partial(headers)
        reply.cut_after = 50_000
        return reply

    memory, host = fetched([cut, cut_again, cut_again, partial], 4)
    assert memory.data == BODY
    assert host.sent == len(BODY)


def test_a_date_continues_a_file_that_has_no_tag() -> None:
    dated = {"ETag": "", "Date": NOW, "Last-Modified": BEFORE}
    memory, host = fetched([lambda headers: cut(headers, **dated), lambda headers: partial(headers, ETag="")], 2)
    assert memory.data == BODY
    assert host.seen[1][1]["if-range"] == BEFORE


@pytest.mark.parametrize(
    "told",
    [
        {"ETag": ""},
        {"ETag": 'W/"one"', "Last-Modified": BEFORE, "Date": NOW},
        {"ETag": "", "Last-Modified": NOW, "Date": NOW},
        {"ETag": "", "Last-Modified": "yesterday", "Date": NOW},
        {"Content-Encoding": "gzip"},
    ],
    ids=["nothing", "a weak tag", "a date of that second", "no date", "a compressed body"],
)
def test_what_has_no_certain_version_is_fetched_anew(told: Headers) -> None:
    body = gzip.compress(BODY) if "Content-Encoding" in told else BODY
    cut_off = Reply(200, body, {**ETAG, **told}, cut_after=len(body) // 2)
    memory, host = fetched([lambda _: cut_off, whole], 2)
    assert memory.data == BODY
    assert "range" not in host.seen[1][1]


@pytest.mark.parametrize(
    "answer",
    [
        lambda headers: partial(headers, start=CUT - 1),
        lambda headers: partial(headers, start=0),
        lambda headers: partial(headers, total=len(BODY) + 1),
        lambda headers: partial(headers, ETag='"two"'),
        lambda headers: Reply(206, BODY[CUT:], {"Content-Range": "bytes 1-2"}),
        lambda headers: Reply(206, BODY[CUT:], {}),
        lambda headers: Reply(206, BODY[CUT:], {"Content-Range": f"bytes {CUT}-{CUT + 9}/{len(BODY)}"}),
        lambda headers: Reply(416, b"", {"Content-Range": "bytes */5"}),
    ],
    ids=["too early", "from the start", "longer", "another file", "no range", "no header", "too short", "416"],
)
def test_a_part_that_does_not_fit_is_dropped_and_the_file_fetched_anew(answer: Callable[[Headers], Reply]) -> None:
    memory, host = fetched([cut, answer, whole], 2)
    assert memory.data == BODY
    assert len(host.seen) == 3
    assert "range" not in host.seen[2][1]


def test_a_file_that_has_changed_comes_whole() -> None:
    new = BODY[::-1]
    memory, host = fetched([cut, lambda _: Reply(200, new, {"ETag": '"two"'})], 2)
    assert memory.data == new
    assert len(host.seen) == 2


def test_a_refusal_in_between_loses_nothing() -> None:
    memory, host = fetched([cut, lambda _: Reply(403, b"expired"), partial], 3)
    assert memory.data == BODY
    assert host.sent <= 1.1 * len(BODY)


def test_a_whole_file_that_is_asked_for_again_is_fetched_anew() -> None:
    memory = Memory()

    async def scenario() -> None:
        async with serving(Reply(200, BODY, ETAG)) as host, pooled() as storage:
            download = Download(storage, memory)
            for _ in range(2):  # the first was damaged, say
                await download.attempt(host.url())
            assert "range" not in host.seen[1][1]

    anyio.run(scenario)
    assert memory.data == BODY


def test_a_continued_file_is_bounded_as_a_whole() -> None:
    async def scenario() -> None:
        async with (
            serving(lambda _, headers: partial(headers, total=None) if "range" in headers else cut(headers)) as host,
            pooled(max_download_mb=CUT / 1e6) as storage,
        ):
            with pytest.raises(FetchFailed, match="larger than"):
                await Download(storage, Memory()).attempt(host.url())

    anyio.run(scenario)
