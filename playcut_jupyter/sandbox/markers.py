"""Markers: words in square brackets that make the sandbox misbehave on request.

A prompt such as ``a red fox [flaky]`` asks for a picture *and* for a particular accident. The table
below is the only list of them: help, notebooks and tests read it. What a marker does is written where
that part of the protocol lives (`tools` for submissions and waits, `tasks` for a task's life,
`storage` for downloads). Markers are no part of Playcut's API.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MARKERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "refuse": "the submission is refused by safety rules: 422, no task",
        "forbidden": "the plan does not allow it: 403, no task",
        "crash": "the server fails on the submission: 500 as documented, no task",
        "html": "a gateway answers the submission with an HTML page, 502, after the task was created",
        "lost": "the connection is dropped after the task was created, without an answer",
        "fail": "the task ends FAILED, not retryable",
        "flaky": "the task ends FAILED, retryable, when this input is submitted for the first time",
        "fail-silently": "the task ends FAILED without an error object",
        "slow": "the task takes four times as long",
        "stuck": "the task is never done",
        "unknown-status": "the task passes through the undocumented status QUEUED_UPSTREAM",
        "early": "the first held wait of the task returns half-way, with PROCESSING",
        "cut": "the first held wait of the task is dropped half-way, without an answer",
        "two": "the task makes two assets",
        "empty": "the asset is a file of zero bytes",
        "wrong-type": "the asset's download is an HTML page, served as text/html",
        "truncated": "the asset's first download stops half-way",
        "expired": "the asset's first signed URL has already expired",
        "redirect": "the asset's signed URL redirects to another one",
    }
)
"""Marker -> what it does, in the order of a task's life."""

_MARKER: Final = re.compile(r"\s*\[(" + "|".join(map(re.escape, MARKERS)) + r")\]", re.IGNORECASE)


def found_in(text: str) -> frozenset[str]:
    """Name the markers in ``text``; other words in brackets are ordinary text."""
    return frozenset(name.lower() for name in _MARKER.findall(text))


def stripped(text: str) -> str:
    """Return what is to be drawn or spoken: ``text`` without markers, or their names if nothing is left."""
    rest = _MARKER.sub("", text).strip()
    return rest or " ".join(sorted(found_in(text))) or text
