// Elements of a page, made without HTML: what strangers wrote is only ever set as text.

/** Return a new element; `options` are attributes, but for `class`, `text` and `on` (listeners by their events). */
export function make(tag, options = {}, ...children) {
  const { class: className, text, on, ...attributes } = options
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value)
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener)
  element.append(...children.filter(Boolean))
  return element
}

/** Return a button that says `label`. */
export function makeButton(label, click, options = {}) {
  return make("button", { type: "button", class: "playcut-tiles-button", text: label, on: { click }, ...options })
}

/** Return a labelled list to choose from, with a function that sets its options and its value. */
export function makeSelect(label, change) {
  const select = make("select", { "aria-label": label, on: { change: () => change(select.value) } })
  const element = make("label", { class: "playcut-tiles-choice" }, make("span", { text: label }), select)
  const update = (options, value) => {
    const known = [...select.options].map((option) => option.value)
    if (known.join("\n") !== options.map(([name]) => name).join("\n")) {
      select.replaceChildren(...options.map(([name, text]) => make("option", { value: name, text })))
    }
    select.value = value
  }
  return { element, select, update }
}

/** Set a text or an attribute only where it changes, so that nothing is announced or drawn twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value)
}

/** Make `children` those of `parent`. One that is in its place is not moved: moved elements lose the focus. */
export function place(parent, children) {
  const wanted = new Set(children)
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove()
  children.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null)
  })
}

/**
 * Return a function that tells whether `root` is the display that was used last, of all that one widget has; `latest`
 * is theirs together.
 */
export function watchUse(root, latest) {
  let usedAt = 0
  const use = () => {
    usedAt = latest.use = performance.now()
  }
  root.addEventListener("pointerdown", use, true)
  root.addEventListener("keydown", use, true)
  return () => usedAt === latest.use
}
