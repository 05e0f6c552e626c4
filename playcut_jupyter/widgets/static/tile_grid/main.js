// The living grid in a page: what the kernel tells is drawn, and what is done is told to the kernel.
//
// One kernel object may be drawn in several places of a page. They share the small pictures; what is chosen, filtered
// and opened is each one's own.

import { CompareDialog, ConfirmDialog, TextDialog } from "./dialog.js"
import { make, setText, watchUse } from "./elements.js"
import { Grid, KEYS } from "./grid.js"
import { Lightbox } from "./lightbox.js"

const LOOK_AGAIN_MS = 5000

/** The small pictures of one kernel object as URLs, by their names. */
class Pictures {
  constructor() {
    this.urls = new Map()
    this.asked = new Set()
  }

  add(name, content) {
    if (!content?.byteLength || this.urls.has(name)) return
    // Without a type: a browser looks at the bytes, and takes nothing but a picture for one.
    this.urls.set(name, URL.createObjectURL(new Blob([content])))
  }

  /** Return the names among `names` that are missing, and were not asked for. */
  missing(names) {
    const missing = names.filter((name) => name && !this.urls.has(name) && !this.asked.has(name))
    for (const name of missing) this.asked.add(name)
    return missing
  }

  keep(names) {
    const wanted = new Set(names)
    for (const [name, url] of this.urls) {
      if (wanted.has(name)) continue
      URL.revokeObjectURL(url)
      this.urls.delete(name)
      this.asked.delete(name)
    }
  }

  release() {
    this.keep([])
  }
}

export default () => {
  const pictures = new Pictures()

  function initialize({ model }) {
    for (const [name, content] of Object.entries(model.get("pictures"))) pictures.add(name, content)
    const onMessage = (message, contents) => {
      if (message?.type !== "pictures") return
      for (const [at, name] of message.names.entries()) pictures.add(name, contents[at])
    }
    model.on("msg:custom", onMessage)
    return () => {
      model.off("msg:custom", onMessage)
      pictures.release()
    }
  }

  function render({ model, el }) {
    const root = make("div", { class: "playcut-tiles", "data-lm-suppress-shortcuts": "true" })
    const notice = make("div", {
      class: "playcut-tiles-notice",
      role: "status",
      "aria-live": "polite",
      "data-hint": KEYS,
    })
    const send = (message) => model.send(message)
    const grid = new Grid(model, {
      urlOf: (tile) => pictures.urls.get(tile.picture) ?? "",
      send,
      open: (id) => lightbox.show(id),
      say: (text) => setText(notice, text),
    })
    const lightbox = new Lightbox(
      root,
      {
        order: () => grid.order(),
        tile: (id) => grid.tile(id),
        url: grid.urlOf,
        act: (name, id) => {
          grid.act(name, id)
          lightbox.refresh()
        },
        lightboxClosed: (id) => id && grid.tile(id) && grid.activate(id),
      },
      send,
    )
    const dialogs = {
      text: new TextDialog(root, send),
      confirm: new ConfirmDialog(root, send),
      compare: new CompareDialog(root),
    }
    root.append(grid.toolbar.element, notice, grid.table)
    el.append(root)
    el.dataset.playcutScript = "" // hides the sentence that it is missing

    const draw = () => {
      grid.render()
      lightbox.refresh()
      const names = model.get("tiles").map((tile) => tile.picture)
      const missing = pictures.missing(names)
      if (missing.length) send({ do: "need", ids: [], names: missing })
    }
    const onTiles = () => {
      pictures.keep(model.get("tiles").map((tile) => tile.picture))
      draw()
    }
    const onNotice = () => {
      const text = model.get("notice")
      setText(notice, text)
      for (const dialog of [lightbox, ...Object.values(dialogs)]) if (dialog.isOpen) dialog.say(text)
    }
    const onMessage = (message, contents) => {
      const type = message?.type
      if (type === "pictures") draw()
      else if (type === "redraw") {
        grid.forgetStars()
        draw()
      } else if (type === "media") lightbox.fill(message, contents)
      // Dialogs open where they were asked for, if one kernel object is drawn in several places.
      else if (dialogs[type] && isUsed()) dialogs[type].show(message, contents)
    }
    const isUsed = watchUse(root, latest)
    // Another kernel may have starred some of it meanwhile; this one does not hear of that.
    let lookedAt = performance.now()
    root.addEventListener("pointerenter", () => {
      if (performance.now() - lookedAt < LOOK_AGAIN_MS) return
      lookedAt = performance.now()
      send({ do: "refresh", ids: [] })
    })

    const changes = "change:tiles change:axes change:ratio change:title change:hides change:selected"
    model.on(changes, onTiles)
    model.on("change:notice", onNotice)
    model.on("msg:custom", onMessage)
    draw()
    onNotice()
    return () => {
      model.off(changes, onTiles)
      model.off("change:notice", onNotice)
      model.off("msg:custom", onMessage)
    }
  }

  const latest = { use: 0 }
  return { initialize, render }
}
