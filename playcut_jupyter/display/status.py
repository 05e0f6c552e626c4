"""One generation as HTML and text: a status line while it runs, its result and a small line below when done.

The line shows the state as a word and as a class (`playcut-status-processing`), and what is known of time and credits.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from playcut_jupyter.connection.account import in_credits
from playcut_jupyter.display import boxes, media_html, naming, text_html
from playcut_jupyter.display.bundles import Bundle, mime_bundle
from playcut_jupyter.display.previews import print_picture
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.records import AssetRecord

_LINE = "line-height:20px;" + text_html.LINE
"""The CSS of a status line: as high while it waits as when it is done and small."""
_SMALL = "font-size:0.85em;opacity:0.75;" + _LINE
_BADGE = Markup(
    '<span class="playcut-sandbox" title="Made offline by the sandbox; no credits were spent" style="border:1px solid '
    'gray;border-radius:3px;padding:0 4px;font-size:0.8em;font-weight:bold;">SANDBOX</span>'
)


def bundle(snapshot: Snapshot, *, error_follows: bool = False) -> Bundle:
    """Return a generation's MIME bundle: its result and its status line.

    Args:
        snapshot: the generation.
        error_follows: True to leave out the error of a failed one, because the caller raises it.
    """
    picture = print_picture(snapshot.assets, snapshot.preview_px) if snapshot.succeeded else None
    return mime_bundle(
        html(snapshot, error_follows=error_follows), text(snapshot, error_follows=error_follows), picture
    )


def summary_bundle(snapshot: Snapshot, *, error_follows: bool = False) -> Bundle:
    """Return the bundle of the status line alone; arguments as for `bundle`."""
    return mime_bundle(line(snapshot, error_follows=error_follows), text(snapshot, error_follows=error_follows))


def html(snapshot: Snapshot, *, error_follows: bool = False) -> Markup:
    """Return a generation's result, or the room for it, and its status line."""
    below = line(snapshot, error_follows=error_follows)
    if boxes.is_expected(snapshot):
        return _frame(boxes.expected(snapshot, snapshot.preview_px).empty()) + below
    return result(snapshot) + below if snapshot.succeeded else below


def result(snapshot: Snapshot) -> Markup:
    """Return a generation's result: its assets side by side, or a tool's data."""
    if not snapshot.assets:
        return text_html.data(snapshot.data)
    longest_px = snapshot.preview_px
    return Markup("").join(
        _frame(media_html.asset(record, snapshot.prompt, longest_px, box=boxes.for_asset(snapshot, record, longest_px)))
        for record in snapshot.assets
    )


def _frame(content: Markup) -> Markup:
    return Markup(
        '<div class="playcut-asset" style="display:inline-block;vertical-align:top;max-width:100%;'
        'margin:0 8px 4px 0;">{}</div>'
    ).format(content)


def line(snapshot: Snapshot, *, error_follows: bool = False) -> Markup:
    """Return the status line; small when done, because it is below the result."""
    if snapshot.succeeded:
        files = [file(record) for record in snapshot.assets if record.path]
        told = Markup(" · ").join([snapshot.state.lower(), *result_facts(snapshot), *files, *_kernel_facts(snapshot)])
        return _box(snapshot, Markup("{} {}").format(badge(snapshot), told), _SMALL)
    bar = Markup("")
    if snapshot.progress is not None and not snapshot.done:
        bar = Markup('<progress value="{:.0f}" max="100" style="width:8em;"></progress> ').format(snapshot.progress)
    facts = " · ".join(status_facts(snapshot, error_follows=error_follows))
    return _box(snapshot, Markup("<b>{}</b> {} {}{}").format(snapshot.state, badge(snapshot), bar, facts))


def badge(snapshot: Snapshot) -> Markup:
    """Return the SANDBOX badge if the sandbox generated it, else nothing."""
    return _BADGE if snapshot.is_sandbox else Markup("")


def text(snapshot: Snapshot, *, error_follows: bool = False) -> str:
    """Return the status as one line of plain text, for terminals and front ends without HTML."""
    if snapshot.succeeded:
        places = [record.display_path for record in snapshot.assets if record.path]
        facts = [*result_facts(snapshot), *places, *_kernel_facts(snapshot)]
        facts = facts if snapshot.assets else [text_html.data_text(snapshot.data)]
    else:
        facts = status_facts(snapshot, error_follows=error_follows)
    mark = "[sandbox] " if snapshot.is_sandbox else ""
    warning = f" · not saved: {snapshot.warning}" if snapshot.warning else ""
    return f"{mark}{snapshot.state} · {' · '.join(facts)}{warning}"


