"""The scene: which layers a prompt's picture is made of, back to front.

A still picture flattens them once; a clip pastes them again for every frame, each a little further along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playcut_jupyter.sandbox.drawing.canvas import Layer, Size
from playcut_jupyter.sandbox.drawing.ground import grounds
from playcut_jupyter.sandbox.drawing.posters import poster
from playcut_jupyter.sandbox.drawing.sky import sky
from playcut_jupyter.sandbox.drawing.subject import subject, subject_index
from playcut_jupyter.sandbox.drawing.weather import clouds, falling

if TYPE_CHECKING:
    from playcut_jupyter.sandbox.drawing.idea import Idea


def scene(idea: Idea, size: Size) -> list[Layer]:
    """Cut all layers of a scene, back to front; the first is opaque."""
    if idea.place == "poster":
        layers = [Layer(poster(idea, size))]
    else:
        layers = [Layer(sky(idea, size))]
        if idea.place not in ("space", "underwater"):
            layers.append(Layer(clouds(idea, size), drift=0.05))
        layers += grounds(idea, size)
    if idea.subject:
        layers.insert(subject_index(idea, len(layers)), subject(idea, size))
    if idea.weather:
        layers.append(Layer(falling(idea, size), fall=1.1 if idea.weather == "rain" else 0.13))
    return layers
