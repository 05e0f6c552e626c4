"""Does again what another process stands in the way of for a moment."""

from __future__ import annotations

from collections.abc import Callable

from playcut_jupyter.redaction import guard_logs


def retry(work: Callable[[], object], *, on: Callable[[Exception], bool], timeout_s: float) -> None:
    """Do *work*, again for up to *timeout_s* seconds for as long as it raises what *on* is true of."""
    try:
        work()
    except Exception as error:
        if not on(error):
            raise
        import stamina  # only for the rare case: it would be most of the time that `%load_ext` takes

        guard_logs()
        retries = stamina.retry_context(
            on=on, attempts=None, timeout=timeout_s, wait_initial=0.02, wait_max=0.2, wait_jitter=0.05
        )
        for attempt in retries.with_name("playcut_jupyter.library", (), {}):
            with attempt:
                work()
