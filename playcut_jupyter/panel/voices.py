"""The voice of a speech: chosen by name from `list-voices`, which is asked once, and played where there is a sample."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import ipywidgets
from markupsafe import Markup

from playcut_jupyter import media
from playcut_jupyter.api import downloads
from playcut_jupyter.api.models import Voice
from playcut_jupyter.background.portal import portal
from playcut_jupyter.connection.connection import Connection
from playcut_jupyter.display import media_html
from playcut_jupyter.engine import Engine
from playcut_jupyter.errors import InvalidInput, ServerError
from playcut_jupyter.jobs.voice_choice import pick_voice
from playcut_jupyter.library.records import AssetRecord
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.threads import Worker
from playcut_jupyter.panel.widgets import WRAP, MessageLine, WorkerButton, show_if
from playcut_jupyter.syntax.values import at_commas

_CHOOSE = "Choose one in the field “voice”."


class VoiceField(ipywidgets.HBox):  # type: ignore[misc]  # ipywidgets has no types
    """What makes of a field one that offers voices by name and language, and stands for their ids.

    Any other may be typed. It shows the buttons behind the field; its message belongs below the line of fields, because
    beside them it would move them.

    Args:
        engine: whose voices.
        worker: asks for them.
        field: where one is typed or chosen.
    """

    def __init__(self, engine: Engine, worker: Worker, field: ipywidgets.Combobox) -> None:
        self._engine, self._worker, self.field = engine, worker, field
        self._voices: Sequence[Voice] = ()
        self._is_requested = False
        self.message = MessageLine()
        self.play = WorkerButton("Play sample", self._play, worker, self.message.show)
        self.retry = WorkerButton("Try again", self._load, worker, self.message.show)
        show_if(False, self.retry)
        self.play.add_class(css_classes.PLAY_BUTTON)
        super().__init__([self.play, self.retry], layout=WRAP)

    def load(self) -> None:
        """Ask for the voices soon, unless that was done before."""
        if not self._is_requested:
            self._is_requested = True
            self._worker.submit(self._load, self.message.show)

    def reset(self) -> None:
        """Forget the voices: another service has others."""
        self._is_requested, self._voices = False, ()
        self.field.options = ()
        self.message.show("")

    def id_of(self, typed: str) -> str:
        """Return the id of the voice that was chosen by its label or name; of several, with commas between, all.

        What is none of them is returned as it was typed: a variable, or what the service may know.
        """
        if (voice := _find(self._voices, typed)) is not None:
            return voice.id
        parts = [(part, _find(self._voices, part)) for part in at_commas(typed)]
        return ",".join(part if voice is None else voice.id for part, voice in parts)

    def label_of(self, voice_id: str) -> str:
        """Return how the voice is offered; its id where it is not."""
        return next((_label(voice) for voice in self._voices if voice.id == voice_id), voice_id)

    def _load(self) -> None:
        show_if(False, self.retry)
        try:
            self._voices = self._engine.voices()
        except BaseException:
            show_if(True, self.retry)
            raise
        self.field.options = tuple(map(_label, self._voices))

    def _play(self) -> None:
        self.message.value = str(sample_player(self._engine, self.id_of(self.field.value)))


def _label(voice: Voice) -> str:
    """Return how a voice is offered."""
    return f"{voice.name} · {voice.language}" if voice.language else voice.name


def _find(voices: Sequence[Voice], typed: str) -> Voice | None:
    """Return the voice with that id, label or name; of several, the first."""
    wanted = typed.strip().casefold()
    for name_of in (lambda voice: voice.id, _label, lambda voice: voice.name):
        for voice in voices:
            if name_of(voice).casefold() == wanted:
                return voice
    return None


async def _fetched(connection: Connection, url: str) -> bytes:
    return (await downloads.fetch(url, connection.storage)).data


def sample_player(engine: Engine, wanted: str) -> Markup:
    """Return a player of a voice's sample; fetched without the key, and bounded, as any asset is.

    Args:
        engine: the connection.
        wanted: the voice's id or name, as a cell takes it.

    Raises:
        InvalidInput: no voice is chosen, there is none of that name or there are several, or the API gives no sample.
        ServerError: the sample could not be fetched, or is no sound.
    """
    if not wanted:
        raise InvalidInput("No voice is chosen.", hint=_CHOOSE)
    voice = pick_voice(engine.voices(), wanted)
    if voice is None:
        raise InvalidInput(f"{wanted!r} is not one of the listed voices.", hint=_CHOOSE)
    if voice.sample_url is None:
        raise InvalidInput(f"The API gives no sample of {voice.name}.", hint="Generate a short text to hear it.")
    try:
        data = portal().call(_fetched, engine.connection, str(voice.sample_url))
    except downloads.FetchFailed as failure:
        raise ServerError(f"The sample of {voice.name} could not be fetched: {failure}.") from None
    info = media.inspect(data)
    if info.kind != "audio":
        raise ServerError(f"The sample of {voice.name} is no sound ({info.mime_type}).")
    facts = (info.mime_type, len(data), *info.size, info.remark)
    record = AssetRecord(None, hashlib.sha256(data).hexdigest(), None, *facts, content=data)
    return media_html.asset(record, f"the voice {voice.name}", media_html.FULL_PX)
