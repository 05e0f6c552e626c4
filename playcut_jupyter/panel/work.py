"""The panel's own threads: one for what takes time, one that lets the seconds be seen to pass."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from playcut_jupyter.errors import PlaycutError

log = logging.getLogger("playcut_jupyter")

Show = Callable[[str], None]
_TICK_S = 0.4


class Worker:
    """Does one thing after the other, away from the thread that handles clicks."""

    def __init__(self, show_error: Show) -> None:
        self._pool = ThreadPoolExecutor(1, "playcut-panel")
        self._show_error = show_error
        self._ticking: threading.Thread | None = None
        self._lock = threading.Lock()

    def do(self, work: Callable[[], None], show: Show | None = None) -> None:
        """Do *work*; what goes wrong is shown with *show*, or where the panel shows what belongs nowhere else."""

        def safely() -> None:
            try:
                work()
            except PlaycutError as error:
                (show or self._show_error)(
                    f"{type(error).__name__}: {error}" + (f" {error.hint}" if error.hint else "")
                )
            except Exception as error:
                log.exception("the panel met something it should not")
                (show or self._show_error)(f"Something inside the panel went wrong ({type(error).__name__}: {error}).")

        self._pool.submit(safely)

    def tick(self, draw: Callable[[], bool]) -> None:
        """Call *draw* a few times a second for as long as it returns True."""
        with self._lock:
            if self._ticking is not None and self._ticking.is_alive():
                return
            self._ticking = threading.Thread(target=self._tick, args=(draw,), name="playcut-panel-clock", daemon=True)
            self._ticking.start()

    def _tick(self, draw: Callable[[], bool]) -> None:
        pause = threading.Event()
        while draw():
            pause.wait(_TICK_S)
