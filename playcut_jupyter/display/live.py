"""Shows generations while they run: displays that change in place, whatever kind of screen there is.

In a notebook the main thread draws, a few times a second and always once more at the end; a `%%playcut` cell blocks
here in slices that let the stop button in. What a cell does not wait for is drawn from the background. In a terminal
one line is rewritten. Where nobody watches, only the end is printed. Voila shows no update of a display after its
first rendering, so there only the end is displayed.
"""

from __future__ import annotations

import contextvars
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence

import anyio
from anyio import to_thread

from playcut_jupyter.background.portal import portal
from playcut_jupyter.display import render
from playcut_jupyter.display.targets import Bundle, DisplayTarget, NotebookTarget, QuietTarget, TerminalTarget
from playcut_jupyter.runs.generation import Generation
from playcut_jupyter.runs.handle import SLICE_S
from playcut_jupyter.runs.underway import interrupt

log = logging.getLogger("playcut_jupyter")

_MOST_A_SECOND = 4
"""Display messages that a cell may send in any second."""
_MIN_GAP_S = 1.05 / _MOST_A_SECOND
_MAX_GAP_S = 0.35
"""A line that did not change is drawn again after this, so that the seconds are seen to pass."""
_BELOW_GAP_S = 1.0
"""What lies below the line is heavy: at most once a second."""

Line = Callable[[], Bundle]
Below = Callable[[bool], Bundle]
"""Given whether it is drawn for the last time."""


def surface() -> DisplayTarget:
    """Return what there is to draw on."""
    if in_kernel():
        return QuietTarget(_display_once, _display_once) if in_voila() else NotebookTarget()
    if sys.stdout is not None and sys.stdout.isatty():
        return TerminalTarget()
    return QuietTarget(lambda bundle: print(bundle["text/plain"]))


def in_kernel() -> bool:
    """True in a notebook's kernel."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return getattr(shell, "kernel", None) is not None


def in_voila() -> bool:
    """True if the notebook is shown as a Voila page."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def tell(bundle: Bundle) -> None:
    """Show what does not change: once, in the notebook or as text."""
    if in_kernel():
        _display_once(bundle)
    else:
        print(bundle["text/plain"])


def _display_once(bundle: Bundle) -> None:
    from IPython.display import display

    display(dict(bundle), raw=True)


class LiveDisplay:
    """Generations on a surface: a line that ticks, and below it what is drawn only when a state has changed.

    What lies below (a grid) holds pictures, so seconds that pass must not cost them again, and is given whether it is
    drawn for the last time: only then may it hold players, which nothing takes from under the user any more.
    """

    def __init__(
        self,
        runs: Sequence[Generation],
        line: Line,
        below: Below | None = None,
        on: DisplayTarget | None = None,
        then: Callable[[], str] | None = None,
    ) -> None:
        self._runs, self._line, self._below, self._then = runs, line, below, then
        self._top = on or surface()
        self._underneath = self._top.below()
        self._version, self._states = -1, object()
        self._line_at = self._below_at = -math.inf
        self._next_at = -math.inf
        # The last drawing comes when it comes: its messages are kept free in every second.
        self._gap_s = 1.0 / (_MOST_A_SECOND - (1 if below is None else 2))
        self._lock = threading.Lock()
        self.is_final = False

    @property
    def over(self) -> bool:
        """True once all are done."""
        return all(run.done for run in self._runs)

    @property
    def drawn_at(self) -> float:
        """When the line was drawn last, on the clock that only goes forward."""
        return self._line_at

    def tick(self) -> int:
        """Draw what is due, and return how many display messages that took."""
        with self._lock:
            now = time.monotonic()
            if self.is_final or now < self._next_at:
                return 0
            messages = self._tick_line(now) + self._tick_below(now)
            self._next_at = now + messages * self._gap_s
            return messages

    def _tick_line(self, now: float) -> int:
        version = sum(run.version for run in self._runs)
        if version == self._version and now - self._line_at < _MAX_GAP_S:
            return 0
        self._top.draw(self._line())
        self._line_at, self._version = now, version
        return 1

    def _tick_below(self, now: float) -> int:
        states = [(run.state, run.done, run.trouble) for run in self._runs]
        if self._below is None or states == self._states or now - self._below_at < _BELOW_GAP_S:
            return 0
        self._underneath.draw(self._below(False))
        self._below_at, self._states = now, states
        return 1

    def finish(self) -> int:
        """Draw all a last time, once, and return how many display messages that took."""
        with self._lock:
            if self.is_final:
                return 0
            self.is_final = True
            words = self._then() if self._then is not None else ""
            self._top.finish(render.with_words(self._line(), words))
            if self._below is None:
                return 1
            self._underneath.finish(self._below(True))
            return 2


