"""Which voice a speech has: the one that was asked for by id or by name, or the first of `list-voices`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from playcut_jupyter.api import models
from playcut_jupyter.api.rate_limit import Notify
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.events import Emit, VoiceChosen
from playcut_jupyter.jobs.record_writer import RecordWriter
from playcut_jupyter.remedies import Action, Remedy

_LOOKS_LIKE_ID = re.compile(r"[0-9a-f]{24}|[a-z]+_\w{3,}", re.ASCII)
"""A voice that is named so is not looked up: the shapes of ids that the documentation shows."""


async def chosen_voice(
    connection: Connection, asked: object, record: RecordWriter, emit: Emit, notify: Notify
) -> object:
    """Return the id of the voice that was asked for by id or name; left out, it is the first of `list-voices`.

    Raises:
        InvalidInput: no voice has that name; or there is none at all.
    """
    if isinstance(asked, str) and _LOOKS_LIKE_ID.fullmatch(asked):
        return asked
    voices = await connection.voices(notify)
    if asked is None:
        if not voices:
            raise InvalidInput(
                "Speech needs a voice, and list-voices names none.", hint=(Remedy(Action.NAME_VOICE), ".")
            )
        chosen = voices[0]
    else:
        found = pick_voice(voices, str(asked))
        if found is None:
            return asked
        chosen = found
    emit(VoiceChosen(chosen.id, chosen.name))
    await record.set_voice(chosen.id)
    return chosen.id


def pick_voice(voices: Sequence[models.Voice], asked: str) -> models.Voice | None:
    """Return the voice of that id or name, case ignored, or whose name begins so; None if it may be an id.

    What has a digit may be the id of a voice that is not listed; what has none is a name.

    Raises:
        InvalidInput: no voice has that name; the hint names those that are nearly called so, or several that fit.
    """
    wanted = asked.strip().casefold()
    for voice in voices:
        if wanted in (voice.id.casefold(), voice.name.casefold()):
            return voice
    begun = [voice for voice in voices if voice.name.casefold().startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    names = [voice.name for voice in begun] or get_close_matches(asked, [voice.name for voice in voices], 3, 0.6)
    if not names and (not voices or any(map(str.isdigit, wanted))):
        return None
    suggestion = f"Did you mean {' or '.join(map(repr, names[:3]))}? " if names else ""
    raise InvalidInput(f"No voice is called {asked!r}.", hint=(suggestion, Remedy(Action.LIST_VOICES), "."))
