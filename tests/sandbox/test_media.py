"""The sandbox's media, through their public names: what is asked for is what comes."""

import io
import struct
import sys
import threading
import wave
from functools import cache

import av
import pytest
from PIL import Image

from playcut_jupyter.sandbox import media
from playcut_jupyter.sandbox.media import Media, MediaUnavailable


def opened(made: Media) -> Image.Image:
    with Image.open(io.BytesIO(made.data)) as image:
        image.load()
        return image


def share_that_differs(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.convert("L").tobytes(), other.convert("L").tobytes(), strict=True)
    return sum(abs(a - b) > 12 for a, b in pairs) / (one.width * one.height)


class TestPicture:
    @pytest.mark.parametrize(
        ("aspect_ratio", "image_size", "size"),
        [
            ("1:1", "1K", (1024, 1024)),
            ("16:9", "1K", (1024, 576)),
            ("9:16", "1K", (576, 1024)),
            ("4:3", "2K", (2048, 1536)),
            ("8:1", "1K", (1024, 128)),
            ("1:8", "1K", (128, 1024)),
            ("21:9", "4K", (4096, 1755)),
        ],
    )
    def test_has_the_size_that_was_asked_for(self, aspect_ratio: str, image_size: str, size: tuple[int, int]) -> None:
        made = media.picture("a red fox", aspect_ratio=aspect_ratio, image_size=image_size)
        assert (made.mime_type, made.suffix) == ("image/png", ".png")
        assert opened(made).size == size

    def test_is_the_same_for_the_same_request_and_another_for_another(self) -> None:
        first = media.picture("an owl at night", seed=7)
        assert media.picture("an owl at night", seed=7) == first
        assert media.picture("an owl at night", seed=8) != first
        # Not only the caption: the pictures look different.
        for prompt in ("an owl at sunset", "a fox at night", "an owl at night, watercolour"):
            assert share_that_differs(opened(first), opened(media.picture(prompt, seed=7))) > 0.1

    def test_takes_a_colour_word_as_the_subjects(self) -> None:
        blue, red = (
            opened(media.picture(f"a {colour} car in the desert at noon")).crop((400, 500, 720, 750))
            for colour in ("blue", "red")
        )
        r, b = (sum(blue.getchannel(c).tobytes()) - sum(red.getchannel(c).tobytes()) for c in "RB")
        assert b > 0 > r

    def test_is_the_same_from_several_threads(self) -> None:
        made: list[Media] = []
        threads = [threading.Thread(target=lambda: made.append(media.picture("a boat at sea"))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 3
        assert len(set(made)) == 1

    def test_says_of_itself_how_it_was_made(self) -> None:
        image = opened(media.picture("un thé à Zürich", aspect_ratio="2:1", seed=41))
        note = image.info["parameters"]
        assert note.splitlines()[0] == "un thé à Zürich"
        assert "1024x512" in note
        assert "Seed: 41" in note
        assert "Playcut sandbox" in note
        assert "digitalsourcetype/algorithmicMedia" in image.info["XML:com.adobe.xmp"]

    def test_is_marked_as_the_sandboxs(self) -> None:
        # A light badge in the upper right corner of a dark sky.
        image = opened(media.picture("deep space")).convert("L")
        corner = image.crop((880, 10, 1020, 60)).tobytes()
        assert sum(value > 200 for value in corner) > 1500

    def test_shows_the_prompt(self) -> None:
        # Snow is bright, so what is dark at the lower edge is the plate: the more words, the larger.
        one, other = (
            opened(media.picture(prompt, aspect_ratio="16:9")).crop((0, 490, 1024, 576)).convert("L")
            for prompt in ("snow at noon", "snow at noon " + "and then another long thing " * 20)
        )
        dark = [sum(value < 110 for value in image.tobytes()) for image in (one, other)]
        assert dark[1] > 2 * dark[0] > 0

    @pytest.mark.parametrize("prompt", ["", "狐 🦊 \x00\n", "<b>&", "x" * 5000, "\ud800", "{a|b}"])
    def test_survives_any_prompt(self, prompt: str) -> None:
        assert opened(media.picture(prompt)).size == (1024, 1024)

    def test_is_not_heavy(self) -> None:
        assert len(media.picture("a night city in the rain, neon").data) < 1_200_000

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"aspect_ratio": "9:1"}, "aspectRatio"),
            ({"aspect_ratio": "wide"}, "aspectRatio"),
            ({"aspect_ratio": "0:1"}, "aspectRatio"),
            ({"image_size": "8K"}, "imageSize must be one of 1K, 2K, 4K"),
        ],
    )
    def test_refuses_what_it_cannot_make(self, options: dict[str, str], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            media.picture("a fox", **options)  # type: ignore[arg-type]


class TestSpeech:
    def test_is_a_wav_that_lasts_as_long_as_its_text(self) -> None:
        lengths = []
        for text in ("Hello.", "Hello, and welcome to this rather longer sentence."):
            made = media.speech(text)
            assert (made.mime_type, made.suffix) == ("audio/wav", ".wav")
            with wave.open(io.BytesIO(made.data)) as sound:
                assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 16000)
                lengths.append(sound.getnframes() / sound.getframerate())
        assert lengths[0] < 1.5
        assert lengths[1] > 2 * lengths[0]

    def test_is_the_same_every_time(self) -> None:
        assert len({media.speech("The same again.", voice_id="voice_de_de_emmy").data for _ in range(4)}) == 1

    def test_has_voices_that_differ(self) -> None:
        voices = media.voices()
        assert len(voices) >= 6
        assert voices[0]["language"] == "en"
        assert {"en", "de", "fr", "es", "it"} == {voice["language"] for voice in voices}
        said = [media.speech("Good morning.", voice_id=str(voice["voiceId"])).data for voice in voices]
        assert len(set(said)) == len(voices)
        assert media.speech("Good morning.").data == said[0]

    def test_takes_markup_for_text(self) -> None:
        with wave.open(io.BytesIO(media.speech("One <two> & three\x00 four").data)) as sound:
            assert sound.getnframes() > 16000

    def test_says_of_itself_what_it_is(self) -> None:
        data = media.speech("Hello there.").data
        assert b"ISFT" in data
        assert b"Playcut sandbox\0" in data
        assert b"Hello there.\0" in data
        assert struct.unpack("<I", data[4:8])[0] == len(data) - 8

    @pytest.mark.parametrize("text", ["你好世界", "こんにちは"])
    def test_does_not_fall_silent_in_other_scripts(self, text: str) -> None:
        with pytest.raises(MediaUnavailable, match="English"):
            media.speech(text)

    def test_refuses_nothing_too_much_and_unknown_voices(self) -> None:
        with pytest.raises(ValueError, match="empty"):
            media.speech(" \n")
        with pytest.raises(ValueError, match="5,000"):
            media.speech("a" * 5001)
        with pytest.raises(ValueError, match="voice_nobody"):
            media.speech("Hello", voice_id="voice_nobody")


