"""A slip: a stretch of a template that another tool would read, or that a typing error left, and what to write."""

from __future__ import annotations

from dataclasses import dataclass

from playcut_jupyter.errors import PromptError
from playcut_jupyter.prompts.plan import short
from playcut_jupyter.prompts.template import place

_IN_PYTHON = "`pc.image(...)` takes any prompt as it is"
_LONGEST = 300


@dataclass(frozen=True)
class Slip:
    """What would be sent as it stands, though it was hardly meant so.

    Attributes:
        at: where it begins.
        source: the text of it.
        what: what it is, as the end of a sentence.
        remedy: our spelling for exactly this text.
        text: the template for the text itself; "" if braces can't tell it.
    """

    at: int
    source: str
    what: str
    remedy: str
    text: str = ""

    def error(self, template: str) -> PromptError:
        """Return the error that says so."""
        can_be_shown = self.text and len(self.text) <= _LONGEST
        literally = f"write {self.text}, or add `--literal`" if can_be_shown else f"add `--literal` ({_IN_PYTHON})"
        remedy = self.remedy if len(self.remedy) <= _LONGEST else short(self.remedy, _LONGEST)
        return PromptError(
            f"`{short(self.source, 100)}` at {place(template, self.at)} {self.what}.",
            hint=f"{remedy} To mean it literally, {literally}.",
        )
