"""Ctrl+Enter, Cmd+Enter or Shift+Enter in the prompt generates.

The core widgets tell the kernel nothing about keys, and front ends take these for themselves. So this one view is an
anywidget: a listener in the page that presses the button, before the front end runs the cell.
"""

from __future__ import annotations

import anywidget

_LISTEN = """
export default {
  render({ el }) {
    const pressed = event => {
      const panel = el.closest('.playcut-panel');
      if (!panel || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      if (!event.target.closest?.('.playcut-panel-prompt') || !panel.contains(event.target)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      panel.querySelector('button.playcut-panel-generate')?.click();
    };
    window.addEventListener('keydown', pressed, true);
    return () => window.removeEventListener('keydown', pressed, true);
  },
};
"""


class Keys(anywidget.AnyWidget):  # type: ignore[misc,unused-ignore]  # it inherits from ipywidgets, which has no types
    """Listens for keys in the panel that it is part of; shows nothing."""

    _esm = _LISTEN
