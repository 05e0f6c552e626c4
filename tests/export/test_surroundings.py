"""Programs read the environment by the rules of the notebook, as far as their language allows."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from playcut_jupyter import Generation, Playcut
from playcut_jupyter.sandbox import Sandbox
from tests.api.proxies import http_proxy, relay
from tests.api.tls import CA, CERTIFICATES
from tests.export.programs import Run, every_language, originals, without_pauses

pytestmark = pytest.mark.kernel
behind_a_proxy = pytest.mark.parametrize("format_", ["curl", "python"])
"""Node reads a proxy only when it is told to, and the oldest one that is supported does not."""


def program(made: Generation, format_: str) -> str:
    return without_pauses(made.export(format_))


@every_language
def test_quotes_and_blanks_around_a_value_do_not_count(pc: Playcut, sandbox: Sandbox, run: Run, format_: str) -> None:
    made = pc.image("a fox in quotes", seed=7)

    ended = run(
        program(made, format_),
        format_,
        PLAYCUT_API_KEY=f' "{sandbox.key}" ',
        PLAYCUT_BASE_URL=f"'{sandbox.base_url}/'",
    )

    assert ended.status == 0, ended.said
    assert list(ended.files.values()) == originals(made)


@every_language
def test_this_machine_is_never_reached_through_a_proxy(pc: Playcut, run: Run, format_: str) -> None:
    made = pc.image("a fox next door", seed=7)
    dead = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9")

    ended = run(program(made, format_), format_, **dead)

    assert ended.status == 0, ended.said


@pytest.fixture
def tls_port(sandbox: Sandbox) -> Iterator[int]:
    """Put the sandbox behind TLS, as storage.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CERTIFICATES["unknown"].configure_cert(context)
    port = urlsplit(sandbox.base_url).port or 0

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with context.wrap_socket(self.request, server_side=True) as plain:
                relay(plain, port)

    class Server(socketserver.ThreadingTCPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of a client that went away."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@behind_a_proxy
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_program_reaches_the_api_through_a_proxy_and_a_companys_certificate(
    pc: Playcut, run: Run, tls_port: int, tmp_path: Path, format_: str, variable: str
) -> None:
    made = pc.image("a fox behind a proxy", seed=7)
    CA.cert_pem.write_to_path(tmp_path / "company.pem")
    with http_proxy(tls_port) as proxy:
        surroundings = {
            "PLAYCUT_BASE_URL": "https://storage.example/api/v1",
            variable: f' "{proxy.address}" ',
            "NO_PROXY": "10.0.0.0/8, [::1], *.inside.example",
            "SSL_CERT_FILE": f'"{tmp_path / "company.pem"}"',
        }
        ended = run(program(made, format_), format_, **surroundings)

        assert ended.status == 0, ended.said
        assert list(ended.files.values()) == originals(made)
        assert set(proxy.seen) == {"storage.example:443"}


@behind_a_proxy
@pytest.mark.parametrize("exempt", ["*.example", ".storage.example", "example", "*"])
def test_a_program_leaves_the_proxy_alone_where_none_is_needed(
    pc: Playcut, run: Run, format_: str, exempt: str
) -> None:
    made = pc.image("a fox beside a proxy", seed=7)
    with http_proxy(9) as proxy:
        ended = run(
            program(made, format_),
            format_,
            PLAYCUT_BASE_URL="https://no.storage.example/api/v1",
            HTTPS_PROXY=proxy.address,
            NO_PROXY=exempt,
        )
        assert ended.status == 1
        assert proxy.seen == []


def test_a_network_of_no_proxy_counts_for_the_apis_address(pc: Playcut, run: Run) -> None:
    made = pc.image("a fox by number", seed=7)
    with http_proxy(9) as proxy:
        address = {"PLAYCUT_BASE_URL": "https://127.0.0.2:9/api/v1", "HTTPS_PROXY": proxy.address}
        run(program(made, "python"), "python", **address, NO_PROXY="127.0.0.0/8")
        assert proxy.seen == []


@pytest.mark.parametrize(
    "surroundings", [{"HTTPS_PROXY": "ftp://bob:s3cr3t@proxy.corp:21"}, {"SSL_CERT_FILE": "/no/such/file"}]
)
def test_what_a_program_can_not_use_is_one_sentence(pc: Playcut, run: Run, surroundings: dict[str, str]) -> None:
    made = pc.image("a fox that stays", seed=7)

    ended = run(program(made, "python"), "python", **surroundings)

    assert ended.status == 1
    assert ended.said.count("\n") == 1
    assert "can't be used" in ended.said
    assert "s3cr3t" not in ended.said


def test_node_is_told_that_it_needs_telling(pc: Playcut, run: Run) -> None:
    made = pc.image("a fox without a proxy", seed=7)

    ended = run(
        program(made, "typescript"),
        "typescript",
        PLAYCUT_BASE_URL="https://127.0.0.1:9/api/v1",
        HTTPS_PROXY="http://proxy.example",
    )

    assert "NODE_USE_ENV_PROXY=1" in ended.said
