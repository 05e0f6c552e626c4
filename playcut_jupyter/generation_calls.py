"""The calls that generate: image, video, speech, submit and sweep, with explicit, typed options.

Each plans and starts generations, and all but `submit` wait for them with a live status.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

from playcut_jupyter.design import planning
from playcut_jupyter.design.children import plan_request
from playcut_jupyter.design.forecast import Forecast
from playcut_jupyter.design.planning import SweepRequest
from playcut_jupyter.display import live, status, sweep_summary
from playcut_jupyter.display.front_ends import in_kernel
from playcut_jupyter.display.targets import show_once
from playcut_jupyter.engine import Engine
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.results.generations import Generation, Sweep
from playcut_jupyter.results.references import asset_ids

_SWEEP_SETTINGS = ("session", "count", "fresh", "max_generations", "within_budget", "sample", "sample_seed")
"""Keywords of `sweep` that are not inputs of the tool."""


class GenerationCalls(Engine):
    """An engine with a call for each kind of generation."""

    @overload
    def image(
        self,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        image_size: str | None = None,
        session: str | None = None,
        count: Literal[1] = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation: ...
    @overload
    def image(
        self,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        image_size: str | None = None,
        session: str | None = None,
        count: int,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Sweep: ...
    def image(
        self,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        image_size: str | None = None,
        session: str | None = None,
        count: int = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation | Sweep:
        """Generate a picture and wait for it, with a live status in a notebook.

        Args:
            prompt: literal text; only `sweep` and cells expand templates.
            aspect_ratio: "16:9", "1:1", ...; None for the service's default.
            image_size: "1K", ...; None for the service's default.
            session: the session's id or title; None for the connection's own.
            count: how many.
            fresh: generate again even if the library has it.
            parent: the generation that it derives from: its inputs are the defaults, and the tree shows it.
            **inputs: any other input of the tool, by its API name. A generation or an asset stands for its (first)
                asset's id.

        Returns:
            A `Generation`; with *count* above 1 a `Sweep`.

        Raises:
            InvalidInput, BudgetExceeded, NotConnected: raised before anything is sent.
            PlaycutError: see the error classes; a submitted task can be fetched with its id.
        """
        inputs = {"aspect_ratio": aspect_ratio, "image_size": image_size, **inputs}
        return self._generate("image", prompt, inputs, parent, session=session, count=count, fresh=fresh)

    @overload
    def video(
        self,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        duration_seconds: float | None = None,
        session: str | None = None,
        count: Literal[1] = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation: ...
    @overload
    def video(
        self,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        duration_seconds: float | None = None,
        session: str | None = None,
        count: int,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Sweep: ...
    def video(
        self,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        duration_seconds: float | None = None,
        session: str | None = None,
        count: int = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation | Sweep:
        """Generate a clip and wait for it; see `image`.

        Args:
            prompt: literal text.
            aspect_ratio: "16:9", ...; None for the service's default.
            resolution: "720p", ...; None for the service's default.
            duration_seconds: its length; None for the service's default.
            session: as for `image`.
            count: how many.
            fresh: generate again even if the library has it.
            parent: as for `image`.
            **inputs: any other input of the tool, by its API name.
        """
        sizes = {"aspect_ratio": aspect_ratio, "resolution": resolution, "duration_seconds": duration_seconds}
        return self._generate("video", prompt, {**sizes, **inputs}, parent, session=session, count=count, fresh=fresh)

    @overload
    def speech(
        self,
        text: str,
        *,
        voice: str | None = None,
        session: str | None = None,
        count: Literal[1] = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation: ...
    @overload
    def speech(
        self,
        text: str,
        *,
        voice: str | None = None,
        session: str | None = None,
        count: int,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Sweep: ...
    def speech(
        self,
        text: str,
        *,
        voice: str | None = None,
        session: str | None = None,
        count: int = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation | Sweep:
        """Generate speech and wait for it; see `image`.

        Args:
            text: the text to speak, literally.
            voice: a voice's id or name; None for the first of `voices()`.
            session: as for `image`.
            count: how many.
            fresh: generate again even if the library has it.
            parent: as for `image`.
            **inputs: any other input of the tool, by its API name.
        """
        return self._generate(
            "speech", text, {"voice": voice, **inputs}, parent, session=session, count=count, fresh=fresh
        )

    @overload
    def submit(
        self,
        kind: str,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        image_size: str | None = None,
        resolution: str | None = None,
        duration_seconds: float | None = None,
        voice: str | None = None,
        session: str | None = None,
        count: Literal[1] = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation: ...
    @overload
    def submit(
        self,
        kind: str,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        image_size: str | None = None,
        resolution: str | None = None,
        duration_seconds: float | None = None,
        voice: str | None = None,
        session: str | None = None,
        count: int,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Sweep: ...
    def submit(
        self,
        kind: str,
        prompt: str,
        *,
        aspect_ratio: str | None = None,
        image_size: str | None = None,
        resolution: str | None = None,
        duration_seconds: float | None = None,
        voice: str | None = None,
        session: str | None = None,
        count: int = 1,
        fresh: bool = False,
        parent: Generation | None = None,
        **inputs: Any,
    ) -> Generation | Sweep:
        """Start a generation and return it at once. It displays itself live; `await` it, or call its `wait()`.

        Args:
            kind: "image", "video" or "speech" (or "tts").
            prompt: literal text.
            aspect_ratio: of an image or a video.
            image_size: of an image.
            resolution: of a video.
            duration_seconds: of a video.
            voice: of speech: id or name.
            session: as for `image`.
            count: how many.
            fresh: generate again even if the library has it.
            parent: as for `image`.
            **inputs: any other input of the tool, by its API name.

        Raises:
            InvalidInput, BudgetExceeded, NotConnected: raised before anything is sent. Errors of the network and the
                API are raised by waiting.
        """
        options = _given(
            aspect_ratio=aspect_ratio,
            image_size=image_size,
            resolution=resolution,
            duration_seconds=duration_seconds,
            voice=voice,
        )
        request = self._literal(kind, prompt, {**options, **inputs}, parent, session=session, count=count, fresh=fresh)
        sweep = self.start(request)
        return sweep[0] if len(sweep) == 1 else sweep

    def sweep(
        self,
        template: str,
        *,
        kind: str | None = None,
        aspect_ratio: str | Sequence[str] | None = None,
        image_size: str | Sequence[str] | None = None,
        resolution: str | Sequence[str] | None = None,
        duration_seconds: float | Sequence[float] | None = None,
        voice: str | Sequence[str] | None = None,
        session: str | None = None,
        count: int = 1,
        fresh: bool = False,
        parent: Generation | Sequence[Generation] | None = None,
        max_generations: int | None = None,
        sample: int | None = None,
        sample_seed: int | None = None,
        within_budget: bool = False,
        **keywords: Any,
    ) -> Sweep:
        """Expand a template, generate everything, wait, and return the `Sweep`, also if some generations failed.

        A keyword that the template names is its variable, even if it is also listed here; other names in the template
        are the caller's variables. A list is an axis.

        Args:
            template: text with `{name}` and `{a|b}`; the grammar of a cell.
            kind: "image", "video" or "speech"; default: the parent's, else "image".
            aspect_ratio: of an image or a video.
            image_size: of an image.
            resolution: of a video.
            duration_seconds: of a video.
            voice: of speech: id or name.
            session: the session's id or title; None for the connection's own.
            count: how many of each.
            fresh: generate again even if the library has it.
            parent: derive from this one: the template is `+ words`, `- words` or a new prompt, its inputs the defaults.
                Several (a list, a sweep): derive from each of them.
            max_generations: the largest number that is sent; None for 16.
            sample: the size of a random sample; None for all.
            sample_seed: the sample's seed; the same seed takes the same sample; None for 0.
            within_budget: generate as many as the budget allows; else all or none, where the prices are known.
            **keywords: variables of the template, and any other inputs of the tool. A generation or an asset stands for
                its (first) asset's id, a list of them is an axis.

        Raises:
            PromptError: the template can't be expanded; nothing was sent.
            InvalidInput: more generations than *max_generations*.
        """
        keywords |= _given(
            kind=kind,
            aspect_ratio=aspect_ratio,
            image_size=image_size,
            resolution=resolution,
            duration_seconds=duration_seconds,
            voice=voice,
            session=session,
            count=count if count != 1 else None,
            fresh=fresh or None,
            parent=parent,
            max_generations=max_generations,
            sample=sample,
            sample_seed=sample_seed,
            within_budget=within_budget or None,
        )
        variables = {**planning.caller_variables(sys._getframe(1)), **planning.take_variables(template, keywords)}
        settings = {name: keywords.pop(name) for name in _SWEEP_SETTINGS if name in keywords}
        kind_, parents = keywords.pop("kind", ""), keywords.pop("parent", None)
        if parents is not None:
            settings["parents"] = [_snapshot(one) for one in (parents if isinstance(parents, Sequence) else [parents])]
        inputs = asset_ids(keywords, self.connector)
        request = plan_request(kind_, template, variables, inputs, **settings)
        sweep = self.start(request, announce=_announce if in_kernel() else None)
        self._watch(sweep)
        return sweep

    def _generate(
        self, kind: str, prompt: str, options: dict[str, Any], parent: Generation | None, **how: Any
    ) -> Generation | Sweep:
        sweep = self.start(self._literal(kind, prompt, _given(**options), parent, **how))
        if len(sweep) > 1:
            self._watch(sweep)
            sweep.raise_if_incomplete()
            return sweep
        return self._wait(sweep[0])

    def _literal(
        self, kind: str, prompt: str, options: Mapping[str, object], parent: Generation | None, **how: Any
    ) -> SweepRequest:
        """Return the request for a literal prompt, without a limit for `count`."""
        inputs, snapshot = asset_ids(options, self.connector), _snapshot(parent) if parent is not None else None
        return planning.plan_literal(kind, prompt, inputs, parent=snapshot, max_generations=None, **how)

    @staticmethod
    def _wait(generation: Generation) -> Generation:
        """Wait for *generation* with a live status."""
        live.watch([generation.job], lambda: status.summary_bundle(generation.snapshot, error_follows=True))
        return generation.wait()

    @staticmethod
    def _watch(sweep: Sweep) -> None:
        """Wait for all of *sweep* with a live summary line."""
        live.watch(sweep.jobs, lambda: sweep_summary.bundle(sweep.snapshot))


def _given(**options: Any) -> dict[str, Any]:
    """Return the options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def _snapshot(parent: object) -> Snapshot:
    if not isinstance(parent, Generation):
        message = f"A parent is a Generation, and this is a {type(parent).__name__}."
        raise InvalidInput(message, hint="`pc.get(5)` is number 5; several parents: `pc.sweep(..., parent=[...])`.")
    return parent.snapshot


def _announce(forecast: Forecast) -> None:
    show_once(forecast.bundle())
