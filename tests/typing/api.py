"""The public API as a type checker sees it. Never run: mypy and a second checker read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, assert_type

from PIL.Image import Image

from playcut_jupyter import (
    Asset,
    Generation,
    Playcut,
    PlaycutError,
    RateLimited,
    StoppedWaiting,
    Sweep,
    SweepIncomplete,
    TaskFailed,
)


def connecting() -> None:
    pc = Playcut(
        api_key="pk_live_...",
        base_url="https://api.example/api/v1",
        home=Path("library"),
        sandbox=False,
        reuse=True,
        budget=500,
        progress="off",
        request_timeout_s=10,
        deadline_s=None,
        max_download_mb=100,
        preview_px=512,
    )
    with pc as connected:
        assert_type(connected, Playcut)
    assert_type(pc.budget, float | None)
    assert_type(pc.check(), int)
    assert_type(pc.use_session("title"), str)
    assert_type(pc.new_session("title"), str)
    pc.budget = None
    pc.configure(preview_px=256)
    pc.switch(sandbox=True)
    pc.close()


def generating(pc: Playcut) -> None:
    fox = pc.image("a fox", aspect_ratio="16:9", image_size="1K", session="Foxes", fresh=True, seed=7)
    assert_type(fox, Generation)
    assert_type(pc.image("a fox", count=1), Generation)
    assert_type(pc.image("a fox", count=2), Sweep)
    assert_type(pc.image("a fox at dusk", parent=fox), Generation)
    assert_type(pc.video("waves", aspect_ratio="16:9", resolution="720p", duration_seconds=8), Generation)
    assert_type(pc.video("waves", count=3), Sweep)
    assert_type(pc.speech("Hello.", voice="Ada"), Generation)
    assert_type(pc.speech("Hello.", count=2), Sweep)
    assert_type(pc.submit("image", "a fox", aspect_ratio="1:1"), Generation)
    assert_type(pc.submit("speech", "Hello.", voice="Ada", count=2), Sweep)
    sweep = pc.sweep(
        "a {colour} {animal}",
        kind="image",
        animal=["fox", "owl"],
        colour="red",
        aspect_ratio=["1:1", "16:9"],
        count=2,
        fresh=False,
        max_generations=20,
        sample=3,
        sample_seed=1,
        within_budget=True,
        parent=fox,
    )
    assert_type(sweep, Sweep)
    assert_type(pc.resume(), Sweep)
    assert_type(pc.wait("task"), Generation)
    pc.run_tool("list-voices")
    pc.run_tool("generate-tts", {"text": "Hello."}, voiceId="ada")


def one(generation: Generation) -> None:
    assert_type(generation.id, int | None)
    assert_type(generation.kind, str)
    assert_type(generation.tool, str)
    assert_type(generation.inputs, Mapping[str, Any])
    assert_type(generation.prompt, str)
    assert_type(generation.task_id, str | None)
    assert_type(generation.session_id, str | None)
    assert_type(generation.status, str)
    assert_type(generation.state, str)
    assert_type(generation.progress, float | None)
    assert_type(generation.estimated_credits, float | None)
    assert_type(generation.elapsed_s, float)
    assert_type(generation.error, PlaycutError | None)
    assert_type(generation.assets, tuple[Asset, ...])
    assert_type(generation.reused, bool)
    assert_type(generation.done, bool)
    assert_type(generation.image, Image)
    assert_type(generation.wait(timeout=5), Generation)
    assert_type(generation.save("fox.png"), Path | list[Path])
    assert_type(generation.export("curl"), str)
    assert_type(generation.star().hide(False), Generation)
    generation.stop_waiting()


async def awaited(generation: Generation) -> None:
    assert_type(await generation, Generation)


def an_asset(asset: Asset) -> None:
    assert_type(asset.id, str | None)
    assert_type(asset.kind, str)
    assert_type(asset.mime_type, str)
    assert_type(asset.path, Path | None)
    assert_type(asset.data, bytes)
    assert_type(asset.width, int | None)
    assert_type(asset.height, int | None)
    assert_type(asset.duration_s, float | None)
    assert_type(asset.image, Image)
    assert_type(asset.save(Path("fox.png")), Path)


def several(pc: Playcut, sweep: Sweep) -> None:
    assert_type(sweep[0], Generation)
    assert_type(sweep[:2], Sweep)
    assert_type(len(sweep), int)
    assert_type(list(sweep), list[Generation])
    assert_type(sweep.axes, dict[str, Sequence[object]])
    assert_type(sweep.grid(), Sweep)
    assert_type(sweep.failed, list[Generation])
    assert_type(sweep.retry_failed(uncertain=True), Sweep)
    assert_type(sweep.contact_sheet("sheet.html"), Path)
    assert_type(sweep.to_records(), list[dict[str, Any]])
    assert_type(sweep.save("folder/"), list[Path])
    assert_type(sweep.picks().winner, Generation | None)
    history: Sequence[Generation] = pc.history(search="fox", limit=5, kind="image", starred=True)
    assert_type(history[0], Generation)
    compared: Sequence[Generation] = pc.compare(sweep[0], 3)
    assert_type(pc.compare(sweep).differences, Mapping[str, tuple[object, ...]])
    assert_type([node.prompt for node in pc.tree(compared[0].id)], list[str])
    assert_type([voice.name for voice in pc.voices()], list[str])


def errors(error: PlaycutError) -> None:
    assert_type(error.message, str)
    assert_type(error.hint, str | None)
    assert_type(error.status_code, int | None)
    assert_type(error.tool, str | None)
    assert_type(error.task_id, str | None)
    if isinstance(error, TaskFailed):
        assert_type(error.code, str | None)
        assert_type(error.retryable, bool)
    if isinstance(error, RateLimited):
        assert_type(error.retry_after_s, float | None)
    if isinstance(error, SweepIncomplete):
        error.sweep.retry_failed()
    if isinstance(error, StoppedWaiting):
        interrupted: KeyboardInterrupt = error
        raise interrupted


def mistakes(pc: Playcut) -> None:
    """What a checker must refuse: an unused ignore is an error."""
    pc.image("a fox", aspect_ratio=16 / 9)  # type: ignore[call-overload]
    pc.speech(5)  # type: ignore[call-overload]
    pc.sweep("a fox", max_generations="all")  # type: ignore[arg-type]
    Playcut(progress="never")  # type: ignore[arg-type]
