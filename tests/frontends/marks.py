"""What a test shows about a front end: `@shows("JupyterLab", "live")`. The table in the docs is made of these."""

from __future__ import annotations

import pytest

ASPECTS = ("live", "picture", "sound", "clip", "error", "stop", "reopened", "untrusted")

FRONT_ENDS = {
    "JupyterLab": "jupyterlab",
    "Notebook": "notebook",
    "Voila": "voila",
    "nbclient": "nbclient",
    "papermill": "papermill",
    "nbconvert to HTML": "nbconvert",
    "nbconvert to Markdown": "nbconvert",
    "nbconvert to LaTeX": "nbconvert",
    "myst-nb": "myst-nb",
    "terminal IPython": "ipython",
    "jupyter console": "jupyter-console",
    "VS Code": "",
    "marimo": "marimo",
}
"""Front end -> the distribution whose version is named in the table."""

LIMITS = {
    ("Voila", "live"): "the panel and what is not waited for; a cell shows its end",
    ("Voila", "stop"): "Voila has no stop button",
    ("Voila", "error"): "FAILED is shown; Voila hides the reason",
    ("Voila", "reopened"): "a page, no document",
    ("Voila", "untrusted"): "a page, no document",
    **{(name, "live"): "nobody watches" for name in FRONT_ENDS if name.startswith(("nb", "papermill", "myst"))},
    **{
        (f"nbconvert to {form}", aspect): "as nbclient"
        for form in ("HTML", "Markdown", "LaTeX")
        for aspect in ("error", "stop")
    },
    ("nbconvert to LaTeX", "sound"): "paper is silent: its waveform",
    ("nbconvert to LaTeX", "clip"): "its first frame",
    **{("myst-nb", aspect): "as nbclient" for aspect in ("error", "stop")},
    **{
        (name, aspect): "text: the line names the file"
        for name in ("terminal IPython", "jupyter console")
        for aspect in ("picture", "sound", "clip")
    },
    **{
        (name, aspect): "no document"
        for name in ("terminal IPython", "jupyter console")
        for aspect in ("reopened", "untrusted")
    },
    **{("VS Code", aspect): "not run here" for aspect in ("live", "error", "stop")},
    ("marimo", "live"): "a call shows its end; no cell magic, no panel",
    ("marimo", "untrusted"): "marimo has no trust to give",
}
"""What a front end can't do, or what is not tried, where no test of ours shows it."""

slow = pytest.mark.skipif("not os.environ.get('PLAYCUT_FRONT_ENDS')", reason="slow: runs in `nox -s frontends`")
"""Marks what only the nox session `frontends` runs; the condition is read late, when that has set its variable."""


def shows(front_end: str, *aspects: str) -> pytest.MarkDecorator:
    """Mark a test as what shows that *aspects* work in *front_end*."""
    assert front_end in FRONT_ENDS, front_end
    assert set(aspects) <= set(ASPECTS), aspects
    return pytest.mark.shows(front_end, *aspects)
