"""The whole public API, for type checkers: it is checked by two of them, and never run.

`tests/test_public_api.py` sees to it that every public name is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, assert_type

from PIL.Image import Image

import playcut_jupyter
from playcut_jupyter import (
    Asset,
    AssetUnavailable,
    AuthenticationError,
    BudgetExceeded,
    ConnectionFailed,
    Generation,
    InvalidInput,
    NotConnected,
    NotFound,
    NotInLibrary,
    PermissionDenied,
    Playcut,
    PlaycutError,
    PromptError,
    PromptRefused,
    RateLimited,
    ServerError,
    StoppedWaiting,
    SubmissionUncertain,
    Sweep,
    SweepIncomplete,
    TaskFailed,
    WaitTimeout,
)
from playcut_jupyter.api.models import Voice
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.connection.connector import Connector
from playcut_jupyter.design.forecast import Forecast
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.jobs.job import Job
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.panel.view import Panel
from playcut_jupyter.results.comparison import Comparison
from playcut_jupyter.results.effects import Effects
from playcut_jupyter.results.family_tree import Tree
from playcut_jupyter.results.history import History
from playcut_jupyter.results.picks import Picks
from playcut_jupyter.widgets.explorer import Explorer
from playcut_jupyter.widgets.pick import PickWidget


def connecting() -> None:
    assert_type(playcut_jupyter.__version__, str)
    pc = Playcut(
        api_key="pk_live_...",
        base_url="https://api.example/api/v1",
        home=Path("library"),
        sandbox=False,
        reuse=True,
        budget=100,
        progress="off",
        request_timeout_s=30,
        deadline_s=None,
        max_download_mb=512,
        allow_storage="10.0.0.0/8",
        preview_px=1024,
        frozen=False,
    )
    assert_type(pc.connector, Connector)
    assert_type(pc.connection, Connection)
    assert_type(pc.budget, float | None)
    assert_type(pc.reuse, bool)
    assert_type(pc.max_generations, int)
    assert_type(pc.check(), int)
    assert_type(pc.storage_warning(), str | None)
    assert_type(pc.voices(), list[Voice])
    assert_type(pc.new_session("a title"), str)
    assert_type(pc.use_session("a title"), str)
    pc.budget = None
    pc.configure(preview_px=512)
    pc.switch(sandbox=None)
    pc.freeze(True)
    assert_type(pc.pack("foxes.zip"), Path)
    assert_type(pc.pack("foxes.zip", [3, pc.get(5)]), Path)
    assert_type(pc.unpack(Path("foxes.zip")), History)
    assert_type(str(pc.write_pack("foxes.zip", 3)), str)
    assert_type(str(pc.read_pack("foxes.zip")), str)
    assert_type(pc.newest(), Generation)
    assert_type(pc.with_references({"ref": "@5"}), Mapping[str, object])
    pc.close()
    with Playcut() as entered:
        assert_type(entered, Playcut)


def refused(pc: Playcut) -> None:
    """What the annotations forbid."""
    Playcut(progress="sometimes")  # type: ignore[arg-type]
    pc.image(3)  # type: ignore[call-overload]
    pc.image("a", aspect_ratio=1.5)  # type: ignore[call-overload]
    pc.speech("a", voice=["v_1"])  # type: ignore[call-overload]
    pc.history(limit="9")  # type: ignore[arg-type]
    pc.sweep("a {b}", duration_seconds="long")  # type: ignore[arg-type]


def generating(pc: Playcut, parent: Generation) -> None:
    assert_type(pc.image("a"), Generation)
    assert_type(pc.image("a", count=1), Generation)
    assert_type(pc.image("a", count=2), Sweep)
    assert_type(
        pc.image(
            "a", aspect_ratio="16:9", image_size="1K", session="s", fresh=True, parent=parent, seed=7, style={"oil": 1}
        ),
        Generation,
    )
    assert_type(pc.video("a"), Generation)
    assert_type(pc.video("a", aspect_ratio="16:9", resolution="720p", duration_seconds=4, count=3), Sweep)
    assert_type(pc.speech("a"), Generation)
    assert_type(pc.speech("a", voice="Ada", count=2), Sweep)
    assert_type(pc.submit("image", "a"), Generation)
    assert_type(pc.submit("speech", "a", voice="Ada", count=2), Sweep)
    assert_type(
        pc.sweep(
            "a {red|blue} {animal}",
            kind="image",
            aspect_ratio=["1:1", "16:9"],
            image_size="1K",
            resolution=("480p",),
            duration_seconds=[2, 4.5],
            voice=["Ada", "Alan"],
            session="s",
            count=2,
            fresh=True,
            parent=parent,
            max_generations=40,
            sample=6,
            sample_seed=1,
            within_budget=True,
            animal=["fox", "owl"],
        ),
        Sweep,
    )
    assert_type(pc.sweep("+", parent=[parent, parent]), Sweep)
    assert_type(pc.sweep("+", parent=pc.sweep("a {red|blue} fox")), Sweep)


def any_tool(pc: Playcut) -> None:
    assert_type(pc.run_tool("list-voices"), Any)
    assert_type(pc.run_tool("get-task-status", {"taskId": "t_1"}), Any)
    assert_type(pc.run_tool("get-task-status", taskId="t_1"), Any)
    assert_type(pc.start_tool("generate-tts", {"text": "a"}, session="s", fresh=True), Generation)


def planning(pc: Playcut, request: SweepRequest) -> None:
    assert_type(pc.forecast(request), Forecast)
    assert_type(pc.start(request), Sweep)
    assert_type(pc.start(request, announce=print), Sweep)


def looking_back(pc: Playcut) -> None:
    history = pc.history(search="fox", limit=9, kind="image", starred=True)
    assert_type(history, History)
    assert_type(history[0], Generation)
    assert_type(history[:2], History)
    assert_type(len(history), int)
    for generation in history:
        assert_type(generation, Generation)
    assert_type(pc.get(5), Generation)
    assert_type(pc.wait("t_1"), Generation)
    assert_type(pc.start_wait("t_1"), Generation)
    assert_type(pc.resume(), Sweep)
    assert_type(pc.start_resume(), Sweep)
    assert_type(pc.panel(), Panel)
    assert_type(pc.tree(), Tree)
    assert_type(pc.tree(5).depths, list[int])
    assert_type(pc.tree(5).is_cut, bool)


async def a_generation(run: Generation) -> None:
    assert_type(await run, Generation)
    assert_type(run.wait(), Generation)
    assert_type(run.wait(timeout=1.5), Generation)
    run.stop_waiting()
    forget = run.on_change(lambda: None)
    assert_type(forget, Callable[[], None])

    assert_type(run.id, int | None)
    assert_type(run.kind, str)
    assert_type(run.tool, str)
    assert_type(run.prompt, str)
    assert_type(run.inputs, Mapping[str, Any])
    assert_type(run.labels, Mapping[str, Any])
    assert_type(run.parent_id, int | None)
    assert_type(run.created_at, float)
    assert_type(run.is_sandbox, bool)
    assert_type(run.status, str)
    assert_type(run.state, str)
    assert_type(run.done, bool)
    assert_type(run.progress, float | None)
    assert_type(run.task_id, str | None)
    assert_type(run.session_id, str | None)
    assert_type(run.estimated_credits, float | None)
    assert_type(run.elapsed_s, float)
    assert_type(run.reused, bool)
    assert_type(run.error, PlaycutError | None)
    assert_type(run.note, str)
    assert_type(run.warning, str)
    assert_type(run.snapshot, Snapshot)
    assert_type(run.job, Job)
    assert_type(run.library, Library)

    assert_type(run.assets, tuple[Asset, ...])
    assert_type(run.data, Any)
    assert_type(run.image, Image)
    assert_type(run.save("folder/"), Path | list[Path])
    assert_type(run.export("curl"), str)
    assert_type(run.vary(), Sweep)
    assert_type(run.vary(2, max_generations=None).effects(), Effects)
    assert_type(run.star().hide(False), Generation)
    assert_type(run.starred, bool)
    assert_type(run.hidden, bool)
    run.reload_ratings()


def an_asset(asset: Asset) -> None:
    assert_type(asset.id, str | None)
    assert_type(asset.kind, str)
    assert_type(asset.mime_type, str)
    assert_type(asset.path, Path | None)
    assert_type(asset.width, int | None)
    assert_type(asset.height, int | None)
    assert_type(asset.duration_s, float | None)
    assert_type(asset.data, bytes)
    assert_type(asset.image, Image)
    assert_type(asset.save(Path("fox.png")), Path)
    assert_type(asset.caption, str)
    assert_type(asset.preview_px, int)
    assert_type(asset.generation_id, int | None)
    assert_type(asset.record, AssetRecord)


def a_sweep(sweep: Sweep) -> None:
    assert_type(sweep[0], Generation)
    assert_type(sweep[1:], Sweep)
    assert_type(next(iter(sweep)), Generation)
    for axis, values in sweep.axes.items():
        assert_type(axis, str)
        assert_type(values[0], object)
    assert_type(sweep.done, bool)
    assert_type(sweep.failed, list[Generation])
    assert_type(sweep.retry_failed(uncertain=True), Sweep)
    assert_type(sweep.grid(), Sweep)
    assert_type(sweep.save("folder/"), list[Path])
    assert_type(sweep.export("json"), str)
    assert_type(sweep.contact_sheet("sheet.pdf"), Path)
    assert_type(sweep.to_records(), list[dict[str, Any]])
    assert_type(sweep.explore(), Explorer)
    assert_type(sweep.pick(), PickWidget)
    assert_type(sweep.picks(), Picks[Generation])
    assert_type(sweep.picks().winner, Generation | None)
    assert_type(sweep.picks().rounds, list[tuple[int, int]])
    assert_type(sweep.picks().to_records(), list[dict[str, Any]])
    assert_type(sweep.effects().to_records(), list[dict[str, Any]])
    assert_type(sweep.effects().rounds, list[tuple[int, int]])
    assert_type(sweep.effects().is_clear, bool)
    assert_type(sweep.refine(), str)
    assert_type(sweep.refine(0.3) + sweep.refine(keep={"style": ["neon"], "light": "dusk"}), str)
    assert_type(sweep[4].vary(4), Sweep)
    assert_type(sweep.tally(), tuple[Counter[int | None], Counter[int | None]])
    assert_type(sweep.jobs, list[Job])
    assert_type(sweep.snapshots, list[Snapshot])
    assert_type(sweep.snapshot.done, bool)
    sweep.raise_if_incomplete()


def comparing(pc: Playcut, sweep: Sweep, a: Generation, b: Generation) -> None:
    comparison = pc.compare(a, 5)
    assert_type(comparison, Comparison)
    assert_type(pc.compare(sweep), Comparison)
    assert_type(pc.compare([a, 5], b), Comparison)
    assert_type(comparison.differences, Mapping[str, tuple[object, ...]])
    comparison.blend()


def failing(pc: Playcut) -> None:
    try:
        pc.image("a")
    except RateLimited as error:
        assert_type(error.retry_after_s, float | None)
    except TaskFailed as error:
        assert_type(error.code, str | None)
        assert_type(error.retryable, bool)
    except SweepIncomplete as error:
        sweep: Sweep = error.sweep
        sweep.retry_failed()
    except StoppedWaiting as error:
        interrupt: KeyboardInterrupt = error
        raise interrupt from None
    except (
        AssetUnavailable,
        AuthenticationError,
        BudgetExceeded,
        ConnectionFailed,
        InvalidInput,
        NotConnected,
        NotFound,
        NotInLibrary,
        PermissionDenied,
        PromptError,
        PromptRefused,
        ServerError,
        SubmissionUncertain,
        WaitTimeout,
    ) as error:
        a_failure(error)


def a_failure(error: PlaycutError) -> None:
    assert_type(error.message, str)
    assert_type(error.hint, str | None)
    assert_type(error.status_code, int | None)
    assert_type(error.tool, str | None)
    assert_type(error.task_id, str | None)
    assert_type(error.facts(), str)
    assert_type(error.from_gateway, bool)
