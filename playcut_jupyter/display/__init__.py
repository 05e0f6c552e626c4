"""Events and assets as HTML and text, and the displays that change while a cell runs."""
