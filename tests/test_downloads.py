"""Fetching from signed URLs: which addresses, how many hops, how many bytes; and never the key."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter.api.downloads import Body, FetchFailed, fetch
from playcut_jupyter.api.transport import proxy_for
from playcut_jupyter.settings import Settings

KEY = "pk_live_" + "decafbad" * 5
LOCAL = "http://127.0.0.1:9/api/v1"
REMOTE = "https://api.example/api/v1"


def settings(base_url: str = LOCAL, **values: float) -> Settings:
    return Settings(api_key=KEY, base_url=base_url, home=Path("x"), **{"request_timeout_s": 5, **values})  # type: ignore[arg-type]


def fetched(url: str, base_url: str = LOCAL, **values: float) -> Body:
    return anyio.run(fetch, url, settings(base_url, **values))


def refusal(url: str, base_url: str = LOCAL, **values: float) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetched(url, base_url, **values)
    assert KEY not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    return caught.value


@dataclass
class Response:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    declared: int | None = None
    """The Content-Length, if it is not the body's own; -1 for none."""


@dataclass
class Storage:
    origin: str
    answers: dict[str, Response] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, body: bytes = b"", **how: object) -> str:
        """Serve an answer at *path* and return its address, signed."""
        self.answers[path] = Response(body=body, **how)  # type: ignore[arg-type]
        return f"{self.origin}{path}?Signature=s3cr3t"


