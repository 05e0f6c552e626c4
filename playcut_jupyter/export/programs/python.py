"""Generates with Playcut what GENERATIONS lists, and saves the files in the working folder; overwrites nothing.

    pip install httpx
    export PLAYCUT_API_KEY="pk_live_..."
    python playcut.py

Each run generates, and pays, again. A submission is sent once: one that may have been bought is not retried.
Failures are reported on stderr, and the exit status is then 1.
__SANDBOX__ Tried out in the sandbox, whose voices the API does not have: replace their ids with the API's.
"""

import gzip
import json
import os
import re
import sys
import time
import zlib
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
PAUSE_S = 1  # pauses before other retries grow by this
MAX_PAUSE_S = 120  # a longer Retry-After is not waited for
ATTEMPTS = 4

SAFE_URL = r"https://[^@\s]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^@\s]*)?"
# A word that ends a task without a result, in a state that the API does not document.
ENDED = r"(CANCELL?|EXPIR|REJECT|ABORT|TERMINAT|DENI|REFUS|BLOCK|DELET|REMOV|KILL|STOPP)ED|FAIL|ERROR|TIMED?_?OUT"
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


class NotTaken(Failed):
    """Something in front of the API answered: the API did not take the request."""


class NoAnswer(Failed):
    """There was no usable answer. Only a tool that buys nothing may be called again, after the service's pause."""

    def __init__(self, text: str, pause_s: int | None = None) -> None:
        super().__init__(text)
        self.pause_s = pause_s


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
    wait_left_s, refusals = DEADLINE_S, 0
    while True:
        try:
            with api.stream(
                "POST",
                f"{BASE_URL}/tools/{tool}/execute",
                headers={"Authorization": f"Bearer {KEY}", "Accept-Encoding": "identity"},
                json=tool_input,
                timeout=httpx.Timeout(TIMEOUT_S, read=timeout_s),
            ) as answer:
                body = body_of(answer)
        except httpx.HTTPError as error:
            raise NoAnswer(f"{tool}: no answer ({type(error).__name__}).") from None
        if answer.status_code != 429:
            return data_of(tool, answer, body)
        pause_s = retry_after(answer)
        refusals += pause_s is None
        if refusals >= ATTEMPTS:
            raise Failed(f"{tool}: HTTP status 429: {message_of(answer, body)}")
        pause_s = PAUSE_S * 2**refusals if pause_s is None else max(1, pause_s)
        wait_left_s -= pause_s
        if wait_left_s < 0 or pause_s > MAX_PAUSE_S:
            raise Failed(f"{tool}: the rate limit is reached; try again in {pause_s} s.")
        said = f"{message_of(answer, body)}: " if refusals else "The rate limit is reached: "
        log(f"{said}continuing in {pause_s} s.")
        time.sleep(pause_s)


