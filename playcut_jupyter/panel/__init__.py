"""The panel: the same product as the cell magic, for clicking.

A form composes the line and the prompt of a cell, so that it has the cell's grammar and its errors; cards watch what
runs; the gallery pages through the library. Callbacks only hand work to one worker thread, and what is shown changes
by setting traits, which always land in the right place. So cells may run meanwhile, and nothing waits for them.
"""

from playcut_jupyter.panel.view import Panel

__all__ = ["Panel"]