# -- while a cell waits -----------------------------------------------------------------------------------------


def watch(runs: Sequence[Generation], line: Line, below: Below | None = None, on: DisplayTarget | None = None) -> None:
    """Draw *line*, and *below* it, until all *runs* are done, and once more then. Errors are left to the caller.

    Raises:
        StoppedWaiting: interrupted; the tasks go on at Playcut.
    """
    drawing = LiveDisplay(runs, line, below, on)
    over = threading.Event()

    def changed() -> None:
        if all(run.done for run in runs):
            over.set()

    forget = [run.on_change(changed) for run in runs]
    changed()
    try:
        while not over.is_set():
            drawing.tick()
            over.wait(SLICE_S)
    except KeyboardInterrupt:
        stopped = interrupt([run for run in runs if not run.done] or runs[-1:])
        drawing.finish()
        raise stopped from None
    finally:
        for end in forget:
            end()
    drawing.finish()


# -- while other cells run --------------------------------------------------------------------------------------

_followed: list[LiveDisplay] = []
_following = threading.Lock()


def show(run: Generation) -> None:
    """Display *run* where it stands; if it is not done, keep that display up to date from the background."""
    follow([run], lambda: render.bundle(run))


def follow(
    runs: Sequence[Generation],
    line: Line,
    below: Below | None = None,
    then: Callable[[], str] | None = None,
) -> None:
    """Display *line*, and *below* it, and keep both up to date from the background until all *runs* are done.

    Args:
        runs: what is waited for.
        line: what ticks.
        below: what lies below it, if anything.
        then: is called once they are done; the words that it returns stand under the line.
    """
    if in_kernel() and not in_voila():
        drawing = LiveDisplay(runs, line, below, NotebookTarget(), then)
    else:
        _display_once(line())
        drawing = LiveDisplay(runs, line, None, QuietTarget(lambda _: None), then)
    if drawing.over:
        drawing.finish()
        return
    # Here, in the cell: from another thread only updates of a display land where they belong.
    drawing.tick()
    _finish_with_each_cell()
    with _following:
        _followed.append(drawing)
        if len(_followed) > 1:
            return
    portal().start_task_soon(_follow_all)


async def _follow_all() -> None:
    """Draw all that is followed, one after the other: together they keep to the limit of one cell."""
    while True:
        # On a thread, because decoding must not hold up the jobs on this loop, and outside the context of the cell
        # that displayed it: nbclient takes an update only from the cell that runs.
        messages = await to_thread.run_sync(contextvars.Context().run, _draw_next)
        with _following:
            _followed[:] = [drawing for drawing in _followed if not drawing.is_final]
            if not _followed:
                return
        await anyio.sleep(messages * _MIN_GAP_S or SLICE_S)


def _draw_next() -> int:
    with _following:
        waiting = sorted(_followed, key=lambda drawing: drawing.drawn_at)
    for drawing in sorted(waiting, key=lambda drawing: not drawing.over):
        try:
            messages = drawing.finish() if drawing.over else drawing.tick()
        except Exception:
            log.exception("a display could not be drawn")
            drawing.is_final = True
            continue
        if messages:
            return messages
    return 0


def _finish_with_each_cell() -> None:
    """Let what is over by the end of a cell be drawn before that end: nbclient takes nothing after it."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", _finish_what_is_over)  # a second time changes nothing


def _finish_what_is_over(_: object = None) -> None:
    with _following:
        waiting = list(_followed)
    for drawing in waiting:
        if drawing.over:
            drawing.finish()
