"""The viewer: one generation as large as there is room for, its neighbours, and a path to save it to."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import ipywidgets
from markupsafe import Markup

from playcut_jupyter.display import media_html, saving, status, text_html
from playcut_jupyter.errors import InvalidInput
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel import css_classes
from playcut_jupyter.panel.status_html import status_html
from playcut_jupyter.panel.threads import CoalescedTask, DoubleClickGuard, Worker
from playcut_jupyter.panel.widgets import AUTO, MessageLine, WorkerButton, row, show_if
from playcut_jupyter.results.generations import Generation


class Viewer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What was opened; hidden until then.

    Args:
        neighbours: gives the generations to step through, newest first.
        ratings_worker: writes stars.
        use_prompt: takes a prompt and its options into the form.
        reveal: scrolls it into sight; told whether a path to save to is asked for.
        clock: the seconds that tell a double click.
    """

    def __init__(
        self,
        neighbours: Callable[[], Sequence[Generation]],
        ratings_worker: Worker,
        use_prompt: Callable[[Generation], None],
        reveal: Callable[[bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._neighbours, self._use_prompt, self._reveal = neighbours, use_prompt, reveal
        self._generation: Generation | None = None
        self._double_clicks = DoubleClickGuard(clock)
        self.message, self.content = MessageLine(), ipywidgets.HTML(layout=AUTO)
        self.worker = Worker(self.message.show)
        self._update_task = CoalescedTask(self.worker, self._update)
        self.previous = WorkerButton("Previous", lambda: self._step(-1), self.worker, self.message.show)
        self.next = WorkerButton("Next", lambda: self._step(1), self.worker, self.message.show)
        self.star = WorkerButton("Star", self._toggle_star, ratings_worker, self.message.show)
        self.use = ipywidgets.Button(description="Use this prompt", layout=AUTO)
        self.close_button = ipywidgets.Button(description="Close", layout=AUTO)
        self.close_button.add_class(css_classes.CLOSE_BUTTON)
        self.path = ipywidgets.Text(description="save as", layout={"width": "320px", "max_width": "100%"})
        self.path.add_class(css_classes.SAVE_PATH)
        self.save = WorkerButton("Save", self._save, self.worker, self.message.show)
        self.save_row = row(self.path, self.save)
        self.use.on_click(lambda _: self._use())
        self.close_button.on_click(lambda _: self._hide())
        buttons = row(self.previous, self.next, self.star, self.use, self.close_button)
        super().__init__([buttons, self.save_row, self.message, self.content], layout={"display": "none"})
        self.add_class(css_classes.VIEWER)

    def show(self, generation: Generation, *, to_save: bool = False) -> None:
        """Show *generation* soon, and scroll it into sight: its files are read on a worker."""

        def show() -> None:
            self._show(generation)
            self._reveal(to_save)

        self.worker.submit(show)

    def refresh(self) -> None:
        """Bring the star and the neighbours up to date soon."""
        self._update_task.schedule()

    def _show(self, generation: Generation) -> None:
        self._generation = generation
        snapshot = generation.snapshot
        suffix = next((record.suffix for record in snapshot.assets), "")
        name = f"{snapshot.kind}-{snapshot.id}" if snapshot.id is not None else snapshot.kind
        self.path.value = f"{name}{suffix}"
        self.content.value = str(text_html.message(f"#{snapshot.id} · {snapshot.prompt}") + _content(snapshot))
        show_if(bool(snapshot.assets), self.save_row)
        self.message.show("")
        show_if(True, self)
        self._update()

    def _update(self) -> None:
        """Read its ratings again: what was opened may have been read before they were made."""
        if self._generation is not None:
            self._generation.reload_ratings()
        self._draw_buttons()

    def _draw_buttons(self) -> None:
        is_starred = self._generation is not None and self._generation.starred
        self.star.description = "Unstar" if is_starred else "Star"
        self.previous.enable(self._neighbour(-1) is not None)
        self.next.enable(self._neighbour(1) is not None)

    def _neighbour(self, step: int) -> Generation | None:
        """Return the generation beside this one on the gallery's page."""
        around = list(self._neighbours())
        own = self._generation.id if self._generation is not None else None
        places = [place for place, generation in enumerate(around) if generation.id == own]
        place = places[0] + step if places else -1
        return around[place] if 0 <= place < len(around) else None

    def _step(self, step: int) -> None:
        neighbour = self._neighbour(step)
        if neighbour is not None:
            self._show(neighbour)

    def _toggle_star(self) -> None:
        if self._generation is not None:
            self._generation.star(not self._generation.starred)
            self._draw_buttons()

    def _save(self) -> None:
        generation, path = self._generation, self.path.value.strip()
        if generation is None or self._double_clicks.is_repeat((generation.id, path)):
            return
        if not path:
            raise InvalidInput("There is no path to save it to.", hint="Write a file's name in “save as”.")
        copies = saving.save([generation.wait().snapshot], path)
        self.message.show(saving.saved_message([copy._replace(path=copy.path.resolve()) for copy in copies], path))

    def _use(self) -> None:
        if self._generation is not None:
            self._use_prompt(self._generation)

    def _hide(self) -> None:
        show_if(False, self)
        self._generation, self.content.value = None, ""


def _content(snapshot: Snapshot) -> Markup:
    if snapshot.assets:
        return Markup("<br>").join(media_html.full(record, snapshot.prompt) for record in snapshot.assets)
    return status_html(snapshot) if snapshot.error is not None else status.html(snapshot)
