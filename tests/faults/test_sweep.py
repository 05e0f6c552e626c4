"""A sweep through all kinds of accidents: what failed is done again, and nothing else."""

from __future__ import annotations

from playcut_jupyter import PromptRefused, TaskFailed

from .accidents import Canned, Reset
from .answers import error
from .conftest import Connect
from .proxy import Proxy

ACCIDENTS = {11: "[truncated]", 14: "[truncated]", 18: "[flaky]", 20: "[flaky]", 23: "[flaky]"}


def test_24_cells_with_every_kind_of_accident_are_whole_after_one_retry(proxy: Proxy, connect: Connect) -> None:
    subjects = [f"{number} foxes {ACCIDENTS.get(number, '')}".strip() for number in range(24)]
    before = proxy.sandbox.submissions
    proxy.program("submit", Canned(raw=error(422)), times=2)
    proxy.program("wait", Reset(), times=3)
    pc = connect(deadline_s=60)

    sweep = pc.sweep("a tough {subject}", subject=subjects, aspect_ratio="1:1", image_size="1K", max_generations=24)

    refused = [run for run in sweep.failed if isinstance(run.error, PromptRefused)]
    late = [run for run in refused if "[flaky]" in run.prompt]  # which two come first is chance; these fail next time
    assert len(refused) == 2
    assert [type(run.error) for run in sweep.failed if run not in refused] == [TaskFailed] * (3 - len(late))
    assert proxy.sandbox.submissions - before == 22
    assert proxy.seen.count("status") == 3
    assert proxy.seen.count("download") >= sum(1 + ("[truncated]" in run.prompt) for run in sweep if run.error is None)

    sweep.retry_failed()
    assert len(sweep.failed) == len(late)
    sweep.retry_failed()

    assert sweep.failed == []
    assert [run.labels["subject"] for run in sweep] == subjects
    assert [run.prompt for run in sweep] == [f"a tough {subject}" for subject in subjects]
    assert len({run.assets[0].path for run in sweep}) == 24
    assert all(run.image.size == (64, 64) for run in sweep)
    assert proxy.sandbox.submissions - before == 22 + 5


def test_a_rerun_does_only_what_is_missing(proxy: Proxy, connect: Connect) -> None:
    proxy.program("submit", Canned(raw=error(422)), times=2)
    pc = connect()
    first = pc.sweep("a rerun {fox|owl|cat|hare}")
    assert len(first.failed) == 2
    before = proxy.sandbox.submissions

    again = pc.sweep("a rerun {fox|owl|cat|hare}")

    assert again.failed == []
    assert sum(run.reused for run in again) == 2
    assert proxy.sandbox.submissions - before == 2
