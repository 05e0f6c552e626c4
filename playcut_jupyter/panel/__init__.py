"""The panel: the same product as the cell magic, for clicking.

A form composes the line and the prompt of a cell, so that it has the cell's grammar and its errors; batches of cards
watch what runs; the gallery pages through the library. A click settles at once what is meant by it and hands that to
a worker; what is shown changes by setting traits, which always land in the right place. So cells may run meanwhile,
and nothing waits for them.

`form` and `spelling` are pure: fields to a plan, a generation to a cell. `work` has the threads. All else is widgets.
"""

from playcut_jupyter.panel.view import Panel

__all__ = ["Panel"]
