"""Notebooks as documents, made by nbconvert: it takes most of a second to load, so only where a test asks for one."""

from __future__ import annotations

from typing import Any

import nbformat


def exported(notebook: nbformat.NotebookNode, format_: str, **options: Any) -> tuple[str, dict[str, Any]]:
    """Return *notebook* as nbconvert exports it in this format ("html", "markdown", "latex"), and its resources."""
    from nbconvert import get_exporter  # heavy

    document: tuple[str, dict[str, Any]] = get_exporter(format_)(**options).from_notebook_node(notebook)
    return document
