"""`Comparison`: generations side by side, displayed as static output; two pictures can also be blended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from playcut_jupyter.design import comparison
from playcut_jupyter.display import bundles
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.results.collection import Generations
from playcut_jupyter.results.generations import Generation

if TYPE_CHECKING:
    from playcut_jupyter.widgets.blend import BlendWidget


class Comparison(Generations[Generation]):
    """Generations side by side.

    Raises:
        InvalidInput: fewer than two, more than `comparison.MAX_COMPARED`, or one that has no result.
    """

    def __init__(self, generations: Sequence[Generation]) -> None:
        comparison.check([generation.snapshot for generation in generations])
        super().__init__(generations)

    @property
    def differences(self) -> Mapping[str, tuple[object, ...]]:
        """The parameters that differ, without the prompt: name -> one value a generation, None if it has none."""
        return comparison.differences(self.snapshots)

    def blend(self) -> BlendWidget:
        """Return a slider that blends the first picture into the second in place, to show where they differ.

        A second picture with another aspect ratio is padded with bars.

        Raises:
            InvalidInput: these are not two pictures.
        """
        if len(self) != 2 or any(generation.assets[0].kind != "image" for generation in self):
            raise InvalidInput("Only two pictures can be blended.", hint="Choose two: pc.compare(a, b).blend().")
        from playcut_jupyter.widgets.blend import BlendWidget  # ipywidgets takes 0.1 s to load

        first, second = self
        return BlendWidget(first.image, second.image, self.snapshots)

    def __repr__(self) -> str:
        return comparison.text(self.snapshots)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return bundles.mime_bundle(comparison.html(self.snapshots), repr(self))
