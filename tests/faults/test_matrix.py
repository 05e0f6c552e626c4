"""The fault matrix: each accident at each step -> the right outcome, what the server counted, nothing lost.

The cases are in `api_cases` and `download_cases`. They expect what the README promises and the API documents, not what
the code does.
"""

from __future__ import annotations

import pytest

from .api_cases import api_cases
from .cases import ATTEMPTS, Case
from .conftest import Connect
from .download_cases import download_cases
from .outcomes import (
    assert_kept,
    assert_no_trace_of_the_key_at_the_storage,
    assert_told_well,
    ended,
    only_record,
    submit,
)
from .proxy import Proxy

CASES = [*api_cases(), *download_cases()]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_an_accident_ends_as_promised_and_nothing_is_bought_twice_or_lost(
    case: Case, proxy: Proxy, connect: Connect, originals: dict[str, bytes]
) -> None:
    sandbox = proxy.sandbox
    before, leaks = sandbox.submissions, sandbox.leaked_authorization
    pc = connect(**case.options)
    library = pc.connection.library
    for step, fault, times in [*case.also, (case.step, case.fault, case.times)]:
        proxy.program(step, fault, times)

    run = submit(pc, case.kind)
    failure = ended(run)

    assert type(failure) is (case.outcome or type(None)), failure
    assert sandbox.submissions - before == case.bought
    if case.asked is not None:
        assert proxy.seen.count(case.step) == case.asked
    assert max(proxy.seen.count(step) for step in set(proxy.seen) or {"submit"}) <= ATTEMPTS
    assert_no_trace_of_the_key_at_the_storage(proxy, leaks)
    record = only_record(library)
    assert record.state == case.state
    if failure is None:
        assert_kept(record, originals[case.kind], library.home)
        return

    assert_told_well(failure, sandbox.key)
    proxy.heal()
    pc.configure(**case.cure)
    if record.state == "acknowledged":
        assert failure.task_id == record.task_id
        task_id = record.task_id or ""
        assert task_id
        with connect("another-machine") as elsewhere:
            elsewhere.wait(task_id)
            assert_kept(only_record(elsewhere.connection.library), originals[case.kind], elsewhere.connector.home)
        (resumed,) = pc.resume()
        assert resumed.error is None
        assert resumed.task_id == task_id
        assert_kept(only_record(library), originals[case.kind], library.home)
    else:
        assert record.task_id is None
        assert len(pc.resume()) == 0
        (remembered,) = pc.history()
        assert remembered.error is not None
    assert "submit" not in proxy.seen
    assert sandbox.submissions - before == case.bought
    assert_no_trace_of_the_key_at_the_storage(proxy, leaks)


def test_there_are_enough_cases_and_no_two_are_the_same() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert len(CASES) >= 150
