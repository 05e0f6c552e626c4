"""Full media: pictures, speech and clips for a prompt."""

import io
import struct
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import av
import pytest
from PIL import Image

from playcut_jupyter.media import caption_share
from playcut_jupyter.sandbox import media
from playcut_jupyter.sandbox.drawing.caption import caption_note, caption_patches
from playcut_jupyter.sandbox.errors import MediaUnavailable
from playcut_jupyter.sandbox.media import Media


def decode(made: Media) -> Image.Image:
    with Image.open(io.BytesIO(made.data)) as image:
        image.load()
        return image


def fraction_that_differs(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.convert("L").tobytes(), other.convert("L").tobytes(), strict=True)
    return sum(abs(a - b) > 12 for a, b in pairs) / (one.width * one.height)


class TestPicture:
    @pytest.mark.parametrize(
        ("aspect_ratio", "image_size", "size"),
        [
            ("1:1", "1K", (1024, 1024)),
            ("16:9", "1K", (1024, 576)),
            ("9:16", "1K", (576, 1024)),
            ("4:1", "2K", (2048, 512)),
            ("8:1", "1K", (1024, 128)),
            ("1:8", "1K", (128, 1024)),
            ("8:1", "4K", (4096, 512)),
        ],
    )
    def test_size(self, aspect_ratio: str, image_size: str, size: tuple[int, int]) -> None:
        made = media.picture("a red fox", aspect_ratio=aspect_ratio, image_size=image_size)
        assert (made.mime_type, made.suffix) == ("image/png", ".png")
        assert decode(made).size == size

    def test_the_prompt_and_the_seed_decide_the_picture(self) -> None:
        draw = partial(media.picture, aspect_ratio="2:1")
        first = draw("an owl at night", seed=7)
        assert draw("an owl at night", seed=7) == first
        assert draw("an owl at night", seed=8) != first
        # Not only the caption: the pictures look different.
        for prompt in ("an owl at sunset", "a fox at night", "an owl at night, watercolour"):
            assert fraction_that_differs(decode(first), decode(draw(prompt, seed=7))) > 0.1

    def test_a_colour_word_colours_the_subject(self) -> None:
        blue, red = (
            decode(media.picture(f"a {colour} car in the desert at noon")).crop((400, 500, 720, 750))
            for colour in ("blue", "red")
        )
        r, b = (sum(blue.getchannel(c).tobytes()) - sum(red.getchannel(c).tobytes()) for c in "RB")
        assert b > 0 > r

    def test_same_bytes_from_several_threads(self) -> None:
        with ThreadPoolExecutor(3) as threads:
            made = list(threads.map(lambda _: media.picture("a boat at sea", aspect_ratio="4:1"), range(3)))
        assert len(set(made)) == 1

    @pytest.mark.parametrize("size", [(1024, 1024), (1024, 128), (128, 1024), (4096, 2304), (576, 1024), (320, 96)])
    def test_the_caption_is_in_the_band_that_the_file_states_and_the_band_is_the_same_for_all(
        self, size: tuple[int, int]
    ) -> None:
        share = caption_share(caption_note(size).encode())
        for prompt in ("a fox", "many words " * 40):
            top = caption_patches(prompt, size)[0][1][1]
            assert top >= size[1] * (1 - share)
        assert share < 0.5

    def test_provenance_in_the_metadata(self) -> None:
        image = decode(media.picture("un thé à Zürich", aspect_ratio="2:1", seed=41))
        note = image.info["parameters"]
        assert note.splitlines()[0] == "un thé à Zürich"
        assert "1024x512" in note
        assert "Seed: 41" in note
        assert "Playcut sandbox" in note
        assert "digitalsourcetype/algorithmicMedia" in image.info["XML:com.adobe.xmp"]

    def test_badge(self) -> None:
        # A light badge in the upper right corner of a dark sky.
        image = decode(media.picture("deep space")).convert("L")
        corner = image.crop((880, 10, 1020, 60)).tobytes()
        assert sum(value > 200 for value in corner) > 1500

    def test_caption(self) -> None:
        # Snow is bright, so the dark part at the lower edge is the caption: the longer the prompt, the larger.
        one, other = (
            decode(media.picture(prompt, aspect_ratio="16:9")).crop((0, 490, 1024, 576)).convert("L")
            for prompt in ("snow at noon", "snow at noon " + "and then another long thing " * 20)
        )
        dark = [sum(value < 110 for value in image.tobytes()) for image in (one, other)]
        assert dark[1] > 2 * dark[0] > 0

    @pytest.mark.parametrize("prompt", ["", "狐 🦊 \x00\n", "<b>&", "x" * 5000, "\ud800", "{a|b}"])
    def test_any_prompt(self, prompt: str) -> None:
        assert decode(media.picture(prompt, aspect_ratio="4:1")).size == (1024, 256)

    def test_file_size(self) -> None:
        assert len(media.picture("a night city in the rain, neon").data) < 1_200_000

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"aspect_ratio": "9:1"}, "aspectRatio"),
            ({"aspect_ratio": "wide"}, "aspectRatio"),
            ({"aspect_ratio": "0:1"}, "aspectRatio"),
            ({"image_size": "8K"}, "imageSize must be one of 1K, 2K, 4K"),
        ],
    )
    def test_invalid_arguments(self, options: dict[str, str], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            media.picture("a fox", **options)  # type: ignore[arg-type]


class TestSpeech:
    def test_a_wav_whose_length_depends_on_the_text(self) -> None:
        lengths = []
        for text in ("Hello.", "Hello, and welcome to this rather longer sentence."):
            made = media.speech(text)
            assert (made.mime_type, made.suffix) == ("audio/wav", ".wav")
            with wave.open(io.BytesIO(made.data)) as sound:
                assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 16000)
                lengths.append(sound.getnframes() / sound.getframerate())
        assert lengths[0] < 1.5
        assert lengths[1] > 2 * lengths[0]

    def test_same_bytes_every_time(self) -> None:
        with ThreadPoolExecutor(2) as threads:
            made = list(threads.map(lambda _: media.speech("The same again.", voice_id="voice_de_de_emmy"), range(4)))
        assert len(set(made)) == 1

    def test_voices_differ(self) -> None:
        voices = media.voices()
        assert len(voices) >= 6
        assert voices[0]["language"] == "en"
        assert {"en", "de", "fr", "es", "it"} == {voice["language"] for voice in voices}
        with ThreadPoolExecutor(2) as threads:
            made = list(threads.map(lambda voice: media.speech("Hello.", voice_id=str(voice["voiceId"])), voices))
        assert len(set(made)) == len(voices)
        assert media.speech("Hello.") == made[0]

    def test_markup_is_spoken_as_text(self) -> None:
        with wave.open(io.BytesIO(media.speech("One <two> & three\x00 four").data)) as sound:
            assert sound.getnframes() > 16000

    def test_provenance_in_the_metadata(self) -> None:
        data = media.speech("Hello there.").data
        assert b"ISFT" in data
        assert b"Playcut sandbox\0" in data
        assert b"Hello there.\0" in data
        assert struct.unpack("<I", data[4:8])[0] == len(data) - 8

    @pytest.mark.parametrize("text", ["你好世界", "こんにちは"])
    def test_unknown_scripts_are_an_error(self, text: str) -> None:
        with pytest.raises(MediaUnavailable, match="English"):
            media.speech(text)

    def test_invalid_arguments(self) -> None:
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

    def test_codecs_size_and_duration(self, made: Media) -> None:
        assert (made.mime_type, made.suffix) == ("video/mp4", ".mp4")
        with av.open(io.BytesIO(made.data), "r") as container:
            video, sound = container.streams.video[0], container.streams.audio[0]
            assert (video.codec_context.name, sound.codec_context.name) == ("h264", "mp3float")
            assert video.codec_context.pix_fmt == "yuv420p"
            assert (video.width, video.height) == (854, 480)
            assert container.duration is not None
            assert container.duration / 1_000_000 == pytest.approx(3, abs=0.1)
            assert container.metadata["title"] == "a boat at sea"
            assert container.metadata["comment"] == "Playcut sandbox"
            assert 0.05 < caption_share(made.data) < 0.3

    def test_the_index_comes_first(self, made: Media) -> None:
        assert 0 < made.data.index(b"moov") < made.data.index(b"mdat")

    def test_a_keyframe_every_second(self, made: Media) -> None:
        with av.open(io.BytesIO(made.data), "r") as container:
            keys = [float(frame.time or 0) for frame in container.decode(video=0) if frame.key_frame]
        assert keys == pytest.approx([0, 1, 2], abs=0.01)

    def test_picture_and_sound_change(self, made: Media) -> None:
        with av.open(io.BytesIO(made.data), "r") as container:
            frames = [frame.to_image() for frame in container.decode(video=0)]
        assert fraction_that_differs(frames[0], frames[-1]) > 0.02
        with av.open(io.BytesIO(made.data), "r") as container:
            blocks = [struct.unpack("<f", bytes(f.planes[0])[:4])[0] for f in container.decode(audio=0)]
        assert max(map(abs, blocks)) > 0.01

    def test_the_prompt_decides_the_bytes(self) -> None:
        one, again, other = (
            media.clip(prompt, aspect_ratio="1:1", resolution="480p", duration_s=1)
            for prompt in ("a cat in space", "a cat in space", "a fox in space")
        )
        assert one == again
        assert one != other

    @pytest.mark.parametrize(
        ("aspect_ratio", "size"), [("9:16", (480, 854)), ("1:1", (480, 480)), ("21:9", (1120, 480))]
    )
    def test_sides_are_even(self, aspect_ratio: str, size: tuple[int, int]) -> None:
        made = media.clip("dunes", aspect_ratio=aspect_ratio, resolution="480p", duration_s=1)
        with av.open(io.BytesIO(made.data), "r") as container:
            video = container.streams.video[0]
            assert (video.width, video.height) == size

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"duration_s": 31}, "durationSeconds"),
            ({"duration_s": 0}, "durationSeconds"),
            ({"resolution": "8K"}, "resolution"),
        ],
    )
    def test_invalid_arguments(self, options: dict[str, object], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            media.clip("a fox", **options)  # type: ignore[arg-type]

    @pytest.mark.parametrize("tiny", [False, True])
    def test_without_pyav(self, monkeypatch: pytest.MonkeyPatch, tiny: bool) -> None:
        monkeypatch.setitem(sys.modules, "av", None)
        for module in ("clips", "video_encoder"):
            monkeypatch.delitem(sys.modules, f"playcut_jupyter.sandbox.{module}", raising=False)
            monkeypatch.delattr(f"playcut_jupyter.sandbox.{module}", raising=False)
        with pytest.raises(MediaUnavailable, match=r"playcut-jupyter\[sandbox\]"):
            media.clip("a fox", duration_s=1, tiny=tiny)
