"""Media files on disk: whole or not there, never overwritten, described without secrets."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import AssetUnavailable, InvalidInput, PlaycutError
from playcut_jupyter.library.copies import copy_out
from playcut_jupyter.library.store import Store, unwritable, write_whole
from playcut_jupyter.sandbox import Sandbox
from tests.originals import path_of

DATA = b"\x89PNG not really, but bytes all the same" * 1000


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def parts(folder: Path) -> list[Path]:
    return [path for path in files(folder) if path.name.startswith(".part-")]


def run_python(code: str, *arguments: object, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run *code* in a process of its own; *limit* is the largest file it may write, bytes: a disk that is full."""
    if limit is not None:
        code = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n{code}"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


# -- the media folder -------------------------------------------------------------------------------------------


def test_content_is_kept_under_its_hash_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256, path = store.put(DATA, ".png")
    assert sha256 == hashlib.sha256(DATA).hexdigest()
    assert path == store.path_of(sha256, ".png") == tmp_path / "media" / sha256[:2] / f"{sha256[:32]}.png"
    assert path.read_bytes() == DATA
    inode = path.stat().st_ino
    assert store.put(DATA, ".png") == (sha256, path)
    assert path.stat().st_ino == inode
    assert files(tmp_path) == [path]


def test_a_file_that_was_cut_is_written_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256, path = store.put(DATA, ".png")
    path.write_bytes(DATA[:10])
    assert not store.is_whole(path, sha256)
    store.put(DATA, ".png")
    assert store.is_whole(path, sha256)


def test_a_file_that_was_damaged_is_written_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256, path = store.put(DATA, ".png")
    path.write_bytes(bytes(len(DATA)))
    store.put(DATA, ".png")
    assert store.is_whole(path, sha256)


def test_a_file_is_whole_only_if_it_is_there_with_its_own_content(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256, path = store.put(DATA, ".png")
    assert store.is_whole(path, sha256)
    path.write_bytes(bytes(len(DATA)))
    assert not store.is_whole(path, sha256)
    path.unlink()
    assert not store.is_whole(path, sha256)


def test_a_file_that_stands_where_the_folder_should_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    with pytest.raises(PlaycutError, match=r"can't be written: .*PLAYCUT_HOME") as caught:
        Store(tmp_path).put(DATA, ".png")
    assert str(tmp_path / "media") in caught.value.message


@pytest.mark.parametrize(("number", "words"), [(28, "the disk is full"), (122, "the disk is full"), (13, "permission")])
def test_why_it_can_not_be_written_is_said_with_a_remedy(tmp_path: Path, number: int, words: str) -> None:
    error = unwritable(tmp_path, OSError(number, "Permission denied"))
    assert words in error.message
    assert error.hint is not None
    assert "PLAYCUT_HOME" in error.hint
    assert ("Free some space" in error.hint) == (words == "the disk is full")


def test_the_sidecar_tells_all_and_never_stops_anything(tmp_path: Path) -> None:
    store = Store(tmp_path)
    _, path = store.put(DATA, ".png")
    store.describe(path, 7, {"prompt": "ein Füchslein", "seconds": 4.2})
    sidecar = path.with_name(path.stem + ".7.json")
    assert json.loads(sidecar.read_text(encoding="utf-8")) == {"prompt": "ein Füchslein", "seconds": 4.2}
    assert "Füchslein" in sidecar.read_text(encoding="utf-8")
    store.describe(path, 8, {"prompt": "another"})
    assert sidecar.exists()
    store.describe(tmp_path / "nowhere" / "x.png", 7, {"prompt": "x"})


def test_the_sidecar_of_a_generation_has_its_facts_and_no_key_or_url(
    pc: Playcut, sandbox: Sandbox, away_from_home: Path
) -> None:
    run = pc.image("a fox in snow", aspect_ratio="16:9")
    path = path_of(run.assets[0])
    (sidecar,) = [file for file in files(away_from_home / "media") if file.suffix == ".json"]
    assert sidecar == path.with_suffix(f".{run.id}.json")
    facts = json.loads(sidecar.read_text(encoding="utf-8"))
    assert facts["prompt"] == "a fox in snow"
    assert facts["kind"] == "image"
    assert facts["tool"] == "generate-image-from-text"
    assert facts["inputs"] == {"prompt": "a fox in snow", "aspectRatio": "16:9"}
    assert (facts["task"], facts["session"], facts["asset"]) == (run.task_id, run.session_id, run.assets[0].id)
    assert facts["credits_estimated"] == 80
    assert facts["seconds"] > 0
    assert facts["type"] == "image/png"
    for file in files(away_from_home):
        content = file.read_bytes()
        assert sandbox.key.encode() not in content, file
        assert sandbox.storage_url.encode() not in content, file
        assert b"Signature=" not in content, file


# -- whole or not at all ----------------------------------------------------------------------------------------

WRITE = """
import os, signal, sys
from pathlib import Path
from playcut_jupyter.library.store import Store
{fault}
Store(Path(sys.argv[1])).put(bytes(3_000_000), ".png")
"""
DIE = "os.{step} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"


def test_a_write_that_is_killed_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    # `fsync` comes after the bytes and before the name.
    done = run_python(WRITE.format(fault=DIE.format(step="fsync")), tmp_path)
    assert done.returncode == -signal.SIGKILL
    assert files(tmp_path) == parts(tmp_path) != []
    _, path = Store(tmp_path).put(bytes(3_000_000), ".png")
    assert path.stat().st_size == 3_000_000


def test_a_write_that_fails_half_way_leaves_nothing_at_all(tmp_path: Path) -> None:
    done = run_python(WRITE.format(fault=""), tmp_path, limit=1_000_000)
    assert "PlaycutError" in done.stderr
    assert "The library can't be written: file too large" in done.stderr
    assert files(tmp_path) == []


def test_a_file_that_is_replaced_is_whole_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_whole(path, b"old")
    code = "import sys\nfrom pathlib import Path\nfrom playcut_jupyter.library.store import write_whole\n"
    done = run_python(code + "write_whole(Path(sys.argv[1]), bytes(2_000_000))", path, limit=1_000_000)
    assert done.returncode != 0
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == [path]


# -- copies for people ------------------------------------------------------------------------------------------


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "library" / ("0123456789abcdef" * 2 + ".png")
    path.parent.mkdir()
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("fox.png", "fox.png"),
        ("fox", "fox.png"),
        ("fox.jpg", "fox.png"),  # it would be a lie
        ("fox.PNG", "fox.PNG"),
        ("fox.old", "fox.old"),
        ("fox.mp4.tar.gz", "fox.mp4.tar.png"),
        (".fox", ".fox.png"),
        ("new/folders/fox", "new/folders/fox.png"),
        ("new/folder/", "new/folder/a-fox.png"),
        ("there", "there/a-fox.png"),
        ("", "a-fox.png"),
        ("~/fox.png", "fox.png"),  # HOME is this folder
    ],
)
def test_a_copy_goes_where_it_was_asked_for(tmp_path: Path, original: Path, target: str, written: str) -> None:
    (tmp_path / "there").mkdir()
    path, is_new = copy_out(original, target, ".png", "a-fox")
    assert is_new
    assert path.resolve() == tmp_path / written
    assert path.read_bytes() == DATA
    assert original.read_bytes() == DATA


