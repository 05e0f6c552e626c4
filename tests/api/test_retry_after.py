"""`Retry-After`: seconds or a date, within reason."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from playcut_jupyter.api.rate_limit import retry_after_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("0", 0),
        ("1.5", 1.5),
        ("-3", 5),
        ("NaN", 5),
        ("inf", 5),
        ("1e999", 5),
        ("", 5),
        ("soon", 5),
        ("1, 2", 5),
        ("9" * 30, 86_400),
        ("Mon, 99 Foo 2026 00:00:00 GMT", 5),
        ("Mon, 01 Jan 99999 00:00:00 GMT", 5),
    ],
)
def test_retry_after_is_read_as_seconds_within_reason(text: str, seconds: float) -> None:
    assert retry_after_s({"retry-after": text}, 5) == seconds


def test_retry_after_is_read_as_a_date_by_the_servers_own_clock() -> None:
    now = time.time()
    date = {"retry-after": formatdate(now + 30, usegmt=True)}
    assert 28 <= retry_after_s(date, 5) <= 30
    assert retry_after_s({**date, "date": formatdate(now + 20, usegmt=True)}, 5) == 10
    assert 28 <= retry_after_s({**date, "date": ""}, 5) <= 30
    past = {"retry-after": formatdate(now - 30, usegmt=True)}
    assert retry_after_s(past, 5) == 5
    assert retry_after_s({}, 5) == 5
