"""Four processes on one library and one key: nothing lost, nothing bought twice, nothing failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.sandbox import Sandbox

KERNELS, EACH = 4, 5

CODE = f"""
import sys
from playcut_jupyter import Playcut
with Playcut(deadline_s=90, progress="off") as pc:
    sweep = pc.sweep("Kernel {{who}} says {{number}}.", kind="speech", who=sys.argv[1], number=list(range({EACH})))
    print(len(sweep.failed), [str(run.error) for run in sweep.failed])
"""


@pytest.mark.kernel
def test_four_kernels_share_one_library_and_one_rate_limit(away_from_home: Path) -> None:
    # 4 x (1 session + voices + 5 x 3) requests through 30 in 1.5 s: every kernel is held up by the others.
    with Sandbox(latency_s=0.1, rate=(30, 1.5), media="tiny") as server:
        environment = {**os.environ, "PLAYCUT_API_KEY": server.key, "PLAYCUT_BASE_URL": server.base_url}
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", CODE, name],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name in ("one", "two", "three", "four")
        ]
        told = [process.communicate(timeout=110) for process in processes]
        submissions = server.submissions
        with Playcut(api_key=server.key, base_url=server.base_url) as pc:
            records = pc.connection.library.history(limit=1_000)
            open_tasks = pc.connection.library.unfetched(pc.connection.settings.origin)

    assert all(out.splitlines()[-1].startswith("0 ") for out, _ in told), told
    assert [error for _, error in told if error] == []
    assert submissions == KERNELS * EACH
    assert len(records) == KERNELS * EACH
    assert {record.state for record in records} == {"fetched"}
    assert open_tasks == []
