"""Markers: words in square brackets in a prompt that make the sandbox simulate a failure.

``a red fox [flaky]`` asks for a picture of a red fox whose task fails the first time. This table is the
only list of markers; the documentation and the tests read it. The code for a marker is where the behaviour
belongs: `tools` for submissions and waits, `tasks` for a task's status, `storage` for downloads. Markers
are not part of Playcut's API.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MARKERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "refuse": "the submission is refused by safety rules: 422, no task",
        "forbidden": "the plan does not include the tool: 403, no task",
        "crash": "the server fails on the submission: 500 as documented, no task",
        "html": "a gateway answers the submission with an HTML page, 502, after the task was created",
        "lost": "the connection is dropped after the task was created, without a response",
        "fail": "the task ends FAILED, not retryable",
        "flaky": "the task ends FAILED, retryable, the first time this input is submitted",
        "fail-silently": "the task ends FAILED without an error object",
        "slow": "the task takes four times as long",
        "stuck": "the task never ends",
        "unknown-status": "the task passes through the undocumented status QUEUED_UPSTREAM",
        "early": "the first wait-for-task request returns at half the latency, with PROCESSING",
        "cut": "the first wait-for-task request is dropped at half the latency, without a response",
        "two": "the task makes two assets",
        "empty": "the asset is a file of zero bytes",
        "wrong-type": "the asset's download is an HTML page, served as text/html",
        "truncated": "the asset's first download stops half-way",
        "expired": "the asset's first signed URL has already expired",
        "redirect": "the asset's signed URL redirects to another one",
    }
)
"""Each marker and its effect, in the order of a task's life."""

_MARKER: Final = re.compile(r"\s*\[(" + "|".join(map(re.escape, MARKERS)) + r")\]", re.IGNORECASE)


def find_markers(text: str) -> frozenset[str]:
    """Return the markers in ``text``; other words in brackets are ordinary text."""
    return frozenset(name.lower() for name in _MARKER.findall(text))


def strip_markers(text: str) -> str:
    """Return ``text`` without markers, which is what is drawn or spoken; if nothing is left, the markers' names."""
    rest = _MARKER.sub("", text).strip()
    return rest or " ".join(sorted(find_markers(text))) or text
