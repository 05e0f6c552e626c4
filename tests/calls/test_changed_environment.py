"""A key, an address or a sandbox set after the first failure counts without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import AuthenticationError, NotConnected
from playcut_jupyter.sandbox import Sandbox


def test_a_key_that_is_set_later_is_taken(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYCUT_BASE_URL", sandbox.base_url)
    with Playcut() as pc:
        with pytest.raises(NotConnected):
            pc.voices()
        monkeypatch.setenv("PLAYCUT_API_KEY", "pk_live_" + "0" * 40)
        with pytest.raises(AuthenticationError):
            pc.voices()
        monkeypatch.setenv("PLAYCUT_API_KEY", f' "{sandbox.key}" ')
        assert pc.voices()


def test_an_address_that_is_put_right_is_taken(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", sandbox.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", "playcut.example")
    with Playcut() as pc:
        with pytest.raises(NotConnected):
            pc.voices()
        monkeypatch.setenv("PLAYCUT_BASE_URL", f"'{sandbox.base_url}/'")
        assert pc.voices()
        first = pc.connection
        assert pc.connection is first


def test_what_is_neither_yes_nor_no_buys_nothing_and_still_shows_the_library(
    sandbox: Sandbox, away_from_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", sandbox.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", sandbox.base_url)
    with Playcut() as pc:
        pc.image("a fox of before")
        bought = sandbox.submissions
        monkeypatch.setenv("PLAYCUT_SANDBOX", "maybe")
        with pytest.raises(NotConnected, match="PLAYCUT_SANDBOX is 'maybe'"):
            pc.image("a fox of after")
        assert sandbox.submissions == bought
        assert [generation.prompt for generation in pc.history()] == ["a fox of before"]
        assert "Playcut" in repr(pc)


def test_quotes_around_a_yes_are_a_yes(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", sandbox.key)
    monkeypatch.setenv("PLAYCUT_BASE_URL", sandbox.base_url)
    with Playcut() as pc:
        monkeypatch.setenv("PLAYCUT_SANDBOX", '"1"')
        assert pc.connector.is_sandbox
        assert pc.connection.settings.base_url != sandbox.base_url
        monkeypatch.setenv("PLAYCUT_SANDBOX", '"0"')
        assert pc.connection.settings.base_url == sandbox.base_url
