// The line above the tiles: which axes are rows and columns, what is filtered, and buttons for what is selected.
// No button is ever disabled: what can't be done is said in a sentence.

import { make, makeButton, makeSelect, place, setText } from "./elements.js"

const NONE = "none"
const ALL = "all"

export class Toolbar {
  /** `changed(choice)` is told what is chosen: { columns }, { rows }, { filters }, { showHidden }. */
  constructor(buttons, act, clear, changed) {
    this.changed = changed
    this.filters = new Map()
    this.columns = makeSelect("columns", (value) => changed({ columns: value }))
    this.rows = makeSelect("rows", (value) => changed({ rows: value === NONE ? "" : value }))
    this.hiddenBox = make("input", {
      type: "checkbox",
      on: { change: () => changed({ showHidden: this.hiddenBox.checked }) },
    })
    this.hiddenText = make("span")
    this.hiddenChoice = make("label", { class: "playcut-tiles-choice" }, this.hiddenBox, this.hiddenText)
    this.view = make("div", { class: "playcut-tiles-view" })
    this.count = make("span", { class: "playcut-tiles-count" })
    this.clearButton = makeButton("Clear", clear, { "data-do": "clear", "aria-label": "Clear the selection" })
    const bar = buttons.map(([name, label]) => makeButton(label, () => act(name), { "data-do": name }))
    this.bar = make("div", { class: "playcut-tiles-bar", role: "group" }, this.count, ...bar, this.clearButton)
    this.element = make("div", { class: "playcut-tiles-tools" }, this.view, this.bar)
  }

  update({ axes, choice, filters, hidden, showHidden, selected, visible }) {
    const headings = new Map(axes.map((axis) => [axis.name, axis.heading]))
    const named = axes.map((axis) => [axis.name, axis.heading])
    this.columns.update(named, choice.columns)
    this.rows.update([...named.filter(([name]) => name !== choice.columns), [NONE, NONE]], choice.rows || NONE)
    const shown = axes.length > 1 ? [this.columns.element, this.rows.element] : []
    for (const name of choice.others) shown.push(this.#filter(axes, name, headings.get(name), filters[name]))
    if (hidden) shown.push(this.hiddenChoice)
    this.hiddenBox.checked = showHidden
    setText(this.hiddenText, `show ${hidden} hidden`)
    place(this.view, shown)
    const text = selected ? `${selected} selected` : visible === 1 ? "1 shown" : `All ${visible}`
    setText(this.count, text)
    this.bar.setAttribute("aria-label", selected ? "With what is selected" : "With all that is shown")
    this.clearButton.style.visibility = selected ? "visible" : "hidden"
  }

  #filter(axes, name, heading, chosen) {
    if (!this.filters.has(name)) {
      const select = makeSelect(heading, (at) => this.changed({ filter: name, at: at === ALL ? null : Number(at) }))
      this.filters.set(name, select)
    }
    const select = this.filters.get(name)
    const values = axes.find((axis) => axis.name === name).values
    const options = values.map((value, at) => [String(at), value])
    select.update([[ALL, ALL], ...options], chosen === undefined ? ALL : String(values.indexOf(chosen)))
    return select.element
  }
}
