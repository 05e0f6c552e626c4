"""How one generation stands, in the panel's own words."""

from __future__ import annotations

from markupsafe import Markup

from playcut_jupyter.display import status
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel.messages import PANEL_WORDING, error_text
from playcut_jupyter.remedies import Action


def status_html(snapshot: Snapshot) -> Markup:
    """Return the live status of a generation, or how it ended."""
    if not snapshot.done:
        return status.line(snapshot)
    if snapshot.error is None:
        facts = status.result_facts(snapshot, fresh=PANEL_WORDING[Action.GENERATE_AGAIN])
        return _line(snapshot, Markup("{}").format(" · ".join(facts)))
    task = f"task {snapshot.task_id}" if snapshot.task_id else ""
    facts = [snapshot.kind, status.elapsed(snapshot), status.estimate(snapshot), task]
    ending = Markup("<b>{}</b> {}").format(snapshot.state, " · ".join(filter(None, facts)))
    return _line(snapshot, ending) + Markup("<div>{}</div>").format(error_text(snapshot.error))


def _line(snapshot: Snapshot, content: Markup) -> Markup:
    warning = Markup("<div>Not saved: {}</div>").format(snapshot.warning) if snapshot.warning else ""
    return Markup('<div class="playcut-status playcut-status-{}">{} {}{}</div>').format(
        snapshot.state.lower(), status.badge(snapshot), content, warning
    )
