/*
 * Makes with Playcut what GENERATIONS lists, and saves it in the working folder; nothing there is overwritten.
 *
 *   export PLAYCUT_API_KEY="pk_live_..."
 *   node playcut.mjs
 *
 * TypeScript whose types are all inferred, and so JavaScript as well: save it as playcut.mjs for node 20 or later, or
 * as playcut.ts. Each run buys anew. A submission is sent once: what may have been bought is never sent again by
 * itself. Ends with status 1 if anything failed, and says on stderr what.
 * __SANDBOX__ Tried out in the sandbox, whose voices the API does not know: put the id of one of the API's in their place.
 */

import { writeFileSync } from "node:fs"

const GENERATIONS = "__GENERATIONS__"

const BASE_URL = (process.env.PLAYCUT_BASE_URL || "https://api.playcut.ai/api/v1").replace(/\/+$/, "")
const KEY = process.env.PLAYCUT_API_KEY ?? ""
const TIMEOUT_S = 30
const DEADLINE_S = 600 // how long a task is waited for in all
const POLL_S = 3 // the pause before a wait that ended early is taken up again
const ATTEMPTS = 4

const SAFE_URL = /^(https:\/\/[^@\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/[^@\s]*)?)$/
// What a file begins with, in hex, and the ending of its name: a server's own file names are not used.
const ENDINGS = Object.entries({
  "89504e47": ".png",
  ffd8ff: ".jpg",
  "47494638": ".gif",
  "52494646.{8}57454250": ".webp",
  "52494646.{8}57415645": ".wav",
  "(494433|fff[23ab])": ".mp3",
  "4f676753": ".ogg",
  "664c6143": ".flac",
  ".{8}6674797061766966": ".avif",
  ".{8}667479704d3441": ".m4a",
  ".{8}66747970": ".mp4",
  "1a45dfa3": ".webm",
})

/** It can't be had; the others go on. */
class Failed extends Error {}

/** There was no usable answer: what buys nothing may be asked for again. */
class Lost extends Failed {}

const tell = (text = "") => console.error(text)
const pause = (seconds = 0) => new Promise((done) => setTimeout(done, seconds * 1000))

/** Text from the network, without control characters and without the key. */
const plain = (text = "") => String(text).replaceAll(KEY, "***").replace(/\p{C}/gu, " ").slice(0, 500)

/** Why there was no answer, in a word that holds no URL. */
function reason(error = new Error()) {
  const { cause } = error
  return String((cause instanceof Error && "code" in cause && cause.code) || error.name)
}

/** What JSON stands for; nothing if it is none. */
function parsed(text = "") {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A value as JSON, with its BigInts as numbers: those are whole numbers that would be rounded otherwise. */
function json(value = parsed("0")) {
  let text = ""
  if (typeof value === "bigint") {
    text = String(value)
  } else if (Array.isArray(value)) {
    text = `[${value.map((item) => json(item)).join()}]`
  } else if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${json(item)}`)
    text = `{${members.join()}}`
  } else {
    text = JSON.stringify(value)
  }
  return text
}

/** Runs a tool once and returns its data. A 429 is no run: its Retry-After is waited for. */
async function call(tool = "", input = {}, timeoutS = TIMEOUT_S) {
  for (let patienceS = DEADLINE_S; ; ) {
    let status = 0, words = "", text = "", retryAfter = ""
    try {
      const answer = await fetch(`${BASE_URL}/tools/${tool}/execute`, {
        method: "POST",
        headers: { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" },
        body: json(input),
        redirect: "manual",
        signal: AbortSignal.timeout(Math.ceil(timeoutS * 1000)),
      })
      status = answer.status
      words = answer.statusText
      retryAfter = answer.headers.get("Retry-After") ?? ""
      text = await answer.text()
    } catch (error) {
      throw new Lost(`${tool}: no answer (${reason(error instanceof Error ? error : undefined)}).`)
    }
    if (status !== 429) return dataOf(tool, status, words, text)
    const pauseS = /^\d{1,8}$/.test(retryAfter) ? Math.max(1, Number(retryAfter)) : 10
    patienceS -= pauseS
    if (patienceS < 0) throw new Failed(`${tool}: the rate limit is reached; try again in ${pauseS} s.`)
    tell(`The rate limit is reached: going on in ${pauseS} s.`)
    await pause(pauseS)
  }
}

/** The data of an answer; throws what it says instead. */
function dataOf(tool = "", status = 0, words = "", text = "") {
  const document = parsed(text)
  if (status < 200 || status > 299) {
    const said = `${tool}: HTTP status ${status}: ${plain(document?.message || words || "no reason was given")}`
    throw status >= 500 ? new Lost(said) : new Failed(said)
  }
  if (typeof document?.data !== "object" || document.data === null) throw new Lost(`${tool}: the answer can't be read.`)
  return document.data
}

/** Runs a tool that buys nothing, some more times if its answer is lost. */
async function callAgain(tool = "", input = {}) {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      return await call(tool, input)
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      tell(`${error.message} Asking again.`)
      await pause(attempt)
    }
  }
  return call(tool, input)
}

