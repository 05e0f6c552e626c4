"""Which addresses are fetched from: none that is private, whatever name it has and whoever points there."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import environment
from playcut_jupyter.api.downloads import FetchFailed
from tests.api.storage import KEY, LOCAL, REMOTE, Storage, fetched, refusal


def proxy_for(url: str) -> str | None:
    proxy = environment.network().proxy_for(url)
    return proxy.url if proxy is not None else None


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
