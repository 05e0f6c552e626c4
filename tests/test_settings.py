"""Where to, with which key, into which folder: checked once, before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import Playcut
from playcut_jupyter.errors import InvalidInput, NotConnected, PlaycutError
from playcut_jupyter.hosts import is_loopback
from playcut_jupyter.settings import (
    BASE_URL,
    SANDBOX_ORIGIN,
    Settings,
    checked_base_url,
    checked_key,
    configured_home,
    uses_sandbox,
)
from playcut_jupyter.tools import IMAGE, VIDEO, named

KEY = "pk_live_" + "0123456789" * 4


def settings(**values: object) -> Settings:
    return Settings(**{"api_key": KEY, "base_url": BASE_URL, "home": Path("x"), **values})  # type: ignore[arg-type]


# -- the address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        (BASE_URL, BASE_URL),
        (f"  {BASE_URL}/ \n", BASE_URL),
        ("https://a.example//", "https://a.example"),
        ("https://a.example:8443/x/y", "https://a.example:8443/x/y"),
        ("HTTPS://A.example/x", "HTTPS://A.example/x"),
        ("http://127.0.0.1:8000/api/v1", "http://127.0.0.1:8000/api/v1"),
        ("http://127.8.8.8/api", "http://127.8.8.8/api"),
        ("http://localhost/api", "http://localhost/api"),
        ("http://LOCALHOST:1/api", "http://LOCALHOST:1/api"),
        ("http://[::1]:8000/api", "http://[::1]:8000/api"),
        ("https://10.0.0.1/api", "https://10.0.0.1/api"),
    ],
)
def test_an_address_over_tls_or_on_this_machine_is_taken(url: str, taken: str) -> None:
    assert checked_base_url(url) == taken


@pytest.mark.parametrize(
    "host",
    [
        "api.playcut.ai",
        "10.0.0.1",
        "192.168.1.4",
        "0.0.0.0",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[fe80::1]",
        "169.254.169.254",
        "2130706433",
        "0x7f.1",
        "[::ffff:8.8.8.8]",
    ],
)
def test_plain_http_to_another_machine_is_refused_before_the_key_is_sent(host: str) -> None:
    with pytest.raises(NotConnected, match="would show the key to the network"):
        checked_base_url(f"http://{host}/api/v1")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.playcut.ai",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "javascript:alert(1)",
        "https://a.example/?key=1",
        "https://a.example/#x",
        "https://[::1",
        "https://a.example:x",
        "https://a:99999",
    ],
)
def test_what_is_no_base_url_is_refused_with_the_documented_one(url: str) -> None:
    with pytest.raises(NotConnected, match="is not a base URL") as caught:
        checked_base_url(url)
    assert BASE_URL in (caught.value.hint or "")


@pytest.mark.parametrize("user", ["user:secret", "user", ":secret"])
def test_an_address_with_a_user_is_refused_and_not_repeated(user: str) -> None:
    with pytest.raises(NotConnected, match="user name or password") as caught:
        checked_base_url(f"https://{user}@a.example/api")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://user:s3cr3t@a.example", "https://user:s3cr3t@a.example/?x=1"])
def test_a_password_is_never_repeated(url: str) -> None:
    with pytest.raises(NotConnected) as caught:
        checked_base_url(url)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://a.example/api?", "https://a.example/api#", "https://@a.example/api"])
def test_an_address_to_which_no_path_can_be_added_is_refused(url: str) -> None:
    with pytest.raises(NotConnected):
        checked_base_url(url)


@pytest.mark.parametrize("host", ["exa\tmple", "-_-.\u2026", "a..b\u00ad"])
def test_a_host_that_httpx_can_not_take_is_refused_as_an_error_of_ours(host: str) -> None:
    with pytest.raises(NotConnected):
        checked_base_url(f"https://{host}/api/v1")


@given(st.text())
def test_no_text_whatever_is_an_address_by_accident(text: str) -> None:
    try:
        taken = checked_base_url(text)
    except NotConnected:
        return
    assert taken.lower().startswith(("https://", "http://"))


@given(st.ip_addresses())
def test_loopback_is_this_machine_and_nothing_else(address: object) -> None:
    assert is_loopback(str(address)) == (str(address).startswith("127.") or str(address) == "::1")


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.", "nolocalhost", "127.1", "1.2.3.4", "::", "0.0.0.0"])
def test_nothing_else_is_this_machine(host: str) -> None:
    assert not is_loopback(host)


# -- the key ----------------------------------------------------------------------------------------------------


def test_a_key_is_stripped_of_what_pasting_adds() -> None:
    assert checked_key(f" {KEY}\r\n") == KEY
    assert checked_key("") == ""


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "clé", "tab\tbed", "nul\0", "\u200bzero"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(NotConnected, match="can't have") as caught:
        checked_key(key)
    assert key not in str(caught.value)


# -- from the environment ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["1", "true", "True", " YES ", "on"])
def test_the_sandbox_is_asked_for_in_words(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("PLAYCUT_SANDBOX", word)
    assert uses_sandbox()
    assert not uses_sandbox(False)


@pytest.mark.parametrize("word", [None, "", "0", "off"])
def test_the_sandbox_is_never_fallen_into(monkeypatch: pytest.MonkeyPatch, word: str | None) -> None:
    if word is not None:
        monkeypatch.setenv("PLAYCUT_SANDBOX", word)
    assert not uses_sandbox()
    assert uses_sandbox(True)
    with pytest.raises(NotConnected, match="no API key") as caught:
        Playcut().voices()
    assert "PLAYCUT_API_KEY" in str(caught.value)
    assert "%playcut sandbox" in str(caught.value)


def test_the_environment_says_whether_the_sandbox_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYCUT_SANDBOX", "1")
    assert Playcut().connector.is_sandbox
    assert not Playcut(sandbox=False).connector.is_sandbox


def test_the_home_is_the_environments_or_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYCUT_HOME", "/somewhere")
    assert configured_home() == Path("/somewhere")
    assert configured_home("~/elsewhere") == tmp_path / "elsewhere"  # HOME is this folder
    monkeypatch.setenv("PLAYCUT_HOME", "~/mine")
    assert configured_home() == tmp_path / "mine"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("PLAYCUT_HOME")
    assert configured_home().name == "playcut"
    assert tmp_path in configured_home().parents
    monkeypatch.setenv("PLAYCUT_HOME", "")
    assert configured_home().name == "playcut"


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLAYCUT_API_KEY", KEY)
    monkeypatch.setenv("PLAYCUT_BASE_URL", "http://127.0.0.1:9/api/v1/")
    monkeypatch.setenv("PLAYCUT_HOME", str(tmp_path / "there"))
    with Playcut() as pc:
        chosen = pc.connection.settings
    assert (chosen.api_key, chosen.base_url, chosen.home) == (KEY, "http://127.0.0.1:9/api/v1", tmp_path / "there")
    with Playcut(api_key="another-key-1", base_url=BASE_URL, home=tmp_path) as pc:
        chosen = pc.connection.settings
    assert (chosen.api_key, chosen.base_url, chosen.home) == ("another-key-1", BASE_URL, tmp_path)


# -- settings ---------------------------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_contract() -> None:
    plain = settings()
    assert (plain.request_timeout_s, plain.deadline_s, plain.progress) == (30, None, "auto")
    assert (plain.max_download_mb, plain.preview_px, plain.is_sandbox) == (512, 1024, False)


def test_the_deadline_is_that_of_the_kind_unless_one_is_set() -> None:
    assert [settings().deadline_for(tool) for tool in (IMAGE, VIDEO, named("x"))] == [300, 600, 600]
    assert settings(deadline_s=7).deadline_for(VIDEO) == 7


def test_generations_of_the_embedded_sandbox_are_filed_under_one_name_whatever_its_port() -> None:
    assert settings().origin == BASE_URL
    assert settings(base_url="http://127.0.0.1:5/api/v1", is_sandbox=True).origin == SANDBOX_ORIGIN
    assert settings(base_url="http://127.0.0.1:5/api/v1").origin == "http://127.0.0.1:5/api/v1"


def test_only_an_api_on_this_machine_is_on_loopback() -> None:
    assert settings(base_url="http://localhost:5/api/v1").on_loopback
    assert not settings().on_loopback


@pytest.mark.parametrize("name", ["request_timeout_s", "deadline_s", "max_download_mb", "preview_px"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 1e9, "30", True, [1]])
def test_a_number_that_makes_no_sense_is_refused_at_once(name: str, value: object) -> None:
    with pytest.raises(InvalidInput, match=f"{name} must be a number above 0"):
        settings(**{name: value})
    with pytest.raises(InvalidInput):
        Playcut(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["request_timeout_s", "max_download_mb", "preview_px"])
def test_what_has_no_meaning_of_none_is_not_none(name: str) -> None:
    with pytest.raises(InvalidInput):
        settings(**{name: None})


@pytest.mark.parametrize("value", ["on", "", None, True])
def test_progress_is_auto_or_off(value: object) -> None:
    assert settings(progress="off").progress == "off"
    with pytest.raises(InvalidInput, match='"auto" or "off"'):
        settings(progress=value)


def test_options_are_changed_all_or_none() -> None:
    with Playcut(api_key=KEY, base_url="http://127.0.0.1:9/api/v1") as pc:
        pc.configure(preview_px=300)
        assert pc.connection.settings.preview_px == 300
        with pytest.raises(PlaycutError):
            pc.configure(preview_px=-1, progress="off")
        assert pc.connection.settings == replace(pc.connection.settings, preview_px=300, progress="auto")
