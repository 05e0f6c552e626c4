"""`playcut-jupyter doctor --spend`: buys a small picture and a short sound, and checks what we assume of the API.

It takes the product's own way, so what is bought is in the library whatever happens. The report is Markdown without
secrets, to be attached to a bug report: shapes instead of values, no key, no ids, no address of an asset.
"""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playcut_jupyter import __version__
from playcut_jupyter.api.answers import Response
from playcut_jupyter.background.portal import portal
from playcut_jupyter.cli import assumptions
from playcut_jupyter.cli.assumptions import Exchange, Finding
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import PlaycutError, StoppedWaiting
from playcut_jupyter.library.copies import copy_out
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.redaction import plain
from playcut_jupyter.results.asset import Asset
from playcut_jupyter.results.generations import Generation

PICTURE = "A single red apple on a white table"
SOUND = "This is a test."
_ID = re.compile(r"\b([0-9a-fA-F]{4})(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b")
_MARKS = {True: "✓", False: "✗", None: "not seen"}


@dataclass
class _Recorder:
    """All answers of the API, in their order."""

    exchanges: list[Exchange] = field(default_factory=list)

    def __call__(self, tool: str, response: Response, elapsed_s: float) -> None:
        self.exchanges.append(Exchange(tool, response, elapsed_s, time.time()))


def spend(folder: Path) -> int:
    """Buy, compare, print the report and write it to a new file in *folder*; return 1 if an assumption is wrong.

    Raises:
        PlaycutError: there is nothing to talk to, or the key is not accepted; nothing was bought.
    """
    with Playcut() as pc:
        pc.check()
        place = "the SANDBOX, free" if pc.connector.is_sandbox else "your own key (this costs credits)"
        print(f"Generating one small picture (1:1, 1K) and one short speech with {place}.")
        warning = pc.storage_warning()
        if warning is not None:
            print(f"Warning: {warning}")
        recorder = _Recorder()
        connection = pc.connection
        portal().call(_observe, connection, recorder)
        sections = {"the API": assumptions.of_reads(_free_calls(pc, recorder))}
        del recorder.exchanges[:]
        print("Waiting for the picture ...", flush=True)
        sections["an image"] = _compared(
            lambda: pc.submit("image", PICTURE, aspect_ratio="1:1", image_size="1K", fresh=True), recorder, connection
        )
        del recorder.exchanges[:]
        print("Waiting for the sound ...", flush=True)
        sections["speech"] = _compared(lambda: pc.submit("speech", SOUND, fresh=True), recorder, connection)
    report = _anonymous(_report(place, sections, warning))
    print(f"\n{report}")
    path = copy_out(report.encode(), folder / f"playcut-check-{time.strftime('%Y%m%d-%H%M%S')}.md", ".md")
    print(f"This report, which holds no secrets: {path}")
    return 1 if any(finding.holds is False for findings in sections.values() for finding in findings) else 0


async def _observe(connection: Connection, recorder: _Recorder) -> None:
    connection.client.observers.append(recorder)


def _free_calls(pc: Playcut, recorder: _Recorder) -> list[Exchange]:
    try:
        pc.check()
        pc.new_session("Check of the installation")
    except PlaycutError as error:
        print(error)
    return list(recorder.exchanges)


def _compared(submit: Callable[[], Generation], recorder: _Recorder, connection: Connection) -> list[Finding]:
    """Buy what *submit* submits, and return what holds of it."""
    error: PlaycutError | None = None
    assets: Sequence[Asset] = ()
    try:
        assets = submit().wait().assets
    except StoppedWaiting:
        raise
    except PlaycutError as failure:
        error = failure
    findings = [
        Finding("it ends with its asset in the library", error is None, plain(error) if error else ""),
        *assumptions.of_task(recorder.exchanges),
    ]
    url = assumptions.signed_url(recorder.exchanges)
    if url is None:
        return findings
    findings += assumptions.of_url(url, recorder.exchanges)
    if not assets:
        return findings
    findings += portal().call(assumptions.of_storage, url, assets[0].data, assets[0].mime_type, connection.storage)
    return findings


def _report(place: str, sections: dict[str, list[Finding]], warning: str | None) -> str:
    lines = [
        "# Check of Playcut's API by playcut-jupyter",
        "",
        f"playcut-jupyter {__version__}, Python {platform.python_version()}, {platform.system()}; with {place}.",
        *([f"Warning: {plain(warning)}"] if warning else []),
    ]
    for title, findings in sections.items():
        lines += ["", f"## {title}", "", "| assumed | | seen |", "|---|---|---|"]
        lines += [
            f"| {found.assumed} | {_MARKS[found.holds]} | {plain(found.seen, 400).replace('|', '/')} |"
            for found in findings
            if not found.is_record
        ]
        lines += ["", *(f"{found.assumed}: {plain(found.seen, 1_000)}" for found in findings if found.is_record)]
    return "\n".join(lines) + "\n"


def _anonymous(report: str) -> str:
    """Return *report* with ids shortened, and without the name of a home folder."""
    return _ID.sub(r"\1…", report.replace(str(Path.home()), "~"))
