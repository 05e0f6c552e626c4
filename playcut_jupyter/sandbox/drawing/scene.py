"""The scene: the layers of a prompt's picture, from back to front.

A picture flattens them once; a clip pastes them for every frame, each at its position at that time.
"""

from __future__ import annotations

from playcut_jupyter.sandbox.drawing.canvas import Layer, Size
from playcut_jupyter.sandbox.drawing.posters import draw_poster
from playcut_jupyter.sandbox.drawing.scene_spec import SceneSpec
from playcut_jupyter.sandbox.drawing.sky import draw_sky
from playcut_jupyter.sandbox.drawing.subject import subject_index, subject_layer
from playcut_jupyter.sandbox.drawing.terrain import terrain_layers
from playcut_jupyter.sandbox.drawing.weather import draw_clouds, draw_precipitation


def scene_layers(spec: SceneSpec, size: Size) -> list[Layer]:
    """Return the layers of a scene from back to front; the first is opaque."""
    if spec.place == "poster":
        layers = [Layer(draw_poster(spec, size))]
    else:
        layers = [Layer(draw_sky(spec, size))]
        if spec.place not in ("space", "underwater"):
            layers.append(Layer(draw_clouds(spec, size), drift=0.05))
        layers += terrain_layers(spec, size)
    if spec.subject:
        layers.insert(subject_index(spec, len(layers)), subject_layer(spec, size))
    if spec.weather:
        layers.append(Layer(draw_precipitation(spec, size), fall=1.1 if spec.weather == "rain" else 0.13))
    return layers
