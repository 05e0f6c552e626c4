"""Fetching from signed URLs: how many hops, how many bytes; and never the key."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Callable

import pytest

from playcut_jupyter.api.downloads import Body, FetchFailed
from tests.api.storage import KEY, Storage, fetched, refusal


def test_a_file_is_fetched_whole_with_its_type(storage: Storage) -> None:
    url = storage.put("/a.png", b"bytes" * 100_000, headers={"Content-Type": "Image/PNG; charset=x"})
    assert fetched(url) == Body(b"bytes" * 100_000, "image/png")
    assert fetched(storage.put("/b", b"")) == Body(b"", "")


def test_the_storage_sees_no_key_no_cookie_and_a_plain_request(storage: Storage) -> None:
    storage.put("/last", b"bytes")
    away = storage.put("/first", status=302, headers={"Location": "/last?Signature=s3cr3t", "Set-Cookie": "a=b"})
    assert fetched(away).data == b"bytes"
    assert [path for path, _ in storage.seen] == ["/first?Signature=s3cr3t", "/last?Signature=s3cr3t"]
    for _, headers in storage.seen:
        sent = {name.lower(): value for name, value in headers.items()}
        assert "authorization" not in sent
        assert "cookie" not in sent
        assert KEY not in str(sent)
        assert sent["host"] == storage.origin.removeprefix("http://")
        assert sent["accept-encoding"] == "identity"
        assert "referer" not in sent


def test_a_user_in_the_address_is_not_sent_our_key(storage: Storage) -> None:
    url = storage.put("/a", b"bytes").replace("http://", "http://user:password@")
    assert fetched(url).data == b"bytes"
    assert KEY not in str(storage.seen)
    assert "@" not in storage.seen[0][1]["Host"]


def test_what_was_packed_all_the_same_is_unpacked_and_bounded_as_unpacked(storage: Storage) -> None:
    packed = gzip.compress(bytes(3_000_000))
    url = storage.put("/a", packed, headers={"Content-Encoding": "gzip"})
    assert fetched(url).data == bytes(3_000_000)
    assert "larger than 1 MB" in str(refusal(url, max_download_mb=1))
    bomb = storage.put(
        "/c", gzip.compress(gzip.compress(bytes(60_000_000))), headers={"Content-Encoding": "gzip, gzip"}
    )
    tracemalloc.start()
    assert "larger than 1 MB" in str(refusal(bomb, max_download_mb=1))
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()

    for mislabelled in ("gzip", "UTF-8", "aws-chunked", "none"):
        plain = storage.put("/b", b"this is not gzip", headers={"Content-Encoding": mislabelled})
        assert fetched(plain).data == b"this is not gzip"
    cut = storage.put("/d", packed[:-100], headers={"Content-Encoding": "gzip"})
    assert "can't be decoded" in str(refusal(cut))


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(403, True), (404, True), (410, False), (500, True), (204, True), (206, True), (304, True)],
)
def test_what_is_no_200_is_a_failure_that_a_new_url_may_mend(storage: Storage, status: int, retryable: bool) -> None:
    failure = refusal(storage.put("/a", status=status))
    assert f"answered {status}" in str(failure)
    assert failure.retryable == retryable


def chain(storage: Storage, hops: int) -> str:
    for hop in range(hops):
        storage.put(f"/{hop}", status=(301, 302, 303, 307, 308)[hop % 5], headers={"Location": f"/{hop + 1}"})
    storage.put(f"/{hops}", b"bytes")
    return f"{storage.origin}/0"


def test_a_few_redirects_are_followed_and_more_are_not(storage: Storage) -> None:
    assert fetched(chain(storage, 5)).data == b"bytes"
    failure = refusal(chain(storage, 6))
    assert "redirected more than 5 times" in str(failure)
    assert not failure.retryable


def test_a_redirect_to_itself_ends(storage: Storage) -> None:
    failure = refusal(storage.put("/a", status=302, headers={"Location": "/a"}))
    assert "redirected more than" in str(failure)
    assert len(storage.seen) == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "data:text/html,x",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "https://[fe80::1]/",
        "http://[bad",
        "http://a:b:c/",
        "//192.168.0.1/a",
        "http://0.0.0.0:9/",
    ],
)
def test_each_hop_is_checked_as_the_first_one_is(storage: Storage, location: str) -> None:
    failure = refusal(storage.put("/a", status=302, headers={"Location": location}))
    assert not failure.retryable
    assert len(storage.seen) == 1


def test_a_redirect_without_a_place_is_a_failure(storage: Storage) -> None:
    assert "answered 302" in str(refusal(storage.put("/a", status=302)))


def test_what_declares_to_be_too_large_is_not_read(storage: Storage) -> None:
    failure = refusal(storage.put("/a", b"", declared=1_000_001), max_download_mb=1)
    assert "larger than 1 MB (see the setting max_download_mb)" in str(failure)
    assert not failure.retryable


def test_what_grows_too_large_is_dropped(storage: Storage) -> None:
    assert len(fetched(storage.put("/a", bytes(1_000_000), declared=-1), max_download_mb=1).data) == 1_000_000
    failure = refusal(storage.put("/b", bytes(1_000_001), declared=-1), max_download_mb=1)
    assert "larger than 1 MB" in str(failure)


def test_a_body_that_was_cut_is_noticed_and_may_come_whole_the_next_time(storage: Storage) -> None:
    failure = refusal(storage.put("/a", b"half", declared=8))
    assert failure.retryable
    assert "broke during the download" in str(failure)


@pytest.mark.parametrize("declared", ["x", "-5", "1e3", "9" * 400])
def test_a_length_that_is_none_is_a_failure(storage: Storage, declared: str) -> None:
    url = storage.put("/a", b"bytes", headers={"Content-Length": declared}, declared=-1)
    assert isinstance(refusal(url), FetchFailed)


def dead(start: Callable[[socket.socket], None]) -> str:
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=start, args=(listening,), daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}/a?Signature=s3cr3t"


def hang(listening: socket.socket) -> None:
    with listening, listening.accept()[0] as connection:
        while connection.recv(1000):
            pass


def hang_up(listening: socket.socket) -> None:
    with listening, listening.accept()[0] as connection:
        connection.recv(1000)


def babble(listening: socket.socket) -> None:
    with listening, listening.accept()[0] as connection:
        connection.recv(1000)
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


@pytest.mark.parametrize("accident", [hang, hang_up, babble])
def test_a_host_that_does_not_answer_may_answer_the_next_time(accident: Callable[[socket.socket], None]) -> None:
    assert refusal(dead(accident), request_timeout_s=0.3).retryable


def test_a_host_where_nobody_listens_may_listen_later() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        failure = refusal(f"http://127.0.0.1:{held.getsockname()[1]}/a")
    assert failure.retryable
    assert "No connection to 127.0.0.1" in str(failure)