def test_nothing_is_ever_overwritten(tmp_path: Path, original: Path) -> None:
    (tmp_path / "fox.png").write_bytes(b"mine")
    (tmp_path / "fox-2.png").symlink_to(tmp_path / "nowhere")
    copies = [copy_out(content, tmp_path / "fox.png", ".png") for content in (original, b"other", original)]
    assert [(copy.path.name, copy.is_new) for copy in copies] == [
        ("fox-3.png", True),
        ("fox-4.png", True),
        ("fox-3.png", False),
    ]
    assert (tmp_path / "fox.png").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()
    folder = [copy_out(content, f"{tmp_path}/out/", ".png").path.name for content in (original, b"other", b"other")]
    assert folder == ["playcut.png", "playcut-2.png", "playcut-2.png"]


def test_bytes_that_are_nowhere_on_disk_are_written(tmp_path: Path) -> None:
    assert copy_out(DATA, tmp_path / "fox", ".png").path.read_bytes() == DATA
    assert copy_out(DATA, f"{tmp_path}/out/", ".png").path.name == "playcut.png"
    assert copy_out(b"", tmp_path / "empty", ".bin").path.read_bytes() == b""


@pytest.mark.parametrize("target", ["file/fox.png", "file/", "x" * 300 + ".png"])
def test_a_place_that_can_not_be_written_is_invalid_input(tmp_path: Path, original: Path, target: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidInput, match=r"can't be written: .*the original stays in the library"):
        copy_out(original, target, ".png")
    assert original.read_bytes() == DATA


@pytest.mark.parametrize("target", ["~nobody-of-that-name/fox.png", "fo\0x.png"])
def test_a_name_that_no_file_can_have_is_invalid_input(original: Path, target: str) -> None:
    with pytest.raises(InvalidInput):
        copy_out(original, target, ".png")


@pytest.mark.parametrize("target", ["Dr. Fox", "fox v1.5"])
def test_a_dot_in_a_name_is_not_yet_an_ending(original: Path, target: str) -> None:
    assert copy_out(original, target, ".png").path.name == f"{target}.png"


