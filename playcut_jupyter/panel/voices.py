"""What a voice sounds like, where the API gives a sample."""

from __future__ import annotations

from markupsafe import Markup

from playcut_jupyter import downloads, media, render
from playcut_jupyter.assets import Asset
from playcut_jupyter.errors import InvalidInput, ServerError
from playcut_jupyter.playcut import Playcut
from playcut_jupyter.portal import portal


def sample(playcut: Playcut, voice_id: str) -> Markup:
    """Return a player of the voice's sample; fetched without the key, and bounded, as any asset is.

    Raises:
        InvalidInput: no voice is chosen, there is none of that id, or the API gives no sample of it.
        ServerError: the sample could not be fetched, or is no sound.
    """
    voice = next((voice for voice in playcut.voices() if voice.id == voice_id), None)
    if voice is None:
        raise InvalidInput(f"{voice_id!r} is not one of the listed voices." if voice_id else "No voice is chosen.")
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
