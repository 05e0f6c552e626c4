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
from itertools import count
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
# What media begin with, in hex: an extension and a pattern; the first that fits counts. Others become `.bin`.
TYPES = r"""
    .png 89504e470d0a1a0a  .jpg ffd8ff  .gif 474946383[79]61  .webp 52494646.{8}57454250  .tiff 49492[ab]00|4d4d002[ab]
    .avif .{8}66747970(617669(66|73|6f)|(6d69663[12]|6d696166|6d736631|4d41314[12]).{8}(.{8}){0,9}617669(66|73|6f))
    .heic .{8}66747970(686569(63|78|6d|73)|(6d69663[12]|6d696166|6d736631).{8}(.{8}){0,9}686569(63|78|6d|73))
    .heics .{8}66747970686576(63|78|6d|73)  .heif .{8}66747970(6d69663[12]|6d696166)  .heifs .{8}667479706d736631
    .jxl ff0a|0000000c4a584c20  .jp2 0000000c6a502020|ff4fff51  .bmp 424d.{24}(0c|28|34|38|40|6c|7c)000000
    .wav 52(494646|463634|494658).{8}57415645  .aiff 464f524d.{8}4149464[36]  .flac 664c6143
    .ogv 4f676753.{0,300}807468656f7261  .ogg 4f676753  .webm 1a45dfa3.{0,120}42828.7765626d  .mkv 1a45dfa3
    .avi 52494646.{8}41564920  .mpg 000001b[a3]  .pdf 255044462d  .zip 504b0(304|506)  .glb 676c5446
    .aac fff[0189]  .mp2 ff(e[45]|f[45cd])[1-e][0-b]  .mp3 ff(e[23]|f[23ab])[1-e][0-b]
"""
FRAMES = r"(?:..)*?(?=(ff(?:e[2-5]|f[0-58-d]))(?:(?:..){20,1500}?\1){3})"  # what stands before four frames of a sound
TRACK = rb"(?s)hdlr.{4}(?:\0{4}|mhlr)"  # in MP4 and its relatives; its kind follows
COVER = rb"vide.{0,999}stsd.{12}(?:mp4v|jpeg|png ).{0,999}stsz.{8}\0\0\0\x01"  # a track of a single picture


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
        return httpx.Client(timeout=TIMEOUT_S, verify=tls, headers={"Accept-Encoding": "identity"}, **options)
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


def log(text: object, stream: TextIO = sys.stderr) -> None:
    """Print a line. Where nobody can read it (a closed pipe, a full disk), the work goes on all the same."""
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError):
        # What is left in the buffer goes nowhere, or Python would complain at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def plain(text: object) -> str:
    """Return text from the network without control characters and without the key."""
    return "".join(char if char.isprintable() else " " for char in str(text).replace(KEY, "***"))[:500]


