// The grid: tiles in rows and columns or in a flow, moved through with the arrow keys, selected, and acted on.

import { arrange, chooseAxes, neighbour, visibleTiles } from "./arrangement.js"
import { make, place, setAttribute, setText } from "./elements.js"
import { TileView } from "./tile.js"
import { Toolbar } from "./toolbar.js"

export const KEYS = "Arrow keys move · S stars · Enter opens · X selects"
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]

export class Grid {
  /** `urlOf(tile)` is the small picture's URL, `send` sends a message, `open(id)` opens the lightbox. */
  constructor(model, { urlOf, send, open, say }) {
    Object.assign(this, { model, urlOf, send, open, say })
    this.views = new Map()
    this.parts = new Map() // the elements of rows, headings and cells, by what they stand for
    this.choice = { columns: null, rows: null }
    this.filters = {}
    this.showHidden = false
    this.stars = new Map() // what was just starred here, until the kernel says so
    this.active = null
    this.anchor = null
    this.toolbar = new Toolbar(
      model.get("bar_buttons"),
      (name) => this.actOnSelected(name),
      () => this.select([]),
      (change) => this.#choose(change),
    )
    const scrolls = "overflow: auto" // of its own in a narrow page, not with all of the output
    this.table = make("div", {
      class: "playcut-tiles-grid",
      role: "grid",
      "aria-multiselectable": "true",
      "aria-description": KEYS,
      style: scrolls,
    })
    this.table.addEventListener("keydown", (event) => this.#key(event))
    this.table.addEventListener("click", (event) => this.#click(event))
    this.table.addEventListener("focusin", (event) => this.#focused(event))
  }

  // -- what it shows ----------------------------------------------------------------------------------------

  get selected() {
    const known = new Set(this.visible.map((tile) => tile.id))
    return this.model.get("selected").filter((id) => known.has(id))
  }

  tile(id) {
    return this.tiles.find((tile) => tile.id === id)
  }

  order() {
    return this.arrangement.rows.flatMap((row) => row.cells.flat().map((tile) => tile.id))
  }

  /** Forget what was starred here: it could not be kept. */
  forgetStars() {
    this.stars.clear()
  }

  render() {
    const axes = this.model.get("axes")
    this.tiles = this.model.get("tiles").map((tile) => this.#withStar(tile))
    const choice = chooseAxes(axes, this.choice)
    const leavesOut = this.model.get("hides") && !this.showHidden
    this.visible = visibleTiles(this.tiles, choice.others, this.filters, leavesOut)
    this.arrangement = arrange(this.visible, axes, choice)
    if (!this.visible.some((tile) => tile.id === this.active)) this.#moveOn()
    const focused = document.activeElement
    const hadFocus = this.table.contains(focused)
    this.#place(axes, choice)
    if (hadFocus && document.activeElement !== focused) {
      const next = focused.isConnected ? focused : this.views.get(this.active)?.element
      next?.focus({ preventScroll: true })
    }
    this.#renderTools(axes, choice)
  }

  /** Return a tile with the star that it was given here, until the kernel says so too. */
  #withStar(tile) {
    const starred = this.stars.get(tile.id) ?? tile.starred
    if (starred === tile.starred) this.stars.delete(tile.id)
    return { ...tile, starred }
  }

  #renderTools(axes, choice) {
    this.toolbar.update({
      axes,
      choice,
      filters: this.filters,
      hidden: this.model.get("hides") ? this.tiles.filter((tile) => tile.hidden).length : 0,
      showHidden: this.showHidden,
      selected: this.selected.length,
      visible: this.visible.length,
    })
  }

  /** Where the active tile is gone, the one that took its place is active. */
  #moveOn() {
    const order = this.visible.map((tile) => tile.id)
    const at = this.lastOrder?.indexOf(this.active) ?? -1
    this.active = order[Math.min(Math.max(at, 0), order.length - 1)] ?? null
  }

  #place(axes, choice) {
    const isFlow = !choice.columns
    // Neither a heading nor a filter says these values.
    this.unsaid = choice.others.filter((name) => this.filters[name] === undefined)
    this.lastOrder = this.visible.map((tile) => tile.id)
    const isTurned = this.arrangement.columns.length
    setAttribute(this.table, "aria-label", this.model.get("title"))
    this.table.classList.toggle("playcut-tiles-flow", isFlow)
    this.table.style.setProperty("--playcut-columns", String(isTurned || 1))
    this.table.style.setProperty("--playcut-ratio", String(this.model.get("ratio")))
    const headings = new Map(axes.map((axis) => [axis.name, axis.heading]))
    const rows = this.arrangement.rows.map((row, at) => this.#row(row, at, choice, isFlow))
    place(this.table, isFlow ? rows : [this.#head(choice, headings), ...rows])
    const shown = new Set(this.lastOrder)
    for (const [id] of this.views) if (!shown.has(id) && !this.tile(id)) this.views.delete(id)
  }

  #head(choice, headings) {
    const row = this.#part("head", { class: "playcut-tiles-row", role: "row" })
    const corner = this.#part("corner", { class: "playcut-tiles-corner", role: "columnheader" })
    const down = this.#part("corner-rows", {}, "span")
    const across = this.#part("corner-columns", {}, "span")
    setText(down, choice.rows ? `${headings.get(choice.rows)} ↓` : "")
    setText(across, `${headings.get(choice.columns)} →`)
    place(corner, [across, down])
    const columns = this.arrangement.columns.map((value) => {
      const heading = this.#part(`column ${value}`, { class: "playcut-tiles-column", role: "columnheader" })
      setText(heading, value)
      return heading
    })
    place(row, [corner, ...columns])
    return row
  }

  #row(row, at, choice, isFlow) {
    const element = this.#part(`row ${at}`, { class: "playcut-tiles-row", role: "row" })
    if (isFlow) {
      place(element, this.#views(row.cells[0], isFlow))
      return element
    }
    const label = this.#part(`label ${at}`, { class: "playcut-tiles-label", role: "rowheader" })
    setText(label, choice.rows ? row.value : "")
    const cells = row.cells.map((tiles, column) => {
      const cell = this.#part(`cell ${at} ${column}`, { class: "playcut-tiles-cell" })
      cell.setAttribute("role", tiles.length ? "presentation" : "gridcell")
      place(cell, this.#views(tiles, isFlow))
      return cell
    })
    place(element, [label, ...cells])
    return element
  }

  #part(name, options, tag = "div") {
    if (!this.parts.has(name)) this.parts.set(name, make(tag, options))
    return this.parts.get(name)
  }

  #views(tiles, isFlow) {
    const chosen = new Set(this.model.get("selected"))
    return tiles.map((tile) => {
      if (!this.views.has(tile.id)) {
        const act = (name, id) => this.act(name, id)
        this.views.set(tile.id, new TileView(tile.id, this.model.get("tile_buttons"), act))
      }
      const view = this.views.get(tile.id)
      const isActive = tile.id === this.active
      const words = isFlow ? tile.words : this.unsaid.map((name) => tile.labels[name]).join(" · ")
      view.update(tile, { url: this.urlOf(tile), isSelected: chosen.has(tile.id), isActive, words })
      return view.element
    })
  }

  #choose(change) {
    if (change.filter) {
      const values = this.model.get("axes").find((axis) => axis.name === change.filter).values
      if (change.at === null) delete this.filters[change.filter]
      else this.filters[change.filter] = values[change.at]
    } else if ("showHidden" in change) this.showHidden = change.showHidden
    else this.#turn(change)
    this.render()
  }

