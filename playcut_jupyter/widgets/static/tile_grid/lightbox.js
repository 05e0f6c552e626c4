// The lightbox: one generation as large as the window allows, its neighbours, and all there is to say of it.

import { Dialog } from "./dialog.js"
import { make, makeButton, setAttribute, setText } from "./elements.js"

export class Lightbox extends Dialog {
  /** `grid` gives `order()`, `tile(id)`, `url(tile)` and `act(name, id)`; `send` sends a message to the kernel. */
  constructor(root, grid, send) {
    super(root, "playcut-lightbox")
    this.grid = grid
    this.send = send
    this.urls = []
    this.id = null
    this.stage = make("div", { class: "playcut-lightbox-stage" })
    this.facts = make("dl", { class: "playcut-lightbox-facts" })
    this.starButton = makeButton("Star", () => this.#star(), { "data-do": "star" })
    this.previousButton = makeButton("Previous", () => this.step(-1), { "data-do": "previous" })
    this.nextButton = makeButton("Next", () => this.step(1), { "data-do": "next" })
    const exportButton = makeButton("Export", () => send({ do: "export", ids: [this.id] }), { "data-do": "export" })
    this.path = make("input", { type: "text", spellcheck: "false" })
    const save = () => send({ do: "save", ids: [this.id], path: this.path.value })
    this.path.addEventListener("keydown", (event) => event.key === "Enter" && save())
    this.saveLine = make(
      "span",
      { class: "playcut-lightbox-save" },
      make("label", { class: "playcut-tiles-choice" }, make("span", { text: "save as" }), this.path),
      makeButton("Save", save, { "data-do": "save" }),
    )
    const buttons = [this.previousButton, this.nextButton, this.starButton, exportButton]
    for (const button of buttons) this.head.insertBefore(button, this.closeButton)
    const side = make("div", { class: "playcut-lightbox-side" }, this.facts, this.saveLine)
    this.body.append(this.stage, side)
    this.element.addEventListener("keydown", (event) => this.#key(event))
  }

  /** Show a generation: its small picture at once, the full one when it comes. */
  show(id) {
    const tile = this.grid.tile(id)
    if (!tile) return
    const wasOpen = this.isOpen
    this.id = id
    this.wasDone = tile.done
    this.#release()
    const url = this.grid.url(tile)
    const words = tile.failed ? tile.why : tile.done ? tile.kind : tile.state.toLowerCase()
    this.stage.replaceChildren(url ? make("img", { src: url, alt: tile.alt }) : make("p", { text: words }))
    this.facts.replaceChildren()
    this.saveLine.hidden = true
    this.refresh()
    this.open(`${tile.name} ${tile.kind}`)
    if (!wasOpen) this.nextButton.focus()
    this.send({ do: "open", ids: [id] })
  }

  /** Show what changed of the generation that is open. */
  refresh() {
    const tile = this.grid.tile(this.id)
    if (!tile) return
    if (tile.done && !this.wasDone) this.show(this.id) // it has ended while it was open
    setText(this.starButton, tile.starred ? "★ Starred" : "☆ Star")
    setAttribute(this.starButton, "aria-pressed", tile.starred)
  }

  /** Fill in what the kernel sent for it. */
  fill({ id, details, parts, saveAs }, contents) {
    if (!this.isOpen || id !== this.id) return
    this.#release()
    if (parts.length) this.stage.replaceChildren(...parts.map((part, at) => this.#part(part, contents[at])))
    this.stage
      .querySelector("audio, video")
      ?.play()
      .catch(() => {}) // where a browser forbids it, its button is there
    const facts = details.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })])
    this.facts.replaceChildren(...facts)
    this.path.value = saveAs
    this.saveLine.hidden = !saveAs
  }

  step(by) {
    const order = this.grid.order()
    const next = order[order.indexOf(this.id) + by]
    if (next !== undefined && order.includes(this.id)) this.show(next)
  }

  closed() {
    this.#release()
    this.stage.replaceChildren() // what plays stops
    const id = this.id
    this.id = null
    super.closed()
    this.grid.lightboxClosed(id)
  }

  #star() {
    this.grid.act("star", this.id)
  }

  #part(part, content) {
    const told = part.told ? make("p", { text: part.told }) : null
    if (!content?.byteLength) return make("div", {}, told ?? make("p", { text: part.mime }))
    const url = URL.createObjectURL(new Blob([content], { type: part.mime }))
    this.urls.push(url)
    const alt = this.grid.tile(this.id)?.alt ?? ""
    const shown = {
      image: () => make("img", { src: url, alt }),
      audio: () => make("audio", { src: url, controls: "", "aria-label": alt }),
      video: () => make("video", { src: url, controls: "", "aria-label": alt }),
    }[part.kind]
    const waveform = part.kind === "audio" && this.grid.url(this.grid.tile(this.id))
    return make("div", {}, waveform ? make("img", { src: waveform, alt: "" }) : null, shown?.(), told)
  }

  #key(event) {
    if (event.target.matches("input, textarea, select, audio, video")) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const done = {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      s: () => event.repeat || this.#star(),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!done) return
    event.preventDefault()
    done()
  }

  #release() {
    this.urls.forEach((url) => {
      URL.revokeObjectURL(url)
    })
    this.urls = []
  }
}
