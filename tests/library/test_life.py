"""A generation's life in the library: from intended to fetched, whatever befalls its kernel."""

from __future__ import annotations

import time

from playcut_jupyter.library.database import Library
from playcut_jupyter.library.records import this_process
from tests.library.records import ORIGIN, TOOL, create, fetched, keep, saved


def test_a_generation_is_a_row_from_intent_to_files(library: Library) -> None:
    number = create(library, aspectRatio="16:9", workerId="session_1")
    row = library.get(number)
    assert row is not None
    assert (row.state, row.task_id, row.status, row.credits, row.assets) == ("intended", None, None, None, ())
    assert (row.origin, row.tool, row.kind, row.prompt) == (ORIGIN, TOOL, "image", "a fox")
    assert row.inputs == {"prompt": "a fox", "aspectRatio": "16:9"}
    assert row.session_id == "session_1"
    assert row.owner == this_process()
    assert time.time() - row.created_at < 10

    library.update(number, state="acknowledged", task_id="task_1", status="PENDING", credits=80.0)
    assert library.by_task(ORIGIN, "task_1") == library.get(number)
    assert [found.id for found in library.unfetched(ORIGIN)] == [number]

    library.keep_asset_ids(number, ["asset_0", "asset_1"])
    known = library.get(number)
    assert known is not None
    assert known.assets == ()  # known by id, but not here yet
    assets = [keep(library, number, b"one", 0), keep(library, number, b"two", 1)]
    library.update(number, state="fetched", status="COMPLETED", seconds=1.5)
    done = library.get(number)
    assert done is not None
    assert list(done.assets) == assets
    assert done.has_files
    assert library.unfetched(ORIGIN) == []


def test_what_was_kept_is_there_in_the_next_kernel(library: Library) -> None:
    number = fetched(library)
    library.close()
    assert Library(library.home).get(number) == library.get(number)


def test_an_input_that_was_left_open_is_completed_and_still_found_by_what_was_asked(library: Library) -> None:
    number = fetched(library)
    library.set_input(number, "voiceId", 'a "voice" é')
    row = library.get(number)
    assert row is not None
    assert row.inputs == {"prompt": "a fox", "voiceId": 'a "voice" é'}
    assert saved(library) == [number]


def test_a_task_of_another_machine_can_be_adopted_and_forgotten(library: Library) -> None:
    number = library.adopt(ORIGIN, "task_9", "video")
    row = library.by_task(ORIGIN, "task_9")
    assert row is not None
    assert (row.id, row.kind, row.state, row.inputs) == (number, "video", "acknowledged", {"taskId": "task_9"})
    own = fetched(library)
    library.forget_adopted(number)
    library.forget_adopted(own)
    assert library.get(number) is None
    assert library.get(own) is not None


def test_a_generation_that_is_removed_leaves_the_files_that_others_have(library: Library) -> None:
    one, other, alone = fetched(library, data=b"same"), fetched(library, data=b"same"), fetched(library, data=b"own")
    assert library.remove(one) == []
    path = library.store.put(b"same", ".png")[1]
    assert library.remove(other) == [path]
    assert library.remove(alone) == [library.store.put(b"own", ".png")[1]]
    assert library.history() == []


def test_sessions_are_found_by_id_and_title_the_newest_first(library: Library) -> None:
    library.keep_session(ORIGIN, "s1", "foxes")
    library.keep_session(ORIGIN, "s2", "foxes")
    library.keep_session("sandbox", "s3", "foxes")
    assert library.session_named(ORIGIN, "foxes") == "s2"
    assert library.session_named(ORIGIN, "s1") == "s1"
    assert library.session_named(ORIGIN, "owls") is None
