"""The configuration of the manual: `nox -s docs` builds it into build/docs.

The tutorial is the notebooks, executed in the sandbox while the manual is built. Tables of the reference are made from
the code (`_extensions/generated_tables.py`), so that they can't lag behind.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playcut_jupyter import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "playcut-jupyter"
author = "The playcut-jupyter developers"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name
release = version = __version__

extensions = ["generated_tables", "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_extensions"]
smartquotes = False  # they would change the dashes of options
default_role = "code"  # docstrings have Markdown's backticks

html_theme = "furo"
html_title = f"playcut-jupyter {release}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_class_signature = "separated"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_display_short_literal_types = True
python_maximum_signature_line_length = 90

# The notebooks: copied beside the manual's pages, and executed without a key and away from the user's library.
(HERE / "tutorial").mkdir(exist_ok=True)
for _notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
    _copy = HERE / "tutorial" / _notebook.name
    if not _copy.exists() or _copy.read_bytes() != _notebook.read_bytes():
        shutil.copyfile(_notebook, _copy)
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 600  # seconds a cell, for machines that do much else
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_mime_priority_overrides = [("*", "application/vnd.jupyter.widget-view+json", None)]  # no kernel, so no widgets
suppress_warnings = ["misc.highlighting_failure"]  # an error of ours is no Python traceback
os.environ.pop("PLAYCUT_API_KEY", None)
os.environ.update(PLAYCUT_SANDBOX="1", PLAYCUT_HOME=tempfile.mkdtemp(prefix="playcut-docs-"))
