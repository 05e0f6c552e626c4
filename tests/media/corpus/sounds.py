"""Odd MP3, WAV, FLAC, Ogg, AAC and other sounds."""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Callable
from functools import cache

from tests.media.corpus.encoders import sound
from tests.media.corpus.odd import Odd
from tests.media.corpus.pictures import riff_chunk

SECONDS = 0.5


@cache
def mp3(rate: int = 44_100, seconds: float = SECONDS, xing: bool = True, bit_rate: int = 64_000) -> bytes:
    options = (("write_xing", str(int(xing))), ("id3v2_version", "0"))
    return sound("mp3", "libmp3lame", rate=rate, seconds=seconds, options=options, bit_rate=bit_rate)


def id3(content: bytes = b"", version: int = 4, padding: int = 0, flags: int = 0) -> bytes:
    size = len(content) + padding
    packed = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + packed + content + bytes(padding)


def id3_picture(size: int) -> bytes:
    content = b"\0image/jpeg\0\x03\0" + b"\xff\xd8\xff\xe0" * (size // 4)
    packed = bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return id3(b"APIC" + packed + bytes(2) + content)


def ape_tag(*, in_front: bool) -> bytes:
    item = struct.pack("<II", 3, 0) + b"Title\0fox"
    flags = 0xA0000000 if in_front else 0x80000000
    head = b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, flags) + bytes(8)
    foot = b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0x80000000) + bytes(8)
    return head + item + foot


def _vbri() -> bytes:
    """Return an MP3 whose first frame has the header of Fraunhofer's encoder."""
    data = bytearray(mp3())
    at = data.index(b"Xing") if b"Xing" in data else data.index(b"Info")
    (frames,) = struct.unpack_from(">I", data, at + 8)
    data[at : at + 4] = bytes(4)
    data[36 : 36 + 26] = b"VBRI" + struct.pack(">HHHIIHHHH", 1, 0, 50, len(data), frames, 1, 1, 2, 1)
    return bytes(data)


def wav(seconds: float = SECONDS, rate: int = 8000, width: int = 2, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(int(seconds * rate) * width * channels))
    return out.getvalue()


def _fmt(tag: int, rate: int = 8000, width: int = 2, extra: bytes = b"") -> bytes:
    head = struct.pack("<HHIIHH", tag, 1, rate, rate * width, width, width * 8)
    return riff_chunk(b"fmt ", head + extra)


def _riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def _streamed(size: int) -> bytes:
    data = wav()
    return data[:4] + struct.pack("<I", size) + data[8:40] + struct.pack("<I", size) + data[44:]


_SAMPLES = bytes(8000)
_EXTENSIBLE = struct.pack("<HHI", 22, 16, 4) + bytes.fromhex("0100000000001000800000aa00389b71")


def _rf64() -> bytes:
    sizes = struct.pack("<QQQI", 8100, 8000, 4000, 0)
    head = riff_chunk(b"ds64", sizes) + _fmt(1) + b"data\xff\xff\xff\xff" + _SAMPLES
    return b"RF64\xff\xff\xff\xffWAVE" + head


def _ogg_ending(data: bytes) -> bytes:
    """Return Ogg data without its last page, as a stream that was stopped."""
    return data[: data.rindex(b"OggS")]


@cache
def flac() -> bytes:
    return sound("flac", "flac", rate=16_000)


def _without_samples(data: bytes) -> bytes:
    """Return FLAC data whose head does not know how many samples there are."""
    packed = bytearray(data)
    packed[21] &= 0xF0
    packed[22:26] = bytes(4)
    return bytes(packed)


@cache
def opus() -> bytes:
    return sound("ogg", "libopus")


@cache
def adts() -> bytes:
    return sound("adts", "aac", rate=44_100)


def _player(mime_type: str, suffix: str) -> Callable[..., Odd]:
    def shown(name: str, make: Callable[[], bytes], duration_s: float | None = SECONDS, **more: object) -> Odd:
        return Odd(name, make, mime_type, suffix, "audio", None, duration_s, **more)  # type: ignore[arg-type]

    return shown


