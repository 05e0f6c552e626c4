"""The scene that a prompt describes: its light, place, weather, subject, style and colours.

A few short word tables stand in for a generative model. A random generator that is seeded with the prompt
chooses whatever the words do not say, so the same request always gives the same scene.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from random import Random

from playcut_jupyter.sandbox.drawing.figures import default_colour
from playcut_jupyter.sandbox.drawing.palette import BLACK, COLOURS, Colour, mix


@dataclass(frozen=True)
class SceneSpec:
    """What is drawn for a prompt."""

    prompt: str
    seed: int
    light: str
    place: str
    weather: str | None
    subject: str | None
    style: str | None
    surfing: bool
    body: Colour
    accents: tuple[Colour, ...]

    def rng(self, purpose: str) -> Random:
        """Return a separate generator for each purpose, so that one part of a scene never changes another."""
        digest = hashlib.sha256(f"{self.seed}|{purpose}|{self.prompt}".encode("utf-8", "replace")).digest()
        return Random(digest)  # noqa: S311  (pictures, not secrets)


def parse_prompt(prompt: str, seed: int | None = None) -> SceneSpec:
    """Read a prompt."""
    words = re.findall(r"[a-z0-9&-]+", prompt.lower().replace("black and white", "b&w"))
    words += [part for word in words if "-" in word for part in word.split("-")]
    number = 0 if seed is None else seed
    subject = _first_match(words, _SUBJECT_WORDS)
    weather = _first_match(words, _WEATHER_WORDS)
    light, place = _light_and_place(words, subject, weather, f"{number}|{prompt}")
    body, accents = _colours(words, subject)
    return SceneSpec(
        prompt, number, light, place, weather, subject, _first_match(words, _STYLE_WORDS),
        any(word.startswith("surf") for word in words), body, accents,
    )  # fmt: skip


def _light_and_place(words: list[str], subject: str | None, weather: str | None, request: str) -> tuple[str, str]:
    """Choose the light and the place."""
    rng = Random(hashlib.sha256(request.encode("utf-8", "replace")).digest())  # noqa: S311
    place = _first_match(words, _PLACE_WORDS)
    light = _first_match(words, _LIGHT_WORDS)
    if place is None:
        homes = _DEFAULT_PLACES.get(
            subject or "", "hills mountains forest" if subject or light or weather else "poster"
        )
        place = rng.choice(homes.split())
    drawn = rng.choice(("day", "day", "sunset", "dawn", "night"))
    light = {"space": "space", "underwater": "deep"}.get(place, light or ("day" if place == "snow" else drawn))
    return light, place


def _colours(words: list[str], subject: str | None) -> tuple[Colour, tuple[Colour, ...]]:
    """Return the subject's colour, which is named just before it ("a small red fox"), and all others as accents."""
    at = next((i for i, word in enumerate(words) if _SUBJECT_WORDS.get(word) == subject), 0) if subject else 0
    own = {i for i in range(max(0, at - 3), at) if words[i] in COLOURS}
    accents = tuple(COLOURS[word] for i, word in enumerate(words) if word in COLOURS and i not in own)
    usual = default_colour(subject) if subject else BLACK
    # A red fox has the default colour of a fox; any other colour is meant literally.
    if not own or (subject == "fox" and words[max(own)] == "red"):
        return usual, accents
    return mix(COLOURS[words[max(own)]], usual, 0.15), accents


def _first_match(words: list[str], table: dict[str, str]) -> str | None:
    return next((table[word] for word in words if word in table), None)


def _table(text: str) -> dict[str, str]:
    """Read `meaning: word word ...` lines into word -> meaning."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return {word: meaning.strip() for meaning, words in rows for word in words.split()}


_LIGHT_WORDS = _table("""
sunset: sunset dusk evening twilight autumn
dawn: dawn sunrise morning spring
night: night midnight moon moonlit moonlight stars starry nocturnal neon cyberpunk dark
storm: storm stormy thunder thunderstorm lightning rain rainy tempest gloomy
fog: fog foggy mist misty haze
day: day daylight noon sunny summer sun
""")
_PLACE_WORDS = _table("""
space: space galaxy nebula planet orbit cosmos cosmic astronaut rocket universe interstellar
underwater: underwater reef ocean-floor submarine aquarium coral-reef
sea: sea ocean beach surfing surf surfer surfboard wave waves coast harbour harbor
sea: island shore lake river sailing
city: city skyline street town tokyo paris london york skyscraper skyscrapers rooftop urban cyberpunk
snow: snow snowy winter ice arctic glacier blizzard frozen christmas antarctic
desert: desert dune dunes sahara canyon mars savanna
forest: forest woods jungle woodland pines grove
mountains: mountain mountains alps peak peaks cliff himalaya
hills: hill hills meadow field valley garden park countryside landscape grass farm
poster: poster abstract pattern logo geometric minimal minimalist concept emblem diagram
""")
_WEATHER_WORDS = _table("""
rain: rain rainy storm stormy thunderstorm tempest thunder lightning
snow: snow snowy winter blizzard christmas snowfall arctic
""")
_STYLE_WORDS = _table("""
watercolour: watercolor watercolour aquarelle gouache
ink: ink sketch pencil drawing charcoal etching lineart engraving
pixel: pixel pixelart pixelated 8-bit 8bit 16-bit voxel
neon: neon cyberpunk synthwave vaporwave
noir: noir monochrome black-and-white grayscale greyscale b&w
vintage: vintage retro sepia old-fashioned antique polaroid
blueprint: blueprint schematic technical
""")
_SUBJECT_WORDS = _table("""
lighthouse: lighthouse lighthouses beacon
fox: fox foxes vixen
cat: cat cats kitten kittens kitty tabby
dog: dog dogs puppy puppies retriever labrador corgi terrier hound spaniel
owl: owl owls
bear: bear bears panda teddy grizzly
rabbit: rabbit rabbits bunny hare
penguin: penguin penguins
whale: whale whales orca
fish: fish fishes goldfish koi shark salmon
boat: boat boats ship ships sailboat yacht schooner
house: house houses cottage cabin hut home barn
rocket: rocket rockets spaceship spacecraft
robot: robot robots android droid
car: car cars taxi automobile beetle
balloon: balloon balloons
butterfly: butterfly butterflies moth
bird: bird birds robin sparrow finch parrot raven crow dove
person: person man woman girl boy astronaut surfer child king queen wizard samurai portrait people
mushroom: mushroom mushrooms toadstool
cup: coffee tea cup mug espresso latte teacup
flower: flower flowers rose tulip sunflower daisy lotus poppy
tree: tree trees oak bonsai maple
""")
_DEFAULT_PLACES = {
    "fish": "underwater", "whale": "sea", "boat": "sea", "lighthouse": "sea", "rocket": "space",
    "penguin": "snow",
    "car": "desert city hills", "robot": "city desert poster", "cup": "poster", "owl": "forest hills",
}  # fmt: skip
