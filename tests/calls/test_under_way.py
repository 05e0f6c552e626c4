"""What is still on its way: it returns at once, can be stopped, and is taken up again."""

from __future__ import annotations

import asyncio

import pytest

from playcut_jupyter import Generation, Playcut, StoppedWaiting, WaitTimeout
from playcut_jupyter.sandbox import Sandbox
from tests.waiting import until, until_submitted


@pytest.fixture
def sandbox(slow_sandbox: Sandbox) -> Sandbox:
    return slow_sandbox


def test_while_it_is_fetched_the_state_says_so_and_completed_only_with_a_file(pc: Playcut) -> None:
    run = pc.submit("image", "a fox to fetch [slow]")
    seen: list[tuple[str, bool]] = []
    run.on_change(lambda: seen.append((run.state, bool(run.assets))))
    run.wait()
    assert ("FETCHING", False) in seen
    assert ("COMPLETED", False) not in seen
    assert run.state == "COMPLETED"


def test_submit_returns_at_once_and_await_brings_the_result(pc: Playcut) -> None:
    async def cell() -> Generation:
        run: Generation = pc.submit("image", "two foxes")
        assert not run.done
        return await run

    assert asyncio.run(cell()).status == "COMPLETED"


def test_wait_with_a_timeout_leaves_the_job_running(pc: Playcut) -> None:
    run = pc.submit("image", "a fox [slow]")

    with pytest.raises(WaitTimeout):
        run.wait(timeout=0.05)

    assert run.wait().status == "COMPLETED"


def test_stop_waiting_keeps_the_task_and_resume_brings_it(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    run = pc.submit("image", "a stopped fox [slow]")
    until_submitted(run)
    run.stop_waiting()
    with pytest.raises(StoppedWaiting) as caught:
        run.wait()
    assert caught.value.task_id == run.task_id
    assert isinstance(caught.value, KeyboardInterrupt)

    resumed = pc.resume()

    assert [again.task_id for again in resumed] == [run.task_id]
    assert resumed[0].assets[0].kind == "image"
    assert len(pc.resume()) == 0
    assert sandbox.submissions == before + 1


def test_what_was_just_told_to_stop_is_resumed_at_once(pc: Playcut) -> None:
    run = pc.submit("image", "a fox that is stopped and resumed [slow]")
    until_submitted(run)

    run.stop_waiting()

    assert [again.task_id for again in pc.resume()] == [run.task_id]


def test_a_stopped_generation_is_taken_up_when_its_call_is_repeated(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    run = pc.submit("image", "a taken up fox [slow]")
    until_submitted(run)
    run.stop_waiting()
    until(lambda: run.done)

    again = pc.image("a taken up fox [slow]")

    assert again.task_id == run.task_id
    assert sandbox.submissions == before + 1