COPY = """
import sys
from pathlib import Path
from playcut_jupyter.library.copies import copy_out
source = Path(sys.argv[1])
copy_out({arguments}, sys.argv[2], ".png")
"""


@pytest.mark.parametrize("arguments", ["source", "source.read_bytes()"])
def test_a_copy_that_fails_half_way_leaves_no_cut_file(tmp_path: Path, arguments: str) -> None:
    source = tmp_path / "library.png"
    source.write_bytes(bytes(3_000_000))
    done = run_python(COPY.format(arguments=arguments), source, tmp_path / "fox.png", limit=1_000_000)
    assert "InvalidInput" in done.stderr
    assert not (tmp_path / "fox.png").exists()


def test_a_copy_of_what_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssetUnavailable, match="is gone"):
        copy_out(tmp_path / "gone.png", tmp_path / "fox.png", ".png")


# -- a library that can't be written ----------------------------------------------------------------------------

Blocked = Callable[[Path], None]


def media_is_a_file(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "media").write_text("in the way")


def database_is_a_folder(home: Path) -> None:
    (home / "library.sqlite3").mkdir(parents=True)


def database_is_damaged(home: Path) -> None:
    home.mkdir()
    (home / "library.sqlite3").write_bytes(b"this is no database at all, though long enough to be one " * 100)


def home_is_a_file(home: Path) -> None:
    home.write_text("in the way")


@pytest.mark.parametrize(
    "block",
    [
        media_is_a_file,
        database_is_a_folder,
        database_is_damaged,
        home_is_a_file,
    ],
)
@pytest.mark.parametrize("kind", ["image", "speech"])
def test_what_was_bought_shows_though_the_library_can_not_be_written(
    pc: Playcut, away_from_home: Path, block: Blocked, kind: str
) -> None:
    block(away_from_home)
    run = getattr(pc, kind)("a fox")
    assert run.error is None
    assert run.assets[0].data
    assert run.assets[0].kind == {"image": "image", "speech": "audio"}[kind]
    assert "library" in run.warning.lower()
    assert run.assets[0].path is None or block is not media_is_a_file


@pytest.mark.parametrize("block", [database_is_damaged, home_is_a_file])
def test_a_task_can_be_fetched_by_its_id_though_the_library_can_not_be_written(
    sandbox: Sandbox, tmp_path: Path, block: Blocked
) -> None:
    home = tmp_path / "elsewhere"
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=tmp_path / "first") as first:
        task_id = first.run_tool("generate-image-from-text", prompt="a fox")["taskId"]
    block(home)
    with Playcut(api_key=sandbox.key, base_url=sandbox.base_url, home=home) as second:
        assert second.wait(task_id).assets[0].data


def test_what_could_not_be_kept_is_fetched_by_resume_once_there_is_room(pc: Playcut, away_from_home: Path) -> None:
    media_is_a_file(away_from_home)
    run = pc.image("a fox")
    assert run.warning
    (away_from_home / "media").unlink()
    resumed = pc.resume()
    assert [again.task_id for again in resumed] == [run.task_id]
    assert resumed[0].assets[0].path is not None


ON_A_SMALL_DISK = """
import subprocess, sys
from pathlib import Path
from playcut_jupyter import Playcut
home, key, base_url, how = Path(sys.argv[1]), *sys.argv[2:5]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", home], check=True)
with Playcut(api_key=key, base_url=base_url, home=home) as pc:
    first = pc.speech("ok")
    assert not first.warning, first.warning
    if how == "full":
        with (home / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(512)):
                    pass
            except OSError:
                pass
    else:
        pc.close()
        subprocess.run(["mount", "-o", "remount,ro", home], check=True)
    run = pc.image("a red fox")
    print(run.warning)
    assert run.assets[0].path is None
    assert run.assets[0].data.startswith(b"\\x89PNG")
    print(pc.speech("a sentence after that").assets[0].mime_type)
"""


def can_mount() -> bool:
    try:
        done = subprocess.run(["unshare", "--mount", "--map-root-user", "true"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="this machine lets nobody mount a small disk in a namespace of their own")
@pytest.mark.parametrize(("how", "words"), [("full", "disk is full"), pytest.param("read-only", "can't be")])
def test_on_a_full_or_read_only_disk_the_picture_shows_and_the_reason_is_said(
    sandbox: Sandbox, tmp_path: Path, how: str, words: str
) -> None:
    home = tmp_path / "disk"
    home.mkdir()
    code = [sys.executable, "-c", ON_A_SMALL_DISK, str(home), sandbox.key, sandbox.base_url, how]
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", *code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert "PLAYCUT_HOME" in done.stdout
    assert "audio/wav" in done.stdout
