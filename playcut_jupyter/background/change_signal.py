"""Tells whoever shows generations that there is something new: one ended or was marked, or another service is used.

One board for the whole process, since a panel shows what any connection of its kernel makes. A notice says only that
something changed, and comes from whatever thread changed it: who hears it takes note, and looks in its own time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakMethod

from playcut_jupyter.background.forks import on_fork

_lock = threading.Lock()
_listeners: list[WeakMethod[Callable[[], None]]] = []


def on_change(listener: Callable[[], None]) -> Callable[[], None]:
    """Call *listener*, a method, at every change, for as long as its object lives; return a function that ends it."""
    reference = WeakMethod(listener)
    with _lock:
        _listeners.append(reference)

    def unsubscribe() -> None:
        with _lock:
            _listeners[:] = [other for other in _listeners if other is not reference]

    return unsubscribe


def changed() -> None:
    """Say that something changed."""
    with _lock:
        heard = [(reference, reference()) for reference in _listeners]
        _listeners[:] = [reference for reference, listener in heard if listener is not None]
    for _, listener in heard:
        if listener is not None:
            listener()


def _renew() -> None:
    """What the parent's panels show is not what a child makes."""
    global _lock
    _lock = threading.Lock()
    _listeners.clear()


on_fork(in_child=_renew)
