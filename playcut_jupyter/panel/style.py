"""How the panel looks. Sizes and shapes alone: the colours are those of the theme around it."""

from __future__ import annotations

LINE = "1px solid rgba(128, 128, 128, 0.4)"

# A field's label is above it, small, so that the fields of a line stand side by side at any width.
# After a restart ipywidgets marks each widget as dead, with an icon of its own: the panel says it once, in words.
# Notebook 7 gives outputs that change while they are tall a box to scroll in: the panel is used, not read.
# What is opened fits into a window of JupyterLab with its buttons: beside the picture there are some 300 px.
# A tile's picture is part of its button "Open": a click on it opens it.
STYLE = f"""<style>
.jp-CodeCell.jp-mod-outputsScrolled .jp-Cell-outputArea:has(.playcut-panel) {{
  max-height: none; overflow-y: visible; resize: none;
}}
.jp-CodeCell.jp-mod-outputsScrolled .jp-Cell-outputArea:has(.playcut-panel)::after {{content: none;}}
.playcut-panel .jupyter-widgets-disconnected::before {{content: none;}}
.playcut-panel.jupyter-widgets-disconnected::before {{
  content: "The kernel is gone: run this cell again."; font: inherit; font-weight: bold; color: inherit;
}}
.playcut-panel.playcut-panel {{gap: 12px; padding: 2px; overflow: visible; box-sizing: border-box; max-width: 100%;}}
.playcut-panel .widget-html-content {{overflow-wrap: anywhere; line-height: 1.5;}}
.playcut-panel .widget-html {{margin: 0; height: auto; min-width: 0;}}
.playcut-panel .widget-vbox, .playcut-panel .widget-hbox {{margin: 0; overflow: visible; min-width: 0;}}
.playcut-panel .widget-hbox {{gap: 4px 8px;}}
.playcut-panel .playcut-message {{margin: 0 !important;}}
.playcut-panel .widget-button {{margin: 0; padding: 0 10px; flex: none;}}
.playcut-panel .widget-inline-hbox:not(.widget-checkbox) {{
  flex-direction: column; align-items: stretch; height: auto; margin: 0; box-sizing: border-box; max-width: 100%;
}}
.playcut-panel .widget-inline-hbox:not(.widget-checkbox) > .widget-label {{
  width: auto; max-width: none; text-align: left; margin: 0; height: auto; line-height: 1.5; font-size: 0.85em;
  flex: none;
}}
.playcut-panel .widget-inline-hbox > :is(input, select) {{width: 100%; flex: none; box-sizing: border-box; margin: 0;}}
.playcut-panel .widget-dropdown > select {{height: 28px;}}
.playcut-panel .widget-textarea textarea {{width: 100%; min-width: 0; box-sizing: border-box; flex: none;}}
.playcut-panel .widget-checkbox {{margin: 0; height: 28px;}}
.playcut-panel .widget-checkbox label {{display: flex; align-items: center; gap: 4px;}}
.playcut-panel .widget-checkbox input {{margin: 0;}}
.playcut-panel-form.playcut-panel-form {{gap: 8px;}}
.playcut-panel-connection .widget-hbox > .widget-html {{flex: 1 1 300px;}}
.playcut-panel-badge {{display: inline-block; padding: 1px 8px; margin-right: 4px; font-weight: bold;}}
.playcut-panel-badge-sandbox {{border: 1px dashed currentColor; border-radius: 12px;}}
.playcut-panel-badge-live {{
  background: var(--jp-ui-font-color0, #111); color: var(--jp-layout-color0, #fff);
  border: 1px solid var(--jp-ui-font-color0, #111);
}}
.playcut-panel-badge-none {{border: 1px solid currentColor;}}
.playcut-panel-jobs.playcut-panel-jobs, .playcut-panel-jobs > .widget-vbox {{gap: 8px;}}
.playcut-panel-jobs > .widget-button {{align-self: flex-start;}}
.playcut-panel-batch.playcut-panel-batch {{border: {LINE}; border-radius: 4px; padding: 0 10px;}}
.playcut-panel-batch > .widget-hbox {{padding: 8px 0;}}
.playcut-panel-batch > .widget-hbox > .widget-html {{flex: 1 1 300px;}}
.playcut-card.playcut-card {{padding: 8px 0; gap: 4px;}}
.playcut-card + .playcut-card {{border-top: {LINE};}}
.playcut-card .playcut-status {{margin: 0 !important;}}
.playcut-card-words {{font-weight: bold;}}
.playcut-panel-viewer.playcut-panel-viewer {{border: {LINE}; border-radius: 4px; padding: 10px; gap: 8px;}}
.playcut-panel-viewer .playcut-full {{max-height: max(240px, 100vh - 300px);}}
.playcut-panel-gallery.playcut-panel-gallery {{border-top: {LINE}; padding-top: 12px; gap: 8px;}}
.playcut-panel-gallery > .widget-hbox {{gap: 12px;}}
.playcut-panel-gallery > .widget-hbox:first-child {{gap: 4px 8px;}}
.playcut-panel-tile.playcut-panel-tile {{position: relative; width: 200px; gap: 4px; padding-bottom: 8px;}}
.playcut-panel-tile > .widget-html:nth-child(2) {{flex: 1 0 auto;}}
.playcut-panel-tile .widget-hbox {{gap: 4px;}}
.playcut-panel-tile .widget-button {{padding: 0 6px; height: 24px; line-height: 24px; font-size: 0.85em;}}
.playcut-panel-tile :has(> .playcut-panel-open), .playcut-panel-open.playcut-panel-open {{
  position: static; overflow: visible;
}}
.playcut-panel-picture {{
  height: 200px; overflow: hidden; display: flex; align-items: center; justify-content: center;
  background: rgba(128, 128, 128, 0.1); border-radius: 4px;
}}
.playcut-panel-open::after {{
  content: ""; position: absolute; top: 0; left: 0; right: 0; height: 200px; cursor: zoom-in;
}}
.playcut-panel-open:focus-visible::after {{outline: 2px solid currentColor;}}
</style>"""
