"""The names that a line sees: those of the function it stands in first, then the notebook's, as an f-string would."""

from __future__ import annotations

import sys
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from types import FrameType
from typing import Any

RESULT = "_playcut"
"""The notebook's variable that always holds the last result."""


class Scope:
    """Where a line stands.

    Attributes:
        names: what can be named there, to be read.
    """

    def __init__(self, notebook: MutableMapping[str, Any], local: MutableMapping[str, Any] | None = None) -> None:
        self._notebook = notebook
        self._local = local if local is not None and local is not notebook else None
        self.names: Mapping[str, Any] = ChainMap(self._local, notebook) if self._local is not None else notebook

    def kept(self) -> Scope:
        """Return a scope that sees the function's names as they are now, whatever becomes of the function."""
        return Scope(self._notebook, dict(self._local) if self._local is not None else None)

    @property
    def result(self) -> Any:
        """What was made last; None if nothing was."""
        return self._notebook.get(RESULT)

    def leave(self, result: Any, name: str | None = None) -> None:
        """Leave *result* in `_playcut`, and in *name*: in the function if it has that name, else in the notebook."""
        self._notebook[RESULT] = result
        if name is None:
            return
        if self._local is not None and _set_local(self._local, name, result):
            return
        self._notebook[name] = result


def _set_local(names: MutableMapping[str, Any], name: str, value: Any) -> bool:
    """Set a variable of the function whose local names these are; False if it has none of that name."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_locals is names or (sys.version_info >= (3, 13) and frame.f_locals == names):
            break
        frame = frame.f_back
    if frame is None or name not in (*frame.f_code.co_varnames, *frame.f_code.co_cellvars, *frame.f_code.co_freevars):
        return False
    names[name] = value
    if sys.version_info < (3, 13):  # before PEP 667 the names of a function are a copy, to be written back
        import ctypes  # only for the rare line in a function

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return True
