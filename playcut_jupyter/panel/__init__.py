"""The panel: a graphical interface to the features of the cell magic.

A form becomes the line and the prompt of a cell, so that it has the cell's grammar and errors; batches of cards show
what runs; a gallery pages through the library. A click takes over at once what the fields say and leaves the work to
a worker thread; what is shown changes by setting traits. So cells may run meanwhile, and nothing waits for them.
"""
