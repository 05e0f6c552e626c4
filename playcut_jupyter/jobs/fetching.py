"""Downloads a finished task's assets to disk.

A signed URL is used at once and never stored. A download that fails is retried with a newly signed URL: for as long as
the patience lasts where the storage or the way to it is in trouble, a few times where it is expired or damaged. An
asset that still can't be fetched is an error that loses nothing: its task can be resumed later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import anyio

from playcut_jupyter import media
from playcut_jupyter.api import downloads
from playcut_jupyter.api.patience import Patience
from playcut_jupyter.api.rate_limit import Priority
from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import AssetUnavailable, PlaycutError
from playcut_jupyter.jobs.events import Emit, Throttled
from playcut_jupyter.jobs.patience import download_may_pass
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import GenerationRequest

_EXPECTED = {"image": "picture", "video": "clip", "speech": "sound"}


async def fetch_assets(
    connection: Connection,
    request: GenerationRequest,
    record: RecordWriter,
    asset_ids: Sequence[str],
    patience: Patience,
    emit: Emit,
) -> list[AssetRecord]:
    """Fetch all assets concurrently and return them in the task's order.

    Raises:
        AssetUnavailable: one of them can't be fetched; the others are in the library.
    """
    await record.keep_asset_ids(asset_ids)
    assets: dict[int, AssetRecord] = {}
    failures: list[PlaycutError] = []

    async def fetch(position: int, asset_id: str) -> None:
        try:
            data, info = await _download(connection, request, asset_id, patience, emit)
            assets[position] = await record.keep_asset(position, asset_id, data, info)
        except PlaycutError as error:
            failures.append(error)

    async with anyio.create_task_group() as group:
        for position, asset_id in enumerate(asset_ids):
            group.start_soon(fetch, position, asset_id)
    if failures:
        raise failures[0]
    return [assets[position] for position in sorted(assets)]


async def _download(
    connection: Connection, request: GenerationRequest, asset_id: str, patience: Patience, emit: Emit
) -> tuple[bytes, media.MediaInfo]:
    """Sign, download and check one asset; retry while another attempt may help."""

    def notify(seconds: float, reason: str = "") -> None:
        emit(Throttled(seconds, reason))

    try:
        async for attempt in patience.attempts("download", download_may_pass()):
            with attempt:
                signed = await connection.client.read(
                    "download-asset",
                    {"assetId": asset_id},
                    priority=Priority.FINISH,
                    notify=notify,
                    patience=patience,
                )
                body = await downloads.fetch(_url_in(signed), connection.settings)
                info = await in_worker(partial(_checked, body, request))
    except downloads.FetchFailed as failed:
        raise _unavailable(asset_id, failed) from None
    return body.data, info


def _unavailable(asset_id: str, failed: downloads.FetchFailed) -> AssetUnavailable:
    text = f"The asset {asset_id} can't be fetched: {str(failed).rstrip('.')}."
    hint = failed.hint and (failed.hint, " Then ", Remedy(Action.RESUME_ALL), " fetches it, at no cost.")
    return AssetUnavailable(text, hint=hint, tool="download-asset")


def _url_in(signed: object) -> str:
    url = signed.get("url") if isinstance(signed, Mapping) else None
    if not isinstance(url, str):
        raise downloads.FetchFailed("the answer to download-asset has no URL", retryable=True)
    return url


def _checked(body: downloads.Body, request: GenerationRequest) -> media.MediaInfo:
    """Return the type and size of the bytes; raise `FetchFailed` if they can't be the asset."""
    if not body.data:
        raise downloads.FetchFailed("it is empty (0 bytes)", retryable=True)
    try:
        info = media.inspect(body.data)
    except media.InvalidImage as error:
        raise downloads.FetchFailed(f"it is damaged: {error}", retryable=True) from None
    expected = _EXPECTED.get(request.tool.kind)
    if expected and info.kind == "file" and not _may_be_unknown_media(body):
        received = body.content_type or "bytes without a content type"
        raise downloads.FetchFailed(f"the storage sent {received}, not a {expected}", retryable=True)
    return info


def _may_be_unknown_media(body: downloads.Body) -> bool:
    """True if the declared type is one that we do not recognise; data of a type that we do must look like it."""
    if media.looks_like_text(body.data):
        return False
    family = body.content_type.split("/")[0]
    return body.content_type not in media.SUFFIXES and family in ("image", "audio", "video", "application", "model")
