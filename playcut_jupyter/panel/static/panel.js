// What only a script in the page can do for the panel. Without it all buttons still work.
//
// - Ctrl+Enter, Cmd+Enter or Shift+Enter in the prompt generates, before the front end takes the key to run the cell.
// - A click on "Generate" sends what the fields say with it. Front ends hold back what is typed until the kernel has
//   answered the last change, but send a click at once: it would generate an older text.
// - A copied cell goes to the clipboard.
// - The viewer is scrolled into sight in the display in which it was opened; Escape closes it.

const FIELD_PREFIX = "playcut-field-"
const MAX_FRAMES = 60

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
    if (!panel) return
    if (event.key === "Escape") closeViewer(panel, event)
    const isSubmit = event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)
    if (!isSubmit || !event.target.closest(".playcut-field-prompt")) return
    consume(event)
    if (!event.repeat) submit(panel)
  }

  const onClick = (event) => {
    const panel = panelOf(event)
    if (!panel || !event.target.closest(".playcut-panel-viewer")) opener = panel && event.target.closest("button")
    if (!panel || !event.target.closest("button.playcut-panel-generate")) return
    consume(event)
    submit(panel)
  }

  const copy = (text) => {
    navigator.clipboard?.writeText(text).then(
      () => model.send({ type: "copied" }),
      () => {},
    )
  }

  const onMessage = (message) => {
    if (!el.isConnected) return
    if (message?.type === "copy") copy(message.text)
    if (message?.type === "reveal" && opener?.isConnected) {
      reveal(el.closest(".playcut-panel").querySelector(".playcut-panel-viewer"), message.focusSavePath)
    }
  }

  window.addEventListener("keydown", onKeyDown, true)
  window.addEventListener("click", onClick, true)
  model.on("msg:custom", onMessage)
  return () => {
    window.removeEventListener("keydown", onKeyDown, true)
    window.removeEventListener("click", onClick, true)
    model.off("msg:custom", onMessage)
  }
}

export default { render }