@pytest.fixture
def storage() -> Iterator[Storage]:
    """Run a storage host on this machine that writes down what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place.seen.append((self.path, dict(self.headers)))
            answer = place.answers.get(self.path.split("?")[0], Response(404))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.declared != -1:
                self.send_header(
                    "Content-Length", str(len(answer.body) if answer.declared is None else answer.declared)
                )
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        place = Storage(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield place
        server.shutdown()
        thread.join()


# -- what is fetched --------------------------------------------------------------------------------------------


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
        "/c", gzip.compress(gzip.compress(bytes(300_000_000))), headers={"Content-Encoding": "gzip, gzip"}
    )
    tracemalloc.start()
    assert "can't be decoded" in str(refusal(bomb, max_download_mb=1))
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()

    bad = storage.put("/b", b"this is not gzip", headers={"Content-Encoding": "gzip"})
    assert "can't be decoded" in str(refusal(bad))


# -- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(403, True), (404, True), (410, False), (500, True), (204, True), (206, True), (304, True)],
)
def test_what_is_no_200_is_a_failure_that_a_new_url_may_mend(storage: Storage, status: int, retryable: bool) -> None:
    failure = refusal(storage.put("/a", status=status))
    assert f"answered {status}" in str(failure)
    assert failure.retryable == retryable


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.png",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "gopher://127.0.0.1/",
        "//127.0.0.1/a.png",
        "/a.png",
        "",
        "http://",
        "http:///a.png",
        "http://[::1",
        "http://a.example:port/",
        "http://a.example:99999/",
        "http://exa\tmple\u2026/",
        "http://0300.0250.0.1/",  # 192.168.0.1 in octal numbers
        "\x00",
    ],
)
def test_only_http_addresses_are_fetched_from(url: str) -> None:
    failure = refusal(url)
    assert not failure.retryable
    assert "its URL is not" in str(failure)


@given(st.text(max_size=30).map(lambda text: f"x{text}") | st.sampled_from(["http://", "https://["]))
def test_no_text_whatever_in_place_of_an_address_raises_anything_else(text: str) -> None:
    with pytest.raises(FetchFailed):
        fetched(text)


PRIVATE = [
    "10.0.0.1",
    "10.255.255.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "0.1.2.3",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[fc00::1]",
    "[fdff::1]",
    "[fe80::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:192.168.0.1]",
    "[::ffff:169.254.169.254]",
    "167772161",  # 10.0.0.1
    "0xa9.0xfe.0xa9.0xfe",  # 169.254.169.254
]
LOOPBACK = ["127.0.0.1", "127.255.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST", "127.1", "0x7f000001"]


@pytest.mark.parametrize(("base_url", "scheme"), [(LOCAL, "http"), (REMOTE, "https")], ids=["local", "remote"])
@pytest.mark.parametrize("host", PRIVATE)
def test_private_and_link_local_addresses_are_never_fetched_from(host: str, scheme: str, base_url: str) -> None:
    failure = refusal(f"{scheme}://{host}:9/a.png?Signature=s3cr3t", base_url)
    assert not failure.retryable
    assert "inside a private network" in str(failure)


@pytest.mark.parametrize(
    "host",
    [
        "192.0.0.8",  # for protocols, never for hosts
        "[64:ff9b:1::a00:1]",  # a local network's own translation to 10.0.0.1
        "[64:ff9b::a00:1]",  # 10.0.0.1 through a translator
        "[2002:a00:1::1]",  # 10.0.0.1 through a tunnel
        "[::a00:1]",  # 10.0.0.1, in the oldest form
        "[fec0::1]",  # a site's own, as fc00::/7 is called today
    ],
)
def test_addresses_that_only_look_public_are_never_fetched_from(host: str) -> None:
    assert "inside a private network" in str(refusal(f"http://{host}:9/a.png", request_timeout_s=0.2))


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_is_not_fetched_from_if_the_api_is_elsewhere(host: str) -> None:
    failure = refusal(f"http://{host}:9/a.png", REMOTE)
    assert not failure.retryable
    assert "inside a private network" in str(failure)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "[::ffff:127.0.0.1]"])
def test_this_machine_is_fetched_from_if_the_api_is_on_it(storage: Storage, host: str) -> None:
    url = storage.put("/a", b"bytes")
    assert fetched(url.replace("127.0.0.1", host)).data == b"bytes"


def test_a_name_that_does_not_exist_may_exist_later() -> None:
    failure = refusal("http://no-such-name.invalid/a.png")
    assert failure.retryable
    assert "no-such-name.invalid was not found" in str(failure)


def test_a_name_that_points_inside_is_refused_whatever_else_it_points_to(monkeypatch: pytest.MonkeyPatch) -> None:
    really = socket.getaddrinfo

    def pointing(host: object, port: object, *rest: object, **how: object) -> object:
        if host in (b"both.example", "both.example"):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
        return really(host, port, *rest, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", pointing)
    assert "inside a private network" in str(refusal("http://both.example/a.png"))


def test_the_address_that_was_checked_is_the_one_connected_to(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, asked = socket.getaddrinfo, list[object]()

    def rebinding(host: object, port: object, *rest: object, **how: object) -> object:
        if host in (b"moving.example", "moving.example"):
            asked.append(host)
            place = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]
        return really(host, port, *rest, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    url = storage.put("/a", b"bytes").replace("127.0.0.1", "moving.example")
    assert fetched(url).data == b"bytes"
    assert len(asked) == 1
    assert storage.seen[0][1]["Host"].startswith("moving.example:")


# -- redirects --------------------------------------------------------------------------------------------------


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


# -- size and damage --------------------------------------------------------------------------------------------


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


# -- proxies ----------------------------------------------------------------------------------------------------


@pytest.fixture
def proxied(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Storage:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, storage.origin)
    for name in ("no_proxy", "NO_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return storage


def test_names_are_left_to_the_proxy_and_this_machine_never_is(proxied: Storage) -> None:
    assert proxy_for("http://storage.example/a") == proxied.origin
    assert proxy_for("https://storage.example/a") is None
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert proxy_for(f"http://{host}:9/a") is None
    proxied.put("http://storage.example/a", b"through the proxy")
    assert fetched("http://storage.example/a?Signature=s3cr3t", REMOTE).data == b"through the proxy"
    assert proxied.seen[0][0] == "http://storage.example/a?Signature=s3cr3t"
    assert KEY not in str(proxied.seen)


def test_a_proxy_is_not_asked_for_private_addresses(proxied: Storage) -> None:
    assert "inside a private network" in str(refusal("http://10.0.0.1/a", REMOTE))
    assert proxied.seen == []


def test_what_needs_no_proxy_gets_none(proxied: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "storage.example")
    assert proxy_for("http://storage.example/a") is None
