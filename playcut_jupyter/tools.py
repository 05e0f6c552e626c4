"""A table of the documented tools; to support a new tool, add a row.

Names, inputs, typical times and poll intervals are from Playcut's quickstart, task-polling and errors pages. A tool
without a row works too, by its own name and with its input as JSON.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Self

from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.remedies import Action, Hint, Remedy


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of the API.

    Attributes:
        name: its name in the URL.
        kind: "image", "video", "speech", or the tool's own name if it has no row.
        prompt_field: the input that holds the prompt; "" if none does.
        options: our option names -> the API's input names.
        typical_s: documented typical latency in seconds, from and to; None if not documented.
        poll_s: documented interval between two `get-task-status` calls, seconds.
        deadline_s: the longest wait for a task, seconds (documented for image and video).
    """

    name: str
    kind: str
    prompt_field: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    typical_s: tuple[float, float] | None = None
    poll_s: float = 5.0
    deadline_s: float = 600.0

    @property
    def is_known(self) -> bool:
        """True for a tool with a row in the table."""
        return self.kind != self.name


IMAGE = Tool(
    "generate-image-from-text",
    "image",
    "prompt",
    {"aspect_ratio": "aspectRatio", "image_size": "imageSize"},
    typical_s=(5, 15),
    poll_s=3,
    deadline_s=300,
)
VIDEO = Tool(
    "generate-video-from-text",
    "video",
    "prompt",
    {"aspect_ratio": "aspectRatio", "resolution": "resolution", "duration_seconds": "durationSeconds"},
    typical_s=(60, 120),
    poll_s=5,
    deadline_s=600,
)
SPEECH = Tool(
    "generate-tts",
    "speech",
    "text",
    {"voice": "voiceId"},
    typical_s=(3, 10),
    poll_s=2,
    deadline_s=300,
)

KINDS: Mapping[str, Tool] = {"image": IMAGE, "video": VIDEO, "speech": SPEECH, "tts": SPEECH}
TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in (IMAGE, VIDEO, SPEECH)}
READ_ONLY = ("list-voices", "get-task-status", "wait-for-task", "download-asset", "create-session")
"""Documented tools that buy nothing, so that they may be retried after a lost answer."""

OPTION_HELP: Mapping[str, str] = {
    "aspect_ratio": "`-a/--aspect-ratio`",
    "image_size": "`-s/--image-size`",
    "resolution": "`-r/--resolution`",
    "duration_seconds": "`-d/--duration`",
    "voice": "`-v/--voice`",
}
_SPELLINGS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "aspect_ratio": (re.compile(r"(\d{1,3}(?:\.\d+)?)(?:[:x\u00d7\u2236/*-]|by)(\d{1,3}(?:\.\d+)?)"), "{}:{}"),
    "image_size": (re.compile(r"(\d+)k"), "{}K"),
    "resolution": (re.compile(r"(\d+)p?"), "{}p"),
}
"""Option -> a pattern for near misses of its values, without case and spaces, and the API's spelling of them."""


def named(name: str) -> Tool:
    """Return the tool with this name or kind; for any other name, a tool without a row."""
    if name in KINDS:
        return KINDS[name]
    return TOOLS.get(name) or Tool(name, name)


def nearest(name: str) -> str | None:
    """Return the documented tool with a name similar to *name*, or None."""
    return next(iter(get_close_matches(name, [*TOOLS, *READ_ONLY], 1, 0.7)), None)


def api_inputs(tool: Tool, options: Mapping[str, object]) -> dict[str, object]:
    """Translate our option names to the API's input names, leaving out None.

    Raises:
        InvalidInput: an option that this kind does not have, or a value that is a near miss of the API's spelling.
    """
    inputs: dict[str, object] = {}
    for option, value in options.items():
        if value is None:
            continue
        if option not in tool.options:
            raise InvalidInput(
                f"{OPTION_HELP.get(option, option)} is not an option of {tool.kind}.",
                hint=_options_hint(tool),
            )
        for item in value if isinstance(value, list | tuple) else [value]:
            _check_spelling(option, item)
        inputs[tool.options[option]] = value
    return inputs


