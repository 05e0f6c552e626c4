"""Errors as the panel words them: they name its fields and buttons, and nothing that only a cell has."""

from __future__ import annotations

import re

import pytest

from playcut_jupyter import Playcut
from playcut_jupyter.errors import InvalidInput, NotConnected, NotFound, PlaycutError, PromptError, StoppedWaiting
from playcut_jupyter.jobs.snapshot import Snapshot
from playcut_jupyter.panel.form_values import FormValues
from playcut_jupyter.panel.messages import PANEL_WORDING, error_text
from playcut_jupyter.panel.status_html import status_html
from playcut_jupyter.remedies import CELL_WORDING, Action, Remedy
from playcut_jupyter.tools import IMAGE, GenerationRequest
from tests.waiting import until_submitted

OF_A_CELL = re.compile(r"%playcut|%config|--\w|(?<![\w-])-[a-z]\b|\bpc\.|\w+=True|max_generations")
"""What is written in cells and Python alone."""


def test_both_front_ends_have_words_for_every_action() -> None:
    assert set(PANEL_WORDING) == set(CELL_WORDING) == set(Action)
    assert not [words for words in PANEL_WORDING.values() if OF_A_CELL.search(words)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (FormValues(), "PromptError: The prompt is empty. Say in words what to make."),
        (
            FormValues(prompt="a fox", extra_inputs="seed"),
            "InvalidInput: 'seed' is not key=value. For example `seed=7` in “inputs”.",
        ),
        (
            FormValues("video", "a fox", {"duration_seconds": "soon"}),
            "InvalidInput: 'soon' is not a length in seconds. For example `8` in “seconds”.",
        ),
        (
            FormValues(prompt="a fox --ar 16:9 --seed 7"),
            "PromptError: `--ar 16:9 --seed 7` at column 7 is Midjourney's spelling, and would be sent as part of the "
            'prompt. Set aspect_ratio="16:9", seed=7 in the fields. To mean it literally, tick “literal”.',
        ),
        (
            FormValues(prompt="a {fox,owl}"),
            "PromptError: `{fox,owl}` at column 3 has commas where alternatives have bars. Write {fox|owl}. "
            "To mean it literally, write {{fox,owl}}, or tick “literal”.",
        ),
    ],
)
def test_what_the_form_can_not_understand_is_told_in_its_own_words(values: FormValues, words: str) -> None:
    with pytest.raises(PlaycutError) as caught:
        values.request()
    assert error_text(caught.value) == words


def test_an_option_of_another_kind_is_told_where_any_input_goes() -> None:
    with pytest.raises(InvalidInput) as caught:
        FormValues("speech", "Hello.", extra_inputs="resolution=720p").check_extra_inputs()
    assert error_text(caught.value).endswith("; give any other input with `key=value` in “inputs”.")


def test_too_many_are_told_with_the_field_that_allows_them(pc: Playcut) -> None:
    with pytest.raises(InvalidInput) as caught:
        pc.start(FormValues(prompt="{1|2|3} foxes", max_generations=2).request())
    words = error_text(caught.value)
    assert words.startswith("InvalidInput: This makes 3 generations, more than 2; nothing was sent.")
    assert words.endswith("If that is what you want, raise “at most” to 3.")
    assert not OF_A_CELL.search(words)


def test_a_budget_that_is_passed_is_told_with_the_place_to_raise_it(pc: Playcut) -> None:
    price = pc.image("a fox within the budget").estimated_credits or 0
    pc.budget = 1.5 * price
    with pytest.raises(PlaycutError) as caught:
        pc.start(FormValues(prompt="a fox beyond the budget").request())
    words = error_text(caught.value)
    assert words.startswith("BudgetExceeded: ")
    assert words.endswith("Raise the budget under “More”.")
    assert not OF_A_CELL.search(words)


def test_what_was_stopped_is_told_with_the_buttons_that_go_on(pc: Playcut) -> None:
    generation = pc.submit("image", "a [stuck] fox that is stopped")
    until_submitted(generation)
    generation.stop_waiting()
    with pytest.raises(StoppedWaiting) as caught:
        generation.wait(30)
    assert error_text(caught.value) == (
        "StoppedWaiting: Stopped waiting; the task goes on at Playcut. "
        "“Retry” waits for it again, “Resume” fetches all unfetched tasks."
    )
    read_again = pc.get(generation.id or 0).error
    assert read_again is not None
    assert error_text(read_again) == ("StoppedWaiting: It was submitted and not fetched. “Resume” fetches it.")


def test_a_voice_that_is_none_is_told_with_the_field_that_has_them(pc: Playcut) -> None:
    name = pc.voices()[0].name
    with pytest.raises(InvalidInput) as caught:
        pc.speech("Hello.", voice=f"X{name}")
    assert error_text(caught.value).endswith("? Choose one in the field “voice”.")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PromptError("It is empty.", hint="Why."), "PromptError: It is empty. Why."),
        (
            NotConnected("There is no key."),
            "NotConnected: There is no key. Set PLAYCUT_API_KEY where the notebook server or the program starts "
            "(keys: app.playcut.ai/settings/api), or press “Use the sandbox” to try everything offline without a key.",
        ),
        (
            NotFound("Gone.", hint=("If it is gone for good, ", Remedy(Action.GENERATE_AGAIN), " buys another.")),
            "NotFound: Gone. If it is gone for good, “fresh” buys another.",
        ),
        (
            InvalidInput("Speech needs a voice.", hint=(Remedy(Action.NAME_VOICE), ".")),
            "InvalidInput: Speech needs a voice. Choose one in the field “voice”.",
        ),
    ],
)
def test_an_error_is_one_line_with_what_to_do(error: PlaycutError, words: str) -> None:
    assert error_text(error) == words


def test_a_result_of_the_library_is_told_with_the_field_that_makes_another() -> None:
    request = GenerationRequest(IMAGE, {"prompt": "a fox"})
    reused = Snapshot(request, "image", "a fox", {}, status="COMPLETED", done=True, reused=True)
    assert "from your library, 0 credits (“fresh” generates another)" in status_html(reused)
