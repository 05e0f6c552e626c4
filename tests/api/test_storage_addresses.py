"""What `allow_storage` opens, and what nothing opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter.api.storage_addresses import may_connect, refusal
from tests.api.storage import LOCAL, REMOTE, settings

EVERYTHING = "0.0.0.0/0, ::/0, *"

NEVER = [
    "169.254.169.254",
    "169.254.0.23",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd00:42::42",
    "fe80::1",
    "fe80::a9fe:a9fe%eth0",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fd00::5efe:169.254.169.254",
    "64:ff9b::100.100.100.200",
    "::ffff:168.63.129.16",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "2852039166",
    "not an address",
]


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("base_url", [LOCAL, REMOTE])
def test_some_addresses_are_never_fetched_from_whatever_is_allowed(address: str, base_url: str) -> None:
    chosen = settings(base_url, allow_storage=EVERYTHING)
    assert not may_connect(address, chosen, host="storage.corp", port=443)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.9.9.9", "64:ff9b::7f00:1"])
def test_loopback_is_opened_by_the_api_being_there_and_by_nothing_else(address: str) -> None:
    assert may_connect(address, settings(LOCAL))
    assert not may_connect(address, settings(REMOTE, allow_storage=EVERYTHING))


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("198.18.0.0/15", "cdn.example", "198.18.0.7"),
        ("198.18.0.0/15", "cdn.example", "198.19.255.255"),
        ("10.0.0.0/8", "minio.corp", "10.1.2.3"),
        ("10.1.2.3", "minio.corp", "10.1.2.3"),
        ("10.1.2.3/8", "minio.corp", "10.200.0.1"),
        ("10.0.0.0/8", "minio.corp", "::ffff:10.1.2.3"),
        ("10.0.0.0/8", "minio.corp", "64:ff9b::a01:203"),
        ("100.64.0.0/10", "tail.net", "100.64.0.1"),
        ("fd00::/8", "minio.corp", "fd12::1"),
        ("[fd12::1]", "minio.corp", "fd12::1"),
        ("minio.corp", "minio.corp", "10.1.2.3"),
        ("MINIO.Corp.", "minio.corp", "10.1.2.3"),
        ("a.b; minio.corp", "minio.corp.", "10.1.2.3"),
        ("*.storage.corp", "a.storage.corp", "10.1.2.3"),
        ("*.storage.corp", "a.b.storage.corp", "10.1.2.3"),
        ("bucket-*.corp", "bucket-7.corp", "10.1.2.3"),
        (".storage.corp", "storage.corp", "10.1.2.3"),
        ("minio.corp:9000", "minio.corp", "10.1.2.3"),
        ("10.1.2.3:9000", "10.1.2.3", "10.1.2.3"),
        (' "10.0.0.0/8" ', "minio.corp", "10.1.2.3"),
        ("speicher.bücher.corp", "speicher.xn--bcher-kva.corp", "10.1.2.3"),
        ("", "cdn.example", "93.184.216.34"),
    ],
)
def test_a_network_or_a_name_opens_what_it_says(allowed: str, host: str, address: str) -> None:
    chosen = settings(REMOTE, allow_storage=allowed)
    assert may_connect(address, chosen, host=host, port=9000)
    assert refusal(host, 9000, [address], chosen) is None


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("", "cdn.example", "198.18.0.7"),
        ("10.0.0.0/8", "minio.corp", "11.0.0.1, 192.168.0.1"),
        ("minio.corp", "evil.minio.corp", "10.1.2.3"),
        ("minio.corp", "minio.corp.evil.example", "10.1.2.3"),
        ("*.storage.corp", "storage.corp", "10.1.2.3"),
        ("*.storage.corp", "xstorage.corp", "10.1.2.3"),
        ("minio.corp:9000", "minio.corp", "10.1.2.3"),
        ("::/0", "minio.corp", "10.1.2.3"),
    ],
)
def test_it_opens_nothing_else(allowed: str, host: str, address: str) -> None:
    refused = refusal(host, 443, address.split(", "), settings(REMOTE, allow_storage=allowed))
    assert refused is not None
    assert "allow_storage" in refused.reason
    assert host in refused.reason
    assert address.split(", ")[-1] in refused.reason
    assert refused.hint is not None


@given(st.ip_addresses())
def test_without_the_setting_only_global_addresses_are_fetched_from(address: object) -> None:
    from ipaddress import ip_address

    if may_connect(str(address), settings(REMOTE)):
        inner = getattr(address, "sixtofour", None) or getattr(address, "ipv4_mapped", None)
        assert ip_address(str(inner or address)).is_global


def test_the_environments_setting_counts_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(REMOTE)
    assert not may_connect("10.1.2.3", chosen)
    monkeypatch.setenv("PLAYCUT_ALLOW_STORAGE", "10.0.0.0/8")
    assert may_connect("10.1.2.3", chosen)
