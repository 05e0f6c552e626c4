"""Downloads a finished task's assets to disk.

A signed URL is used at once and never stored. A download that fails is retried with a newly signed URL: for as long as
the policy allows where the storage or the way to it is in trouble, a few times where it is expired or damaged. A
cut download is continued where the storage allows it. What came whole is kept, whatever it is (`acceptance`). An asset
that still can't be fetched is an error that loses nothing: its task can be resumed later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import anyio

from playcut_jupyter import media
from playcut_jupyter.api import downloads
from playcut_jupyter.api.rate_limit import Priority
from playcut_jupyter.api.retry_policy import RetryPolicy
from playcut_jupyter.background.workers import in_worker
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import AssetUnavailable, PlaycutError
from playcut_jupyter.jobs.acceptance import Outcome, judge
from playcut_jupyter.jobs.events import Emit, pause_listener
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.jobs.retry_policies import download_retry_rule
from playcut_jupyter.library.parts import Part
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.remedies import Action, Remedy
from playcut_jupyter.tools import GenerationRequest


async def fetch_assets(
    connection: Connection,
    request: GenerationRequest,
    record: RecordWriter,
    asset_ids: Sequence[str],
    retry_policy: RetryPolicy,
    emit: Emit,
) -> list[AssetRecord]:
    """Fetch all assets concurrently and return them in the task's order.

    Raises:
        AssetUnavailable: one of them can't be fetched; the others are in the library.
    """
    assets: dict[int, AssetRecord] = {}
    failures: list[PlaycutError] = []

    async def fetch(position: int, asset_id: str) -> None:
        arrivals = _Arrivals(request.tool.kind, connection.library.store.new_part)
        try:
            part, info = await _download(connection, arrivals, asset_id, retry_policy, emit)
            assets[position] = await record.keep_asset(position, asset_id, part, info)
        except PlaycutError as error:
            failures.append(error)
        finally:
            arrivals.discard()

    async with anyio.create_task_group() as group:
        group.start_soon(record.keep_asset_ids, asset_ids)
        for position, asset_id in enumerate(asset_ids):
            group.start_soon(fetch, position, asset_id)
    if failures:
        raise failures[0]
    return [assets[position] for position in sorted(assets)]


async def _download(
    connection: Connection, arrivals: _Arrivals, asset_id: str, retry_policy: RetryPolicy, emit: Emit
) -> tuple[Part, media.MediaInfo]:
    """Sign, download and check one asset; retry while another attempt may help."""
    download = downloads.Download(connection.storage, arrivals)
    should_retry = download_retry_rule()

    def may_help(error: Exception) -> bool:
        # What is there already is not kept waiting for a storage in trouble: another look is only a precaution.
        is_trouble = isinstance(error, downloads.FetchFailed) and error.transient
        return should_retry(error) and not (is_trouble and arrivals.whole is not None)

    try:
        async for attempt in retry_policy.attempts("download", may_help):
            with attempt:
                signed = await connection.client.read(
                    "download-asset",
                    {"assetId": asset_id},
                    priority=Priority.FINISH,
                    notify=pause_listener(emit),
                    retry_policy=retry_policy,
                )
                received = await download.attempt(_url_in(signed))
                return await arrivals.take(received)
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
    """What the attempts at one asset brought: the same bytes twice are the asset, whatever they look like.

    Args:
        kind: what was asked for: "image", "video", "speech", or another tool's kind.
        new_part: makes what the bytes of an attempt are written to.
    """

    def __init__(self, kind: str, new_part: Callable[[], Part]) -> None:
        self._kind = kind
        self._new_part = new_part
        self._part = new_part()
        self._hashes: set[str] = set()
        self.whole: tuple[Part, media.MediaInfo] | None = None
        """The newest bytes whose length was right, though another attempt was to confirm them."""

    @property
    def size(self) -> int:
        """How many bytes of the attempt under way there are."""
        return self._part.size

    def write(self, data: bytes) -> None:
        """Append *data* to the attempt under way."""
        self._part.write(data)

    def restart(self) -> None:
        """Forget the bytes of the attempt under way."""
        self._part.restart()

    def discard(self) -> None:
        """Remove all that was not kept."""
        self._part.discard()
        if self.whole is not None:
            self.whole[0].discard()

    async def take(self, received: downloads.Received) -> tuple[Part, media.MediaInfo]:
        """Return the bytes and what is known of them; raise `FetchFailed` if they are not to be kept yet."""
        part, found = self._part, list[tuple[media.MediaInfo, bool]]()

        def look() -> None:
            found.append((media.inspect(part.source), media.looks_like_text(part.source)))

        async with anyio.create_task_group() as group:  # both take a while
            group.start_soon(in_worker, part.sync)
            group.start_soon(in_worker, look)
        info, is_text = found[0]
        verdict = judge(
            info,
            received.content_type,
            size_bytes=part.size,
            is_text=is_text,
            kind=self._kind,
            length_fits=received.length_fits,
            seen_before=part.sha256 in self._hashes,
        )
        if verdict.outcome is Outcome.KEEP:
            return part, info
        if verdict.outcome is Outcome.FETCH_AGAIN:
            self._hashes.add(part.sha256)
            if received.length_fits:
                self._set_aside(info)
        raise downloads.FetchFailed(verdict.reason, retryable=True)

    def _set_aside(self, info: media.MediaInfo) -> None:
        if self.whole is not None:
            self.whole[0].discard()
        self.whole, self._part = (self._part, info), self._new_part()
