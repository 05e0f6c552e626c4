"""Which addresses a signed URL may lead to.

The public network; loopback only if the API itself is on loopback; a private network only if the setting
`allow_storage` names it or the host. Never, whatever is allowed: addresses that answer with a machine's own
credentials (metadata services), link-local ones, and those that are no host's. An IPv4 address inside an IPv6 one
(mapped, 6to4, NAT64, ...) counts as what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import NamedTuple

from playcut_jupyter.hosts import address_in
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.settings import Settings

_NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.100.100.200",  # metadata at Alibaba Cloud
            "168.63.129.16",  # Azure's platform; in a public range
            "169.254.0.0/16",  # link-local, and the metadata service of most clouds
            "192.0.0.0/24",  # for protocols; metadata at Oracle Cloud
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "fd00:42::42",  # metadata at Scaleway
            "fd00:ec2::/32",  # metadata and other services of AWS
            "fd20:ce::254",  # metadata at Google Cloud
            "fe80::/10",
            "ff00::/8",
        ),
    )
)
_METADATA_NAMES = frozenset(
    ("metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal")
)
# Ranges that only some versions of Python treat as not global.
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
_NOT_GLOBAL = (*map(ip_network, ("198.18.0.0/15", "2001::/32", "fec0::/10")), _LOCAL_NAT64)
_IPV4_IN_LAST_BITS = tuple(map(ip_network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
_ISATAP = (0x00005EFE, 0x02005EFE)


class Refusal(NamedTuple):
    """Why nothing is fetched from a host, in words that follow "it can't be fetched:", and what helps."""

    reason: str
    hint: Remedy | None


def refusal(host: str, port: int | None, addresses: Iterable[str], settings: Settings) -> Refusal | None:
    """Return why nothing may be fetched from *host*; None if it may be.

    Args:
        host: the URL's host, a name or an address.
        port: the URL's port, or that of its scheme.
        addresses: what the name stands for; none if a proxy resolves it.
        settings: with `allow_storage`.

    Raises:
        NotConnected: `PLAYCUT_ALLOW_STORAGE` can't be read.
    """
    if host.lower().rstrip(".") in _METADATA_NAMES:
        return Refusal(f"{host} is a metadata service inside a private network, never allowed", None)
    for address in addresses:
        if not may_connect(address, settings, host=host, port=port):
            return _refusal(host, address)
    return None


def may_connect(address: str, settings: Settings, *, host: str = "", port: int | None = None) -> bool:
    """True if a signed URL of *host* may lead to *address*."""
    ip = address_in(address)
    if ip is None:
        return False
    forms = _forms(ip)
    if _is_never(forms):
        return False
    if any(form.is_loopback for form in forms):
        return settings.on_loopback
    if all(map(_is_public, forms)):
        return True
    allowed = settings.allowed_storage
    return allowed.has_name(host, port) or any(allowed.has_address(form, port) for form in forms)


def _refusal(host: str, address: str) -> Refusal:
    ip = address_in(address)
    reason = f"{host if address_in(host) else f'{host} ({address})'} is an address inside a private network"
    forms = _forms(ip) if ip is not None else []
    if not forms or _is_never(forms):
        return Refusal(f"{reason}, never allowed", None)
    if any(form.is_loopback for form in forms):
        return Refusal(f"{reason}: this machine, where the API is not", None)
    return Refusal(
        f"{reason}, which the setting allow_storage does not name", Remedy(Action.ALLOW_STORAGE, host.strip("[]"))
    )


def _is_never(forms: Iterable[IPv4Address | IPv6Address]) -> bool:
    return any(form in network for form in forms for network in _NEVER)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_GLOBAL)


def _forms(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return what *ip* leads to: the IPv4 address inside an IPv6 one; both where the outer one matters too."""
    if isinstance(ip, IPv4Address) or ip.is_loopback or ip.is_unspecified:
        return [ip]
    inner = ip.ipv4_mapped or ip.sixtofour
    if inner:
        return [inner]
    last = IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip in network for network in _IPV4_IN_LAST_BITS):
        return [last]
    if ip in _LOCAL_NAT64 or int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
        return [ip, last]
    return [ip, *(ip.teredo or ())]
