"""Generates with Playcut what GENERATIONS lists, and saves the files in the working folder; overwrites nothing.

    pip install httpx
    export PLAYCUT_API_KEY="pk_live_..."
    python playcut.py

Each run generates, and pays, again. A submission is sent once: one that may have been bought is not retried.
Failures are reported on stderr, and the exit status is then 1.
__SANDBOX__ Tried out in the sandbox, whose voices the API does not have: replace their ids with the API's.
"""

import os
import re
import sys
import time
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import httpx

GENERATIONS: Any = "__GENERATIONS__"


def setting(name: str) -> str:
    """Return an environment variable without the blanks and quotes around it."""
    return os.environ.get(name, "").strip(" \t\r\n\"'")


BASE_URL = (setting("PLAYCUT_BASE_URL") or "https://api.playcut.ai/api/v1").rstrip("/")
KEY = setting("PLAYCUT_API_KEY")
TIMEOUT_S = 30
DEADLINE_S = 600  # the longest wait for a task
POLL_S = 3  # the pause before a wait that ended early is retried
ATTEMPTS = 4

SAFE_URL = r"https://[^@\s]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^@\s]*)?"
# The first bytes of a file, in hex -> its extension; the server's file names are not used.
EXTENSIONS = {
    "89504e47": ".png",
    "ffd8ff": ".jpg",
    "47494638": ".gif",
    "52494646.{8}57454250": ".webp",
    "52494646.{8}57415645": ".wav",
    "494433|fff[23ab]": ".mp3",
    "4f676753": ".ogg",
    "664c6143": ".flac",
    ".{8}6674797061766966": ".avif",
    ".{8}667479704d3441": ".m4a",
    ".{8}66747970": ".mp4",
    "1a45dfa3": ".webm",
}


def needs_no_proxy(entry: str) -> str:
    """Return an entry of NO_PROXY as httpx reads it: without brackets, and a network as the API's address in it."""
    host = urlsplit(BASE_URL).hostname or ""
    try:
        return host if ip_address(host) in ip_network(entry.strip("[]"), strict=False) else entry.strip("[]")
    except ValueError:
        return entry.strip("[]") if entry == "*" else entry.strip("[]").removeprefix("*")


def new_client(**options: Any) -> httpx.Client:
    """Return a client with the environment's proxy, never for this machine, and with its and the system's CAs."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        for variable in {name, name.lower()} & set(os.environ):
            os.environ[variable] = setting(variable)
    exempt = re.split(r"[\s,;]+", setting("no_proxy") or setting("NO_PROXY"))
    os.environ["no_proxy"] = ",".join([*map(needs_no_proxy, filter(None, exempt)), "localhost", "127.0.0.1", "::1"])
    try:
        tls = httpx.create_ssl_context()
        tls.load_default_certs()
        return httpx.Client(timeout=TIMEOUT_S, verify=tls, **options)
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        sys.exit(f"HTTPS_PROXY, NO_PROXY or SSL_CERT_FILE can't be used ({type(error).__name__}).")


api = new_client()
storage = new_client(follow_redirects=True)  # gets signed URLs, never the key


class Failed(Exception):
    """A step failed; the other generations continue."""


class NoAnswer(Failed):
    """There was no usable answer. Only a tool that buys nothing may be called again."""


def say(text: object, stream: TextIO | None) -> None:
    """Print a line. Where nobody can read it (a closed pipe, a full disk), the work goes on all the same."""
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError):
        # What is left in the buffer goes nowhere, or Python would complain at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def log(text: str) -> None:
    """Print a message to stderr."""
    say(text, sys.stderr)


def plain(text: object) -> str:
    """Return text from the network without control characters and without the key."""
    return "".join(char if char.isprintable() else " " for char in str(text).replace(KEY, "***"))[:500]


def call(tool: str, tool_input: dict[str, Any], timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
    """Execute a tool once and return its data; after a 429, wait for its Retry-After and send again."""
    wait_left_s = DEADLINE_S
    while True:
        try:
            answer = api.post(
                f"{BASE_URL}/tools/{tool}/execute",
                headers={"Authorization": f"Bearer {KEY}"},
                json=tool_input,
                timeout=httpx.Timeout(TIMEOUT_S, read=timeout_s),
            )
        except httpx.HTTPError as error:
            raise NoAnswer(f"{tool}: no answer ({type(error).__name__}).") from None
        if answer.status_code != 429:
            return data_of(tool, answer)
        after = answer.headers.get("Retry-After", "")
        pause_s = max(1, int(after)) if after.isdecimal() and len(after) < 9 else 10
        wait_left_s -= pause_s
        if wait_left_s < 0:
            raise Failed(f"{tool}: the rate limit is reached; try again in {pause_s} s.")
        log(f"The rate limit is reached: continuing in {pause_s} s.")
        time.sleep(pause_s)


def data_of(tool: str, answer: httpx.Response) -> dict[str, Any]:
    """Return the data of an answer, or raise its error."""
    try:
        document = answer.json()
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    if not answer.is_success:
        message = document.get("message") or answer.reason_phrase or "no reason was given"
        kind = NoAnswer if answer.status_code >= 500 else Failed
        raise kind(f"{tool}: HTTP status {answer.status_code}: {plain(message)}")
    if not isinstance(document.get("data"), dict):
        raise NoAnswer(f"{tool}: the answer can't be read.")
    data: dict[str, Any] = document["data"]
    return data


def call_with_retries(tool: str, tool_input: dict[str, Any]) -> dict[str, Any]:
    """Execute a tool that buys nothing, with retries if its answer is lost."""
    for attempt in range(1, ATTEMPTS):
        try:
            return call(tool, tool_input)
        except NoAnswer as error:
            log(f"{error} Retrying.")
            time.sleep(attempt)
    return call(tool, tool_input)


def submit(generation: dict[str, Any], session_id: str) -> str:
    """Submit a generation once and return its task's id."""
    tool, tool_input = generation["tool"], generation["inputs"]
    if generation["session"]:
        tool_input = {"workerId": session_id, **tool_input}
    try:
        task = call(tool, tool_input)
    except NoAnswer as error:
        raise Failed(f"{error} It may or may not have been bought, so it was not sent again.") from None
    if not task.get("taskId"):
        raise Failed(f"{tool}: the answer names no task. It may or may not have been bought.")
    log(f"{generation['name']}: task {plain(task['taskId'])}, estimated credits: {plain(task.get('estimatedCredits'))}")
    return str(task["taskId"])