_mp3, _wav, _flac = _player("audio/mpeg", ".mp3"), _player("audio/wav", ".wav"), _player("audio/flac", ".flac")
_ogg, _aac = _player("audio/ogg", ".ogg"), _player("audio/aac", ".aac")


def _card(
    name: str, make: Callable[[], bytes], mime_type: str, suffix: str, duration_s: float | None = None, **more: object
) -> Odd:
    return Odd(name, make, mime_type, suffix, "card", None, duration_s, **more)  # type: ignore[arg-type]


FILES = [
    _mp3("as encoders write it", mp3),
    _mp3("zeros in front", lambda: bytes(700) + mp3()),
    _mp3("4 kB of zeros in front", lambda: bytes(4096) + mp3()),
    _mp3("a tag in front", lambda: id3(b"TIT2\0\0\0\x04\0\0\0fox") + mp3()),
    _mp3("a tag with padding", lambda: id3(padding=2000) + mp3()),
    _mp3("a tag, and zeros that it does not count", lambda: id3(padding=10) + bytes(900) + mp3()),
    _mp3("two tags", lambda: id3(padding=30) + id3(padding=60, version=3) + mp3()),
    _mp3("a tag of version 2.2", lambda: id3(b"TT2\0\0\x04\0fox", version=2) + mp3()),
    _mp3("a tag with a footer", lambda: id3(padding=20, flags=0x10) + b"3DI\x04\0\x10\0\0\0\x14" + mp3()),
    _mp3("a tag with a cover of 300 kB", lambda: id3_picture(300_000) + mp3()),
    _mp3("an APE tag in front", lambda: ape_tag(in_front=True) + mp3()),
    _mp3("an APE tag behind it", lambda: mp3() + ape_tag(in_front=False)),
    _mp3("a tag of 1996 behind it", lambda: mp3() + b"TAG" + bytes(125)),
    _mp3("the end of another frame in front", lambda: b"\x55\xaa\x12" * 50 + mp3()),
    _mp3("no word of its length", lambda: mp3(xing=False)),
    _mp3("a header of Fraunhofer's encoder", _vbri),
    _mp3("22 kHz", lambda: mp3(22_050)),
    _mp3("8 kHz", lambda: mp3(8000, bit_rate=16_000)),
    _mp3("a last frame that is cut", lambda: mp3(xing=False)[:-30]),
    _card("layer II", lambda: sound("mp2", "mp2", rate=44_100), "audio/mp2", ".mp2", SECONDS),
    _mp3("three seconds without a word of its length", lambda: mp3(seconds=3.0, xing=False), 3.0),
    _mp3("two files in a row", lambda: mp3() + mp3(), 1.12),
    _mp3("lyrics behind it", lambda: mp3() + b"LYRICSBEGIN" + bytes(60) + b"LYRICS200"),
    _wav("as the standard library writes it", wav),
    _wav("a stream's unknown size", lambda: _streamed(0xFFFFFFFF)),
    _wav("a stream's size of zero", lambda: _streamed(0)),
    _wav("a stream's size of 2 GB", lambda: _streamed(0x7FFFFFFF)),
    _wav(
        "a list before its format",
        lambda: _riff(riff_chunk(b"LIST", b"INFOISFT\x04\0\0\0fox\0"), _fmt(1), riff_chunk(b"data", _SAMPLES)),
    ),
    _wav(
        "a list behind its samples", lambda: _riff(_fmt(1), riff_chunk(b"data", _SAMPLES), riff_chunk(b"LIST", b"INFO"))
    ),
    _wav("a broadcast chunk", lambda: _riff(riff_chunk(b"bext", bytes(602)), _fmt(1), riff_chunk(b"data", _SAMPLES))),
    _wav("JUNK in front", lambda: _riff(riff_chunk(b"JUNK", bytes(4000)), _fmt(1), riff_chunk(b"data", _SAMPLES))),
    _wav("an extensible format", lambda: _riff(_fmt(0xFFFE, extra=_EXTENSIBLE), riff_chunk(b"data", _SAMPLES))),
    _wav("24 bits", lambda: wav(width=3)),
    _wav("8 bits", lambda: wav(width=1)),
    _wav("floats", lambda: _riff(_fmt(3, width=4), riff_chunk(b"data", bytes(16_000)))),
    _wav("mu-law", lambda: _riff(_fmt(7, width=1, extra=b"\0\0"), riff_chunk(b"data", bytes(4000)))),
    _wav("an odd number of bytes", lambda: _riff(_fmt(1, width=1), b"data" + struct.pack("<I", 3999) + bytes(3999))),
    _wav("more than 4 GB by its format", _rf64),
    _wav("a head that says too much", lambda: _riff(_fmt(1), riff_chunk(b"data", _SAMPLES), size=9_000_000)),
    _wav("a tag in front", lambda: id3(padding=30) + wav()),
    _wav("MP3 inside", lambda: sound("wav", "libmp3lame", rate=44_100)),
    _wav("A-law", lambda: sound("wav", "pcm_alaw", rate=8000)),
    Odd("ADPCM", lambda: sound("wav", "adpcm_ima_wav", rate=8000), "audio/wav", ".wav", "card", None, 0.51, "codec"),
    Odd("64 bits", lambda: sound("wav", "pcm_f64le", rate=8000), "audio/wav", ".wav", "card", None, SECONDS, "codec"),
    _wav("no samples", lambda: _riff(_fmt(1), riff_chunk(b"data", b"")), None),
    _flac("as encoders write it", flac),
    _flac("no word of its length", lambda: _without_samples(flac()), None),
    _flac("a tag in front", lambda: id3(padding=100) + flac()),
    _flac("without its last bytes", lambda: flac()[:-50]),
    _ogg("Opus", opus),
    _ogg("Vorbis", lambda: sound("ogg", "vorbis", layout="stereo")),
    _ogg("FLAC", lambda: sound("ogg", "flac", rate=16_000)),
    _ogg("Opus that was stopped", lambda: _ogg_ending(sound("ogg", "libopus", seconds=3.0)), 2.99),
    _ogg("a tag in front", lambda: id3(padding=9) + opus()),
    _ogg("two streams in a row", lambda: opus() + opus(), None),
    _ogg("twelve seconds", lambda: sound("ogg", "libopus", seconds=12.0), 12.0),
    _ogg("zeros behind it", lambda: opus() + bytes(5000)),
    _aac("as streams have it", adts),
    _aac("a tag in front", lambda: id3(padding=50) + adts()),
    _card("as on a Macintosh", lambda: sound("aiff", "pcm_s16be", rate=8000), "audio/aiff", ".aiff", SECONDS),
    _card("with floats", lambda: sound("aiff", "pcm_f32be", rate=8000), "audio/aiff", ".aiff", SECONDS),
    _card("of a telephone", lambda: b"#!AMR\n" + (b"\x3c" + bytes(31)) * 25, "audio/amr", ".amr"),
    _card("Core Audio", lambda: sound("caf", "pcm_s16le", rate=8000), "audio/x-caf", ".caf"),
    _card("of Sun", lambda: sound("au", "pcm_s16be", rate=8000), "audio/basic", ".au"),
    _card("Dolby", lambda: sound("ac3", "ac3"), "audio/ac3", ".ac3"),
    _card("WavPack", lambda: b"wvpk" + bytes(60), "audio/x-wavpack", ".wv"),
    _card("Monkey's", lambda: b"MAC " + bytes(60), "audio/x-ape", ".ape"),
    _card("notes", lambda: b"MThd\0\0\0\x06\0\0\0\1\0\x60MTrk\0\0\0\x04\0\xff\x2f\0", "audio/midi", ".mid"),
    _card("of Windows", lambda: sound("asf", "wmav2", rate=44_100, bit_rate=64_000), "audio/x-ms-wma", ".wma"),
]
