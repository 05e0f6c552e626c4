"""The variables visible to a line: the locals of its function, then the notebook's variables, as in an f-string."""

from __future__ import annotations

import sys
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from types import FrameType
from typing import Any

RESULT = "_playcut"
"""The notebook variable that holds the last result."""


class Scope:
    """The variables that a line can read and set.

    Attributes:
        names: the visible variables, read-only.
    """

    def __init__(
        self, notebook: MutableMapping[str, Any], local: MutableMapping[str, Any] | None = None, last: Any = None
    ) -> None:
        self._notebook = notebook
        self._local = local if local is not None and local is not notebook else None
        self._last = last
        self.names: Mapping[str, Any] = ChainMap(self._local, notebook) if self._local is not None else notebook

    def copy(self, last: Any = None) -> Scope:
        """Return a scope with a copy of the function's locals, which does not change when the function continues.

        Its last result is *last*, whatever comes after; None for the notebook's.
        """
        return Scope(self._notebook, dict(self._local) if self._local is not None else None, last)

    @property
    def result(self) -> Any:
        """The last result; None before the first."""
        return self._last if self._last is not None else self._notebook.get(RESULT)

    def set_result(self, result: Any, name: str | None = None) -> None:
        """Set `_playcut` to *result*, and *name* too: a local of the function if it has one, else of the notebook."""
        self._notebook[RESULT] = result
        if name is None:
            return
        if self._local is not None and _set_local(self._local, name, result):
            return
        self._notebook[name] = result


def _set_local(names: MutableMapping[str, Any], name: str, value: Any) -> bool:
    """Set a local of the function with the locals *names*; return False if it has none of that name."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_locals is names or (sys.version_info >= (3, 13) and frame.f_locals == names):
            break
        frame = frame.f_back
    if frame is None or name not in (*frame.f_code.co_varnames, *frame.f_code.co_cellvars, *frame.f_code.co_freevars):
        return False
    names[name] = value
    if sys.version_info < (3, 13):  # before PEP 667, `f_locals` is a copy that must be written back
        import ctypes  # only for the rare line in a function

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return True
