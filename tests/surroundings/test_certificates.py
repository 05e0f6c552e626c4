"""Which certificates are trusted, and what is said at once about one that is not."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.api import certificates
from playcut_jupyter.api.transport import new_transport
from playcut_jupyter.errors import ConnectionFailed, NotConnected
from tests.api.storage import KEY, fetched, refusal
from tests.api.tls import CA, tls_server

WHAT = {
    "unknown": "is signed by an unknown authority",
    "expired": "has expired",
    "early": "is not valid yet",
    "misnamed": "is for another name",
}


@pytest.fixture(autouse=True)
def no_company_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """Write the test's CA to a file, as a company hands it out."""
    file = tmp_path / "company.pem"
    CA.cert_pem.write_to_path(file)
    return file


@pytest.mark.parametrize("kind", WHAT)
def test_a_certificate_that_is_not_trusted_is_told_at_once_as_what_it_is(
    kind: str, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(company))
    with tls_server(kind) as server, Playcut(api_key=KEY, base_url=server.base_url) as pc:
        for call in (pc.check, lambda: pc.image("a fox", session="65f3a1b2c3d4e5f600000001")):
            server.connections = 0
            with pytest.raises(ConnectionFailed) as caught:
                call()
            assert WHAT[kind] in caught.value.message
            assert server.origin.removeprefix("https://") in caught.value.message
            assert "SSL_CERT_FILE" in (caught.value.hint or "")
            assert server.connections == 1


@pytest.mark.parametrize("kind", WHAT)
def test_a_storage_host_is_told_about_likewise(kind: str, company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(company))
    with tls_server(kind) as server:
        failure = refusal(f"{server.origin}/a.png?Signature=s3cr3t")
        assert WHAT[kind] in str(failure)
        assert "127.0.0.1" in str(failure)
        assert "SSL_CERT_FILE" in str(failure.hint)
        assert not failure.retryable
        assert server.connections == 1


@pytest.mark.parametrize("quotes", ["", '"', "' "])
def test_certificates_that_are_named_later_count_without_a_restart(
    quotes: str, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tls_server("unknown") as server, Playcut(api_key=KEY, base_url=server.base_url) as pc:
        with pytest.raises(ConnectionFailed):
            pc.check()
        monkeypatch.setenv("SSL_CERT_FILE", f"{quotes}{company}{quotes[::-1]}")
        assert pc.check() == 0
        assert fetched(f"{server.origin}/a.png").data == b"bytes"


def test_a_folder_of_certificates_counts(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    named = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", company], capture_output=True, text=True, check=True
    )
    (folder / f"{named.stdout.strip()}.0").write_bytes(company.read_bytes())
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    with tls_server("unknown") as server:
        assert fetched(f"{server.origin}/a.png").data == b"bytes"


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_certificates_that_can_not_be_read_are_refused_by_their_variable(
    variable: str, content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "there"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setenv(variable, str(place))
    with (
        Playcut(api_key=KEY, base_url="https://127.0.0.1:9/api/v1") as pc,
        pytest.raises(NotConnected, match=f"^{variable} is") as caught,
    ):
        pc.check()
    assert str(place) in str(caught.value)


def test_the_certificates_of_the_environment_are_trusted_beside_the_systems(company: Path) -> None:
    system = certificates.tls_context("", "").cert_store_stats()["x509_ca"]
    assert certificates.tls_context(str(company), "").cert_store_stats()["x509_ca"] == system + 1


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_where_a_system_can_be_asked_it_is_asked(system: str, company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    context = certificates.tls_context.__wrapped__(str(company), "")
    assert type(context).__module__.startswith("truststore")
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_what_is_not_encrypted_loads_no_certificates() -> None:
    certificates.tls_context.cache_clear()

    async def connect() -> None:
        async with new_transport("http://127.0.0.1:9/"):
            assert certificates.tls_context.cache_info().currsize == 0
        async with new_transport("https://127.0.0.1:9/"):
            assert certificates.tls_context.cache_info().currsize == 1

    anyio.run(connect)