@cache
def boat_at_sea() -> Media:
    return media.clip("a boat at sea", resolution="480p", duration_s=3)


class TestClip:
    @pytest.fixture
    def made(self) -> Media:
        return boat_at_sea()

    def test_is_h264_with_sound_of_the_length_asked_for(self, made: Media) -> None:
        assert (made.mime_type, made.suffix) == ("video/mp4", ".mp4")
        with av.open(io.BytesIO(made.data), "r") as container:
            video, sound = container.streams.video[0], container.streams.audio[0]
            assert (video.codec_context.name, sound.codec_context.name) == ("h264", "aac")
            assert video.codec_context.pix_fmt == "yuv420p"
            assert (video.width, video.height) == (854, 480)
            assert container.duration is not None
            assert container.duration / 1_000_000 == pytest.approx(3, abs=0.1)
            assert container.metadata["title"] == "a boat at sea"
            assert container.metadata["comment"] == "Playcut sandbox"

    def test_can_start_before_it_is_all_there(self, made: Media) -> None:
        assert 0 < made.data.index(b"moov") < made.data.index(b"mdat")

    def test_can_be_entered_at_every_second(self, made: Media) -> None:
        with av.open(io.BytesIO(made.data), "r") as container:
            keys = [float(frame.time or 0) for frame in container.decode(video=0) if frame.key_frame]
        assert keys == pytest.approx([0, 1, 2], abs=0.01)

    def test_moves_and_sounds(self, made: Media) -> None:
        with av.open(io.BytesIO(made.data), "r") as container:
            frames = [frame.to_image() for frame in container.decode(video=0)]
        assert share_that_differs(frames[0], frames[-1]) > 0.02
        with av.open(io.BytesIO(made.data), "r") as container:
            blocks = [struct.unpack("<f", bytes(f.planes[0])[:4])[0] for f in container.decode(audio=0)]
        assert max(map(abs, blocks)) > 0.01

    def test_is_the_same_for_the_same_request(self) -> None:
        one, again, other = (
            media.clip(prompt, aspect_ratio="1:1", resolution="480p", duration_s=1)
            for prompt in ("a cat in space", "a cat in space", "a fox in space")
        )
        assert one == again
        assert one != other

    @pytest.mark.parametrize(
        ("aspect_ratio", "size"), [("9:16", (480, 854)), ("1:1", (480, 480)), ("21:9", (1120, 480))]
    )
    def test_has_even_sides_of_the_aspect_asked_for(self, aspect_ratio: str, size: tuple[int, int]) -> None:
        made = media.clip("dunes", aspect_ratio=aspect_ratio, resolution="480p", duration_s=1)
        with av.open(io.BytesIO(made.data), "r") as container:
            video = container.streams.video[0]
            assert (video.width, video.height) == size

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"duration_s": 31}, "durationSeconds"),
            ({"duration_s": 0}, "durationSeconds"),
            ({"resolution": "8K"}, "resolution"),
        ],
    )
    def test_refuses_what_it_cannot_make(self, options: dict[str, object], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            media.clip("a fox", **options)  # type: ignore[arg-type]

    def test_names_the_remedy_without_its_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "av", None)
        monkeypatch.delitem(sys.modules, "playcut_jupyter.sandbox.clips", raising=False)
        monkeypatch.delattr("playcut_jupyter.sandbox.clips", raising=False)
        with pytest.raises(MediaUnavailable, match=r"playcut-jupyter\[sandbox\]"):
            media.clip("a fox", duration_s=1)
