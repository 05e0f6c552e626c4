"""The font that contact sheets and the sandbox draw text with: Noto Sans, under the SIL Open Font License.

It is data only. Read it with `importlib.resources.files("playcut_jupyter.fonts")`.
"""
