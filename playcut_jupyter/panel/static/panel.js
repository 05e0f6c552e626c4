// What only a script in the page can do for the panel. Without it all buttons still work.
//
// - Ctrl+Enter, Cmd+Enter or Shift+Enter in the prompt generates, before the front end takes the key to run the cell.
// - A click on "Generate" sends what the fields say with it. Front ends hold back what is typed until the kernel has
//   answered the last change, but send a click at once: it would generate an older text.
// - A copied cell goes to the clipboard.
// - The viewer is scrolled into sight in the display in which it was opened; Escape closes it.
// - What ends and what is refused is announced to screen readers.
// - A press of "Play" starts the player that the kernel brings.
// - Keys that are pressed on a control are not taken by the front end, whose cells have keys of their own.

const FIELD_PREFIX = "playcut-field-"
const MAX_FRAMES = 60
const PLAYER_WITHIN_MS = 10_000
const CONTROLS = "button, select, input[type=radio], input[type=checkbox]"
const GRID = ".playcut-panel-grid, .playcut-explorer" // it has keys of its own

function consume(event) {
  event.preventDefault()
  event.stopImmediatePropagation()
}

/** Return what the fields of the form say, by their names. */
function readFields(panel) {
  const fields = [...panel.querySelectorAll(`[class*="${FIELD_PREFIX}"]`)]
  return Object.fromEntries(
    fields.map((field) => {
      const name = [...field.classList].find((one) => one.startsWith(FIELD_PREFIX)).slice(FIELD_PREFIX.length)
      const control = field.querySelector("textarea, select, input")
      return [name, control.type === "checkbox" ? control.checked : control.value]
    }),
  )
}

/** Scroll the viewer into sight once it is drawn; on request, put the cursor into its "save as" field. */
async function reveal(viewer, focusSavePath) {
  // The kernel's change that makes it visible may be drawn a little later than its message arrives.
  for (let frame = 0; frame < MAX_FRAMES && (frame === 0 || !viewer.offsetParent); frame++) {
    await new Promise(requestAnimationFrame)
  }
  await Promise.allSettled([...viewer.querySelectorAll("img")].map((image) => image.decode()))
  viewer.scrollIntoView({ block: "nearest" })
  const field = viewer.querySelector(".playcut-panel-save-path input")
  if (!focusSavePath || !field) return
  field.focus({ preventScroll: true })
  field.select()
}

/** Start the player that comes into *place*. */
function playNext(place) {
  const known = new Set(place.querySelectorAll("audio, video"))
  const watcher = new MutationObserver(() => {
    const player = [...place.querySelectorAll("audio, video")].find((one) => !known.has(one))
    if (!player) return
    watcher.disconnect()
    player.play().catch(() => {}) // the browser may not allow it: then its own button is pressed
  })
  watcher.observe(place, { childList: true, subtree: true })
  setTimeout(() => watcher.disconnect(), PLAYER_WITHIN_MS)
}

/** Return what announces in *panel*: it must be there before there is something to say. */
function announcer(panel) {
  const known = panel.querySelector(":scope > .playcut-panel-announcer")
  if (known) return known
  const made = document.createElement("div")
  made.className = "playcut-panel-announcer"
  made.setAttribute("role", "status")
  panel.append(made)
  return made
}

function render({ model, el }) {
  el.dataset.panelScript = "" // panel.css hides the note that this is missing

  /** The button that opened the viewer, if it was clicked in this display of the panel. */
  let opener = null

  const panelOf = (event) => {
    const panel = el.closest(".playcut-panel")
    return panel?.contains(event.target) ? panel : null
  }

  const submit = (panel) => model.send({ type: "submit", fields: readFields(panel) })

  const closeViewer = (panel, event) => {
    const button = panel.querySelector(".playcut-panel-close")
    if (!button?.offsetParent || event.target.closest(".playcut-panel-form")) return
    consume(event)
    button.click()
    opener?.focus()
  }

  const onKeyDown = (event) => {
    const panel = panelOf(event)
    if (!panel || event.target.closest(GRID)) return
    announcer(panel)
    if (event.key === "Escape") closeViewer(panel, event)
    const isPlain = event.key !== "Tab" && !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
    if (isPlain && event.target.matches(CONTROLS)) event.stopImmediatePropagation()
    const isSubmit = event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)
    if (!isSubmit || !event.target.closest(".playcut-field-prompt")) return
    consume(event)
    if (!event.repeat) submit(panel)
  }

  const onClick = (event) => {
    const panel = panelOf(event)
    if (!panel || !event.target.closest(".playcut-panel-viewer")) opener = panel && event.target.closest("button")
    if (!panel) return
    announcer(panel)
    const play = event.target.closest("button.playcut-panel-play")
    if (play) playNext(play.closest(".playcut-panel-tile, .playcut-panel-form"))
    if (!event.target.closest("button.playcut-panel-generate")) return
    consume(event)
    submit(panel)
  }

  const copy = (text) => {
    navigator.clipboard?.writeText(text).then(
      () => model.send({ type: "copied" }),
      () => {},
    )
  }

  const markShut = () => {
    const button = el.closest(".playcut-panel")?.querySelector("button.playcut-panel-generate")
    button?.setAttribute("aria-disabled", String(model.get("is_shut")))
  }

  const onMessage = (message) => {
    if (!el.isConnected) return
    const panel = el.closest(".playcut-panel")
    if (message?.type === "announce") announcer(panel).textContent = message.text
    if (message?.type === "focusPrompt" && opener) panel.querySelector(".playcut-field-prompt textarea").focus()
    if (message?.type === "copy") copy(message.text)
    if (message?.type === "reveal" && opener?.isConnected) {
      reveal(panel.querySelector(".playcut-panel-viewer"), message.focusSavePath)
    }
  }

  window.addEventListener("keydown", onKeyDown, true)
  window.addEventListener("click", onClick, true)
  model.on("msg:custom", onMessage)
  model.on("change:is_shut", markShut)
  return () => {
    window.removeEventListener("keydown", onKeyDown, true)
    window.removeEventListener("click", onClick, true)
    model.off("msg:custom", onMessage)
    model.off("change:is_shut", markShut)
  }
}

export default { render }
