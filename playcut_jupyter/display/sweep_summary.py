"""A sweep in one line: how many are done, how long it took, what it costs, where its files are."""

from __future__ import annotations

import os
from collections.abc import Sequence

from markupsafe import Markup

from playcut_jupyter.connection.account import amount, in_credits
from playcut_jupyter.display import status, text_html
from playcut_jupyter.display.bundles import Bundle, mime_bundle
from playcut_jupyter.display.sweep_snapshot import SweepSnapshot
from playcut_jupyter.jobs.snapshot import Snapshot


def bundle(sweep: SweepSnapshot, *, error_follows: bool = False) -> Bundle:
    """Return the MIME bundle of the line alone.

    With *error_follows* the reason why all failed is told by whoever raises it, and not here as well.
    """
    return mime_bundle(line(sweep, error_follows=error_follows), text(sweep, error_follows=error_follows))


def line(sweep: SweepSnapshot, *, error_follows: bool = False) -> Markup:
    """Return how far a sweep is, as a status line."""
    word = "failed" if sweep.done and sweep.failed else "completed" if sweep.done else "processing"
    warnings = dict.fromkeys(snapshot.warning for snapshot in sweep.generations if snapshot.warning)
    facts = " · ".join([*_facts(sweep, error_follows), *(f"not kept: {warning}" for warning in warnings)])
    badge = status.badge(sweep.generations[0]) if sweep.generations else ""
    return Markup('<div class="playcut-status playcut-status-{}" style="{}"><b>{}</b> {} {}</div>').format(
        word, text_html.LINE, word.upper(), badge, facts
    )


def text(sweep: SweepSnapshot, *, error_follows: bool = False) -> str:
    """Return how far a sweep is, as one line of text."""
    badge = "[sandbox] " if sweep.generations and sweep.generations[0].is_sandbox else ""
    return badge + " · ".join(_facts(sweep, error_follows))


def description(sweep: SweepSnapshot) -> str:
    """Return what a sweep is, in a few words, for its `repr`."""
    done, failed = len(sweep.succeeded), len(sweep.failed)
    return f"Sweep of {len(sweep.generations)}: {done} done, {failed} failed; axes {list(sweep.axes) or 'none'}"


def _facts(sweep: SweepSnapshot, error_follows: bool) -> list[str]:
    every, finished = sweep.generations, sweep.succeeded
    reused = sum(snapshot.reused for snapshot in finished)
    elapsed_s = max((snapshot.elapsed_s for snapshot in every if not snapshot.reused), default=0.0)
    pause_s = max((snapshot.pause_s for snapshot in every), default=0.0)
    facts = [
        f"{len(finished)} of {len(every)} done",
        f"{len(sweep.failed)} failed" if sweep.failed else "",
        _progress(every),
        f"{reused} from your library, 0 credits (--fresh generates others)" if reused else "",
        f"{elapsed_s:.1f} s",
        f"rate limited, going on in {pause_s:.0f} s" if pause_s > 0 else "",
        _credits(every),
        _place(every) if sweep.done else "",
        "" if error_follows else sweep.shared_reason,
    ]
    return [fact for fact in facts if fact]


def _progress(snapshots: Sequence[Snapshot]) -> str:
    """Return how far the unfinished ones are on average; "" where the service does not tell."""
    unfinished = [snapshot for snapshot in snapshots if not snapshot.done]
    known = [snapshot.progress for snapshot in unfinished if snapshot.progress is not None]
    return f"unfinished: {sum(known) / len(unfinished):.0f} %" if known else ""


def _credits(snapshots: Sequence[Snapshot]) -> str:
    """Return what all that was bought for them cost; while some are not acknowledged, also what it will cost."""
    bought = [snapshot for snapshot in snapshots if not snapshot.reused]
    before = sum(snapshot.credits_before for snapshot in snapshots)
    known = [snapshot.estimated_credits for snapshot in bought if snapshot.estimated_credits is not None]
    waiting = sum(snapshot.estimated_credits is None and not snapshot.done for snapshot in bought)
    so_far = before + sum(known)
    if waiting and known:
        expected = float(f"{before + sum(known) * (1 + waiting / len(known)):.4g}")
        return f"{amount(so_far)} of about {in_credits(expected)} (estimate)"
    return f"{in_credits(so_far)} (estimate)" if so_far else ""


def _place(snapshots: Sequence[Snapshot]) -> str:
    """Return where the originals are: the file, or the folder that holds them all."""
    paths = [record.path for snapshot in snapshots for record in snapshot.assets if record.path]
    return os.path.commonpath(paths) if paths else ""
