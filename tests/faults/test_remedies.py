"""What an error says to do is true of where it came up: before anything was bought, or after."""

from __future__ import annotations

import _thread
import signal
import sys
from collections.abc import Iterator
from threading import Event, Thread

import anyio
import pytest

from playcut_jupyter import ConnectionFailed, PlaycutError, StoppedWaiting

from .accidents import Canned, Hang, Refused, Step
from .answers import error
from .conftest import Connect
from .proxy import Proxy


@pytest.mark.parametrize("status", [400, 402, 409, 410, 422])
@pytest.mark.parametrize("step", ["wait", "sign"])
def test_what_is_refused_after_the_purchase_is_not_called_unbought(
    connect: Connect, proxy: Proxy, step: Step, status: int
) -> None:
    proxy.program(step, Canned(raw=error(status)), None)

    with pytest.raises(PlaycutError) as caught:
        connect().image("a fox that was paid for")

    task_id = caught.value.task_id
    assert task_id
    assert caught.value.status_code == status
    assert caught.value.hint == f"Nothing is lost: `%playcut wait {task_id}` resumes it."


@pytest.mark.parametrize("status", [400, 402, 409, 410, 418])
def test_what_is_refused_instead_of_a_purchase_says_that_nothing_was_bought(
    connect: Connect, proxy: Proxy, status: int
) -> None:
    proxy.program("submit", Canned(raw=error(status)), None)

    with pytest.raises(PlaycutError, match="Nothing was bought") as caught:
        connect().image("a fox that is refused")

    assert ("Correct the input" in str(caught.value)) == (status == 400)


def test_a_question_that_is_refused_speaks_of_no_purchase(connect: Connect, proxy: Proxy) -> None:
    proxy.program("voices", Canned(raw=error(400)), None)

    with pytest.raises(PlaycutError) as caught:
        connect().voices()

    assert "bought" not in str(caught.value)


def test_no_connection_names_the_tool_that_was_called(connect: Connect, proxy: Proxy) -> None:
    proxy.program("voices", Refused(), None)

    with pytest.raises(ConnectionFailed) as caught:
        connect().voices()

    assert caught.value.tool == "list-voices"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Take interrupts, also where the tests were started in the background of a shell, which ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_question_that_is_interrupted_ends_in_a_sentence(connect: Connect, proxy: Proxy) -> None:
    pc = connect(request_timeout_s=60)  # it must not end by itself
    proxy.program("voices", Hang(), None)

    ended = Event()

    def interrupt() -> None:
        proxy.wait_until_seen("voices")
        _thread.interrupt_main()
        while not ended.wait(10):  # Python loses one that comes while it runs a finalizer
            _thread.interrupt_main()

    hand = Thread(target=interrupt)
    hand.start()
    try:
        with pytest.raises(StoppedWaiting, match="nothing was bought"):
            pc.voices()
    finally:
        ended.set()
        hand.join()


@pytest.mark.usefixtures("interruptible")
def test_a_question_may_be_interrupted_right_when_it_begins(connect: Connect) -> None:
    async def question() -> None:
        _thread.interrupt_main()  # the main thread does not wait for the answer yet
        await anyio.sleep_forever()

    pc = connect()
    switching_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(50):
            with pytest.raises(StoppedWaiting):
                pc._call(question)  # as all questions are asked; one over HTTP takes longer than that
    finally:
        sys.setswitchinterval(switching_s)
