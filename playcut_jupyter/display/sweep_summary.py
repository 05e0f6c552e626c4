"""A sweep in one line: how many are done, the time, the credits, and where the files are."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from markupsafe import Markup

from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.display import status, text_html
from playcut_jupyter.display.bundles import Bundle, mime_bundle
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.jobs.snapshot import Snapshot


def bundle(sweep: SweepSnapshot, *, error_follows: bool = False) -> Bundle:
    """Return the MIME bundle of the summary line.

    Args:
        sweep: the sweep.
        error_follows: True to leave out the reason of all failures, because the caller raises it.
    """
    return mime_bundle(line(sweep, error_follows=error_follows), text(sweep, error_follows=error_follows))


def line(sweep: SweepSnapshot, *, error_follows: bool = False) -> Markup:
    """Return the summary as a status line in HTML."""
    word = "failed" if sweep.done and sweep.failed else "completed" if sweep.done else "processing"
    warnings = dict.fromkeys(snapshot.warning for snapshot in sweep.generations if snapshot.warning)
    facts = Markup(" · ").join(
        [*_facts(sweep, error_follows, _location_html), *(f"not saved: {warning}" for warning in warnings)]
    )
    badge = status.badge(sweep.generations[0]) if sweep.generations else ""
    return Markup('<div class="playcut-status playcut-status-{}" style="{}"><b>{}</b> {} {}</div>').format(
        word, text_html.LINE, word.upper(), badge, facts
    )


def text(sweep: SweepSnapshot, *, error_follows: bool = False) -> str:
    """Return the summary as one line of text."""
    badge = "[sandbox] " if sweep.generations and sweep.generations[0].is_sandbox else ""
    return badge + " · ".join(_facts(sweep, error_follows, _location))


def description(sweep: SweepSnapshot) -> str:
    """Return a short description of a sweep for its `repr`."""
    done, failed = len(sweep.succeeded), len(sweep.failed)
    return f"Sweep of {len(sweep.generations)}: {done} done, {failed} failed; axes {list(sweep.axes) or 'none'}"


def _facts(sweep: SweepSnapshot, error_follows: bool, location: Callable[[Sequence[Snapshot]], str]) -> list[str]:
    generations, finished = sweep.generations, sweep.succeeded
    stopped = sum(snapshot.state == "STOPPED" for snapshot in sweep.failed)
    reused = sum(snapshot.reused for snapshot in finished)
    elapsed_s = max((snapshot.elapsed_s for snapshot in generations if not snapshot.reused), default=0.0)
    # What the service says of one generation is told in its tile; its rate limit holds up all.
    pause_s = max((snapshot.pause_s for snapshot in generations if not snapshot.pause_reason), default=0.0)
    facts = [
        f"{len(finished)} of {len(generations)} done",
        f"{len(sweep.failed) - stopped} failed" if len(sweep.failed) > stopped else "",
        f"{stopped} stopped" if stopped else "",
        _progress(generations),
        f"{reused} from your library, 0 credits (--fresh generates others)" if reused else "",
        f"{elapsed_s:.1f} s",
        f"rate limited, continuing in {pause_s:.0f} s" if pause_s > 0 else "",
        _credits(generations),
        location(generations) if sweep.done else "",
        "" if error_follows else sweep.shared_reason,
    ]
    return [fact for fact in facts if fact]


def _progress(snapshots: Sequence[Snapshot]) -> str:
    """Return the average progress of unfinished generations; "" if the service reports none."""
    unfinished = [snapshot for snapshot in snapshots if not snapshot.done]
    known = [snapshot.progress for snapshot in unfinished if snapshot.progress is not None]
    return f"unfinished: {sum(known) / len(unfinished):.0f} %" if known else ""


def _credits(snapshots: Sequence[Snapshot]) -> str:
    """Return the estimated credits of all submissions; while some are not acknowledged, also the expected total."""
    submitted = [snapshot for snapshot in snapshots if not snapshot.reused]
    before = sum(snapshot.credits_before for snapshot in snapshots)
    known = [snapshot.estimated_credits for snapshot in submitted if snapshot.estimated_credits is not None]
    unknown = sum(snapshot.estimated_credits is None and not snapshot.done for snapshot in submitted)
    so_far = before + sum(known)
    if unknown and known:
        expected = float(f"{before + sum(known) * (1 + unknown / len(known)):.4g}")
        return f"{amount(so_far)} of about {in_credits(expected)} (estimate)"
    return f"{in_credits(so_far)} (estimate)" if so_far else ""


def _location(snapshots: Sequence[Snapshot]) -> str:
    """Return where the originals are: the file, or the folder that holds them all."""
    paths = [record.display_path for snapshot in snapshots for record in snapshot.assets if record.path]
    return os.path.commonpath(paths) if paths else ""


def _location_html(snapshots: Sequence[Snapshot]) -> Markup:
    """Return the name of that file or folder, with its path as the tooltip."""
    records = [record for snapshot in snapshots for record in snapshot.assets if record.path]
    if len({record.path for record in records}) == 1:
        return status.file(records[0])
    location = _location(snapshots)
    name = os.path.basename(location)  # noqa: PTH119 - it may be a part of a path
    return (
        Markup('<span class="playcut-place" title="{}">{}</span>').format(location, f"{name}/")
        if location
        else Markup("")
    )
