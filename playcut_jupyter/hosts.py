"""Hosts: this machine, addresses in any form, and lists of networks and names such as `NO_PROXY` holds."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([\w-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([\w-]*[A-Za-z0-9])?)*\.?", re.ASCII
)
_SEPARATORS = re.compile(r"[\s,;]+")
_NAME = re.compile(r"[\w*]([\w*-]*[\w*])?(\.[\w*]([\w*-]*[\w*])?)*")
_WITH_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*):(?P<port>\d{1,5})")
_BRACKETS = re.compile(r"^\[([^\[\]]*)\](/\d+)?$")
_OF_NUMBERS = re.compile(r"[\d*]+(\.[\d*]+)*")


def is_host(text: str) -> bool:
    """True for an address or a name in ASCII."""
    try:
        ip_address(text)
    except ValueError:
        return _HOST_NAME.fullmatch(text) is not None
    return True


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address_in(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that *host* is, also in forms such as `0x7f.1` and `[fe80::1%eth0]`; None for a name."""
    text = host.strip("[]").partition("%")[0]
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        # What the system's own resolver takes as a number never reaches a DNS server.
        return ip_address(socket.inet_aton(text)) if text[:1].isdigit() and text.isascii() else None
    except (OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Name:
    """A name or a pattern of names, and the port that it is limited to."""

    pattern: str
    port: int | None
    with_subdomains: bool

    def matches(self, host: str, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.pattern.startswith("."):
            return host.endswith(self.pattern) or host == self.pattern[1:]
        if self.with_subdomains and "*" not in self.pattern and host.endswith(f".{self.pattern}"):
            return True
        return fnmatchcase(host, self.pattern)


@dataclass(frozen=True, slots=True)
class HostList:
    """Networks and names of hosts, as settings list them."""

    networks: tuple[tuple[IPv4Network | IPv6Network, int | None], ...] = ()
    names: tuple[_Name, ...] = ()

    def includes(self, host: str, port: int) -> bool:
        """True if *host*, a name or an address, is in the list; no name is looked up."""
        address = address_in(host)
        return self.has_name(host, port) or (address is not None and self.has_address(address, port))

    def has_name(self, host: str, port: int | None = None) -> bool:
        """True if a name of the list matches *host*."""
        plain = _ascii(host)
        return any(name.matches(plain, port) for name in self.names)

    def has_address(self, address: IPv4Address | IPv6Address, port: int | None = None) -> bool:
        """True if *address* is in a network of the list."""
        return any(address in network and only in (None, port) for network, only in self.networks)


@lru_cache(maxsize=64)
def host_list(text: str, *, as_no_proxy: bool = False) -> HostList:
    """Return the list that *text* holds: networks (`10.0.0.0/8`), addresses and names, each with or without a port.

    `*.corp.example` is every name under it, `.corp.example` also that name itself, and `*` is any name.

    Args:
        text: entries between commas, semicolons or blanks.
        as_no_proxy: a plain name also stands for all names under it, and `10.*` for addresses, as in `NO_PROXY`.

    Raises:
        ValueError: an entry is neither; its text is the error's.
    """
    networks: list[tuple[IPv4Network | IPv6Network, int | None]] = []
    names: list[_Name] = []
    for entry in filter(None, _SEPARATORS.split(text)):
        host, port = _parts(entry)
        network = _network(host)
        if network is not None:
            networks.append((network, port))
        elif _is_pattern(host, of_addresses=as_no_proxy):
            names.append(_Name(_ascii(host), port, as_no_proxy))
        else:
            raise ValueError(entry)
    return HostList(tuple(networks), tuple(names))


def _parts(entry: str) -> tuple[str, int | None]:
    match = _WITH_PORT.fullmatch(entry)
    return (match["host"], int(match["port"])) if match else (entry, None)


def _network(host: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(_BRACKETS.sub(r"\1\2", host), strict=False)
    except ValueError:
        return None


def _is_pattern(host: str, *, of_addresses: bool) -> bool:
    name = host.removeprefix(".").removesuffix(".")
    looks_like_address = _OF_NUMBERS.fullmatch(name) is not None and name != "*"
    return _NAME.fullmatch(name) is not None and (not looks_like_address or (of_addresses and "*" in name))


def _ascii(host: str) -> str:
    """Return *host* as DNS knows it: lower case, in ASCII, without the last dot."""
    text = host.lower().removesuffix(".")
    try:
        return text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError:
        return text
