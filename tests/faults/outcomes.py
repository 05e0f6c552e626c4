"""What an accident happens to, and what is looked at afterwards: its end, the library, and where the key went."""

from __future__ import annotations

from pathlib import Path

from playcut_jupyter import Generation, Playcut, PlaycutError
from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import Record
from tests.originals import path_of

from .proxy import Proxy


def submit(pc: Playcut, kind: str = "speech") -> Generation:
    """Start the generation that an accident happens to; with a seed, it brings the same bytes whenever it is done."""
    if kind == "image":
        return pc.submit("image", "a fox", seed=1)
    return pc.submit("speech", "hi", voice="voice_en_gb_ada", seed=1)


def ended(run: Generation, within_s: float = 30) -> PlaycutError | None:
    """Wait for the end of *run* and return its error, or None."""
    try:
        run.wait(within_s)
    except PlaycutError as failure:
        assert run.done, "it hangs"
        return failure
    return None


def assert_told_well(failure: PlaycutError, key: str) -> None:
    """Check that an error tells what to do, and no secret."""
    text = "\n".join([str(failure), repr(failure), *failure._render_traceback_()])
    assert "Something inside" not in text
    assert failure.hint
    assert key not in text
    assert "Signature=" not in text


def only_record(library: Library) -> Record:
    (record,) = library.history()
    return record


def assert_kept(record: Record, content: bytes, home: Path) -> None:
    assert record.state == "fetched"
    assert path_of(record.assets[0]).read_bytes() == content
    assert not list(home.rglob(".part-*"))


def assert_no_trace_of_the_key_at_the_storage(proxy: Proxy, leaks_before: int) -> None:
    assert proxy.storage_authorizations == []
    assert proxy.sandbox.leaked_authorization == leaks_before
