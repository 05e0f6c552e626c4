"""Undoes the content codings of a body, piece by piece, whatever its headers claim.

Requests ask for no coding, so what comes coded is a gateway's or a storage's own doing, and its label is often wrong.
The first bytes decide: a coding that is not there, or that nobody knows, means identity. What is there is undone
whole: all members of a gzip file, and stacked codings in turn. Each layer's output is limited, because a small
body can expand to fill the memory.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Protocol

import httpx

_PIECE_BYTES = 64 * 1024
_PROBE_BYTES = 16 * 1024
"""How much of a body is tried before it is taken for a coding that has no signature."""
_MAX_LAYERS = 8
_GZIP = b"\x1f\x8b\x08"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_ZSTD = b"\x28\xb5\x2f\xfd"
_COMPRESS = b"\x1f\x9d"
_PLAIN = re.compile(
    rb"""\s*\{\s*["}]|\s*<[!?A-Za-z]|\x89PNG|\xff\xd8\xff|GIF8|RIFF|ID3|OggS|fLaC|\xff[\xf2-\xfb]|\x1aE\xdf\xa3|.{4}ftyp""",
    re.DOTALL,
)
"""How documents and media begin, for a body that claims Brotli, which has no signature."""
_CHUNK_LINE = re.compile(rb"(?:\r\n)?([0-9A-Fa-f]{1,8})(?:;[^\r\n]{0,300})?\r\n")
_MAX_CHUNK_LINE = 320


class ResponseTooLarge(Exception):
    """A body is larger than allowed."""


class Decoder:
    """Decodes one body.

    Args:
        content_encoding: the `Content-Encoding` header; "" for none.
        max_bytes: the largest decoded body.
    """

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        names = [name.split(";")[0].strip().strip("\"'").lower() for name in content_encoding.split(",")]
        choices = [_CHOICES[name] for name in reversed(names) if name in _CHOICES]
        self._layers = [_Layer(choose) for choose in choices[: _MAX_LAYERS + 1]]
        self._max_bytes = max_bytes
        self._decoded_bytes = 0

    def feed(self, data: bytes) -> bytes:
        """Return what *data* adds to the decoded body.

        Raises:
            httpx.DecodingError: the coding is damaged, or can't be undone here.
            ResponseTooLarge: the decoded body is larger than allowed.
        """
        return self._joined(self._through(self._layers, data))

    def finish(self) -> bytes:
        """Return the rest of the decoded body, at its end; raises as `feed` does, also if the coding is cut short."""
        rest = bytearray()
        for position, layer in enumerate(self._layers):
            for piece in layer.finish():
                rest += self._joined(self._through(self._layers[position + 1 :], piece))
        return bytes(rest)

    def _through(self, layers: Sequence[_Layer], data: bytes) -> Iterator[bytes]:
        if not layers:
            yield data
            return
        if len(layers) > _MAX_LAYERS:
            raise httpx.DecodingError("it names too many content codings")
        for piece in layers[0].feed(data):
            # An outer layer holds about as much as the body itself, unless it is made to fill the memory.
            if layers[0].decoded_bytes > 2 * self._max_bytes + _PIECE_BYTES:
                raise ResponseTooLarge
            yield from self._through(layers[1:], piece)

    def _joined(self, pieces: Iterator[bytes]) -> bytes:
        joined = bytearray()
        for piece in pieces:
            self._decoded_bytes += len(piece)
            if self._decoded_bytes > self._max_bytes:
                raise ResponseTooLarge
            joined += piece
        return bytes(joined)


# -- layers -------------------------------------------------------------------------------------------------------


class _Codec(Protocol):
    """A coding that is certainly there, or identity."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what *data* adds, in pieces."""

    def finish(self) -> None:
        """Raise `httpx.DecodingError` if the coding is cut short."""


_Choose = Callable[[bytes, bool], _Codec | None]
"""Takes the first bytes, and whether they are all; returns a codec, or None to see more."""


class _Layer:
    """One coding of a body; holds the first bytes back until they show whether the coding is there."""

    def __init__(self, choose: _Choose) -> None:
        self._choose = choose
        self._codec: _Codec | None = None
        self._head = b""
        self.decoded_bytes = 0

    def feed(self, data: bytes, *, at_end: bool = False) -> Iterator[bytes]:
        if self._codec is None:
            self._head += data
            self._codec = self._choose(self._head, at_end)
            if self._codec is None:
                return
            data, self._head = self._head, b""
        for piece in self._codec.decode(data):
            self.decoded_bytes += len(piece)
            yield piece

    def finish(self) -> Iterator[bytes]:
        yield from self.feed(b"", at_end=True)
        if self._codec is not None:
            self._codec.finish()


class _Identity:
    def decode(self, data: bytes) -> Iterator[bytes]:
        if data:
            yield data

    def finish(self) -> None:
        """Nothing is cut short that has no coding."""


class _Members:
    """The members of a gzip file, or zlib streams, one after another; what follows them is padding, as for gzip."""

    def __init__(self) -> None:
        self._member: Any = None
        self._held = b""
        self._is_over = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data and not self._is_over:
            if self._member is None:
                data, self._held = (self._held + data).lstrip(b"\0"), b""
                if len(data) < len(_GZIP):
                    self._held = data
                    return
                if not _has_signature(data):
                    self._is_over = True
                    return
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 32)
            yield from _inflated(self._member, data)
            if not self._member.eof:
                return
            data, self._member = self._member.unused_data, None

    def finish(self) -> None:
        if self._member is not None:
            raise httpx.DecodingError("the compressed body is cut short")


