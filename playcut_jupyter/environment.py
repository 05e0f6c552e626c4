"""The one reader of the environment: Playcut's variables, proxies and certificates.

Everything is read anew at each use, because a notebook sets variables while it runs. Blanks and quotes around a value
do not count. A value that can't be understood is refused by the variable's name, and never shown with a password.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from playcut_jupyter import redaction
from playcut_jupyter.errors import NotConnected
from playcut_jupyter.hosts import host_list, is_host, is_loopback
from playcut_jupyter.redaction import plain

_PROXY_SCHEMES = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5", "socks": "socks5"}
"""What may stand before a proxy's address, and what httpx calls it; it leaves names to a SOCKS proxy in any case."""
_YES = ("1", "true", "t", "yes", "y", "on")
_NO = ("", "0", "false", "f", "no", "n", "off")
_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")


def unquoted(value: str) -> str:
    """Return *value* without the blanks and quotes around it."""
    text = value.strip()
    while len(text) > 1 and text[0] + text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text


def text(name: str) -> str:
    """Return the value of variable *name*; empty if it is not set."""
    return unquoted(os.environ.get(name, ""))


def flag(name: str) -> bool:
    """Return what variable *name* says; False if it is not set.

    Raises:
        NotConnected: it is neither a yes nor a no.
    """
    value = text(name)
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise NotConnected(
        f"{name} is {plain(repr(value), 60)}, which is neither yes nor no.",
        hint=f"Set {name} to 1 or 0. Nothing was sent.",
    )


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it. Its URL holds a password, if it has one."""

    url: str
    variable: str

    def __repr__(self) -> str:
        return f"<Proxy {self.shown}>"

    @property
    def shown(self) -> str:
        """The proxy as it may be shown."""
        return redaction.without_userinfo(self.url)


@dataclass(frozen=True)
class Network:
    """How the environment says that a network is reached; equal as long as nothing of it was changed."""

    proxies: tuple[tuple[str, str], ...] = ()
    """Variable and value, blank ones left out."""
    no_proxy: str = ""
    certificates_file: str = ""
    certificates_folder: str = ""
    is_system: bool = False
    """True if the proxies are the system's settings, on Windows and macOS."""

    def __repr__(self) -> str:
        return "<Network>"  # proxies hold passwords

    def proxy_for(self, url: str) -> Proxy | None:
        """Return the proxy for *url*; None for loopback, where the key is sent over plain http.

        Raises:
            NotConnected: the proxy, or the list of hosts that need none, can't be understood.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        found = self._variable(parts.scheme)
        if found is None or is_loopback(host):
            return None
        if self.is_system:
            from urllib.request import proxy_bypass  # loads http.client and email, 30 modules

            return None if proxy_bypass(host) else _proxy(*found)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return None if self._needs_none(host, port) else _proxy(*found)

    def _variable(self, scheme: str) -> tuple[str, str] | None:
        """Return the variable that names the proxy of *scheme*, and its value."""
        by_name = {name.lower().removesuffix("_proxy"): (name, value) for name, value in self.proxies}
        return by_name.get(scheme) or by_name.get("all")

    def _needs_none(self, host: str, port: int) -> bool:
        try:
            exempt = host_list(self.no_proxy, as_no_proxy=True)
        except ValueError as entry:
            raise _refused("NO_PROXY", f"the entry {plain(str(entry), 60)} is neither a host nor a network") from None
        return exempt.includes(host, port)


def network() -> Network:
    """Return how the network is reached, by the environment as it is now."""
    proxies = tuple(filter(None, map(_proxy_variable, ("http", "https", "all"))))
    certificates = text("SSL_CERT_FILE"), text("SSL_CERT_DIR")
    if not proxies and sys.platform in ("win32", "darwin"):
        from urllib.request import getproxies  # loads http.client and email, 30 modules

        system = tuple((f"{scheme}_proxy", url) for scheme, url in getproxies().items() if scheme in ("http", "https"))
        return Network(system, "", *certificates, is_system=True)
    return Network(proxies, text("no_proxy") or text("NO_PROXY"), *certificates)


def _proxy_variable(scheme: str) -> tuple[str, str] | None:
    """Return the variable of *scheme*'s proxy and its value; one in lower case counts even if it is blank."""
    lower = f"{scheme}_proxy"
    # In a CGI program HTTP_PROXY is a request's `Proxy:` header.
    is_header = scheme == "http" and "REQUEST_METHOD" in os.environ
    name = lower if lower in os.environ or is_header else lower.upper()
    value = text(name)
    return (name, value) if value else None


@lru_cache(maxsize=16)
def _proxy(variable: str, value: str) -> Proxy:
    """Return the proxy that *value* means; `host:port` is one for http, and its password need not be encoded."""
    scheme, separator, rest = value.partition("://")
    scheme, rest = (scheme.lower(), rest) if separator else ("http", value.removeprefix("//"))
    user, at, address = rest.rpartition("@")
    name, colon, password = user.partition(":")
    for secret in (password, unquote(password), quote(unquote(password), safe="")):
        redaction.remember_password(secret)
    if scheme not in _PROXY_SCHEMES:
        known = "http, https, socks5 or socks5h"
        raise _refused(variable, f"{plain(scheme, 20)!r} is no kind of proxy that can be used ({known})")
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not is_host(host) or port == 0 or any(map(str.isspace, value)):
        raise _refused(variable, "it is no address of a proxy")
    credentials = f"{quote(unquote(name), safe='')}{colon}{quote(unquote(password), safe='')}{at}"
    authority = f"[{host}]" if ":" in host else host
    return Proxy(f"{_PROXY_SCHEMES[scheme]}://{credentials}{authority}" + (f":{port}" if port else ""), variable)


def _refused(variable: str, reason: str) -> NotConnected:
    return NotConnected(
        f"{variable} can't be used: {reason}.",
        hint=f"Write it as {_EXAMPLES.get(variable.upper(), 'http://host:port')}, or unset it. Nothing was sent.",
    )


_EXAMPLES = {"NO_PROXY": "localhost,10.0.0.0/8,.corp.example"}
