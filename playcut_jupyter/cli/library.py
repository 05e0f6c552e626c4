"""`playcut-jupyter library`: library commands for the terminal. Each function prints and returns the exit status."""

from __future__ import annotations

import sys

from playcut_jupyter.background.portal import portal
from playcut_jupyter.errors import NotConnected
from playcut_jupyter.jobs import maintenance
from playcut_jupyter.library.database import Library
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.settings import configured_home


def show(search: str | None, limit: int) -> int:
    """Print the generations, newest first."""
    print(Playcut().history(search=search, limit=limit))
    return 0


def path() -> int:
    """Print the library's folder."""
    print(configured_home())
    return 0


def prune(days: float, *, ask: bool) -> int:
    """Remove the generations that ended more than *days* ago, after asking."""
    library = Library(configured_home())
    old = maintenance.older_than(library, days)
    if not old:
        print(f"Nothing ended more than {days:g} days ago.")
        return 0
    print(f"{len(old)} of the library's generations ended more than {days:g} days ago.")
    if ask and not _confirm("Remove them and their files for good?"):
        print("Nothing was removed.")
        return 1
    freed = maintenance.prune(library, old)
    print(f"Removed {len(old)} generations, {freed / 1e6:.1f} MB. Unfetched tasks were kept.")
    return 0


def pack(file: str, *, starred: bool) -> int:
    """Write everything that has a result, or what has a star, to a zip file."""
    pc = Playcut()
    runs = pc.history(starred=True, limit=1_000_000) if starred else None
    if runs is not None and not runs:
        print("Nothing has a star, so nothing was packed.")
        return 1
    print(pc.write_pack(file, runs))
    return 0


def unpack(file: str) -> int:
    """Merge a pack into the library."""
    print(Playcut().read_pack(file))
    return 0


def _confirm(question: str) -> bool:
    if not sys.stdin.isatty():
        print("Can't ask for confirmation without a terminal; add --yes.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def verify() -> int:
    """Read every original, and fetch missing or damaged ones again; return 0 if none is missing at the end.

    What came whole but can't be shown is named, and is no damage.
    """
    library = Library(configured_home())
    damages = maintenance.damaged(library)
    print("".join(f"{remark}\n" for remark in maintenance.remarks(library)), end="")
    if not damages:
        print("All originals are present and intact.")
        return 0
    with Playcut() as pc:
        try:
            connection = pc.connection
        except NotConnected as error:
            print("\n".join(map(str, damages)))
            print(f"They can't be fetched again: {error}")
            return 1
        failures = 0
        for record in {damage.record.id: damage.record for damage in damages}.values():
            description = "; ".join(str(damage) for damage in damages if damage.record.id == record.id)
            reason = portal().call(maintenance.repair, connection, record)
            failures += bool(reason)
            print(f"{description}: {f'not fetched, {reason}' if reason else 'fetched again'}")
    return 1 if failures else 0
