"""What a pack says of itself, in its `manifest.json`. It may come from anybody, so all of it is checked.

A pack is a zip file that holds `manifest.json` and originals such as `media/03-fishing-boat.png`. The names in it are
for people, and nothing is ever written under them. Generations refer to each other by their place in the list, parents
before their children.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias, TypeVar

FORMAT, VERSION = "playcut-pack", 1
MANIFEST = "manifest.json"
MEDIA_NAME = re.compile(r"media/[a-z0-9][a-z0-9-]{0,79}(?:\.[a-z0-9]{1,5})?")
STATES = ("fetched", "answered")
"""The states of what can be packed: what has a result."""
_MAX_DEPTH = 100
_MAX_TEXT = 10_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """It is no pack, or not one that can be trusted; the message says why."""


@dataclass(frozen=True, slots=True)
class PackedAsset:
    """One original: its file in the pack, and its row."""

    file: str
    position: int
    asset_id: str | None
    sha256: str
    mime_type: str
    bytes: int
    width: int | None
    height: int | None
    duration_s: float | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class PackedGeneration:
    """One generation: its row; `parent` is the place of its parent in the pack."""

    origin: str
    tool: str
    kind: str
    prompt: str
    inputs: dict[str, Any]
    fingerprint: str
    state: str
    session_id: str | None
    task_id: str | None
    status: str | None
    credits: float | None
    seconds: float | None
    created_at: float
    parent: int | None
    starred: bool
    hidden: bool
    labels: dict[str, Any]
    answer: Any
    assets: tuple[PackedAsset, ...]


@dataclass(frozen=True, slots=True)
class PackedPick:
    """One choice between two generations, by their places."""

    winner: int
    loser: int
    made_at: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a pack says."""

    generations: tuple[PackedGeneration, ...]
    picks: tuple[PackedPick, ...]

    def to_json(self) -> bytes:
        """Return the text of the file; the same for the same content."""
        document = {"format": FORMAT, "version": VERSION, **asdict(self)}
        # A service's answer may hold half a character, which no text file can.
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")


_Check: TypeAlias = Callable[[Any], bool]
_T = TypeVar("_T")


def _text(longest: int = _MAX_TEXT) -> _Check:
    return lambda value: isinstance(value, str) and len(value) <= longest and _is_encodable(value)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(most: float) -> _Check:
    def check(value: Any) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and 0 <= value <= most and math.isfinite(value)

    return check


def _whole(most: int) -> _Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _or_none(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _is_json(value: Any) -> bool:
    """True for JSON that is not too deep and can be written down."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        names = [name for item in level if isinstance(item, dict) for name in item]
        if not all(_is_encodable(text) for text in (*names, *level) if isinstance(text, str)):
            return False
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return True
    return False


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and _is_json(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _matches(pattern: re.Pattern[str]) -> _Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_id, _name, _seconds = _or_none(_text(1_000)), _text(1_000), _or_none(_number(1e9))
_CHECKS: Mapping[type, Mapping[str, _Check]] = {
    PackedAsset: {
        "file": _matches(MEDIA_NAME),
        "position": _whole(10_000),
        "asset_id": _id,
        "sha256": _matches(_HASH),
        "mime_type": _text(200),
        "bytes": _whole(1 << 50),
        "width": _or_none(_whole(1 << 31)),
        "height": _or_none(_whole(1 << 31)),
        "duration_s": _seconds,
        "remark": _id,
    },
    PackedGeneration: {
        "origin": _name,
        "tool": _name,
        "kind": _name,
        "prompt": _text(),
        "inputs": _is_object,
        "fingerprint": _matches(_HASH),
        "state": lambda value: value in STATES,
        "session_id": _id,
        "task_id": _id,
        "status": _id,
        "credits": _or_none(_number(1e12)),
        "seconds": _seconds,
        "created_at": _number(1e11),
        "parent": _or_none(_whole(1 << 31)),
        "starred": _is_bool,
        "hidden": _is_bool,
        "labels": _is_object,
        "answer": _is_json,
        "assets": _is_list,
    },
    PackedPick: {"winner": _whole(1 << 31), "loser": _whole(1 << 31), "made_at": _number(1e11)},
    Manifest: {"generations": _is_list, "picks": _is_list},
}
for _cls, _checks in _CHECKS.items():
    assert [field.name for field in fields(_cls)] == list(_checks), _cls  # noqa: S101 - of this file alone


def parse(data: bytes) -> Manifest:
    """Return what `manifest.json` says.

    Raises:
        Damaged: it is not as `Manifest.to_json` writes it.
    """
    try:
        document = json.loads(data, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise Damaged(f"its {MANIFEST} is not JSON that can be read") from None
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise Damaged(f"its {MANIFEST} is not one of a pack")
    version = document.pop("version", None)
    if version != VERSION or isinstance(version, bool):
        is_newer = isinstance(version, int) and version > VERSION
        raise Damaged("it was written by a newer playcut-jupyter" if is_newer else "it has no known version")
    found = _checked(Manifest, document, "it")
    picks = tuple(_of(PackedPick, item, f"pick {at}") for at, item in enumerate(found["picks"]))
    generations = tuple(_generation(item, at) for at, item in enumerate(found["generations"]))
    _check_places(generations, picks)
    return Manifest(generations, picks)


def _generation(item: object, at: int) -> PackedGeneration:
    where = f"generation {at}"
    found = _checked(PackedGeneration, item, where)
    assets = tuple(_of(PackedAsset, asset, f"an asset of {where}") for asset in found["assets"])
    if len({asset.position for asset in assets}) < len(assets) or (found["state"] == "fetched") != bool(assets):
        raise Damaged(f"the assets of {where} don't fit together")
    return PackedGeneration(**{**found, "assets": assets})


def _check_places(generations: Sequence[PackedGeneration], picks: Sequence[PackedPick]) -> None:
    for at, generation in enumerate(generations):
        if generation.parent is not None and generation.parent >= at:
            raise Damaged(f"the parent of generation {at} does not come before it")
    for pick in picks:
        if pick.winner == pick.loser or max(pick.winner, pick.loser) >= len(generations):
            raise Damaged("a pick is not between two of its generations")


def _of(cls: type[_T], item: object, where: str) -> _T:
    return cls(**_checked(cls, item, where))


def _checked(cls: type, item: object, where: str) -> dict[str, Any]:
    checks = _CHECKS[cls]
    if not isinstance(item, dict) or item.keys() != checks.keys():
        raise Damaged(f"{where} does not have the fields that it should")
    for name, check in checks.items():
        if not check(item[name]):
            raise Damaged(f"{where} has something else for its {name}")
    return item


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a number of JSON")
