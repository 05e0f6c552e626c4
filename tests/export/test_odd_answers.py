"""Exported programs take odd answers as the product takes them: the same files, or the same failure."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from playcut_jupyter import Playcut, PlaycutError
from playcut_jupyter.sandbox import Sandbox
from tests.export.programs import Run, every_language, originals, without_pauses
from tests.faults.accidents import Altered, Canned, Fault, Step
from tests.faults.answers import answer, error, page
from tests.faults.api_cases import in_members, packed
from tests.faults.proxy import Proxy
from tests.faults.test_states import ERROR, altered

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("no_pauses")]

Given = list[tuple[Step, Fault, int | None]]


def dressed(raw: bytes, times: int, label: str) -> bytes:
    body = raw.partition(b"\r\n\r\n")[2]
    for _ in range(times):
        body = gzip.compress(body)
    return answer(200, body, "image/png", {"Content-Encoding": label})


PORTAL = answer(307, headers={"Location": "http://portal.example/?token=s3cr3t"})
EMPTY = Canned(raw=error(429, "No credits left."))
MENDED: dict[str, Given] = {
    "packed": [
        ("submit", Altered(by=in_members), 1),
        ("wait", altered(status="SUCCEEDED"), None),
        ("download", Altered(by=lambda raw: dressed(raw, 2, "gzip, gzip")), 1),
    ],
    "mislabelled": [
        ("submit", Altered(by=lambda raw: packed(raw, label="UTF-8")), 1),
        ("wait", altered(status="expired"), None),
        ("download", Altered(by=lambda raw: dressed(raw, 0, "aws-chunked")), 1),
    ],
    "in trouble": [
        ("submit", EMPTY, 2),
        ("wait", Canned(raw=page(403)), 1),
        ("sign", Canned(raw=error(502)), 5),
        ("download", Canned(raw=answer(503, headers={"Retry-After": "1"})), 1),
    ],
}
FAILED: dict[str, tuple[Given, str]] = {
    "cancelled": ([("wait", altered(status="CANCELLED", error=ERROR, output="absent"), None)], "ended as CANCELLED"),
    "without credits": ([("submit", EMPTY, None)], "No credits left."),
    "redirected": ([("submit", Canned(raw=PORTAL), None)], "portal.example"),
    "at a gateway": ([("submit", Canned(raw=page(403)), None)], "gateway"),
}


@pytest.fixture(scope="module")
def door(sandbox: Sandbox) -> Iterator[Proxy]:
    """Run a proxy with accidents before the sandbox."""
    with Proxy(sandbox) as proxy:
        yield proxy


@pytest.fixture
def product(door: Proxy, away_from_home: Path) -> Iterator[Playcut]:
    """Connect the product through the proxy."""
    with Playcut(api_key=door.sandbox.key, base_url=door.base_url, home=away_from_home, progress="off") as connected:
        yield connected


def happen(door: Proxy, given: Given) -> None:
    door.heal()
    for step, fault, times in given:
        door.program(step, fault, times)


@every_language
@pytest.mark.parametrize("name", MENDED)
def test_what_the_product_makes_all_the_same_a_program_makes_too(
    name: str, format_: str, door: Proxy, run: Run, product: Playcut
) -> None:
    happen(door, MENDED[name])
    made = product.image(f"a {format_} bridge {name}", seed=7)
    before = door.sandbox.submissions
    happen(door, MENDED[name])

    ended = run(without_pauses(made.export(format_)), format_, PLAYCUT_BASE_URL=door.base_url)

    assert ended.status == 0, ended.said
    assert list(ended.files.values()) == originals(made)
    assert door.sandbox.submissions == before + 1


@every_language
@pytest.mark.parametrize("name", FAILED)
def test_what_fails_in_the_product_fails_in_a_program_with_the_same_words(
    name: str, format_: str, door: Proxy, run: Run, product: Playcut
) -> None:
    given, words = FAILED[name]
    happen(door, given)
    made = product.submit("image", f"a {format_} ford {name}", seed=7)
    with pytest.raises(PlaycutError, match=words):
        made.wait()
    before = door.sandbox.submissions
    happen(door, given)

    ended = run(without_pauses(made.export(format_)), format_, PLAYCUT_BASE_URL=door.base_url)

    assert (ended.status, ended.files) == (1, {}), ended.said
    assert words in ended.said
    assert "s3cr3t" not in ended.said
    assert "may or may not have been bought" not in ended.said
    assert door.sandbox.submissions == before + (given[0][0] == "wait")
