"""The panel's own half of the page: what only a script there can do. Where it is missing, the buttons work as ever.

- Ctrl+Enter, Cmd+Enter or Shift+Enter in the prompt generates, before the front end takes the key to run the cell.
- A press of "Generate" brings what the fields say with it. Front ends hold back what is typed while the kernel has
  not answered the last letters, but a click goes out at once: it would buy what was written some words ago.
- What is copied goes to the clipboard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget

FIELD = "playcut-field-"
"""A field of the form has this class, with its name behind it."""
_SCRIPT = """
export default {
  render({ model, el }) {
    const stop = event => { event.preventDefault(); event.stopImmediatePropagation(); };
    const own = event => {
      const panel = el.closest('.playcut-panel');
      return panel?.contains(event.target) ? panel : null;
    };
    const fields = panel => Object.fromEntries([...panel.querySelectorAll('[class*="FIELD"]')].map(field => {
      const name = [...field.classList].find(one => one.startsWith('FIELD')).slice('FIELD'.length);
      const control = field.querySelector('textarea, select, input');
      return [name, control.type === 'checkbox' ? control.checked : control.value];
    }));
    const pressed = event => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      const panel = own(event);
      if (!panel || !event.target.closest('.FIELDprompt')) return;
      stop(event);
      if (!event.repeat) model.send({ generate: fields(panel) });
    };
    const clicked = event => {
      const panel = own(event);
      if (!panel || !event.target.closest('button.playcut-panel-generate')) return;
      stop(event);
      model.send({ generate: fields(panel) });
    };
    const told = message => {
      if (message?.copy === undefined || !el.isConnected) return;
      navigator.clipboard?.writeText(message.copy).then(() => model.send({ copied: true }), () => {});
    };
    window.addEventListener('keydown', pressed, true);
    window.addEventListener('click', clicked, true);
    model.on('msg:custom', told);
    return () => {
      window.removeEventListener('keydown', pressed, true);
      window.removeEventListener('click', clicked, true);
      model.off('msg:custom', told);
    };
  },
};
""".replace("FIELD", FIELD)


class FrontEnd(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]  # it inherits from ipywidgets, which has no types
    """Stands in the panel, and shows nothing.

    Args:
        generate: called with what the fields say, by name, as they said it when the button or the keys were pressed.
        copied: called when a text is on the clipboard.
    """

    _esm = _SCRIPT

    def __init__(self, generate: Callable[[Mapping[str, object]], None], copied: Callable[[], None]) -> None:
        super().__init__()
        self._generate, self._copied = generate, copied
        self.on_msg(self._heard)

    def copy(self, text: str) -> None:
        """Put *text* on the clipboard, if the page may."""
        self.send({"copy": text})

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        if not isinstance(content, Mapping):
            return
        if isinstance(content.get("generate"), Mapping):
            self._generate(content["generate"])
        elif content.get("copied"):
            self._copied()
