"""Checks the distributions that `nox -s build` has built: `python tests/distributions.py dist build/again`.

Both folders must hold the same bytes; the wheel only the package and its notebooks; the source distribution all that is
needed to build, test and document it; and the description no link that works in the repository alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

WHEEL_TYPES = {".py", ".typed", ".js", ".css", ".ttf", ".txt", ".ipynb", ".ts", ".sh"}
IN_SOURCE = (
    "docs/conf.py",
    "docs/index.md",
    "docs/screenshot.png",
    "notebooks/01-quickstart.ipynb",
    "tests/conftest.py",
    "noxfile.py",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "playcut_jupyter/fonts/OFL.txt",
)


def problems(folder: Path, again: Path) -> list[str]:
    """Return what is wrong with the distributions in *folder*."""
    wheel, source = next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))
    differing = [path.name for path in (wheel, source) if path.read_bytes() != (again / path.name).read_bytes()]
    found = [f"{name} is not the same when it is built again" for name in differing]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = message_from_bytes(archive.read(next(name for name in names if name.endswith("/METADATA"))))
    return [*found, *_in_wheel(names), *_in_metadata(metadata), *_in_source(source)]


def _in_wheel(names: list[str]) -> list[str]:
    package = [name for name in names if ".dist-info/" not in name]
    wanted = {
        "playcut_jupyter/notebooks/01-quickstart.ipynb",
        "playcut_jupyter/py.typed",
        "playcut_jupyter/fonts/OFL.txt",
    }
    return [
        *(f"the wheel has {name}" for name in package if not name.startswith("playcut_jupyter/")),
        *(f"the wheel has {name}" for name in package if Path(name).suffix not in WHEEL_TYPES),
        *(f"the wheel lacks {name}" for name in wanted - set(names)),
        *(f"the wheel lacks the licence {name}" for name in ("LICENSE", "OFL.txt") if not _ends(names, name)),
    ]


def _ends(names: list[str], name: str) -> bool:
    return any("/licenses/" in one and one.endswith(f"/{name}") for one in names)


def _in_metadata(metadata: Message) -> list[str]:
    links = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    licence = metadata.get("License-Expression")
    return [
        *(f"the description links to {link}" for link in links if not re.match(r"https://|#", link)),
        *([] if links else ["the description has no links"]),
        *([] if licence == "BSD-3-Clause AND OFL-1.1" else [f"the licence is {licence}"]),
    ]


def _in_source(source: Path) -> list[str]:
    with tarfile.open(source) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=False).stdout.splitlines()
    unwanted = names - set(tracked) - {"PKG-INFO", ".gitignore"} if tracked else set()
    return [
        *(f"the source distribution lacks {name}" for name in IN_SOURCE if name not in names),
        *(f"the source distribution has {name}" for name in sorted(unwanted)),
    ]


if __name__ == "__main__":
    wrong = problems(Path(sys.argv[1]), Path(sys.argv[2]))
    print("\n".join(wrong) or "The distributions are reproducible and complete.")
    sys.exit(1 if wrong else 0)