def _check_spelling(option: str, value: object) -> None:
    """Raise `InvalidInput` if *value* is a near miss of the API's spelling, or a list written as text."""
    if option not in _SPELLINGS or not isinstance(value, str):
        return
    pattern, spelling = _SPELLINGS[option]
    folded = "".join(character for character in unicodedata.normalize("NFKC", value).lower() if character.isprintable())
    match = pattern.fullmatch("".join(folded.split()))
    correct = spelling.format(*match.groups()) if match else value
    name = option.replace("_", " ")
    if correct != value:
        raise InvalidInput(f"There is no {name} {value!r}. Did you mean {correct}?")
    if set(value) & set(",;|()[]{}="):
        raise InvalidInput(
            f"There is no {name} {value!r}.",
            hint='For several, write a comma list on a line (1:1,16:9), and a list in Python (["1:1", "16:9"]).',
        )


def _options_hint(tool: Tool) -> Hint:
    any_input = Remedy(Action.GIVE_INPUT, "key=value")
    if not tool.options:
        return ("Put the inputs into the cell's JSON, or use ", any_input, ".")
    options = ", ".join(OPTION_HELP[option] for option in tool.options)
    return (f"The options of {tool.kind} are {options}; give any other input with ", any_input, ".")


class AssetId(str):
    """The id of an asset that an earlier generation made, as an input of another.

    Attributes:
        parent_id: the number of that generation in the library of the new one; None if it is not there.
        label: how an axis names it; "" for the id.
    """

    __slots__ = ("label", "parent_id")
    label: str
    parent_id: int | None

    def __new__(cls, asset_id: str, parent_id: int | None = None, label: str = "") -> Self:
        """Return the id as text that remembers where it came from."""
        new = super().__new__(cls, asset_id)
        new.parent_id, new.label = parent_id, label
        return new


def _first_parent(value: object) -> int | None:
    """Return the number of the first generation whose asset is in *value*; None for none."""
    if isinstance(value, AssetId):
        return value.parent_id
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    try:
        return next((parent for item in items if (parent := _first_parent(item)) is not None), None)
    except RecursionError:
        return None  # refused where it is made JSON


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A request to a tool, without the session's id.

    Attributes:
        tool: the tool.
        inputs: the API's input names -> JSON-compatible values.
        session: the session's id or title; None for the connection's own session.
        in_session: False if the request has no session.
        as_given: True for a tool's own JSON input, to which only the session is added.
        parent_id: the number of the generation that it derives from; by default the first whose asset is an input;
            None for none.
        labels: its value on each axis of its sweep; empty for a single generation.
    """

    tool: Tool
    inputs: Mapping[str, object]
    session: str | None = None
    in_session: bool = True
    as_given: bool = False
    parent_id: int | None = None
    labels: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.parent_id is None:
            object.__setattr__(self, "parent_id", _first_parent(dict(self.inputs)))

    @property
    def prompt(self) -> str:
        """The prompt's text; "" if no known input holds one."""
        names = (self.tool.prompt_field, "prompt", "text")
        values = (self.inputs.get(name) for name in names if name)
        return next((value for value in values if isinstance(value, str)), "")


def raw_request(name: str, tool_input: Mapping[str, object], session: str | None = None) -> GenerationRequest:
    """Return the request for a tool by its own name and with its own input.

    A `generate-*` tool gets the session unless its input has a `workerId`; null means no session.
    """
    inputs = dict(tool_input)
    in_session = name.startswith("generate-") and "workerId" not in inputs
    if inputs.get("workerId", "") is None:
        del inputs["workerId"]
    return GenerationRequest(named(name), inputs, session if in_session else None, in_session, as_given=True)
