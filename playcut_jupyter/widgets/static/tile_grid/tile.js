// One tile: its picture in a box that has its size from the start, a few words, and its buttons.

import { make, makeButton, setAttribute, setText } from "./elements.js"

/** A tile's element, patched in place: it is made once, and what has the focus keeps it. */
export class TileView {
  constructor(id, buttons, act) {
    this.id = id
    this.checkbox = make("input", { type: "checkbox", tabindex: -1, on: { change: () => act("select", id) } })
    this.star = make("span", { class: "playcut-tile-star", text: "★", "aria-hidden": "true" })
    this.picture = make("img", { class: "playcut-tile-picture", alt: "", draggable: "false" })
    this.said = make("span", { class: "playcut-tile-said" })
    this.buttons = buttons.map(([name, label]) =>
      makeButton(label, () => act(name, id), { tabindex: -1, "data-do": name }),
    )
    const bar = make("div", { class: "playcut-tile-buttons" }, ...this.buttons)
    this.box = make("div", { class: "playcut-tile-box" }, this.picture, this.said, this.checkbox, this.star, bar)
    this.words = make("div", { class: "playcut-tile-words" })
    this.element = make(
      "div",
      { class: "playcut-tile", role: "gridcell", tabindex: -1, "data-id": id },
      this.box,
      this.words,
    )
  }

  /** Show how the generation stands; `options` are its picture's URL, and whether it is selected and active, and what its words say. */
  update(tile, { url, isSelected, isActive, words }) {
    const state = tile.failed ? "failed" : tile.done ? "done" : "running"
    setAttribute(this.element, "data-state", state)
    setAttribute(this.element, "aria-selected", isSelected)
    setAttribute(this.element, "aria-label", this.#label(tile, state))
    setAttribute(this.element, "tabindex", isActive ? 0 : -1)
    setAttribute(this.element, "title", tile.failed ? tile.why : tile.alt)
    this.element.classList.toggle("playcut-tile-starred", tile.starred)
    this.element.classList.toggle("playcut-tile-hidden", tile.hidden)
    this.checkbox.checked = isSelected
    setAttribute(this.checkbox, "aria-label", `Select ${tile.name}`)
    if (url && this.picture.getAttribute("src") !== url) this.picture.src = url
    this.picture.hidden = !url
    const running = [tile.state.toLowerCase(), tile.told].filter(Boolean).join(" · ")
    const without = tile.plays ? `▶ ${tile.kind}` : tile.kind
    setText(this.said, tile.failed ? `${tile.state}: ${tile.why}` : !tile.done ? running : url ? "" : without)
    const facts = [tile.name, tile.plays && url ? "▶" : "", tile.hidden ? "hidden" : "", words]
    setText(this.words, facts.filter(Boolean).join(" "))
    for (const button of this.buttons) {
      setAttribute(button, "tabindex", isActive ? 0 : -1)
      const isStar = button.dataset.do === "star"
      if (isStar) setAttribute(button, "aria-pressed", tile.starred)
      setAttribute(button, "aria-label", `${button.textContent} ${tile.name}`)
    }
  }

  #label(tile, state) {
    const values = Object.entries(tile.labels).map(([name, value]) => `${name}: ${value}`)
    const marks = [state === "done" ? "" : tile.state.toLowerCase(), tile.starred ? "starred" : ""]
    return [tile.name, tile.kind, ...marks, ...(values.length ? values : [tile.words])].filter(Boolean).join(", ")
  }
}
