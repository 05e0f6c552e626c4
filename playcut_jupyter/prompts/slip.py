"""A slip: a stretch of a template that another tool would read, or that a typing error left, and what to write."""

from __future__ import annotations

from dataclasses import dataclass

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.plan import short
from playcut_jupyter.prompts.template import position
from playcut_jupyter.remedies import Action, Hint, Remedy

_LONGEST = 300


@dataclass(frozen=True)
class Slip:
    """What would be sent as it stands, though it was hardly meant so.

    Attributes:
        at: where it begins.
        source: the text of it.
        what: what it is, as the end of a sentence.
        remedy: our spelling for exactly this text, one sentence.
        text: the template for the text itself; "" if braces can't tell it.
    """

    at: int
    source: str
    what: str
    remedy: Hint
    text: str = ""

    def error(self, template: str) -> PromptError:
        """Return the error that says so."""
        can_be_shown = self.text and len(self.text) <= _LONGEST
        escaped = f"write {self.text}, or " if can_be_shown else ""
        remedy = (self.remedy,) if isinstance(self.remedy, str | Remedy) else self.remedy
        return PromptError(
            f"`{short(self.source, 100)}` at {position(template, self.at)} {self.what}.",
            hint=(
                *(short(part, _LONGEST) if isinstance(part, str) and len(part) > _LONGEST else part for part in remedy),
                f" To mean it literally, {escaped}",
                Remedy(Action.TAKE_LITERALLY),
                ".",
            ),
        )