def wait(task_id: str) -> list[str]:
    """Wait until a task ends and return its asset ids."""
    ends_at = time.monotonic() + DEADLINE_S
    while (left_s := ends_at - time.monotonic()) > 0:
        task: dict[str, Any] = {}
        try:
            task = call("wait-for-task", {"taskId": task_id}, left_s)
        except NoAnswer as error:
            log(f"{error} Retrying.")
        status = str(task.get("status")).upper()
        if status == "COMPLETED":
            return asset_ids_of(task)
        if status == "FAILED":
            fault = task.get("error")
            reason = (
                f"{fault.get('code')}: {fault.get('message')}" if isinstance(fault, dict) else "no reason was given"
            )
            raise Failed(f"The task failed: {plain(reason)}")
        time.sleep(min(POLL_S, max(0, ends_at - time.monotonic())))
    raise Failed(f"Not done within {DEADLINE_S} s; it may still complete.")


def asset_ids_of(task: dict[str, Any]) -> list[str]:
    """Return the asset ids of a completed task."""
    output = task.get("output")
    ids = output.get("assetIds") if isinstance(output, dict) else None
    if not isinstance(ids, list) or not ids:
        raise Failed("The task is completed, but names no assets.")
    return [str(asset_id) for asset_id in ids]


def fetch(asset_id: str) -> bytes:
    """Return an asset's bytes; each attempt uses a newly signed URL. The URL is a secret and never printed."""
    problem = ""
    for attempt in range(ATTEMPTS):
        time.sleep(attempt)
        url = call_with_retries("download-asset", {"assetId": asset_id}).get("url")
        try:
            answer = storage.get(str(url))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = type(error).__name__
            continue
        content_type = answer.headers.get("Content-Type", "").lower()
        if answer.is_success and answer.content and not re.search("html|xml", content_type):
            return answer.content
        problem = f"HTTP status {answer.status_code}, {len(answer.content)} bytes of {plain(content_type) or 'no type'}"
    raise Failed(f"Asset {plain(asset_id)} can't be fetched: {problem}.")


def save(name: str, data: bytes) -> Path:
    """Write a new file, numbered if the name exists, and return its path."""
    start = data[:12].hex()
    extension = next((extension for pattern, extension in EXTENSIONS.items() if re.match(pattern, start)), ".bin")
    path, number = Path(name + extension), 1
    while True:
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            number += 1
            path = Path(f"{name}-{number}{extension}")
        except OSError as error:
            raise Failed(f"{path} can't be written: {error.strerror}.") from None
        else:
            return path


def make_all() -> int:
    """Submit all generations, then wait for each and save its files; return the number of failures."""
    session_id, tasks, failures = "", [], 0
    if any(generation["session"] for generation in GENERATIONS):
        session_id = str(call_with_retries("create-session", {"title": "Exported program"}).get("sessionId") or "")
        if not session_id:
            raise Failed("create-session: the answer names no session.")
    for generation in GENERATIONS:
        try:
            tasks.append((generation["name"], submit(generation, session_id)))
        except Failed as failure:
            failures += 1
            log(f"{generation['name']}: {failure}")
    for name, task_id in tasks:
        try:
            for asset_id in wait(task_id):
                say(save(name, fetch(asset_id)), sys.stdout)
        except Failed as failure:
            failures += 1
            log(f"{name}: {failure} (task {plain(task_id)})")
    return failures


def main() -> int:
    """Check the settings, then generate everything; return the exit status."""
    try:
        if not re.fullmatch("[!-~]+", KEY):
            raise Failed("Set PLAYCUT_API_KEY to your key (app.playcut.ai/settings/api).")
        if not re.fullmatch(SAFE_URL, BASE_URL):
            raise Failed("PLAYCUT_BASE_URL is not an https address; plain http would expose the key.")
        failures = make_all()
        if failures:
            raise Failed(f"{failures} of {len(GENERATIONS)} failed.")
    except Failed as failure:
        log(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    with api, storage:
        sys.exit(main())