/** Buys a generation and returns its task's id. */
async function submit({ name, tool, session, inputs } = GENERATIONS[0], sessionId = "") {
  try {
    const task = await call(tool, session ? { workerId: sessionId, ...inputs } : inputs)
    if (!task.taskId) throw new Lost(`${tool}: the answer names no task.`)
    tell(`${name}: task ${plain(task.taskId)}, estimated credits: ${plain(task.estimatedCredits)}`)
    return String(task.taskId)
  } catch (error) {
    if (!(error instanceof Lost)) throw error
    throw new Failed(`${error.message} It may have been bought or not, so it was not sent again.`)
  }
}

/** Waits until a task is over and returns its assets' ids. */
async function wait(taskId = "") {
  const left = (endsAt = 0) => (endsAt - performance.now()) / 1000
  for (const endsAt = performance.now() + DEADLINE_S * 1000; left(endsAt) > 0; ) {
    let task = parsed("{}")
    try {
      task = await call("wait-for-task", { taskId }, left(endsAt))
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      tell(`${error.message} Waiting again.`)
    }
    const status = String(task.status).toUpperCase()
    if (status === "COMPLETED") return assetsOf(task)
    if (status === "FAILED") {
      const words = task.error ? `${task.error.code}: ${task.error.message}` : "no reason was given"
      throw new Failed(`The task failed: ${plain(words)}`)
    }
    await pause(Math.min(POLL_S, Math.max(0, left(endsAt))))
  }
  throw new Failed(`Not done within ${DEADLINE_S} s; it may still complete.`)
}

/** The assets that a completed task names. */
function assetsOf(task = parsed("{}")) {
  const ids = task.output?.assetIds
  if (!Array.isArray(ids) || ids.length === 0) throw new Failed("The task is completed, and names no assets.")
  return ids.map(String)
}

/** The answer to a signed URL, and its bytes; given up once nothing has come for TIMEOUT_S. */
async function download(url = "") {
  const stop = new AbortController()
  const silence = setTimeout(() => stop.abort(new DOMException("silence", "TimeoutError")), TIMEOUT_S * 1000)
  try {
    const answer = await fetch(url, { signal: stop.signal })
    const parts = [new Uint8Array()]
    for await (const part of answer.body ?? []) {
      silence.refresh()
      parts.push(part)
    }
    return { answer, data: Buffer.concat(parts) }
  } finally {
    clearTimeout(silence)
  }
}

/** An asset's bytes, each attempt from a newly signed URL without the key. The URL is a secret: never printed. */
async function fetchAsset(assetId = "") {
  let problem = ""
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await pause(attempt)
    const { url } = await callAgain("download-asset", { assetId })
    problem = "its address is no http(s) URL"
    if (!/^https?:\/\//.test(String(url))) continue
    try {
      const { answer, data } = await download(url)
      const type = answer.headers.get("Content-Type") ?? "no type"
      if (answer.ok && data.length > 0 && !/html|xml/i.test(type)) return data
      problem = `HTTP status ${answer.status}, ${data.length} bytes of ${plain(type)}`
    } catch (error) {
      problem = reason(error instanceof Error ? error : undefined)
    }
  }
  throw new Failed(`Asset ${plain(assetId)} can't be fetched: ${problem}.`)
}

/** Writes a new file and returns its path; a name that is taken gets a number. */
function save(name = "", data = Buffer.alloc(0)) {
  const start = data.toString("hex", 0, 12)
  const ending = ENDINGS.find(([pattern]) => new RegExp(`^${pattern}`).test(start))?.[1] ?? ".bin"
  for (let number = 1; ; number++) {
    const path = number === 1 ? name + ending : `${name}-${number}${ending}`
    try {
      writeFileSync(path, data, { flag: "wx" })
      return path
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : error
      if (code !== "EEXIST") throw new Failed(`${path} can't be written: ${code}.`)
    }
  }
}

/** Submits everything, then waits for each and saves it; returns how many failed. */
async function makeAll() {
  let sessionId = "", failures = 0
  const tasks = [["", ""]].slice(1)
  const failed = (name = "", error = new Error(), about = "") => {
    if (!(error instanceof Failed)) throw error
    failures++
    tell(`${name}: ${error.message}${about}`)
  }
  if (GENERATIONS.some((generation) => generation.session)) {
    sessionId = String((await callAgain("create-session", { title: "Exported program" })).sessionId ?? "")
    if (!sessionId) throw new Failed("create-session: the answer names no session.")
  }
  for (const generation of GENERATIONS) {
    await submit(generation, sessionId).then(
      (taskId) => void tasks.push([generation.name, taskId]),
      (error) => failed(generation.name, error),
    )
  }
  for (const [name, taskId] of tasks) {
    try {
      for (const assetId of await wait(taskId)) console.log(save(name, await fetchAsset(assetId)))
    } catch (error) {
      failed(name, error instanceof Error ? error : undefined, ` (task ${plain(taskId)})`)
    }
  }
  return failures
}

/** Checks the surroundings, then makes everything. */
async function main() {
  if (!/^[!-~]+$/.test(KEY)) throw new Failed("Set PLAYCUT_API_KEY to your key (app.playcut.ai/settings/api).")
  if (!SAFE_URL.test(BASE_URL)) {
    throw new Failed("PLAYCUT_BASE_URL is no https address; over plain http the key would be seen.")
  }
  const failures = await makeAll()
  if (failures) throw new Failed(`${failures} of ${GENERATIONS.length} failed.`)
}

main().catch((error) => {
  tell(error instanceof Failed ? error.message : error)
  process.exitCode = 1
})
