"""The button without the panel's script: it acts once the page has said all that it held back."""

from __future__ import annotations

import threading
from typing import Any

from playcut_jupyter.panel.generate_button import GenerateButton

CLICK = {"event": "click"}


class Page:
    """What a front end does: it sends a click at once, and answers a number after what it held back."""

    def __init__(self, button: GenerateButton, field: dict[str, str]) -> None:
        self.button, self.field = button, field

    def click(self) -> None:
        self.button._handle_custom_msg(CLICK, [])

    def flush(self, text: str) -> None:
        self.field["prompt"] = text
        self.button.answer.value = self.button.question.value


def test_it_acts_on_what_the_page_held_back() -> None:
    field, made = {"prompt": "t"}, []
    page = Page(GenerateButton(lambda: made.append(field["prompt"]), page_timeout_s=60), field)
    page.click()
    assert made == []
    page.flush("the fox")
    assert made == ["the fox"]


def test_two_quick_clicks_act_once_and_later_ones_again() -> None:
    field: dict[str, str] = {}
    made: list[str] = []
    page = Page(GenerateButton(lambda: made.append(field["prompt"]), page_timeout_s=60), field)
    page.click()
    page.click()
    page.flush("a fox")
    page.click()
    page.flush("an owl")
    assert made == ["a fox", "an owl"]


def test_a_page_that_answers_no_number_is_waited_for_a_while() -> None:
    acted = threading.Event()
    GenerateButton(acted.set, page_timeout_s=0.01)._handle_custom_msg(CLICK, [])
    assert acted.wait(30)


def test_a_click_in_python_acts_at_once() -> None:
    made: list[Any] = []
    GenerateButton(lambda: made.append(1)).click()
    assert made == [1]


def test_a_closed_button_acts_no_more() -> None:
    made: list[Any] = []
    button = GenerateButton(lambda: made.append(1), page_timeout_s=60)
    button._handle_custom_msg(CLICK, [])
    number = button.question.value
    button.close()
    button.answer.value = number
    assert made == []