def call(tool: str, tool_input: dict[str, Any], timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
    """Execute a tool once and return its data; after a 429, wait for its Retry-After and send again."""
    url, bearer = f"{BASE_URL}/tools/{tool}/execute", {"Authorization": f"Bearer {KEY}"}
    limits = httpx.Timeout(TIMEOUT_S, read=timeout_s)
    wait_left_s, refusals = DEADLINE_S, 0
    while True:
        try:
            with api.stream("POST", url, headers=bearer, json=tool_input, timeout=limits) as answer:
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
        said = message_of(answer, body) if refusals else "The rate limit is reached"
        log(f"{said}: continuing in {pause_s} s.")
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
        host = re.match(r"(?:[a-z]+:)?//(?:[^/?#]*@)?([^/?#@]+)", answer.headers.get("Location", ""))
        place = f" to {plain(host[1])}" if host else ""
        raise NotTaken(f"{text}: {BASE_URL} redirects{place}. Nothing was bought; see PLAYCUT_BASE_URL.")
    if status == 511 or (400 <= status < 500 and not any(map(document.get, ("statusCode", "message", "error")))):
        raise NotTaken(f"{text}: not the API but a gateway answered, or PLAYCUT_BASE_URL ({BASE_URL}) is wrong.")
    if status >= 500:
        raise NoAnswer(text, retry_after(answer))
    if status >= 400:
        raise Failed(text)
    if not isinstance(document.get("data"), dict):
        raise NoAnswer(f"{tool}: the answer can't be read.")
    return dict(document["data"])


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
    tool, session = generation["tool"], {"workerId": session_id} if generation["session"] else {}
    try:
        task = call(tool, session | generation["inputs"])
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
            if asset_ids := result_of(task):
                return asset_ids
            state = f" Its last state is {plain(task.get('status'))}."
        except (NoAnswer, NotTaken) as error:
            log(f"{error} Retrying.")
            pause_s = max(POLL_S, (error.pause_s if isinstance(error, NoAnswer) else None) or 0)
            if pause_s > MAX_PAUSE_S:
                raise
        time.sleep(min(pause_s, max(0, ends_at - time.monotonic())))
    raise Failed(f"Not done within {DEADLINE_S} s; it may still complete.{state}")


def result_of(task: dict[str, Any]) -> list[str]:
    """Return the asset ids of a task that is done, none of one that goes on; raises Failed for one that failed.

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
    return []


def fetch(asset_id: str, name: str) -> bytes:
    """Return an asset's bytes: all that came whole, but text in place of media. What may be damaged is fetched anew."""
    ends_at, attempt, others, whole, last = time.monotonic() + DEADLINE_S, 0, 0, b"", b""
    while True:
        # The URL is signed for this attempt; it is a secret and never printed.
        url = call_with_retries("download-asset", {"assetId": asset_id}, ends_at).get("url")
        status, pause_s, problem = 0, None, "no URL"
        try:
            with storage.stream("GET", str(url)) as answer:
                data, status, pause_s = body_of(answer), answer.status_code, retry_after(answer)
            content_type = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
            problem = f"HTTP status {status}, {len(data)} bytes of {plain(content_type) or 'no type'}"
            is_odd = extension_of(data) == ".bin" and bool(re.match("playcut-(image|video|speech)", name))
            if answer.is_success and data and not (is_odd and is_text(data) and content_type != "image/svg+xml"):
                has_length = "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers
                is_doubtful = not has_length or (is_odd and re.match("(image|audio|video)/(?!svg)", content_type))
                if not is_doubtful or data == last:
                    return data
                last, whole = data, data if has_length else whole
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            problem = type(error).__name__
            status = 503 if isinstance(error, httpx.TransportError) else 0
        # The storage may be in trouble for a while; other failures are not mended by time.
        is_trouble = status >= 500 or status in (408, 425, 429)
        attempt, others = attempt + 1, others + (not is_trouble)
        failure = NoAnswer(f"Asset {plain(asset_id)} can't be fetched: {problem}.", pause_s)
        if whole and (is_trouble or others >= ATTEMPTS):
            return whole
        if others >= ATTEMPTS:
            raise failure
        pause(failure, attempt, ends_at)


def is_text(data: bytes) -> bool:
    """Return True for a page or a sentence, in any encoding."""
    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    head = data[:4096].decode("utf-16", "ignore").encode("utf-8", "ignore") if is_wide else data[:4096]
    is_utf8 = len(head.decode("utf-8", "ignore").encode()) >= len(head) - 3
    is_legible = is_utf8 or sum(byte < 127 for byte in head) >= 0.8 * len(head)
    return is_legible and not re.search(rb"[\0-\x08\x0e-\x1f]", head)


def extension_of(data: bytes) -> str:
    """Return the extension for a file, by its content; the server's file names are not used."""
    start = 0
    while tag := re.match(rb"(?s)ID3..(.)([\0-\x7f]{4})", data[start : start + 10]):
        a, b, c, d = tag[2]
        start += 10 + (a << 21 | b << 14 | c << 7 | d) + (10 if tag[1][0] & 16 else 0)
    head_hex = data[start : start + 65_536].lstrip(b"\0" if start else b"").hex()
    is_iso = re.match(rb"(?s)[\0-\x1f].{3}[ -~\xa9]{4}", data) and re.search(rb"(?s)ftyp|moov.{4}mvhd|moof.*mdat", data)
    frames = None if is_iso else re.match(FRAMES, head_hex)
    begins = (head_hex, head_hex[frames.end() :] if frames else "")
    types = re.findall(r"(\.\w+) (\S+)", TYPES)
    found = (extension for begin in begins for extension, pattern in types if re.match(pattern, begin))
    extension = next(found, "") or (iso_extension(data) if is_iso else ".mp3" if start else ".bin")
    tracks = head_hex.partition("1654ae6b")[2].partition("1f43b675")[0]
    is_sound = "838102" in tracks and "838101" not in tracks
    return {".webm": ".weba", ".mkv": ".mka"}.get(extension, extension) if is_sound else extension


def iso_extension(data: bytes) -> str:
    """Return the extension for MP4 and its relatives, by their tracks; a single picture beside sound is a cover."""
    brand = (re.search(rb"(?s)ftyp(.{4})", data[:1_000_000]) or (b"", b"qt  "))[1]
    sounds, pictures, covers = (len(re.findall(TRACK + kind, data)) for kind in (b"soun", b"vide", COVER))
    is_named_sound = brand in (b"M4A ", b"M4B ", b"M4P ")
    if (sounds and pictures == covers) or (is_named_sound and (sounds or not pictures)):
        return ".m4a"
    return ".mov" if brand == b"qt  " else ".mp4"


def save(name: str, data: bytes) -> Path:
    """Write a new file, numbered if the name exists, and return its path."""
    extension = extension_of(data)
    for number in count(1):
        path = Path(f"{name}-{number}{extension}" if number > 1 else name + extension)
        try:
            with path.open("xb") as file:
                file.write(data)
            break
        except FileExistsError:
            continue
        except OSError as error:
            raise Failed(f"{path} can't be written: {error.strerror}.") from None
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
                log(save(name, fetch(asset_id, name)), sys.stdout)
        except Failed as failure:
            failures += 1
            log(f"{name}: {failure} (task {plain(task_id)})")
    return failures


def main() -> str:
    """Check the settings, then generate everything; return what went wrong."""
    if not re.fullmatch("[!-~]+", KEY):
        return "Set PLAYCUT_API_KEY to your key (app.playcut.ai/settings/api)."
    if not re.fullmatch(SAFE_URL, BASE_URL):
        return "PLAYCUT_BASE_URL is not an https address; plain http would expose the key."
    try:
        failures = make_all()
    except Failed as failure:
        return str(failure)
    return f"{failures} of {len(GENERATIONS)} failed." if failures else ""


if __name__ == "__main__":
    with api, storage:
        sys.exit(main() or None)
