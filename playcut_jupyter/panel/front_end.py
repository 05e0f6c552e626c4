"""The panel's own half of the page: what only a script there can do. Where it is missing, the buttons work as ever.

- Ctrl+Enter, Cmd+Enter or Shift+Enter in the prompt generates, before the front end takes the key to run the cell.
- A press of "Generate" brings what the fields say with it. Front ends hold back what is typed while the kernel has
  not answered the last letters, but a click goes out at once: it would buy what was written some words ago.
- What is copied goes to the clipboard.
- What is opened is brought into sight, where it was opened; Escape closes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget

FIELD = "playcut-field-"
"""A field of the form has this class, with its name behind it."""
VIEWER, SHUT, PLACE = "playcut-panel-viewer", "playcut-panel-shut", "playcut-panel-place"
"""Classes of the viewer, of the button that closes it, and of the field that asks where to save."""
_SCRIPT = (
    """
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
    // What opened the viewer, if that was clicked in this display of the panel.
    let opener = null;
    const shut = (panel, event) => {
      const button = panel.querySelector('.SHUT');
      if (!button?.offsetParent || event.target.closest('.playcut-panel-form')) return;
      stop(event);
      button.click();
      opener?.focus();
    };
    const pressed = event => {
      if (event.key === 'Escape' && own(event)) shut(own(event), event);
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      const panel = own(event);
      if (!panel || !event.target.closest('.FIELDprompt')) return;
      stop(event);
      if (!event.repeat) model.send({ generate: fields(panel) });
    };
    const clicked = event => {
      const panel = own(event);
      if (!panel || !event.target.closest('.VIEWER')) opener = panel && event.target.closest('button');
      if (!panel || !event.target.closest('button.playcut-panel-generate')) return;
      stop(event);
      model.send({ generate: fields(panel) });
    };
    const copy = text => {
      navigator.clipboard?.writeText(text).then(() => model.send({ copied: true }), () => {});
    };
    const reveal = async toSave => {
      const viewer = el.closest('.playcut-panel').querySelector('.VIEWER');
      // The kernel's word that it is to be seen may be drawn a little later than this message comes.
      for (let frames = 0; frames < 60 && (!frames || !viewer.offsetParent); frames++) {
        await new Promise(requestAnimationFrame);
      }
      await Promise.allSettled([...viewer.querySelectorAll('img')].map(image => image.decode()));
      viewer.scrollIntoView({ block: 'nearest' });
      const field = viewer.querySelector('.PLACE input');
      if (!toSave || !field) return;
      field.focus({ preventScroll: true });
      field.select();
    };
    const told = message => {
      if (!el.isConnected) return;
      if (message?.copy !== undefined) copy(message.copy);
      if (message?.reveal !== undefined && opener?.isConnected) reveal(message.reveal.toSave);
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
    .replace("VIEWER", VIEWER)
    .replace("SHUT", SHUT)
    .replace("PLACE", PLACE)
)


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

    def reveal(self, to_save: bool) -> None:
        """Bring the viewer into sight, and the cursor into its place to save to if that is what was asked for."""
        self.send({"reveal": {"toSave": to_save}})

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        if not isinstance(content, Mapping):
            return
        if isinstance(content.get("generate"), Mapping):
            self._generate(content["generate"])
        elif content.get("copied"):
            self._copied()
