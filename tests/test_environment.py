"""The environment: proxies, yes and no, quotes; read as it is now, and refused by name where it can't be read."""

from __future__ import annotations

import sys
import urllib.request

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter import environment
from playcut_jupyter.errors import NotConnected
from playcut_jupyter.redaction import scrub, without_secrets

API = "https://api.example/api/v1"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https", "all", "no"):
        for name in (f"{scheme}_proxy", f"{scheme}_PROXY".upper()):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("REQUEST_METHOD", raising=False)


def proxy(url: str = API) -> str | None:
    found = environment.network().proxy_for(url)
    return found.url if found is not None else None


# -- values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["1", '"1"', " '1' ", "\u201c1\u201d", "true", "TRUE", "t", "y", "Y", "yes", "on", '" On "']
)
def test_a_yes_is_a_yes_however_it_is_dressed(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PLAYCUT_SANDBOX", value)
    assert environment.flag("PLAYCUT_SANDBOX")


@pytest.mark.parametrize("value", [None, "", " ", '""', "0", "'0'", "false", "F", "no", "N", "off", " OFF "])
def test_a_no_is_a_no(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("PLAYCUT_SANDBOX", value)
    assert not environment.flag("PLAYCUT_SANDBOX")


@pytest.mark.parametrize("value", ["maybe", "2", '"1', "ja", "-1", "1 0", "yes please", "$SANDBOX", "\x1b[31m1"])
def test_what_is_neither_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PLAYCUT_SANDBOX", value)
    with pytest.raises(NotConnected, match=r"^PLAYCUT_SANDBOX is .*neither yes nor no") as caught:
        environment.flag("PLAYCUT_SANDBOX")
    assert "\x1b" not in str(caught.value)


@given(st.text().filter(lambda text: "\0" not in text and not text.encode("utf-8", "replace").count(b"?")))
def test_no_value_whatever_means_off_by_accident(value: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PLAYCUT_FROZEN", value)
        try:
            said = environment.flag("PLAYCUT_FROZEN")
        except NotConnected:
            return
    plain = environment.unquoted(value).lower()
    assert plain in (("1", "true", "t", "yes", "y", "on") if said else ("", "0", "false", "f", "no", "n", "off"))


# -- which proxy ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://proxy.corp:3128", "http://proxy.corp:3128"),
        ("proxy.corp:3128", "http://proxy.corp:3128"),
        ("proxy.corp", "http://proxy.corp"),
        ("//proxy.corp:3128", "http://proxy.corp:3128"),
        (' "http://proxy.corp:3128/" ', "http://proxy.corp:3128"),
        ("HTTPS://proxy.corp:3128", "https://proxy.corp:3128"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
        ("10.1.2.3:3128", "http://10.1.2.3:3128"),
        ("socks5://proxy.corp:1080", "socks5://proxy.corp:1080"),
        ("socks5h://proxy.corp:1080", "socks5://proxy.corp:1080"),
        ("socks://proxy.corp:1080/", "socks5://proxy.corp:1080"),
        ("bob:secret@proxy.corp:3128", "http://bob:secret@proxy.corp:3128"),
        ("http://bob:p%40ss@proxy.corp:3128", "http://bob:p%40ss@proxy.corp:3128"),
        ("http://bob:p@s/s#?@proxy.corp:3128", "http://bob:p%40s%2Fs%23%3F@proxy.corp:3128"),
        ("http://corp\\bob:secret@proxy.corp:3128", "http://corp%5Cbob:secret@proxy.corp:3128"),
    ],
)
def test_a_proxy_is_understood_in_every_common_spelling(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    assert proxy() == url


@pytest.mark.parametrize(
    "value",
    [
        "ftp://user:s3cr3tpass@proxy.corp:21",
        "socks4://user:s3cr3tpass@proxy.corp",
        "http://user:s3cr3tpass@",
        "http://user:s3cr3tpass@proxy.corp:port",
        "http://user:s3cr3tpass@proxy.corp:99999",
        "http://user:s3cr3tpass@proxy.corp:0",
        "http://user:s3cr3tpass@::1:3128",
        "http://user:s3cr3tpass@[::1",
        "http://user:s3cr3tpass@two words:80",
        "s3cr3tpass://",
        "://",
        ":3128",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_can_not_be_understood_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(NotConnected, match=rf"^{variable} can't be used: ") as caught:
        proxy()
    assert "user:" not in str(caught.value)
    if "@" in value:
        assert "s3cr3tpass" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "url", "expected"),
    [
        ({"HTTPS_PROXY": "a:1"}, API, "http://a:1"),
        ({"https_proxy": "a:1"}, API, "http://a:1"),
        ({"https_proxy": "a:1", "HTTPS_PROXY": "b:1"}, API, "http://a:1"),
        ({"https_proxy": "", "HTTPS_PROXY": "b:1"}, API, None),
        ({"HTTP_PROXY": "a:1"}, API, None),
        ({"HTTP_PROXY": "a:1"}, "http://storage.example/x", "http://a:1"),
        ({"HTTP_PROXY": "a:1", "REQUEST_METHOD": "GET"}, "http://storage.example/x", None),
        ({"ALL_PROXY": "a:1"}, API, "http://a:1"),
        ({"all_proxy": "a:1"}, "http://storage.example/x", "http://a:1"),
        ({"ALL_PROXY": "a:1", "HTTPS_PROXY": "b:1"}, API, "http://b:1"),
        ({"ALL_PROXY": "a:1"}, "http://127.0.0.1:5/x", None),
        ({"ALL_PROXY": "a:1"}, "http://localhost:5/x", None),
        ({"ALL_PROXY": "a:1"}, "http://[::1]:5/x", None),
        ({}, API, None),
    ],
)
def test_each_variable_has_its_meaning(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, expected: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy(url) == expected


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("api.example", "api.example"),
        ("API.Example.", "api.example"),
        ("example", "api.example"),
        (".example", "api.example"),
        (".api.example", "api.example"),
        ("*.example", "api.example"),
        ("*", "api.example"),
        ("*pi.ex*", "api.example"),
        ("a.b, api.example ;c.d", "api.example"),
        (' "api.example" ', "api.example"),
        ("api.example:443", "api.example"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.0/255.255.255.0", "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:443", "10.1.2.3"),
        ("10.*", "10.1.2.3"),
        ("[fd00::1]", "[fd00::1]"),
        ("fd00::1", "[fd00::1]"),
        ("[fd00::1]:443", "[fd00::1]"),
        ("fd00::/8", "[fd00::1]"),
        ("[fd00::]/8", "[fd00::1]"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("my_host", "my_host"),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_what_no_proxy_names_is_reached_without_one(
    monkeypatch: pytest.MonkeyPatch, variable: str, entry: str, host: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "a:1")
    monkeypatch.setenv(variable, entry)
    assert proxy(f"https://{host}/x") is None


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("pi.example", "api.example"),
        ("api.example:8443", "api.example"),
        ("*.api.example", "api.example"),
        ("example.com", "example.com.evil.example"),
        ("10.0.0.0/8", "11.1.2.3"),
        ("10.1.2.3", "10.1.2.30"),
        ("10.*", "api.10.example"),
        ("fd00::/8", "10.0.0.1"),
        ("", "api.example"),
        (",,", "api.example"),
    ],
)
def test_what_no_proxy_does_not_name_goes_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch, entry: str, host: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "a:1")
    monkeypatch.setenv("NO_PROXY", entry)
    assert proxy(f"https://{host}/x") == "http://a:1"


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/33", "http://api.example", "a..b", "fd00::/200", "[fd00::1", "a/b", "10.0.0"]
)
def test_a_no_proxy_that_can_not_be_understood_is_refused(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "a:1")
    monkeypatch.setenv("NO_PROXY", f"localhost,{entry}")
    with pytest.raises(NotConnected, match=r"^NO_PROXY can't be used") as caught:
        proxy()
    assert entry in str(caught.value)


def test_without_a_proxy_nobody_reads_what_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/33")
    assert proxy() is None


def test_the_systems_own_settings_count_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "http://system:1", "no": "x"})
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: host == "inside.example")
    assert proxy() == "http://system:1"
    assert proxy("https://inside.example/") is None
    monkeypatch.setenv("HTTPS_PROXY", "a:1")
    assert proxy() == "http://a:1"


# -- what is never shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["tr0ub4dor&3", "p@ss/word#1", "p%20ss%3Aword", "sp ace", "päss-wört"])
def test_a_proxys_password_is_masked_wherever_it_turns_up(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    from urllib.parse import quote, unquote

    monkeypatch.setenv("HTTPS_PROXY", f"http://bob:{password}@proxy.corp:3128")
    try:
        found = environment.network().proxy_for(API)
        assert found is not None
        assert found.shown == "http://proxy.corp:3128"
        assert "bob" not in repr(found) + repr(environment.network())
    except NotConnected:
        assert " " in password
    for form in (password, unquote(password), quote(unquote(password), safe="")):
        assert form not in str(NotConnected(f"407 for user bob, {form} is wrong", hint=f"not {form}"))


def test_a_password_that_is_a_word_changes_no_prompt_and_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://bob:dragon@proxy.corp:3128")
    assert proxy() is not None
    assert without_secrets({"prompt": "a red dragon"}) == {"prompt": "a red dragon"}
    assert scrub("asset_dragon_1") == "asset_dragon_1"
