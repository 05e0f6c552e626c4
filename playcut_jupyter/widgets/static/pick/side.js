// One of the two boxes of a round, or that of the winner: a picture, or a sound or clip with a button that plays it.

import { make, makeButton, setText } from "../tile_grid/elements.js"

export class Side {
  constructor(name, hint, choose) {
    this.onPlay = () => {}
    this.urls = []
    this.frame = make("span", { class: "playcut-pick-frame" })
    const label = name === "winner" ? "The winner" : `The ${name} one is better`
    this.box =
      name === "winner"
        ? make("div", { class: "playcut-pick-box" }, this.frame)
        : make(
            "button",
            {
              type: "button",
              class: "playcut-pick-box",
              tabindex: "-1", // the stage has the focus and the keys of both
              "aria-label": label,
              on: { click: choose },
            },
            this.frame,
            make("span", { class: "playcut-pick-hint", text: hint }),
          )
    this.button = makeButton("Play", () => this.toggle())
    this.place = make("input", { type: "range", min: "0", max: "1000", value: "0", tabindex: "-1" })
    this.place.setAttribute("aria-label", "Place in the recording")
    this.place.addEventListener("input", () => {
      if (this.media?.duration) this.media.currentTime = (this.place.value / 1000) * this.media.duration
    })
    this.player = make("div", { class: "playcut-pick-player" }, this.button, this.place)
    this.player.hidden = true
    this.element = make("div", { class: `playcut-pick-side playcut-pick-${name}` }, this.box, this.player)
    this.name = name
  }

  /** Prepare what comes next; return what shows it, so that both sides change at once. */
  async load(part, content, picture) {
    const urls = [content, picture].map((bytes, at) =>
      bytes?.byteLength ? URL.createObjectURL(new Blob([bytes], at ? {} : { type: part.mime })) : "",
    )
    const media = this.#element(part, urls[0])
    const seen = urls[1] ? make("img", { src: urls[1], alt: "" }) : null
    for (const one of [media, seen]) if (one instanceof HTMLImageElement) await one.decode().catch(() => {})
    return () => {
      this.release()
      this.urls = urls
      this.frame.replaceChildren(...[media, seen].filter(Boolean))
      this.media = media instanceof HTMLMediaElement ? media : null
      this.player.hidden = !this.media
      this.place.value = 0
      setText(this.button, "Play")
    }
  }

  #element(part, url) {
    if (part.kind === "image" && url) return make("img", { src: url, alt: "" })
    if (!url || !["audio", "video"].includes(part.kind))
      return make("span", { text: part.told || "It can't be shown." })
    const media = make("video", { src: url, preload: "auto", playsinline: "" })
    if (part.hidden) media.style.clipPath = `inset(0 0 ${part.hidden * 100}% 0)`
    media.disableRemotePlayback = media.disablePictureInPicture = true
    media.addEventListener("timeupdate", () => {
      if (media.duration) this.place.value = (media.currentTime / media.duration) * 1000
    })
    media.addEventListener("play", () => {
      setText(this.button, "Pause")
      this.onPlay()
    })
    media.addEventListener("pause", () => setText(this.button, "Play"))
    if (part.kind === "audio") media.className = "playcut-pick-sound"
    return media
  }

  toggle() {
    if (!this.media) return
    if (this.media.paused) this.media.play().catch(() => {})
    else this.media.pause()
  }

  pause() {
    this.media?.pause()
  }

  release() {
    this.pause()
    for (const url of this.urls) if (url) URL.revokeObjectURL(url)
    this.urls = []
  }
}
