"""What a cell costs in a real kernel: CPU while it waits, messages, and bytes in the notebook."""

from __future__ import annotations

import base64
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import v4

from tests.benchmarks.figures import Figure
from tests.benchmarks.service import Service, serving
from tests.kernels import Kernel, Response, kernel

WATCHED_S = 10.0


@contextmanager
def _notebook(service: Service) -> Iterator[Kernel]:
    """Start a kernel that has shown one picture already."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        variables = {"PLAYCUT_API_KEY": service.key, "PLAYCUT_BASE_URL": service.base_url}
        with kernel(home, **variables, IPYTHONDIR=str(Path(folder) / "ipython")) as started:
            _ran(started, "%load_ext playcut_jupyter")
            _ran(started, "%%playcut image -p seconds=0.2\nwarm up")
            yield started


def _ran(notebook: Kernel, code: str, stamps: list[float] | None = None) -> Response:
    """Run *code*; put the moment of each display message into *stamps*."""
    seen = 0

    def note(answer: Response) -> bool:
        nonlocal seen
        if len(answer.words) > seen and stamps is not None:
            stamps.append(time.monotonic())
        seen = len(answer.words)
        return False

    answer = notebook.run(code, when=note)
    assert answer.error is None, answer.traceback
    return answer


# -- CPU ----------------------------------------------------------------------------------------------------------


def cpu() -> Iterator[Figure]:
    """Measure the kernel's CPU while a cell waits for a long task, against a cell that sleeps."""
    with serving() as service, _notebook(service) as notebook:
        process = _process(notebook)
        waiting = _cpu_percent(notebook, process, f"%%playcut image -p seconds={WATCHED_S + 3}\na long wait")
        sleeping = _cpu_percent(notebook, process, f"import time; time.sleep({WATCHED_S / 2 + 2})", WATCHED_S / 2)
        threads = process.num_threads()
    floor_is = "% of a core, a cell that sleeps"
    yield Figure("CPU of a waiting cell", waiting, "%", sleeping, floor_is, 1)
    yield Figure("  threads of the kernel", threads, "")


def _process(notebook: Kernel) -> Any:
    provisioner: Any = notebook.manager.provisioner
    return psutil.Process(provisioner.pid)


def _cpu_percent(notebook: Kernel, process: Any, code: str, watched_s: float = WATCHED_S) -> float:
    """Run *code*, and look at the CPU time from 1.5 s after its start on."""
    used: list[float] = []

    def look() -> None:
        time.sleep(1.5)
        before = _cpu_s(process)
        begun = time.monotonic()
        time.sleep(watched_s)
        used.append(100 * (_cpu_s(process) - before) / (time.monotonic() - begun))

    looking = threading.Thread(target=look)
    looking.start()
    _ran(notebook, code)
    looking.join()
    return used[0]


def _cpu_s(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


# -- messages -----------------------------------------------------------------------------------------------------


def messages() -> Iterator[Figure]:
    """Measure how many display messages a waiting cell sends in its busiest second, and on average."""
    lengths = ",".join(f"{0.5 + number / 5:g}" for number in range(12))
    with serving() as service, _notebook(service) as notebook:
        single: list[float] = []
        answer = _ran(notebook, "%%playcut image -p seconds=4\na wait", single)
        sweep: list[float] = []
        swept = _ran(notebook, "%%playcut image -p seconds=" + lengths + "\na sweep", sweep)
        _ran(notebook, "%%playcut image --no-wait -n 8 -p seconds=4\nmany displays")
        unwaited: list[float] = []
        _ran(notebook, "import time; time.sleep(3)", unwaited)
        time.sleep(2)
    yield Figure("display messages in a cell's busiest second", _busiest(single), "", None, "", 4)
    yield Figure("  on average", len(single) / answer.seconds, "/s", None, "", 4)
    yield Figure("  a sweep of 12, busiest second", _busiest(sweep), "", None, "", 4)
    yield Figure("  a sweep of 12, on average", len(sweep) / swept.seconds, "/s", None, "", 4)
    yield Figure("  a --no-wait cell of 8, busiest second", _busiest(unwaited), "", None, "", 4)


def _busiest(stamps: list[float]) -> int:
    """Return the most messages that came within any second."""
    return max((sum(begin <= moment < begin + 1 for moment in stamps) for begin in stamps), default=0)


# -- bytes --------------------------------------------------------------------------------------------------------


def size() -> Iterator[Figure]:
    """Measure the bytes that a 4K picture adds to the notebook file, against the embedded original."""
    with serving() as service, _notebook(service) as notebook:
        for shape in ("16:9", "1:1"):
            answer = _ran(notebook, f"%%playcut image -s 4K -a {shape} -p seconds=0.5\na big picture")
            path = _ran(notebook, "print(_playcut.assets[0].path)").text.strip()
            original = Path(path).read_bytes()
            shown = [v4.new_output("display_data", data=data) for data in answer.displays]
            embedded = [v4.new_output("display_data", data={"image/png": base64.b64encode(original).decode()})]
            name = f"a 4K picture ({shape}) adds to the notebook"
            yield Figure(name, _added_kb(shown), "KB", _added_kb(embedded), "KB, the original embedded", 200)


def _added_kb(outputs: list[Any]) -> float:
    """Return what a notebook file grows by through *outputs*, KB (1000 bytes)."""

    def length(kept: list[Any]) -> int:
        cell = v4.new_code_cell("%%playcut image -s 4K\na big picture", outputs=kept, id="one")
        return len(nbformat.writes(v4.new_notebook(cells=[cell])).encode())

    return (length(outputs) - length([])) / 1000