class _Deflate:
    """A deflate stream without a signature."""

    def __init__(self, window_bits: int) -> None:
        self._stream = zlib.decompressobj(window_bits)

    def decode(self, data: bytes) -> Iterator[bytes]:
        yield from _inflated(self._stream, data)

    def finish(self) -> None:
        if not self._stream.eof:
            raise httpx.DecodingError("the compressed body is cut short")


class _Chunks:
    """The frames of an upload to S3 (`size;chunk-signature=...`), which some storages hand out as they came."""

    def __init__(self) -> None:
        self._line = b""
        self._left = 0
        self._is_over = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data and not self._is_over:
            if self._left:
                yield data[: self._left]
                data, self._left = data[self._left :], max(0, self._left - len(data))
                continue
            self._line += data
            found = _CHUNK_LINE.match(self._line)
            if found is None:
                if len(self._line) > _MAX_CHUNK_LINE:
                    raise httpx.DecodingError("a chunk of the body has no size")
                return
            data, self._line = self._line[found.end() :], b""
            self._left = int(found[1], 16)
            self._is_over = self._left == 0

    def finish(self) -> None:
        if not self._is_over:
            raise httpx.DecodingError("the chunks of the body are cut short")


class _Foreign:
    """A coding that a library undoes, one of those that httpx itself uses. Neither is a dependency."""

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            library = import_module("brotli" if name == "br" else "zstandard")
        except ImportError:
            raise httpx.DecodingError(f"it is {name}-compressed, although no compression was asked for") from None
        if name == "br":
            self._stream = library.Decompressor()
            self._step, self._is_finished = self._stream.process, self._stream.is_finished
        else:
            self._stream = library.ZstdDecompressor().decompressobj()
            self._step, self._is_finished = self._stream.decompress, lambda: self._stream.eof
        self._error: type[Exception] = library.error if name == "br" else library.ZstdError

    def decode(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), 256):  # little at once, because these libraries do not limit their output
            try:
                yield self._step(data[start : start + 256])
            except self._error as error:
                raise httpx.DecodingError(f"{self._name}: {error}") from None

    def finish(self) -> None:
        if not self._is_finished():
            raise httpx.DecodingError(f"the {self._name}-compressed body is cut short")


def _inflated(stream: Any, data: bytes) -> Iterator[bytes]:
    while True:
        try:
            piece = stream.decompress(data, _PIECE_BYTES)
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from None
        if piece:
            yield piece
        data = stream.unconsumed_tail
        if not data and len(piece) < _PIECE_BYTES:
            return


# -- what is there ------------------------------------------------------------------------------------------------


def _has_signature(data: bytes) -> bool:
    return data.startswith((_GZIP, *_ZLIB))


def _gzip(head: bytes, at_end: bool) -> _Codec | None:
    if len(head) < len(_GZIP) and not at_end:
        return None
    return _Members() if _has_signature(head) else _Identity()


def _deflate(head: bytes, at_end: bool) -> _Codec | None:
    if _has_signature(head):
        return _Members()
    if len(head) < _PROBE_BYTES and not at_end:
        return None
    for window_bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        if _inflates(head if at_end else head[:_PROBE_BYTES], window_bits, at_end):
            return _Deflate(window_bits)
    return _Identity()


def _inflates(head: bytes, window_bits: int, at_end: bool) -> bool:
    """Return True if *head* is a deflate stream, or its beginning."""
    stream = zlib.decompressobj(window_bits)
    try:
        for _ in _inflated(stream, head):
            pass
    except httpx.DecodingError:
        return False
    return bool(stream.eof and not stream.unused_data) if at_end else not stream.eof


def _aws_chunked(head: bytes, at_end: bool) -> _Codec | None:
    if _CHUNK_LINE.match(head):
        return _Chunks()
    return _Identity() if at_end or b"\n" in head or len(head) > _MAX_CHUNK_LINE else None


def _brotli(head: bytes, at_end: bool) -> _Codec | None:
    if len(head) < len(b"....ftyp") and not at_end:
        return None
    return _Identity() if not head or _PLAIN.match(head) else _Foreign("br")


def _zstd(head: bytes, at_end: bool) -> _Codec | None:
    if len(head) < len(_ZSTD) and not at_end:
        return None
    return _Foreign("zstd") if head.startswith(_ZSTD) else _Identity()


def _compress(head: bytes, at_end: bool) -> _Codec | None:
    if head.startswith(_COMPRESS):
        raise httpx.DecodingError("it is compressed by a coding that nothing uses any more (compress)")
    return None if len(head) < len(_COMPRESS) and not at_end else _Identity()


_CHOICES: dict[str, _Choose] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "compress": _compress,
    "x-compress": _compress,
    "aws-chunked": _aws_chunked,
}