# -- facts --------------------------------------------------------------------------------------------------------


def status_facts(snapshot: Snapshot, *, error_follows: bool = False) -> list[str]:
    """Return the facts of a status line that is not final, without the state."""
    facts = [snapshot.kind, elapsed(snapshot)]
    if snapshot.progress is not None and not snapshot.done:
        facts.append(f"{snapshot.progress:.0f} %")
    facts += filter(None, (pause_notice(snapshot), retry_notice(snapshot), estimate(snapshot), snapshot.note))
    if error_follows and snapshot.error is not None:
        return facts
    if snapshot.task_id and (snapshot.error is not None or snapshot.warning):
        facts.append(f"task {snapshot.task_id}")
    if snapshot.error is not None:
        facts.append(str(snapshot.error))
    return facts


def file(record: AssetRecord) -> Markup:
    """Return the short name of an original in the library, with its path as the tooltip."""
    return Markup('<span class="playcut-place" title="{}">{}</span>').format(
        record.display_path, naming.short_name(record)
    )


def _kernel_facts(snapshot: Snapshot) -> list[str]:
    """Return the kernel's credits so far, if this generation changed them."""
    return [f"this kernel: {in_credits(snapshot.kernel_credits)} (estimate)"] if snapshot.has_spent else []


def result_facts(snapshot: Snapshot, fresh: str = "--fresh") -> list[str]:
    """Return the facts of a result: kind, size, seconds, credits, and what was chosen for the user.

    Args:
        snapshot: the generation.
        fresh: the front end's name for the option that generates again.
    """
    facts = [snapshot.kind, *_sizes(snapshot.assets)]
    if snapshot.reused:
        facts.append(f"from your library, 0 credits ({fresh} generates another)")
    else:
        facts += [f"{snapshot.elapsed_s:.1f} s", estimate(snapshot)]
    facts += dict.fromkeys(record.remark for record in snapshot.assets if record.remark)
    return [fact for fact in (*facts, snapshot.note) if fact]


def elapsed(snapshot: Snapshot) -> str:
    """Return the seconds so far, and the documented typical time of an unfinished one."""
    typical = snapshot.request.tool.typical_s
    usual = f" (typically {typical[0]:g}-{typical[1]:g} s)" if typical and not snapshot.done else ""
    return f"{snapshot.elapsed_s:.1f} s{usual}"


def estimate(snapshot: Snapshot) -> str:
    """Return the server's estimate in credits, called an estimate; "" if it gave none."""
    known = snapshot.estimated_credits
    return f"{in_credits(known)} (estimate)" if known is not None else ""


def pause_notice(snapshot: Snapshot) -> str:
    """Return why the job waits before its next request, and how long; "" if it does not."""
    if snapshot.done:
        return ""
    if snapshot.pause_reason:
        return (
            f"{snapshot.pause_reason} Trying again{f' in {snapshot.pause_s:.0f} s' if snapshot.pause_s >= 1 else ''}."
        )
    return f"rate limited, continuing in {snapshot.pause_s:.0f} s" if snapshot.pause_s > 0 else ""


def retry_notice(snapshot: Snapshot) -> str:
    """Return what is being retried; "" if nothing."""
    return f"{snapshot.retry_reason} Retrying." if snapshot.retry_reason else ""


def _sizes(assets: Iterable[AssetRecord]) -> list[str]:
    texts = []
    for record in assets:
        if record.width and record.height:
            texts.append(f"{record.width} x {record.height}")
        if record.duration_s:
            texts.append(f"{record.duration_s:.1f} s long")
    return list(dict.fromkeys(texts))


def _box(snapshot: Snapshot, content: Markup, style: str = _LINE) -> Markup:
    word = "".join(char if char.isascii() and char.isalnum() else "-" for char in snapshot.state.lower()).strip("-")
    return Markup('<div class="playcut-status playcut-status-{}" style="{}">{}{}</div>').format(
        word or "unknown", style, content, _warning(snapshot)
    )


def _warning(snapshot: Snapshot) -> Markup:
    if not snapshot.warning:
        return Markup("")
    return Markup('<div class="playcut-warning" style="font-weight:bold;">Not saved: {}</div>').format(snapshot.warning)
