"""What is clicked on while a prompt is designed: a blind pick and the slider between two pictures."""

from __future__ import annotations

import re

from .notebook import Cell, Notebook

_SLIDER_AND_PICTURE = """
cell => {
  const picture = cell.querySelector('.playcut-blend'), box = picture.getBoundingClientRect();
  const slider = cell.querySelector('.widget-slider').getBoundingClientRect();
  return {
    above: slider.bottom <= box.top,
    inWindow: box.bottom - slider.top < window.innerHeight - 130,
    upscaled: box.width > picture.naturalWidth || box.height > picture.naturalHeight,
    stretched: Math.abs(box.width / box.height - picture.naturalWidth / picture.naturalHeight) > 0.02,
  };
}
"""


_LAYOUT = """
cell => [...cell.querySelectorAll('.playcut-pick-stage, .playcut-pick-frame, .playcut-pick-stage + .playcut-tiles-bar')]
  .filter(one => one.offsetParent).map(one => {
    const {left, top, width, height} = one.getBoundingClientRect();
    const stage = cell.querySelector('.playcut-pick').getBoundingClientRect();
    return [left - stage.left, top - stage.top, width, height].map(Math.round);
  })
"""


_MOVE_ON_AT_ONCE = """
cell => {
  // Escape, and the focus on another button before the dialog's `close` event comes: it must not be taken back.
  const dialog = cell.querySelector('dialog[open]');
  const closed = new Promise(done => dialog.addEventListener('close', () => setTimeout(done)));
  dialog.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}));
  const next = [...cell.querySelectorAll('.playcut-pick-result button')].find(one => one.textContent === 'Refine');
  next.focus();
  return closed.then(() => document.activeElement === next);
}
"""


def _red_side(cell: Cell) -> str:
    """Look at the pictures, as a judge who likes warm colours does; name the side of the redder one."""
    return str(
        cell.evaluate("""
cell => {
  const warmth = [...cell.querySelectorAll('.playcut-pick-stage img')].map(image => {
    const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
    canvas.width = canvas.height = 8;
    context.drawImage(image, 0, 0, 8, 8);
    const data = context.getImageData(0, 0, 8, 8).data;
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) sum += data[at] - data[at + 2];
    return sum;
  });
  return warmth[0] >= warmth[1] ? 'ArrowLeft' : 'ArrowRight';
}
""")
    )


def test_a_pick_is_played_with_keys_from_the_first_round_to_a_starred_winner(notebook: Notebook) -> None:
    notebook.run("%%playcut image\na played {colour=red|green|blue} {animal=fox|owl|cat}").wait_until_run()
    cell = notebook.run("%playcut pick")
    press = notebook.page.keyboard.press
    pick = cell.output.locator(".playcut-pick")
    cell.wait_for("cell => cell.querySelectorAll('.playcut-pick-stage img').length === 2")
    cell.check_looks()
    layout = cell.evaluate(_LAYOUT)
    assert len({tuple(frame[2:]) for frame in layout[1:3]}) == 1
    html = cell.evaluate("cell => cell.querySelector('.playcut-pick').outerHTML")
    assert not re.search(r"played|fox|owl|cat\b|#\d", html)

    def round_shown() -> int:
        return int(pick.get_attribute("data-round") or 0)

    def wait_for_round_after(before: int) -> None:
        cell.wait_for(f"cell => cell.querySelector('.playcut-pick').dataset.round > {before}")

    before = round_shown()
    pick.locator(".playcut-pick-box").first.dblclick()  # counts once, and keeps the focus at the keys
    ended = "cell => !cell.querySelector('.playcut-pick-result').hidden"
    cell.wait_for_text("Round 2: which is better?")
    wait_for_round_after(before)  # the pictures come after the words, and what is pressed in between does not count
    before = round_shown()
    press("u")
    cell.wait_for_text("Round 1: which is better?")
    wait_for_round_after(before)
    rounds = 0
    while not cell.evaluate(ended):
        before = round_shown()
        assert cell.evaluate("cell => document.activeElement === cell.querySelector('.playcut-pick-stage')")
        assert cell.evaluate(_LAYOUT) == layout
        press(_red_side(cell))
        rounds += 1
        wait_for_round_after(before)
    assert 5 <= rounds <= 20
    cell.wait_for_text(f"% sure after {rounds} rounds")

    assert cell.evaluate("cell => document.activeElement === cell.querySelector('.playcut-pick-result')")
    press("Tab")
    press("Enter")
    cell.wait_for_text("★ Starred")
    press("Tab")
    press("Enter")
    dialog = cell.output.get_by_role("dialog", name="The next cell")
    dialog.wait_for()
    assert dialog.get_by_role("textbox").input_value().startswith("%%playcut")
    press("Escape")
    press("Tab")
    press("Enter")
    cell.output.get_by_role("dialog", name=re.compile("Export")).wait_for()
    assert cell.evaluate(_MOVE_ON_AT_ONCE)
    cell.check_looks()
    starred = notebook.run("print([run.starred for run in _playcut].count(True))")
    assert starred.text.strip() == "1"
    table = notebook.run("_playcut.picks()").wait_until_run()
    assert f"{rounds} rounds; most often picked" in table.text


def test_one_picture_slides_into_the_other(notebook: Notebook) -> None:
    notebook.run("%%playcut image\na sliding {fox|owl}").wait_until_run()
    cell = notebook.run("from playcut_jupyter import Playcut\nPlaycut(sandbox=True).compare(*_playcut).blend()")
    cell.wait_for("cell => cell.querySelector('.playcut-blend')?.naturalWidth > 100")
    assert cell.evaluate(_SLIDER_AND_PICTURE) == {
        "above": True,
        "inWindow": True,
        "upscaled": False,
        "stretched": False,
    }
    before = cell.evaluate("cell => cell.querySelector('.playcut-blend').src")
    cell.click("show the second")
    cell.wait_for(f"cell => cell.querySelector('.playcut-blend').src !== {before!r}")
