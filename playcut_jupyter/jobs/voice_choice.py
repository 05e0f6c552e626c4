"""The voice of a speech: the one requested by id or name, else the first of `list-voices`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from playcut_jupyter.api import models
from playcut_jupyter.api.client import OnPause
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.events import Emit, VoiceChosen
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.remedies import Action, Remedy

_LOOKS_LIKE_ID = re.compile(r"[0-9a-f]{24}|[a-z]+_\w{3,}", re.ASCII)
"""The shapes of ids that the API's documentation shows: a voice given so is not looked up."""


async def chosen_voice(
    connection: Connection, requested: object, record: RecordWriter, emit: Emit, notify: OnPause
) -> object:
    """Return the id of the *requested* voice, an id or a name; None requests the first of `list-voices`.

    Raises:
        InvalidInput: no voice, or more than one, has that name; or the service lists no voice.
    """
    if isinstance(requested, str) and _LOOKS_LIKE_ID.fullmatch(requested):
        return requested
    voices = await connection.voices(notify)
    if requested is None and not voices:
        raise InvalidInput("Speech needs a voice, and list-voices lists none.", hint=(Remedy(Action.NAME_VOICE), "."))
    voice = voices[0] if requested is None else pick_voice(voices, str(requested))
    if voice is None:
        return requested
    emit(VoiceChosen(voice.id, voice.name))
    await record.set_voice(voice.id)
    return voice.id


def pick_voice(voices: Sequence[models.Voice], requested: str) -> models.Voice | None:
    """Return the voice with this id, name or beginning of a name, ignoring case; None if it may be an unlisted id.

    What has a digit may be the id of a voice that is not listed; what has none is a name.

    Raises:
        InvalidInput: no voice, or more than one, has that name; the hint lists similar ones.
    """
    query = requested.strip().casefold()
    for voice in voices:
        if query in (voice.id.casefold(), voice.name.casefold()):
            return voice
    matches = [voice for voice in voices if voice.name.casefold().startswith(query)]
    if len(matches) == 1:
        return matches[0]
    names = [voice.name for voice in matches] or get_close_matches(requested, [voice.name for voice in voices], 3, 0.6)
    if not names and (not voices or any(map(str.isdigit, query))):
        return None
    suggestion = f"Did you mean {' or '.join(map(repr, names[:3]))}? " if names else ""
    raise InvalidInput(f"No voice is called {requested!r}.", hint=(suggestion, Remedy(Action.LIST_VOICES), "."))
