"""What a forked child starts anew.

A child has a copy of its parent's memory, but of its threads only the one that forked: the event loop is gone, and a
lock that another thread held stays locked for ever. Connections are still the parent's, and so is the work that is
under way. Whoever owns such state says here how a child gets its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet


class Renewable(Protocol):
    """An object whose locks and connections are of no use to a forked child."""

    def renew_in_child(self) -> None:
        """Replace them; called in the child, before anything else runs there."""


_owners: WeakSet[Renewable] = WeakSet()
_in_child: list[Callable[[], None]] = []


def renew_in_child(owner: Renewable) -> None:
    """Have *owner* renewed in every child that is forked while it lives."""
    _owners.add(owner)


def on_fork(
    *,
    before: Callable[[], None] | None = None,
    in_parent: Callable[[], None] | None = None,
    in_child: Callable[[], None] | None = None,
) -> None:
    """Call functions at every fork, where the system has it; a module's own state is renewed so."""
    if in_child is not None:
        _in_child.append(in_child)
    hooks = {"before": before, "after_in_parent": in_parent}
    known = {name: hook for name, hook in hooks.items() if hook is not None}
    if known and hasattr(os, "register_at_fork"):
        os.register_at_fork(**known)


def _renew_all() -> None:
    for renew in _in_child:  # the modules first: the objects use them
        renew()
    for owner in list(_owners):
        owner.renew_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
