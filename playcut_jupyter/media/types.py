"""Media types: their names, file extensions, and which of them a browser shows."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "application/octet-stream"

SHOWN = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "image/bmp": ".bmp",
    "image/x-icon": ".ico",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/webm": ".weba",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
}
"""What browsers show, as far as they know the codec inside, and its file extension."""

SUFFIXES = {
    **SHOWN,
    "image/tiff": ".tiff",
    "image/heic": ".heic",
    "image/heic-sequence": ".heics",
    "image/heif": ".heif",
    "image/heif-sequence": ".heifs",
    "image/avci": ".avci",
    "image/jxl": ".jxl",
    "image/jp2": ".jp2",
    "image/vnd.adobe.photoshop": ".psd",
    "image/x-exr": ".exr",
    "image/vnd.radiance": ".hdr",
    "image/qoi": ".qoi",
    "image/vnd.ms-dds": ".dds",
    "image/ktx2": ".ktx2",
    "image/icns": ".icns",
    "image/x-canon-cr3": ".cr3",
    "audio/aiff": ".aiff",
    "audio/amr": ".amr",
    "audio/amr-wb": ".awb",
    "audio/basic": ".au",
    "audio/ac3": ".ac3",
    "audio/midi": ".mid",
    "audio/mp2": ".mp2",
    "audio/x-ape": ".ape",
    "audio/x-caf": ".caf",
    "audio/x-matroska": ".mka",
    "audio/x-ms-wma": ".wma",
    "audio/x-w64": ".w64",
    "audio/x-wavpack": ".wv",
    "audio/x-dsf": ".dsf",
    "audio/x-tta": ".tta",
    "video/3gpp": ".3gp",
    "video/mp2t": ".ts",
    "video/mpeg": ".mpg",
    "video/ogg": ".ogv",
    "video/x-flv": ".flv",
    "video/x-ivf": ".ivf",
    "video/x-matroska": ".mkv",
    "video/x-ms-wmv": ".wmv",
    "video/x-msvideo": ".avi",
    "application/gzip": ".gz",
    "application/mxf": ".mxf",
    "application/pdf": ".pdf",
    "application/vnd.rn-realmedia": ".rm",
    "application/x-7z-compressed": ".7z",
    "application/x-tar": ".tar",
    "application/x-xz": ".xz",
    "application/zip": ".zip",
    "application/zstd": ".zst",
    "font/otf": ".otf",
    "font/ttf": ".ttf",
    "font/woff": ".woff",
    "font/woff2": ".woff2",
    "model/gltf-binary": ".glb",
    "model/x-fbx": ".fbx",
    UNKNOWN: ".bin",
}
"""All types that are recognised, and the file extension of each."""

# Other extensions that name the same type, or one that is written the same way.
_SYNONYMS = (
    {".jpg", ".jpeg", ".jpe", ".jfif"},
    {".png", ".apng"},
    {".tiff", ".tif"},
    {".heic", ".heif", ".heics", ".heifs"},
    {".avif", ".avifs"},
    {".mp4", ".m4v", ".3gp", ".3g2", ".f4v", ".mov", ".qt"},
    {".m4a", ".m4b", ".mp4", ".aac"},
    {".ogg", ".oga", ".ogv", ".opus", ".spx"},
    {".wav", ".wave"},
    {".aiff", ".aif", ".aifc"},
    {".weba", ".webm"},
    {".mkv", ".mka", ".mk3d"},
    {".mpg", ".mpeg"},
    {".mp3", ".mp2", ".mpga"},
    {".mid", ".midi"},
    {".au", ".snd"},
    {".ts", ".m2ts", ".mts"},
    {".wmv", ".wma", ".asf"},
)
_OTHERS = {".svg", ".txt", ".html", ".htm", ".json", ".xml", ".md", ".csv", ".docx", ".py"}
_RECOGNISED = frozenset(SUFFIXES.values()) - {SUFFIXES[UNKNOWN]}
KNOWN_SUFFIXES = frozenset().union(*_SYNONYMS, SUFFIXES.values(), _OTHERS)
"""Extensions that promise a type."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """The type and size of some bytes. What can't be known, or is plainly wrong in the file, is None.

    Attributes:
        mime_type: as the content shows it.
        width, height: as it is seen, pixels: after a rotation that the file asks for.
        duration_s: seconds.
        remark: why it can't be shown, or only in part: a clause such as "it is cut"; None if nothing is wrong.
        is_suspect: something in it may have been damaged on its way: a checksum is wrong, or its end is missing.
    """

    mime_type: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    remark: str | None = None
    is_suspect: bool = False

    @property
    def kind(self) -> str:
        """How a browser can show it: image, audio or video; file if it can't."""
        return kind_of(self.mime_type)

    @property
    def size(self) -> tuple[int | None, int | None, float | None]:
        """Width and height in pixels, duration in seconds."""
        return self.width, self.height, self.duration_s

    @property
    def suffix(self) -> str:
        """The file extension for these bytes."""
        return suffix_of(self.mime_type)


def kind_of(mime_type: str) -> str:
    """Return how a browser can show a type: image, audio or video; file if it can't."""
    return mime_type.split("/")[0] if mime_type in SHOWN else "file"


def suffix_of(mime_type: str) -> str:
    """Return the file extension for a type."""
    return SUFFIXES.get(mime_type, ".bin")


def suffix_fits(suffix: str, right: str) -> bool:
    """Return True unless *suffix* promises another type than *right*, the extension of the content."""
    given = suffix.lower()
    if given == right or given not in KNOWN_SUFFIXES or right not in _RECOGNISED:
        return True
    return any({given, right} <= same for same in _SYNONYMS)


def sensible(seconds: float | None) -> float | None:
    """Return a duration, or None if it is none: not a number, nothing, or longer than twelve days."""
    return seconds if seconds is not None and 0 < seconds < 1_000_000 else None
