"""Tiny media: valid and deterministic like full media, but small and fast."""

from __future__ import annotations

import io
import sys
import wave
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image

from playcut_jupyter.sandbox import Sandbox, media

from .conftest import Call, Caller


def download(caller: Caller, tool: str, **inputs: object) -> bytes:
    task = caller.data(tool, workerId=caller.session(), **inputs)
    done = caller.data("wait-for-task", taskId=task["taskId"])
    return caller.fetch(caller.url(done["output"]["assetIds"][0])).content


class TestPicture:
    @pytest.mark.parametrize(
        ("aspect_ratio", "image_size", "size"),
        [
            ("1:1", "1K", (64, 64)),
            ("16:9", "1K", (64, 36)),
            ("9:16", "2K", (72, 128)),
            ("8:1", "4K", (256, 32)),
        ],
    )
    def test_size(self, aspect_ratio: str, image_size: str, size: tuple[int, int]) -> None:
        made = media.picture("a red fox", aspect_ratio=aspect_ratio, image_size=image_size, tiny=True)
        assert (made.mime_type, made.suffix) == ("image/png", ".png")
        with Image.open(io.BytesIO(made.data)) as image:
            image.load()
            assert image.size == size
        assert len(made.data) < 2000

    def test_same_bytes_for_the_same_prompt_and_seed(self) -> None:
        first = media.picture("an owl at night", seed=7, tiny=True)
        assert media.picture("an owl at night", seed=7, tiny=True) == first

    @pytest.mark.parametrize(("prompt", "seed"), [("an owl at night", 8), ("a fox at night", 7)])
    def test_different_pixels_for_another_prompt_or_seed(self, prompt: str, seed: int) -> None:
        pixels = [
            Image.open(io.BytesIO(made.data)).tobytes()
            for made in (
                media.picture("an owl at night", seed=7, tiny=True),
                media.picture(prompt, seed=seed, tiny=True),
            )
        ]
        assert pixels[0] != pixels[1]

    def test_provenance_in_the_metadata(self) -> None:
        made = media.picture("un thé à Zürich", aspect_ratio="2:1", seed=41, tiny=True)
        info = Image.open(io.BytesIO(made.data)).info
        assert info["parameters"].splitlines() == ["un thé à Zürich", "Size: 64x32, Seed: 41, Model: Playcut sandbox"]
        assert "digitalsourcetype/algorithmicMedia" in info["XML:com.adobe.xmp"]

    @pytest.mark.parametrize("prompt", ["", "狐 🦊 \x00\n", "x" * 5000, "\ud800"])
    def test_any_prompt(self, prompt: str) -> None:
        assert media.picture(prompt, tiny=True).data.startswith(b"\x89PNG")


class TestSpeech:
    def test_a_short_wav_with_provenance(self) -> None:
        made = media.speech("Hello there.", tiny=True)
        assert (made.mime_type, made.suffix) == ("audio/wav", ".wav")
        with wave.open(io.BytesIO(made.data)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 16000)
            assert sound.getnframes() / sound.getframerate() == pytest.approx(0.2)
            assert any(sound.readframes(sound.getnframes()))
        assert b"Playcut sandbox\0" in made.data
        assert b"Hello there.\0" in made.data

    def test_the_text_and_the_voice_decide_the_bytes(self) -> None:
        voices = [str(voice["voiceId"]) for voice in media.voices()]
        made = [media.speech(text, voice_id=voice, tiny=True).data for text in ("Hello.", "Bye.") for voice in voices]
        assert len(set(made)) == len(made)
        assert media.speech("Hello.", tiny=True).data == made[0]

    def test_no_speech_engine_is_needed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "py_nanotts", None)
        assert media.speech("Hello.", tiny=True).data.startswith(b"RIFF")


class TestClip:
    @pytest.mark.parametrize(
        ("options", "size", "duration_s"),
        [
            ({}, (64, 36), 8),
            ({"aspect_ratio": "9:16", "resolution": "480p", "duration_s": 1}, (24, 42), 1),
            ({"aspect_ratio": "1:1", "resolution": "1080p", "duration_s": 1.5}, (54, 54), 1.5),
        ],
    )
    def test_size_and_duration(self, options: dict[str, object], size: tuple[int, int], duration_s: float) -> None:
        made = media.clip("a boat at sea", tiny=True, **options)  # type: ignore[arg-type]
        assert (made.mime_type, made.suffix) == ("video/mp4", ".mp4")
        assert 0 < made.data.index(b"moov") < made.data.index(b"mdat")
        with av.open(io.BytesIO(made.data), "r") as container:
            video, sound = container.streams.video[0], container.streams.audio[0]
            assert (video.codec_context.name, sound.codec_context.name) == ("h264", "mp3float")
            assert (video.width, video.height) == size
            assert container.duration is not None
            assert container.duration / 1_000_000 == pytest.approx(duration_s, abs=0.1)
            assert container.metadata["title"] == "a boat at sea"
            assert container.metadata["comment"] == "Playcut sandbox"

    def test_the_prompt_and_the_seed_decide_the_bytes(self) -> None:
        first, again, other, another_seed = (
            media.clip(prompt, duration_s=1, seed=seed, tiny=True)
            for prompt, seed in (("a cat", 1), ("a cat", 1), ("a fox", 1), ("a cat", 2))
        )
        assert first == again
        assert first not in (other, another_seed)


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (media.picture, {"prompt": "a fox", "image_size": "8K"}),
        (media.picture, {"prompt": "a fox", "aspect_ratio": "9:1"}),
        (media.clip, {"prompt": "a fox", "duration_s": 31}),
        (media.clip, {"prompt": "a fox", "resolution": "8K"}),
        (media.speech, {"text": " "}),
        (media.speech, {"text": "Hello.", "voice_id": "voice_nobody"}),
    ],
)
def test_arguments_are_checked_as_for_full_media(make: object, options: dict[str, object]) -> None:
    assert callable(make)
    with pytest.raises(ValueError) as full:  # noqa: PT011 - the next line compares the message
        make(**options)
    with pytest.raises(ValueError) as tiny:  # noqa: PT011
        make(**options, tiny=True)
    assert str(tiny.value) == str(full.value)


class TestSandbox:
    def test_every_kind_is_tiny(self, call: Call) -> None:
        caller = call(media="tiny")
        picture = download(caller, "generate-image-from-text", prompt="a fox")
        assert picture == media.picture("a fox", seed=0, tiny=True).data
        clip = download(caller, "generate-video-from-text", prompt="a fox")
        assert clip == media.clip("a fox", seed=0, tiny=True).data
        sound = download(caller, "generate-tts", text="Hello.")
        assert sound == media.speech("Hello.", tiny=True).data

    def test_full_media_are_the_default(self) -> None:
        with (
            Sandbox(latency_s=0.0) as sandbox,
            httpx.Client(headers={"Authorization": f"Bearer {sandbox.key}"}) as http,
            httpx.Client() as keyless,
        ):
            made = download(
                Caller(sandbox, http, keyless), "generate-image-from-text", prompt="a fox", aspectRatio="8:1"
            )
        assert made == media.picture("a fox", aspect_ratio="8:1", seed=0).data

    def test_a_later_sandbox_makes_the_same_bytes(self, call: Call, tmp_path: Path) -> None:
        earlier = call(media="tiny", state_dir=tmp_path)
        (asset_id,) = earlier.assets("a fox")
        content = earlier.fetch(earlier.url(asset_id)).content
        later = call(media="full", state_dir=tmp_path)
        assert later.fetch(later.url(asset_id)).content == content