def retry_after(answer: httpx.Response) -> int | None:
    """Return the seconds of a Retry-After; None without one."""
    text = answer.headers.get("Retry-After", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def body_of(answer: httpx.Response) -> bytes:
    """Return the whole body without its content codings; one that is named but not there is none."""
    body = b"".join(answer.iter_raw())
    for coding in reversed(answer.headers.get("Content-Encoding", "").lower().split(",")):
        try:
            if "gzip" in coding and body.startswith(b"\x1f\x8b"):
                body = gzip.decompress(body)
            elif "deflate" in coding and body.startswith((b"x\x01", b"x^", b"x\x9c", b"x\xda")):
                body = zlib.decompress(body)
        except (OSError, EOFError, zlib.error) as error:
            raise httpx.DecodingError(str(error)) from None
    return body


def document_of(body: bytes) -> dict[str, Any]:
    """Return a JSON object; empty if the body is none."""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {}


def message_of(answer: httpx.Response, body: bytes) -> str:
    """Return what an error says."""
    return plain(document_of(body).get("message") or answer.reason_phrase or "no reason was given")


def data_of(tool: str, answer: httpx.Response, body: bytes) -> dict[str, Any]:
    """Return the data of an answer, or raise its error."""
    status, document = answer.status_code, document_of(body)
    text = f"{tool}: HTTP status {status}: {message_of(answer, body)}"
    if 300 <= status < 400:
        host = httpx.URL(answer.url).join(location_of(answer)).host or "nowhere"
        raise NotTaken(f"{text}: {BASE_URL} redirects to {plain(host)}. Nothing was bought; see PLAYCUT_BASE_URL.")
    if status == 511 or (400 <= status < 500 and not any(map(document.get, ("statusCode", "message", "error")))):
        raise NotTaken(f"{text}: not the API but a gateway answered, or PLAYCUT_BASE_URL ({BASE_URL}) is wrong.")
    if status >= 500:
        raise NoAnswer(text, retry_after(answer))
    if status >= 400:
        raise Failed(text)
    if not isinstance(document.get("data"), dict):
        raise NoAnswer(f"{tool}: the answer can't be read.")
    data: dict[str, Any] = document["data"]
    return data


def location_of(answer: httpx.Response) -> str:
    """Return where a redirect points; "" if that is no address."""
    try:
        return str(httpx.URL(answer.headers.get("Location", "")))
    except httpx.InvalidURL:
        return ""


def call_with_retries(tool: str, tool_input: dict[str, Any], ends_at: float | None = None) -> dict[str, Any]:
    """Execute a tool that buys nothing, again if its answer is lost: a few times, or until *ends_at*."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return call(tool, tool_input)
        except (NoAnswer, NotTaken) as error:
            if ends_at is None and (attempt >= ATTEMPTS or isinstance(error, NotTaken)):
                raise
            pause(error, attempt, ends_at)


def pause(error: Failed, attempt: int, ends_at: float | None) -> None:
    """Wait before another attempt; raises *error* if there is no time for one."""
    asked_s = error.pause_s if isinstance(error, NoAnswer) else None
    if (asked_s or 0) > MAX_PAUSE_S or (ends_at is not None and time.monotonic() > ends_at):
        raise error
    log(f"{error} Retrying.")
    time.sleep(PAUSE_S * min(attempt, 5) if asked_s is None else asked_s)


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
    ends_at, state = time.monotonic() + DEADLINE_S, ""
    while (left_s := ends_at - time.monotonic()) > 0:
        pause_s = POLL_S
        try:
            task = call("wait-for-task", {"taskId": task_id}, left_s)
            asset_ids = result_of(task)
            if asset_ids is not None:
                return asset_ids
            state = f" Its last state is {plain(task.get('status'))}."
        except (NoAnswer, NotTaken) as error:
            log(f"{error} Retrying.")
            pause_s = max(POLL_S, (error.pause_s if isinstance(error, NoAnswer) else None) or 0)
            if pause_s > MAX_PAUSE_S:
                raise
        time.sleep(min(pause_s, max(0, ends_at - time.monotonic())))
    raise Failed(f"Not done within {DEADLINE_S} s; it may still complete.{state}")


def result_of(task: dict[str, Any]) -> list[str] | None:
    """Return the asset ids of a task that is done, None of one that goes on; raises Failed for one that failed.

    What the API does not document is judged by its shape: assets are a result, an error is a failure.
    """
    status = str(task.get("status")).upper()
    output, fault = task.get("output"), task.get("error")
    ids = output.get("assetIds") if isinstance(output, dict) else None
    asset_ids = [str(asset_id) for asset_id in ids if asset_id] if isinstance(ids, list) else []
    if asset_ids and status not in ("PENDING", "PROCESSING"):
        return asset_ids
    fault = {"message": fault} if isinstance(fault, str) else fault if isinstance(fault, dict) else {}
    if status == "FAILED" or any(fault.values()) or re.search(ENDED, status):
        how = "failed" if status == "FAILED" else f"ended as {plain(status)}"
        told = [str(fault[key]) for key in ("code", "message") if fault.get(key)]
        raise Failed(f"The task {how}: {plain(': '.join(told) or 'no reason was given')}")
    if status == "COMPLETED":
        raise Failed("The task is completed, but names no assets.")
    return None


def fetch(asset_id: str) -> bytes:
    """Return an asset's bytes; each attempt uses a newly signed URL. The URL is a secret and never printed."""
    ends_at, attempt, others = time.monotonic() + DEADLINE_S, 0, 0
    while True:
        url = call_with_retries("download-asset", {"assetId": asset_id}, ends_at).get("url")
        status, pause_s, problem = 0, None, "no URL"
        try:
            with storage.stream("GET", str(url), headers={"Accept-Encoding": "identity"}) as answer:
                data, status, pause_s = body_of(answer), answer.status_code, retry_after(answer)
            content_type = answer.headers.get("Content-Type", "").lower()
            if answer.is_success and data and not re.search("html|xml", content_type):
                return data
            problem = f"HTTP status {status}, {len(data)} bytes of {plain(content_type) or 'no type'}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = type(error).__name__
            status = 503 if isinstance(error, httpx.TransportError) else 0
        # The storage may be in trouble for a while; other failures are not mended by time.
        attempt += 1
        others += status < 500 and status not in (408, 425, 429)
        failure = NoAnswer(f"Asset {plain(asset_id)} can't be fetched: {problem}.", pause_s)
        if others >= ATTEMPTS:
            raise failure
        pause(failure, attempt, ends_at)


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
