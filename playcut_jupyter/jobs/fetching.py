"""Downloads a finished task's assets to disk.

A signed URL is used at once and never stored. A download that fails is retried with a newly signed URL: for as long as
the patience lasts where the storage or the way to it is in trouble, a few times where it is expired or damaged. What
came whole is kept, whatever it is (`acceptance`). An asset that still can't be fetched is an error that loses nothing:
its task can be resumed later.
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
from playcut_jupyter.jobs.acceptance import Outcome, judge
from playcut_jupyter.jobs.events import Emit, Throttled
from playcut_jupyter.jobs.patience import download_may_pass
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.library.store import hash_of
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import GenerationRequest


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

    arrivals = _Arrivals(request.tool.kind)
    may_pass = download_may_pass()

    def may_help(error: Exception) -> bool:
        # What is there already is not kept waiting for a storage in trouble: another look is only a precaution.
        is_trouble = isinstance(error, downloads.FetchFailed) and error.transient
        return may_pass(error) and not (is_trouble and arrivals.whole is not None)

    try:
        async for attempt in patience.attempts("download", may_help):
            with attempt:
                signed = await connection.client.read(
                    "download-asset",
                    {"assetId": asset_id},
                    priority=Priority.FINISH,
                    notify=notify,
                    patience=patience,
                )
                body = await downloads.fetch(_url_in(signed), connection.settings)
                return await in_worker(partial(arrivals.take, body))
    except downloads.FetchFailed as failed:
        if arrivals.whole is not None:
            return arrivals.whole
        raise _unavailable(asset_id, failed) from None
    raise AssertionError("stamina ended without a result or an error")


def _unavailable(asset_id: str, failed: downloads.FetchFailed) -> AssetUnavailable:
    text = f"The asset {asset_id} can't be fetched: {str(failed).rstrip('.')}."
    hint = failed.hint and (failed.hint, " Then ", Remedy(Action.RESUME_ALL), " fetches it, at no cost.")
    return AssetUnavailable(text, hint=hint, tool="download-asset")


def _url_in(signed: object) -> str:
    url = signed.get("url") if isinstance(signed, Mapping) else None
    if not isinstance(url, str):
        raise downloads.FetchFailed("the answer to download-asset has no URL", retryable=True)
    return url


class _Arrivals:
    """What the attempts at one asset brought: the same bytes twice are the asset, whatever they look like."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._hashes: set[str] = set()
        self.whole: tuple[bytes, media.MediaInfo] | None = None
        """The newest bytes whose length was right, though another attempt was to confirm them."""

    def take(self, body: downloads.Body) -> tuple[bytes, media.MediaInfo]:
        """Return the bytes and what is known of them; raise `FetchFailed` if they are not to be kept yet."""
        info = media.inspect(body.data)
        sha256 = hash_of(body.data)
        verdict = judge(
            info,
            body.content_type,
            size_bytes=len(body.data),
            is_text=media.looks_like_text(body.data),
            kind=self._kind,
            length_fits=body.length_fits,
            seen_before=sha256 in self._hashes,
        )
        if verdict.outcome is Outcome.KEEP:
            return body.data, info
        if verdict.outcome is Outcome.FETCH_AGAIN:
            self._hashes.add(sha256)
            if body.length_fits:
                self.whole = body.data, info
        raise downloads.FetchFailed(verdict.reason, retryable=True)
