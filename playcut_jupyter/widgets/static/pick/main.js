// Blind picking in a page: the kernel tells which round it is and sends the two media; an answer is sent once a round.
//
// The elements of a round stay from the first to the last one: nothing moves, and what has the focus keeps it. The keys
// are taken before the front end, whose arrow keys would move to another cell.

import { TextDialog } from "../tile_grid/dialog.js"
import { make, makeButton, setAttribute, setText, watchUse } from "../tile_grid/elements.js"
import { Side } from "./side.js"

const DOUBLE_CLICK_MS = 500
const KEYS = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowDown: "neither",
  " ": "neither",
  Backspace: "undo",
  u: "undo",
  U: "undo",
  1: "play left",
  2: "play right",
}

function render({ model, el }) {
  /** The round whose media are shown, when they came, and the last round that was answered. */
  let shown = -1
  let shownAt = 0
  let answered = -1

  const root = make("div", { class: "playcut-tiles playcut-pick", "data-lm-suppress-shortcuts": "true" })
  const view = () => model.get("view")

  /** Do something with this round, once. */
  const act = (what, more = {}) => {
    const round = view().round
    if (answered === round) return
    answered = round
    model.send({ do: what, round, ...more })
  }
  const answer = (side) => {
    if (shown === view().round && !view().ended) act("answer", { side })
  }

  const clicked = (side) => (event) => {
    stage.focus({ preventScroll: true })
    // The second click of a double click is not one on the next pair.
    if (event.detail > 1 && performance.now() - shownAt < DOUBLE_CLICK_MS) return
    answer(side)
  }
  const left = new Side("left", "←", clicked("left"))
  const right = new Side("right", "→", clicked("right"))
  for (const [one, other] of [
    [left, right],
    [right, left],
  ])
    one.onPlay = () => other.pause()

  const headline = make("div", { class: "playcut-pick-headline", role: "status", "aria-live": "polite" })
  const stage = make(
    "div",
    {
      class: "playcut-pick-stage",
      tabindex: "0",
      role: "group",
      "aria-label": "Which is better? Left arrow or right arrow; down arrow if you can't say; U takes it back.",
      "aria-keyshortcuts": "ArrowLeft ArrowRight ArrowDown Space Backspace U",
    },
    left.element,
    right.element,
  )
  const skip = makeButton("Can't say ↓", () => answer("neither"))
  const finish = makeButton("Show the result", () => act("finish"))
  const undo = makeButton("Undo (U)", () => view().undo && act("undo"))
  const bar = make("div", { class: "playcut-tiles-bar" }, skip, finish, undo)

  const winner = new Side("winner", "", () => {})
  const words = make("div", { class: "playcut-pick-words" })
  const star = makeButton("Star", () => model.send({ do: "star", on: !view().winner?.starred }))
  const refine = makeButton("Refine", () => model.send({ do: "refine" }))
  const exportButton = makeButton("Export", () => model.send({ do: "export" }))
  const goOn = makeButton("Go on", () => view().more && act("go on"))
  const undoEnd = makeButton("Undo (U)", () => view().undo && act("undo"))
  const result = make(
    "div",
    { class: "playcut-pick-result", tabindex: "-1", role: "group", "aria-label": "The result" },
    winner.element,
    words,
    make("div", { class: "playcut-tiles-bar" }, star, refine, exportButton, goOn, undoEnd),
  )
  const notice = make("div", { class: "playcut-tiles-notice", role: "status", "aria-live": "polite" })
  root.append(headline, stage, bar, result, notice)
  const dialog = new TextDialog(root, (message) => model.send(message))
  el.append(root)

  const draw = () => {
    const now = view()
    setText(headline, now.headline)
    stage.style.setProperty("--playcut-ratio", model.get("ratio"))
    const hasFocus = root.contains(document.activeElement) && !dialog.isOpen
    const hasTurned = result.hidden === now.ended
    stage.hidden = bar.hidden = now.ended
    result.hidden = !now.ended
    if (hasTurned && hasFocus) (now.ended ? result : stage).focus({ preventScroll: true })
    for (const button of [undo, undoEnd]) setAttribute(button, "aria-disabled", !now.undo)
    goOn.hidden = !now.more
    if (!now.winner) return
    setText(star, now.winner.starred ? "★ Starred" : "Star")
    setAttribute(star, "aria-pressed", now.winner.starred)
    words.replaceChildren(
      make("div", { text: now.winner.prompt }),
      ...now.winner.labels.map(([name, value]) => make("div", { text: `${name}: ${value}` })),
    )
  }

  const onMessage = (message, contents) => {
    if (message?.type === "text" && isUsed()) dialog.show(message)
    if (message?.type !== "media" || message.round === shown) return
    const sides = message.ended ? [winner] : [left, right]
    const load = (side, at) => side.load(message.parts[at], contents[at], contents[sides.length + at])
    Promise.all(sides.map(load)).then((swaps) => {
      if (message.round !== view().round) return
      for (const swap of swaps) swap()
      shown = message.round
      shownAt = performance.now()
      root.dataset.round = shown
    })
  }

  const onKeyDown = (event) => {
    if (!root.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const what = KEYS[event.key]
    const onButton = event.target.closest(".playcut-tiles-bar, .playcut-pick-player")
    if (!what || dialog.isOpen || (event.key === " " && onButton)) return
    if (view().ended && what !== "undo") return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (event.repeat) return
    if (what === "undo") view().undo && act("undo")
    else if (what === "play left") left.toggle()
    else if (what === "play right") right.toggle()
    else answer(what)
  }
  const onNotice = () => setText(notice, model.get("notice"))

  const isUsed = watchUse(root, latest)

  window.addEventListener("keydown", onKeyDown, true)
  model.on("change:view change:ratio", draw)
  model.on("change:notice", onNotice)
  model.on("msg:custom", onMessage)
  draw()
  onNotice()
  model.send({ do: "media" })
  return () => {
    window.removeEventListener("keydown", onKeyDown, true)
    model.off("change:view change:ratio", draw)
    model.off("change:notice", onNotice)
    model.off("msg:custom", onMessage)
    for (const side of [left, right, winner]) side.release()
  }
}

const latest = { use: 0 }

export default { render }
