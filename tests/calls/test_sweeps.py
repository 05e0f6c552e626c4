"""Sweeps from Python: axes, counts, failures, and the history's words for them."""

from __future__ import annotations

import pytest

from playcut_jupyter import Generation, InvalidInput, Playcut, SubmissionUncertain, Sweep, SweepIncomplete
from playcut_jupyter.display import sweep_summary
from playcut_jupyter.errors import StoppedWaiting
from playcut_jupyter.jobs.start import start_again
from playcut_jupyter.sandbox import Sandbox
from tests.waiting import until_submitted


def test_the_history_knows_the_axes_of_a_sweep(pc: Playcut) -> None:
    pc.sweep("a {red|blue} fox in {place}", place=["town", "a wood"], seed=7)

    records = pc.history().to_records()

    assert [(one["red|blue"], one["place"]) for one in records] == [
        ("blue", "a wood"),
        ("blue", "town"),
        ("red", "a wood"),
        ("red", "town"),
    ]


def test_count_is_how_many_of_each_and_an_axis_of_its_name_is_kept(pc: Playcut) -> None:
    sweep = pc.sweep("a {variant} fox", variant=["red", "blue"], count=2)

    assert dict(sweep.axes) == {"variant": ("red", "blue"), "variant of each": range(1, 3)}
    assert "count" not in sweep[0].inputs
    assert [run.prompt for run in sweep] == ["a red fox", "a red fox", "a blue fox", "a blue fox"]


def test_keywords_are_axes_in_the_order_in_which_they_are_written(pc: Playcut) -> None:
    sweep = pc.sweep("a {red|blue} fox", seed=[1, 2], aspect_ratio=["1:1", "16:9"])
    assert list(sweep.axes) == ["red|blue", "seed", "aspectRatio"]


def test_a_sweep_keeps_what_succeeds_and_retries_only_what_failed(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions

    sweep = pc.sweep("a {fox|owl [flaky]|cat}")
    assert [run.error is None for run in sweep] == [True, False, True]
    sweep.retry_failed()

    assert [run.status for run in sweep] == ["COMPLETED"] * 3
    assert sandbox.submissions == before + 4


def test_the_line_of_a_sweep_counts_all_that_was_submitted_for_it(pc: Playcut, sandbox: Sandbox) -> None:
    sweep = pc.sweep("a counted {fox|owl [flaky]|cat [fail]|cow [truncated]|dog [refuse]}")
    assert "320 credits" in sweep_summary.text(sweep.snapshot)
    sweep.retry_failed()
    assert "480 credits" in sweep_summary.text(sweep.snapshot)
    assert sum(run.estimated_credits or 0 for run in sweep[:2]) == 160
    assert "240 credits" in sweep_summary.text(sweep[:2].snapshot)
    sweep.retry_failed()
    assert pc.connection.account.spent == 560
    assert "560 credits" in sweep_summary.text(sweep.snapshot)


def test_trying_again_ends_with_a_line_of_its_own(pc: Playcut, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = pc.sweep("a tried {fox|owl [flaky]|cat [fail]}")
    capsys.readouterr()
    assert sweep.retry_failed() is sweep
    assert capsys.readouterr().out == "Retried 2: 1 done, 1 failed.\n"
    done = pc.sweep("a tried fox")
    capsys.readouterr()
    done.retry_failed()
    assert capsys.readouterr().out == ""


def test_what_is_taken_up_again_is_counted_once(pc: Playcut) -> None:
    run = pc.submit("image", "a [stuck] fox that is counted once")
    until_submitted(run)
    run.stop_waiting()
    with pytest.raises(StoppedWaiting):
        run.wait(30)
    again = Generation(start_again(run.job))
    assert "80 credits" in sweep_summary.text(Sweep([again]).snapshot)
    again.stop_waiting()


def test_a_sweep_never_buys_an_uncertain_one_again_by_itself(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    sweep = pc.sweep("a {fox|owl [lost]}")

    sweep.retry_failed()

    assert isinstance(sweep[1].error, SubmissionUncertain)
    assert sandbox.submissions == before + 2


def test_a_sweep_of_more_than_allowed_is_refused_before_anything_is_sent(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.requests

    with pytest.raises(InvalidInput, match="27 generations") as caught:
        pc.sweep("{a|b|c} {d|e|f} {g|h|i}")

    assert "max_generations=27" in str(caught.value)
    assert sandbox.requests == before


def test_a_sweep_that_a_call_of_several_could_not_end_comes_with_its_error(pc: Playcut, sandbox: Sandbox) -> None:
    with pytest.raises(SweepIncomplete) as caught:
        pc.speech("an owl [flaky]", count=2)
    assert "`.sweep.retry_failed()`" in (caught.value.hint or "")
    before = sandbox.submissions
    failed = len(caught.value.sweep.failed)

    assert caught.value.sweep.retry_failed().failed == []

    assert sandbox.submissions == before + failed


@pytest.mark.parametrize("name", ["kind", "sample", "session", "parent", "fresh", "max_generations", "count"])
def test_any_keyword_named_in_the_template_is_its_variable(pc: Playcut, name: str) -> None:
    sweep = pc.sweep(f"a fox of {{{name}}}", **{name: ["silk", "wool"]})  # type: ignore[arg-type]

    assert sweep.axes == {name: ("silk", "wool")}
    assert [run.prompt for run in sweep] == ["a fox of silk", "a fox of wool"]


def test_keywords_named_in_the_template_are_its_variables(pc: Playcut) -> None:
    sweep = pc.sweep("a {animal}", kind="speech", animal=["fox", "owl"])

    assert isinstance(sweep, Sweep)
    assert sweep.axes == {"animal": ("fox", "owl")}
    assert [row["animal"] for row in sweep.to_records()] == ["fox", "owl"]
    assert [row["prompt"] for row in sweep.to_records()] == ["a fox", "a owl"]


def test_an_input_does_not_take_the_place_of_the_template(pc: Playcut, sandbox: Sandbox) -> None:
    before = sandbox.submissions
    with pytest.raises(InvalidInput, match="take the place of the prompt"):
        pc.sweep("a {red|blue} fox", prompt="an owl")
    with pytest.raises(InvalidInput, match="take the place of the prompt"):
        pc.sweep("Good {morning|night}.", kind="speech", text="Good day.")
    assert sandbox.submissions == before
