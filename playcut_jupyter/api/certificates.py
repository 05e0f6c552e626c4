"""Which certificates are trusted, and what is wrong with one that is not.

Trusted is what the system trusts, and what `SSL_CERT_FILE` and `SSL_CERT_DIR` name beside it.
"""

from __future__ import annotations

import ssl
import sys
from functools import lru_cache
from pathlib import Path

from playcut_jupyter.errors import NotConnected
from playcut_jupyter.redaction import plain

HINT = (
    "If a gateway or server of your company signs its own certificates, set SSL_CERT_FILE to a file with its CA "
    "certificate (PEM)."
)
# Where Linux distributions and BSDs keep their certificates, for a Python that was built elsewhere.
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
)
_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_NAME = (62, 63, 64)
_UNKNOWN_CA = (2, 18, 19, 20, 21)


@lru_cache(maxsize=8)
def tls_context(file: str, folder: str) -> ssl.SSLContext:
    """Return one shared context, because loading the certificates takes longer than a fast request.

    Args:
        file: with more certificates, PEM; or empty.
        folder: with more certificates under the names that OpenSSL looks for; or empty.

    Raises:
        NotConnected: *file* or *folder* can't be read.
    """
    context = _system_context()
    if file:
        _load(context, "SSL_CERT_FILE", file)
    for name in filter(None, folder.split(":" if sys.platform != "win32" else ";")):
        _load(context, "SSL_CERT_DIR", name)
    return context


@lru_cache(maxsize=1)
def no_certificates() -> ssl.SSLContext:
    """Return a context for what is not encrypted; it trusts nobody, and is made at once."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def rejection(error: BaseException) -> str | None:
    """Return what is wrong with the server's certificate, in words that follow its name; None for any other error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    code = getattr(cause, "verify_code", 0)
    if code == _EXPIRED:
        return "has expired"
    if code == _NOT_YET_VALID:
        return "is not valid yet (is this machine's clock right?)"
    if code in _WRONG_NAME:
        return "is for another name"
    if code in _UNKNOWN_CA:
        return "is signed by an unknown authority (CA)"
    return f"is not accepted: {plain(getattr(cause, 'verify_message', '') or cause, 200)}"


def _system_context() -> ssl.SSLContext:
    """Return a context that trusts what the system does; where the system has no list, what certifi lists."""
    if sys.platform in ("win32", "darwin"):
        import truststore  # asks the system itself; installed only where a system can be asked

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return context
    # Not truststore here: it loads all certificates again at each connection, which takes 30 to 50 ms.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.openssl_capath)
    file = next((name for name in (paths.openssl_cafile, *_SYSTEM_FILES) if Path(name).is_file()), None)
    has_folder = any(folder.glob("*.0"))
    if file is None and not has_folder:
        import certifi  # comes with httpx; for a system without certificates

        file = certifi.where()
    context.load_verify_locations(cafile=file, capath=folder if has_folder else None)
    return context


def _load(context: ssl.SSLContext, variable: str, value: str) -> None:
    path = Path(value).expanduser()
    is_file = variable == "SSL_CERT_FILE"
    try:
        if not (path.is_file() if is_file else path.is_dir()):
            raise FileNotFoundError(2, f"there is no such {'file' if is_file else 'folder'}")
        context.load_verify_locations(cafile=path if is_file else None, capath=None if is_file else path)
    except OSError as error:  # also ssl.SSLError
        reason = "it holds no certificates" if isinstance(error, ssl.SSLError) else error.strerror
        raise NotConnected(
            f"{variable} is {plain(repr(value), 200)}, and can't be used: {reason}.",
            hint=f"Set {variable} to certificates in PEM format, or unset it. Nothing was sent.",
        ) from None
