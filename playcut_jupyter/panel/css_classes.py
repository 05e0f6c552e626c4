"""The CSS classes by which `static/panel.js` and `static/panel.css` know the parts of the panel."""

from __future__ import annotations

PANEL = "playcut-panel"
NO_SCRIPT = "playcut-panel-no-script"
"""The note that the panel's script is missing, which it hides."""
CONNECTION = "playcut-panel-connection"
BADGE = "playcut-panel-badge"
"""A kind of badge has this class and another one: this, a hyphen, and the kind."""

FORM = "playcut-panel-form"
FIELD_PREFIX = "playcut-field-"
"""A field of the form has this class, with its name behind it."""
CHOICE = "playcut-panel-choice"
"""A field and its chips."""
CHIPS = "playcut-panel-chips"
MORE = "playcut-panel-more"
"""The checkbox "More", which shows the rest of the form in the page itself."""
MORE_FIELDS = "playcut-panel-rest"
GENERATE_BUTTON = "playcut-panel-generate"

BATCH_LIST = "playcut-panel-batches"
BATCH = "playcut-panel-batch"
CARD = "playcut-card"
CARD_PROMPT = "playcut-card-prompt"

VIEWER = "playcut-panel-viewer"
CLOSE_BUTTON = "playcut-panel-close"
SAVE_PATH = "playcut-panel-save-path"

GALLERY = "playcut-panel-gallery"
TILE = "playcut-panel-tile"
PICTURE = "playcut-panel-picture"
OPEN_BUTTON = "playcut-panel-open"
"""The "Open" button of a tile; the picture is part of it."""

ANNOUNCER = "playcut-panel-announcer"
"""What the page's script makes, for screen readers alone."""
PLAY_BUTTON = "playcut-panel-play"
"""A button that brings a player, which the page starts."""
