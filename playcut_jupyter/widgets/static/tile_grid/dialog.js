// Dialogs above the page: Escape closes them, and what had the focus has it again.

import { make, makeButton, makeSelect, setText } from "./elements.js"

/** A modal dialog with a heading, a body, a line for notices, and a button that closes it. */
export class Dialog {
  constructor(root, className) {
    this.heading = make("h2", { class: "playcut-dialog-heading" })
    this.body = make("div", { class: "playcut-dialog-body" })
    this.notice = make("div", { class: "playcut-dialog-notice", role: "status" })
    this.closeButton = makeButton("Close", () => this.close(), { "data-do": "close" })
    this.head = make("div", { class: "playcut-dialog-head" }, this.heading, this.closeButton)
    this.element = make(
      "dialog",
      { class: `playcut-dialog ${className}`, "data-lm-suppress-shortcuts": "true" },
      this.head,
      this.notice,
      this.body,
    )
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation()
      if (event.key === "Escape") {
        event.preventDefault()
        this.close()
      }
    })
    this.element.addEventListener("click", (event) => event.stopPropagation())
    this.element.addEventListener("pointerdown", (event) => {
      const { left, right, top, bottom } = this.element.getBoundingClientRect()
      const { clientX: x, clientY: y } = event
      if (x < left || x > right || y < top || y > bottom) this.close()
    })
    this.hasEnded = true
    this.element.addEventListener("close", () => this.#end())
    root.append(this.element)
  }

  get isOpen() {
    return this.element.open
  }

  /** Open it, if it is closed, and remember what has the focus. */
  open(title) {
    setText(this.heading, title)
    this.element.setAttribute("aria-label", title)
    setText(this.notice, "")
    if (this.isOpen) return
    this.opener = document.activeElement
    this.hasEnded = false
    this.element.showModal()
  }

  close() {
    if (!this.isOpen) return
    this.element.close()
    this.#end()
  }

  /** Tell of its end once: at once, because its event comes later than the next key may, and would move the focus. */
  #end() {
    if (this.hasEnded || this.isOpen) return
    this.hasEnded = true
    this.closed()
  }

  closed() {
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true })
  }

  say(text) {
    setText(this.notice, text)
  }
}

/** A text to copy, such as a program or the next cell; with a list, other forms of it. */
export class TextDialog extends Dialog {
  constructor(root, send) {
    super(root, "playcut-dialog-text")
    this.area = make("textarea", { readonly: "", spellcheck: "false", "aria-label": "Text to copy" })
    this.copyButton = makeButton("Copy", () => this.#copy(), { "data-do": "copy" })
    this.choice = makeSelect("as", (value) => send({ ...this.again, as: value }))
    this.head.insertBefore(this.choice.element, this.closeButton)
    this.head.insertBefore(this.copyButton, this.closeButton)
    this.body.append(this.area)
  }

  show({ title, text, choice, again, told }) {
    this.again = again
    this.choice.element.hidden = !choice
    if (choice)
      this.choice.update(
        choice.options.map((name) => [name, name]),
        choice.value,
      )
    this.area.value = text
    this.area.rows = Math.min(24, Math.max(6, text.split("\n").length + 1))
    const wasOpen = this.isOpen
    this.open(title)
    this.say(told ?? "")
    if (!wasOpen) this.copyButton.focus()
  }

  #copy() {
    this.area.select()
    const byHand = () => this.say("It is selected: press Ctrl+C or ⌘C.")
    if (!navigator.clipboard) return byHand()
    navigator.clipboard.writeText(this.area.value).then(() => this.say("Copied."), byHand)
  }
}

/** A question before something is bought: its price is on the button. */
export class ConfirmDialog extends Dialog {
  constructor(root, send) {
    super(root, "playcut-dialog-confirm")
    this.button = makeButton("", () => {
      const message = this.message
      this.message = null // a double click asks once
      this.close()
      if (message) send(message)
    })
    this.button.dataset.do = "confirm"
    this.words = make("p")
    this.body.append(this.words, this.button)
  }

  show({ title, text, button, message }) {
    this.message = message
    setText(this.words, text)
    setText(this.button, button)
    this.open(title)
    this.button.focus()
  }
}

/** Generations side by side, with what differs marked. */
export class CompareDialog extends Dialog {
  constructor(root) {
    super(root, "playcut-dialog-compare")
    this.urls = []
  }

  show({ columns, rows }, contents) {
    this.#release()
    const line = (name, cells) =>
      make("tr", {}, make("th", { scope: "row", text: name }), ...cells.map((cell) => make("td", {}, cell)))
    const pictures = columns.map((column, at) => {
      if (!contents[at]?.byteLength) return make("span", { text: "no picture" })
      this.urls.push(URL.createObjectURL(new Blob([contents[at]])))
      return make("img", { src: this.urls.at(-1), alt: column.title })
    })
    const prompts = columns.map((column) =>
      make("span", {}, ...column.prompt.map(([text, differs]) => make(differs ? "mark" : "span", { text }))),
    )
    const head = make(
      "tr",
      {},
      make("td"),
      ...columns.map((column) => make("th", { scope: "col", text: column.title })),
    )
    const lines = rows.map(([name, values]) =>
      line(
        name,
        values.map((text) => make("span", { text })),
      ),
    )
    this.body.replaceChildren(make("table", {}, head, line("", pictures), line("prompt", prompts), ...lines))
    this.open(`Compare ${columns.length}`)
    this.closeButton.focus()
  }

  closed() {
    this.#release()
    super.closed()
  }

  #release() {
    this.urls.forEach((url) => {
      URL.revokeObjectURL(url)
    })
    this.urls = []
  }
}
