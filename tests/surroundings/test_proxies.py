"""Through a proxy: named before or after the first failure, with a password that is never shown."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import ConnectionFailed, NotConnected
from tests.api.proxies import Proxy, http_proxy, socks_proxy
from tests.api.storage import KEY, REMOTE, fetched
from tests.api.tls import CA, TlsServer, tls_server

API = "https://storage.example/api/v1"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for scheme in ("http", "https", "all", "no"):
        for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper()):
            monkeypatch.delenv(name, raising=False)
    CA.cert_pem.write_to_path(tmp_path / "company.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))


@pytest.fixture
def server() -> Iterator[TlsServer]:
    with tls_server("unknown") as running:
        yield running


@pytest.fixture
def proxy(server: TlsServer) -> Iterator[Proxy]:
    with http_proxy(urlsplit(server.origin).port or 0) as running:
        yield running


@pytest.fixture
def pc() -> Iterator[Playcut]:
    with Playcut(api_key=KEY, base_url=API) as connected:
        yield connected


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("form", ["http://{0}", "{0}", ' "http://{0}/" '])
def test_the_api_and_the_storage_are_reached_through_the_proxy(
    proxy: Proxy, pc: Playcut, monkeypatch: pytest.MonkeyPatch, variable: str, form: str
) -> None:
    monkeypatch.setenv(variable, form.format(proxy.address))
    assert pc.check() == 0
    assert fetched("https://storage.example/a.png?Signature=s3cr3t", REMOTE).data == b"bytes"
    assert proxy.seen == ["storage.example:443"] * 2


def test_a_proxy_that_is_set_after_the_first_failure_counts(
    proxy: Proxy, pc: Playcut, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    with pytest.raises(ConnectionFailed):
        pc.check()
    session = pc.connection
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    assert pc.check() == 0
    assert pc.connection is session


def test_a_proxys_password_goes_to_the_proxy_and_nowhere_else(
    proxy: Proxy, pc: Playcut, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTPS_PROXY", f"bob:p@ss/w0rd@{proxy.address}")
    assert pc.check() == 0
    assert proxy.seen == ["storage.example:443", "bob:p@ss/w0rd"]
    proxy.answer = "407 Proxy Authentication Required"
    with Playcut(api_key=KEY, base_url=API) as other, pytest.raises(ConnectionFailed) as caught:
        other.check()
    text = f"{caught.value} {caplog.text} {pc!r} {pc.connection.settings!r}"
    for secret in ("p@ss/w0rd", "p%40ss%2Fw0rd", "bob:", "Ym9iOnBAc3Mvdz"):
        assert secret not in text


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_proxys_refusal_is_told_at_once_and_names_the_variable(
    proxy: Proxy, pc: Playcut, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    proxy.answer = status
    monkeypatch.setenv("https_proxy", proxy.address)
    with pytest.raises(ConnectionFailed, match=status) as caught:
        pc.check()
    assert f"through the proxy http://{proxy.address} (https_proxy)" in caught.value.message
    assert len(proxy.seen) == 1


def test_a_certificate_behind_a_proxy_is_told_at_once(
    proxy: Proxy, pc: Playcut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ConnectionFailed, match="unknown authority"):
        pc.check()
    assert len(proxy.seen) == 1


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_a_socks_proxy_looks_names_up_itself(
    server: TlsServer, pc: Playcut, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with socks_proxy(urlsplit(server.origin).port or 0) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://{proxy.address}")
        assert pc.check() == 0
        assert proxy.seen == ["storage.example"]


def test_without_what_socks_needs_the_package_is_named(pc: Playcut, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(NotConnected, match=r"^ALL_PROXY names a SOCKS proxy") as caught:
        pc.check()
    assert 'pip install "httpx[socks]"' in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["metadata.google.internal", "METADATA", "2852039166", "0xa9fea9fe", "169.254.169.254", "[::ffff:169.254.169.254]"],
)
def test_metadata_is_not_asked_for_through_a_proxy_either(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy.address)
    with pytest.raises(Exception, match="inside a private network"):
        fetched(f"https://{host}/latest", REMOTE, allow_storage="0.0.0.0/0, ::/0, *")
    assert proxy.seen == []
