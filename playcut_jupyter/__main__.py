"""The console command `playcut-jupyter` (`python -m playcut_jupyter`), with a function for each subcommand."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playcut_jupyter import __version__
from playcut_jupyter.errors import PlaycutError
from playcut_jupyter.output import tolerant_output


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    with tolerant_output():
        return _run(argv)


def _run(argv: Sequence[str] | None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except PlaycutError as error:
        print(f"playcut-jupyter: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="playcut-jupyter", description="Playcut's generative media in a notebook.")
    parser.add_argument("--version", action="version", version=f"playcut-jupyter {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run the quickstart notebook in the sandbox and save it as a page")
    demo.add_argument("--out", type=Path, default=Path("playcut-demo"), help="folder (default: %(default)s)")
    demo.set_defaults(run=_demo)

    lab = commands.add_parser("lab", help="JupyterLab on a copy of the notebooks, in the sandbox unless a key is set")
    lab.add_argument(
        "--folder", type=Path, default=Path("playcut-notebooks"), help="folder of the copy (default: %(default)s)"
    )
    lab.add_argument("options", nargs="*", help="options for JupyterLab, after --")
    lab.set_defaults(run=_lab)

    sandbox = commands.add_parser("sandbox", help="the sandbox API server in the foreground")
    sandbox.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    sandbox.add_argument("--port", type=_port, default=0, help="port of the API (default: a free one)")
    sandbox.add_argument("--key", help="the only key that is accepted (default: a new one)")
    sandbox.add_argument("--latency", type=float, metavar="SECONDS", help="time of every task (default: by kind)")
    sandbox.add_argument("--rate", type=_rate, default=(60, 60.0), metavar="N/SECONDS", help="default: 60/60; 0: none")
    sandbox.add_argument("--url-ttl", type=float, default=300.0, metavar="SECONDS", help="lifetime of a signed URL")
    sandbox.set_defaults(run=_sandbox)

    library = commands.add_parser("library", help="list, check and clean up the library")
    library.set_defaults(run=_library)
    actions = library.add_subparsers(required=True, metavar="ACTION", dest="action")
    listing = actions.add_parser("list", help="list generations, newest first")
    listing.add_argument("-n", type=int, default=50, metavar="N", help="how many (default: %(default)s)")
    listing.add_argument("--search", metavar="TEXT", help="text in the prompt")
    actions.add_parser("path", help="print the library's folder")
    prune = actions.add_parser("prune", help="remove old generations after asking; unfetched tasks are kept")
    prune.add_argument("--older-than", type=float, required=True, metavar="DAYS", help="minimum age, in days")
    prune.add_argument("--yes", action="store_true", help="do not ask")
    packing = actions.add_parser("pack", help="write generations and their files to one zip file")
    packing.add_argument("file", metavar="FILE", help="the zip file; nothing is overwritten")
    packing.add_argument("--starred", action="store_true", help="only what has a star")
    unpacking = actions.add_parser("unpack", help="merge a packed zip file into the library, without duplicates")
    unpacking.add_argument("file", metavar="FILE", help="the zip file")
    actions.add_parser("verify", help="find missing or damaged originals, and fetch them again by asset id")

    doctor = commands.add_parser("doctor", help="check the installation, the key and the connection to the API")
    doctor.add_argument(
        "--spend",
        action="store_true",
        help="generate one small picture and one short speech (spends credits), and report what the API does",
    )
    doctor.set_defaults(run=_doctor)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 0 to 65535")
    return int(text)


def _rate(text: str) -> tuple[int, float]:
    """Parse `N/SECONDS`; `N` alone is per minute."""
    count, _, seconds = text.partition("/")
    try:
        rate = int(count), float(seconds or 60)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not N/SECONDS, such as 60/60") from None
    if rate[0] < 0 or not 0 < rate[1] < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not N/SECONDS, such as 60/60")
    return rate


def _demo(arguments: argparse.Namespace) -> int:
    from playcut_jupyter.cli.notebooks import run_demo  # each command loads only what it needs

    return run_demo(arguments.out)


def _lab(arguments: argparse.Namespace) -> int:
    from playcut_jupyter.cli.notebooks import open_lab  # each command loads only what it needs

    return open_lab(arguments.folder, arguments.options)


def _doctor(arguments: argparse.Namespace) -> int:
    if arguments.spend:
        from playcut_jupyter.cli.real_check import spend  # each command loads only what it needs

        return spend(Path.cwd())
    from playcut_jupyter.cli.doctor import examine  # each command loads only what it needs

    return examine()


def _library(arguments: argparse.Namespace) -> int:
    from playcut_jupyter.cli import library  # each command loads only what it needs

    if arguments.action == "list":
        return library.show(arguments.search, arguments.n)
    if arguments.action == "pack":
        return library.pack(arguments.file, starred=arguments.starred)
    if arguments.action == "unpack":
        return library.unpack(arguments.file)
    if arguments.action == "prune":
        return library.prune(arguments.older_than, ask=not arguments.yes)
    return library.verify() if arguments.action == "verify" else library.path()


def _sandbox(arguments: argparse.Namespace) -> int:
    from playcut_jupyter.sandbox import Sandbox  # an extra, which may not be installed

    try:
        sandbox = Sandbox(
            host=arguments.host,
            port=arguments.port,
            key=arguments.key,
            latency_s=arguments.latency,
            rate=arguments.rate,
            url_ttl_s=arguments.url_ttl,
        )
        _stop_on_signals(sandbox)
        sandbox.start()
    except (ValueError, OSError, ImportError) as error:
        print(f"playcut-jupyter: {error}", file=sys.stderr)
        return 1
    ready = {"base_url": sandbox.base_url, "storage_url": sandbox.storage_url, "key": sandbox.key}
    print(json.dumps(ready), flush=True)
    sandbox.wait_until_stopped()
    return 0


def _stop_on_signals(sandbox: Any) -> None:
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: sandbox.stop())


if __name__ == "__main__":
    sys.exit(main())
