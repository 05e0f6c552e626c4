// The usual values of a text field as radio buttons, which look like chips. "default" empties the field: then the
// service decides. The field keeps the value; a chip writes into it as if it were typed.

function render({ model, el }) {
  const group = document.createElement("fieldset")
  const name = `chips-${Math.random()}` // radio buttons of the same name are one group in the whole page

  const mark = () => {
    const typed = model.get("value").trim()
    for (const radio of group.querySelectorAll("input")) radio.checked = radio.value === typed
  }

  const chip = (value) => {
    const label = document.createElement("label")
    const radio = document.createElement("input")
    const words = document.createElement("span")
    Object.assign(radio, { type: "radio", name, value })
    words.textContent = value || "default"
    label.title = value || "Send nothing: the service decides"
    label.append(radio, words)
    return label
  }

  const draw = () => {
    group.replaceChildren(...["", ...model.get("values")].map(chip))
    mark()
  }

  const choose = (event) => {
    const field = el.closest(".playcut-panel-choice")?.querySelector(".widget-text input")
    if (!field) return
    field.value = event.target.value
    field.dispatchEvent(new Event("input", { bubbles: true }))
    field.dispatchEvent(new Event("change", { bubbles: true }))
  }

  group.setAttribute("aria-label", `usual values of ${model.get("label")}`)
  group.addEventListener("change", choose)
  el.append(group)
  draw()
  model.on("change:values", draw)
  model.on("change:value", mark)
  return () => {
    model.off("change:values", draw)
    model.off("change:value", mark)
  }
}

export default { render }
