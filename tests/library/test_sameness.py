"""What makes two generations the same."""

from __future__ import annotations

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from playcut_jupyter.library.records import canonical, fingerprint, is_orphan, this_process
from tests.library.records import ORIGIN, TOOL

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)

INPUTS = st.dictionaries(st.text(), JSON, max_size=5)


@given(INPUTS, st.text())
def test_the_order_of_inputs_and_the_session_do_not_matter_to_sameness(inputs: dict[str, object], session: str) -> None:
    backwards = dict(reversed(inputs.items()))
    assert canonical(inputs) == canonical(backwards)
    without = {name: value for name, value in inputs.items() if name != "workerId"}
    assert fingerprint(ORIGIN, TOOL, {**without, "workerId": session}) == fingerprint(ORIGIN, TOOL, without)


@given(INPUTS, INPUTS)
def test_different_inputs_are_never_the_same(one: dict[str, object], other: dict[str, object]) -> None:
    one.pop("workerId", None)
    other.pop("workerId", None)
    same = fingerprint(ORIGIN, TOOL, one) == fingerprint(ORIGIN, TOOL, other)
    assert same == (canonical(one) == canonical(other))
    assert fingerprint(ORIGIN, TOOL, one) != fingerprint(ORIGIN, TOOL + "-2", one)


def test_a_row_is_an_orphan_once_its_process_is_gone() -> None:
    mine = this_process()
    host, pid, _, started = mine.split(":")
    assert not is_orphan(mine)
    assert is_orphan(f"{host}:{pid}:earlier")  # the same number, used again
    assert not is_orphan(f"{host}:{os.getppid()}:parent")
    assert not is_orphan(f"{host}:1:init")
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert is_orphan(f"{host}:{gone.pid}:gone")
    if started:  # where the system tells when a process was started
        assert is_orphan(f"{host}:{os.getppid()}:earlier:{int(started) - 10**9}")
    for odd in ("", "elsewhere:1:x", f"{host}:x:y", "::", ":::::"):
        assert is_orphan(odd), odd
