"""Storage in a private network: refused by name, fetched once it is allowed, and told before anything is bought."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets import TraitError

from playcut_jupyter import Playcut
from playcut_jupyter.errors import AssetUnavailable, InvalidInput, NotConnected
from playcut_jupyter.hosts import address_in
from playcut_jupyter.sandbox import Sandbox
from tests.api.proxies import relay


def own_address() -> str:
    """Return this machine's address in its network, without asking anybody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("198.51.100.1", 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"


ADDRESS = own_address()
_ip = address_in(ADDRESS)
pytestmark = pytest.mark.skipif(
    _ip is None or _ip.is_global or _ip.is_loopback or _ip.is_link_local, reason="this machine has no private address"
)


@contextmanager
def serving(server: socketserver.ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[int]:
    server.daemon_threads = True  # a client keeps its connection, and may be closed only after this
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def base_url(sandbox: Sandbox) -> Iterator[str]:
    """Put the sandbox behind a door that names this machine's private address as its storage."""
    storage_port = urlsplit(sandbox.storage_url).port or 0

    class Storage(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            relay(self.connection, storage_port)

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            origin = sandbox.base_url.removesuffix("/api/v1")
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            answer = httpx.post(f"{origin}{self.path}", content=body, headers=headers, timeout=20)
            data = answer.content.replace(f"127.0.0.1:{storage_port}".encode(), f"{ADDRESS}:{private_port}".encode())
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with (
        serving(socketserver.ThreadingTCPServer((ADDRESS, 0), Storage)) as private_port,
        serving(ThreadingHTTPServer(("127.0.0.1", 0), Api)) as port,
    ):
        yield f"http://127.0.0.1:{port}/api/v1"


@pytest.fixture
def pc(sandbox: Sandbox, base_url: str, away_from_home: Path) -> Iterator[Playcut]:
    with Playcut(api_key=sandbox.key, base_url=base_url, home=away_from_home, progress="off") as connected:
        yield connected


def test_what_was_refused_names_the_setting_and_is_fetched_once_it_is_allowed(pc: Playcut, sandbox: Sandbox) -> None:
    with pytest.raises(AssetUnavailable) as caught:
        pc.image("a fox in the cellar")
    assert ADDRESS in caught.value.message
    assert "allow_storage" in caught.value.message
    assert f'allow_storage = "{ADDRESS}"' in (caught.value.hint or "")
    assert "resume" in (caught.value.hint or "")
    bought = sandbox.submissions

    pc.configure(allow_storage=f"10.99.0.0/16, {ADDRESS}/24")
    resumed = pc.resume()

    assert [generation.status for generation in resumed] == ["COMPLETED"]
    assert resumed[0].assets[0].data
    assert sandbox.submissions == bought


@pytest.mark.parametrize("how", ["argument", "list", "environment", "name"])
def test_private_storage_is_allowed_in_each_way(
    sandbox: Sandbox, base_url: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    options: dict[str, object] = {}
    if how == "environment":
        monkeypatch.setenv("PLAYCUT_ALLOW_STORAGE", f' "{ADDRESS}" ')
    else:
        options["allow_storage"] = {"argument": f"{ADDRESS}/24", "list": [ADDRESS], "name": "*"}[how]
    with Playcut(api_key=sandbox.key, base_url=base_url, **options) as pc:  # type: ignore[arg-type]
        assert pc.image("an owl in the cellar").assets


def test_connect_tells_before_anything_is_bought_what_will_be_refused(pc: Playcut) -> None:
    assert pc.storage_warning() is None  # nothing is known yet
    with pytest.raises(AssetUnavailable):
        pc.image("a fox that is known of")
    assert pc.storage_warning() is None  # what was never fetched has no asset to ask for
    pc.configure(allow_storage=ADDRESS)
    pc.resume()
    assert pc.storage_warning() is None
    pc.configure(allow_storage="")

    warning = pc.storage_warning() or ""

    assert ADDRESS in warning
    assert "allow_storage" in warning


def test_a_line_says_it_too(
    shell: InteractiveShell, base_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLAYCUT_BASE_URL", base_url)
    shell.run_line_magic("config", f"PlaycutMagics.allow_storage = '{ADDRESS}'")
    shell.run_line_magic("playcut", "image a fox on the line")
    shell.run_line_magic("config", "PlaycutMagics.allow_storage = ''")
    capsys.readouterr()
    shell.run_line_magic("playcut", "connect")
    said = capsys.readouterr().out
    assert "the key works" in said
    assert f"Warning: Downloads will be refused: {ADDRESS}" in said


# -- what can't be read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["10.0.0.0/40", "http://minio.corp", "minio..corp", "a/b", "10.0.0", "10.*", "300.1.1.1", ["10.0.0.0/40"], 7],
)
def test_what_is_no_list_of_networks_and_names_is_refused_at_once(value: object) -> None:
    with pytest.raises(InvalidInput, match="allow_storage"):
        Playcut(allow_storage=value)  # type: ignore[arg-type]


def test_the_environments_list_is_refused_before_anything_is_bought(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYCUT_ALLOW_STORAGE", "10.0.0.0/8, http://minio.corp")
    before = sandbox.submissions
    with (
        Playcut(api_key=sandbox.key, base_url=sandbox.base_url) as pc,
        pytest.raises(NotConnected, match=r"PLAYCUT_ALLOW_STORAGE holds 'http://minio.corp'"),
    ):
        pc.image("a fox that is not bought")
    assert sandbox.submissions == before


def test_a_trait_that_can_not_be_read_is_refused_and_the_last_one_kept(shell: InteractiveShell) -> None:
    magics = shell.magics_manager.registry["PlaycutMagics"]
    magics.allow_storage = "10.0.0.0/8"
    with pytest.raises(TraitError, match="allow_storage holds"):
        magics.allow_storage = "10.0.0.0/40"
    assert magics.allow_storage == "10.0.0.0/8"
