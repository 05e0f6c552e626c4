"""The voice of a speech: chosen by name from `list-voices`, which is asked once, and heard where there is a sample."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
from markupsafe import Markup

from playcut_jupyter import media
from playcut_jupyter.api import downloads
from playcut_jupyter.api.models import Voice
from playcut_jupyter.background.portal import portal
from playcut_jupyter.display import render
from playcut_jupyter.errors import InvalidInput, ServerError
from playcut_jupyter.jobs.submission import pick_voice
from playcut_jupyter.library.asset import Asset
from playcut_jupyter.panel.messages import note
from playcut_jupyter.panel.threads import Worker
from playcut_jupyter.panel.widgets import WRAP, Action, show_if
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.syntax.values import at_commas


class VoiceField(ipywidgets.HBox):  # type: ignore[misc]  # ipywidgets has no types
    """A field that offers voices by name and language, and stands for their ids; any other may be typed.

    What it has to say is in `note`, which has its place below the line of fields: beside them it would move them.

    Args:
        playcut: whose voices.
        voice_worker: asks for them.
        field: where one is typed or chosen.
    """

    def __init__(self, playcut: Playcut, voice_worker: Worker, field: ipywidgets.Combobox) -> None:
        self._playcut, self._errands, self.field = playcut, voice_worker, field
        self._voices: Sequence[Voice] = ()
        self._is_asked = False
        self.hear = Action("Hear", self._hear, voice_worker, self.tell)
        self.again = Action("Try again", self._list, voice_worker, self.tell)
        self.note = ipywidgets.HTML()
        show_if(False, self.again)
        super().__init__([field, self.hear, self.again], layout=WRAP)

    def need(self) -> None:
        """See to it that the voices are asked for, if they were not yet."""
        if not self._is_asked:
            self._is_asked = True
            self._errands.do(self._list, self.tell)

    def forget(self) -> None:
        """Forget the voices: another service has others."""
        self._is_asked, self._voices = False, ()
        self.field.options = ()
        self.tell("")

    def tell(self, text: str) -> None:
        """Say something at the field."""
        self.note.value = note(text)

    def id_of(self, typed: str) -> str:
        """Return the id of the voice that was chosen by its label or name; of several, with commas between, all.

        What is none of them is returned as it was typed: a variable, or what the service may know.
        """
        if (voice := _found(self._voices, typed)) is not None:
            return voice.id
        parts = [(part, _found(self._voices, part)) for part in at_commas(typed)]
        return ",".join(part if voice is None else voice.id for part, voice in parts)

    def label_of(self, voice_id: str) -> str:
        """Return how the voice is offered; its id where it is not."""
        return next((_label(voice) for voice in self._voices if voice.id == voice_id), voice_id)

    def _list(self) -> None:
        show_if(False, self.again)
        try:
            self._voices = self._playcut.voices()
        except BaseException:
            show_if(True, self.again)
            raise
        self.field.options = tuple(map(_label, self._voices))

    def _hear(self) -> None:
        self.note.value = str(sample(self._playcut, self.id_of(self.field.value)))


def _label(voice: Voice) -> str:
    """Return how a voice is offered."""
    return f"{voice.name} · {voice.language}" if voice.language else voice.name


def _found(voices: Sequence[Voice], typed: str) -> Voice | None:
    """Return the voice with that id, label or name; of several, the first."""
    wanted = typed.strip().casefold()
    for called in (lambda voice: voice.id, _label, lambda voice: voice.name):
        for voice in voices:
            if called(voice).casefold() == wanted:
                return voice
    return None


def sample(playcut: Playcut, wanted: str) -> Markup:
    """Return a player of a voice's sample; fetched without the key, and bounded, as any asset is.

    Args:
        playcut: the connection.
        wanted: the voice's id or name, as a cell takes it.

    Raises:
        InvalidInput: no voice is chosen, there is none of that name or there are several, or the API gives no sample.
        ServerError: the sample could not be fetched, or is no sound.
    """
    if not wanted:
        raise InvalidInput("No voice is chosen.", hint="Choose one in the field.")
    voice = pick_voice(playcut.voices(), wanted)
    if voice is None:
        raise InvalidInput(f"{wanted!r} is not one of the listed voices.", hint="Choose one in the field “voice”.")
    if voice.sample_url is None:
        raise InvalidInput(f"The API gives no sample of {voice.name}.", hint="Generate a short text to hear it.")
    try:
        body = portal().call(downloads.fetch, str(voice.sample_url), playcut.connection.settings)
    except downloads.FetchFailed as failure:
        raise ServerError(f"The sample of {voice.name} could not be fetched: {failure}.") from None
    facts = media.inspect(body.data)
    if facts.kind != "audio":
        raise ServerError(f"The sample of {voice.name} is no sound ({facts.mime_type}).")
    return render.asset(Asset(id=None, facts=facts, path=None, data=body.data, caption=f"the voice {voice.name}"))