  /** Choose an axis for the columns or the rows; the one that stood there takes the other's place. */
  #turn(change) {
    const now = chooseAxes(this.model.get("axes"), this.choice)
    const columns = change.columns ?? now.columns
    const rows = change.rows ?? (columns === now.rows ? now.columns : now.rows)
    this.choice = { columns, rows }
    delete this.filters[columns]
    delete this.filters[rows]
  }

  // -- what is done -----------------------------------------------------------------------------------------

  select(ids) {
    this.model.set("selected", ids)
    this.model.save_changes()
    this.render()
  }

  toggle(id) {
    const selected = this.selected
    this.anchor = id
    this.select(selected.includes(id) ? selected.filter((one) => one !== id) : [...selected, id])
  }

  #selectTo(id) {
    const order = this.order()
    const ends = [order.indexOf(this.anchor ?? this.active), order.indexOf(id)].sort((a, b) => a - b)
    this.select([...new Set([...this.selected, ...order.slice(Math.max(0, ends[0]), ends[1] + 1)])])
  }

  /** Do what a tile's button says; the buttons that the grid does not know are the kernel's. */
  act(name, id) {
    if (name === "select") this.toggle(id)
    else if (name === "open") this.open(id)
    else if (name === "star") this.#star(id)
    else if (name === "compare") this.#compareWith(id)
    else this.send({ do: name, ids: [id] })
  }

  actOnSelected(name) {
    const selected = this.selected
    const takesAll = ["export", "sheet"].includes(name)
    const ids = selected.length || !takesAll ? selected : this.order()
    // What is hidden and selected is shown again.
    const on = name === "hide" ? !(ids.length && ids.every((id) => this.tile(id).hidden)) : undefined
    this.send({ do: name, ids, on })
  }

  #star(id) {
    const on = !this.tile(id)?.starred
    this.stars.set(id, on)
    this.render()
    this.send({ do: "star", ids: [id], on })
  }

  #compareWith(id) {
    const others = this.selected.filter((one) => one !== id)
    if (others.length) {
      this.send({ do: "compare", ids: [...others, id] })
      return
    }
    this.select([id])
    this.say(`${this.tile(id).name} is selected: press Compare on another to see the two side by side.`)
  }

  // -- mouse and keys ---------------------------------------------------------------------------------------

  #idOf(event) {
    return event.target.closest?.(".playcut-tile")?.dataset.id
  }

  #click(event) {
    const id = this.#idOf(event)
    if (id === undefined || event.target.closest("button, input")) return
    this.activate(id)
    if (event.shiftKey) this.#selectTo(id)
    else if (event.ctrlKey || event.metaKey) this.toggle(id)
    else this.open(id)
  }

  #focused(event) {
    const id = this.#idOf(event)
    if (id !== undefined && id !== this.active) this.activate(id, false)
  }

  /** Make a tile the one that Tab leads to, and on request focus it. */
  activate(id, focus = true) {
    this.active = id
    this.render()
    if (focus) this.views.get(id)?.element.focus({ preventScroll: true })
  }

  #step(key) {
    let next = neighbour(this.arrangement, this.active, key)
    if (this.table.classList.contains("playcut-tiles-flow") && (key === "ArrowUp" || key === "ArrowDown")) {
      const order = this.order()
      const tops = order.map((id) => this.views.get(id).element.offsetTop)
      const across = tops.filter((top) => top === tops[0]).length
      next = order[order.indexOf(this.active) + (key === "ArrowUp" ? -across : across)] ?? this.active
    }
    this.activate(next)
    this.views.get(next)?.element.scrollIntoView({ block: "nearest", inline: "nearest" })
  }

  #key(event) {
    const id = this.#idOf(event)
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const isOnTile = event.target.dataset?.id === id
    if (ARROWS.includes(key)) this.#step(key)
    else if (key === "s") event.repeat || this.#star(id)
    else if (key === "x" || (key === " " && isOnTile)) event.repeat || this.toggle(id)
    else if (key === "Enter" && isOnTile) event.repeat || this.open(id)
    else if (key === "Escape" && this.selected.length) this.select([])
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
