/*
 * Generates with Playcut what GENERATIONS lists, and saves the files in the working folder; overwrites nothing.
 *
 *   export PLAYCUT_API_KEY="pk_live_..."
 *   node playcut.mjs
 *
 * This is TypeScript with inferred types only, so it is JavaScript too: save it as playcut.mjs for node 20 or later, or
 * as playcut.ts. Each run generates, and pays, again. A submission is sent once: one that may have been bought is not
 * retried. Failures are reported on stderr, and the exit status is then 1. Behind a proxy set NODE_USE_ENV_PROXY=1, with
 * which node 22.21 and 24 or later read HTTPS_PROXY and NO_PROXY; a company's CA is named by NODE_EXTRA_CA_CERTS.
 * __SANDBOX__ Tried out in the sandbox, whose voices the API does not have: replace their ids with the API's.
 */

import { writeFileSync } from "node:fs"

const GENERATIONS = "__GENERATIONS__"

/** An environment variable without the blanks and quotes around it. */
const setting = (name = "") => (process.env[name] ?? "").replace(/^[\s"']+|[\s"']+$/g, "")

const BASE_URL = (setting("PLAYCUT_BASE_URL") || "https://api.playcut.ai/api/v1").replace(/\/+$/, "")
const KEY = setting("PLAYCUT_API_KEY")
const PROXIES = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
const TIMEOUT_S = 30
const DEADLINE_S = 600 // the longest wait for a task
const POLL_S = 3 // the pause before a wait that ended early is retried
const PAUSE_S = 1 // pauses before other retries grow by this
const MAX_PAUSE_S = 120 // a longer Retry-After is not waited for
const ATTEMPTS = 4

const SAFE_URL = /^(https:\/\/[^@\s]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/[^@\s]*)?)$/
// A word that ends a task without a result, in a state that the API does not document.
const ENDED = /(CANCELL?|EXPIR|REJECT|ABORT|TERMINAT|DENI|REFUS|BLOCK|DELET|REMOV|KILL|STOPP)ED|FAIL|ERROR|TIMED?_?OUT/
// The first bytes of a file, in hex -> its extension; the server's file names are not used.
const EXTENSIONS = Object.entries({
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

/** A step failed; the other generations continue. */
class Failed extends Error {}

/** Something in front of the API answered: the API did not take the request. */
class NotTaken extends Failed {}

/** There was no usable answer. Only a tool that buys nothing may be called again, after the service's pause. */
class NoAnswer extends Failed {
  pauseS = -1
}

// Where nobody can read what is printed (a closed pipe, a full disk), the work goes on all the same.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)

const log = (text = "") => console.error(text)
const pause = (seconds = 0) => new Promise((done) => setTimeout(done, seconds * 1000))

/** Text from the network, without control characters and without the key. */
const plain = (text = "") => String(text).replaceAll(KEY, "***").replace(/\p{C}/gu, " ").slice(0, 500)

/** Why there was no answer, without a URL. */
function reason(error = new Error()) {
  const { cause } = error
  return String((cause instanceof Error && "code" in cause && cause.code) || error.name)
}

/** The value of JSON text; undefined if it is not JSON. */
function parsed(text = "") {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A value as JSON, with BigInts as numbers: they are whole numbers that JavaScript would round otherwise. */
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

/** The seconds of a Retry-After; -1 without one. */
function retryAfter(headers = new Headers()) {
  const text = headers.get("Retry-After") ?? ""
  return /^\d{1,8}$/.test(text) ? Number(text) : -1
}

/** Executes a tool once and returns its data; after a 429, waits for its Retry-After and sends again. */
async function call(tool = "", input = {}, timeoutS = TIMEOUT_S) {
  for (let waitLeftS = DEADLINE_S, refusals = 0; ; ) {
    let answer = new Response(), text = ""
    try {
      answer = await fetch(`${BASE_URL}/tools/${tool}/execute`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${KEY}`,
          "Content-Type": "application/json",
          "Accept-Encoding": "identity",
        },
        body: json(input),
        redirect: "manual",
        signal: AbortSignal.timeout(Math.ceil(timeoutS * 1000)),
      })
      text = await answer.text()
    } catch (error) {
      throw new NoAnswer(`${tool}: no answer (${reason(error instanceof Error ? error : undefined)}).`)
    }
    if (answer.status !== 429) return dataOf(tool, answer, text)
    const said = plain(parsed(text)?.message || answer.statusText || "no reason was given")
    const askedS = retryAfter(answer.headers)
    if (askedS < 0 && ++refusals >= ATTEMPTS) throw new Failed(`${tool}: HTTP status 429: ${said}`)
    const pauseS = askedS < 0 ? PAUSE_S * 2 ** refusals : Math.max(1, askedS)
    waitLeftS -= pauseS
    if (waitLeftS < 0 || pauseS > MAX_PAUSE_S) {
      throw new Failed(`${tool}: the rate limit is reached; try again in ${pauseS} s.`)
    }
    log(`${refusals ? said : "The rate limit is reached"}: continuing in ${pauseS} s.`)
    await pause(pauseS)
  }
}

/** The data of an answer; throws its error. */
function dataOf(tool = "", answer = new Response(), text = "") {
  const { status, statusText, headers } = answer
  const document = parsed(text)
  const message = `${tool}: HTTP status ${status}: ${plain(document?.message || statusText || "no reason was given")}`
  if (status >= 300 && status < 400) {
    const place = headers.get("Location") ?? ""
    const host = URL.canParse(place, BASE_URL) ? new URL(place, BASE_URL).host : "nowhere"
    throw new NotTaken(`${message}: ${BASE_URL} redirects to ${plain(host)}. Nothing was bought; see PLAYCUT_BASE_URL.`)
  }
  const isDocumented = Boolean(document?.statusCode || document?.message || document?.error)
  if (status === 511 || (status >= 400 && status < 500 && !isDocumented)) {
    throw new NotTaken(
      `${message}: not the API but a gateway answered, or PLAYCUT_BASE_URL (${BASE_URL}) is wrong.`,
    )
  }
  if (status >= 500) throw Object.assign(new NoAnswer(message), { pauseS: retryAfter(headers) })
  if (status >= 400) throw new Failed(message)
  if (typeof document?.data !== "object" || document.data === null) {
    throw new NoAnswer(`${tool}: the answer can't be read.`)
  }
  return document.data
}

/** Executes a tool that buys nothing, again if its answer is lost: a few times, or until `endsAt`. */
async function callWithRetries(tool = "", input = {}, endsAt = 0) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(tool, input)
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof NotTaken)) throw error
      if (!endsAt && (attempt >= ATTEMPTS || error instanceof NotTaken)) throw error
      await pauseAfter(error, attempt, endsAt)
    }
  }
}

/** Waits before another attempt; throws the error if there is no time for one. */
async function pauseAfter(error = new Failed(), attempt = 1, endsAt = 0) {
  const askedS = error instanceof NoAnswer ? error.pauseS : -1
  if (askedS > MAX_PAUSE_S || (endsAt && performance.now() > endsAt)) throw error
  log(`${error.message} Retrying.`)
  await pause(askedS < 0 ? PAUSE_S * Math.min(attempt, 5) : askedS)
}

/** Submits a generation once and returns its task's id. */
async function submit({ name, tool, session, inputs } = GENERATIONS[0], sessionId = "") {
  try {
    const task = await call(tool, session ? { workerId: sessionId, ...inputs } : inputs)
    if (!task.taskId) throw new NoAnswer(`${tool}: the answer names no task.`)
    log(`${name}: task ${plain(task.taskId)}, estimated credits: ${plain(task.estimatedCredits)}`)
    return String(task.taskId)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    throw new Failed(`${error.message} It may or may not have been bought, so it was not sent again.`)
  }
}

/** Waits until a task ends and returns its asset ids. */
async function wait(taskId = "") {
  const left = (endsAt = 0) => (endsAt - performance.now()) / 1000
  let state = ""
  for (const endsAt = performance.now() + DEADLINE_S * 1000; left(endsAt) > 0; ) {
    let pauseS = POLL_S
    try {
      const task = await call("wait-for-task", { taskId }, left(endsAt))
      const assetIds = resultOf(task)
      if (assetIds.length > 0) return assetIds
      state = ` Its last state is ${plain(task.status)}.`
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof NotTaken)) throw error
      if (error instanceof NoAnswer) pauseS = Math.max(POLL_S, error.pauseS)
      if (pauseS > MAX_PAUSE_S) throw error
      log(`${error.message} Retrying.`)
    }
    await pause(Math.min(pauseS, Math.max(0, left(endsAt))))
  }
  throw new Failed(`Not done within ${DEADLINE_S} s; it may still complete.${state}`)
}

/**
 * The asset ids of a task that is done, none of one that goes on; throws for one that failed. What the API does not
 * document is judged by its shape: assets are a result, an error is a failure.
 */
function resultOf(task = parsed("{}")) {
  const status = String(task.status).toUpperCase()
  const ids = task.output?.assetIds
  const assetIds = Array.isArray(ids) ? ids.filter(Boolean).map(String) : []
  if (assetIds.length > 0 && status !== "PENDING" && status !== "PROCESSING") return assetIds
  const fault = typeof task.error === "string" ? { message: task.error } : (task.error ?? {})
  if (status === "FAILED" || Object.values(fault).some(Boolean) || ENDED.test(status)) {
    const told = [fault.code, fault.message].filter(Boolean).join(": ") || "no reason was given"
    throw new Failed(`The task ${status === "FAILED" ? "failed" : `ended as ${plain(status)}`}: ${plain(told)}`)
  }
  if (status === "COMPLETED") throw new Failed("The task is completed, but names no assets.")
  return []
}

/** The answer to a signed URL, and its bytes; aborted if no data arrives for TIMEOUT_S. */
async function download(url = "") {
  const stop = new AbortController()
  const silence = setTimeout(() => stop.abort(new DOMException("silence", "TimeoutError")), TIMEOUT_S * 1000)
  try {
    const answer = await fetch(url, { signal: stop.signal, headers: { "Accept-Encoding": "identity" } })
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

/** An asset's bytes; each attempt uses a newly signed URL, without the key. The URL is a secret, never printed. */
async function fetchAsset(assetId = "") {
  const endsAt = performance.now() + DEADLINE_S * 1000
  for (let attempt = 1, others = 0; ; attempt++) {
    const { url } = await callWithRetries("download-asset", { assetId }, endsAt)
    let problem = "its URL is not http(s)", status = 0, pauseS = -1
    if (/^https?:\/\//.test(String(url))) {
      try {
        const { answer, data } = await download(url)
        const type = answer.headers.get("Content-Type") ?? "no type"
        if (answer.ok && data.length > 0 && !/html|xml/i.test(type)) return data
        status = answer.status
        pauseS = retryAfter(answer.headers)
        problem = `HTTP status ${status}, ${data.length} bytes of ${plain(type)}`
      } catch (error) {
        status = 503
        problem = reason(error instanceof Error ? error : undefined)
      }
    }
    // The storage may be in trouble for a while; other failures are not mended by time.
    if (status < 500 && ![408, 425, 429].includes(status)) others++
    const failure = new NoAnswer(`Asset ${plain(assetId)} can't be fetched: ${problem}.`)
    if (others >= ATTEMPTS) throw failure
    await pauseAfter(Object.assign(failure, { pauseS }), attempt, endsAt)
  }
}

/** Writes a new file, numbered if the name exists, and returns its path. */
function save(name = "", data = Buffer.alloc(0)) {
  const start = data.toString("hex", 0, 12)
  const extension = EXTENSIONS.find(([pattern]) => new RegExp(`^${pattern}`).test(start))?.[1] ?? ".bin"
  for (let number = 1; ; number++) {
    const path = number === 1 ? name + extension : `${name}-${number}${extension}`
    try {
      writeFileSync(path, data, { flag: "wx" })
      return path
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : error
      if (code !== "EEXIST") throw new Failed(`${path} can't be written: ${code}.`)
    }
  }
}

/** Submits all generations, then waits for each and saves its files; returns the number of failures. */
async function makeAll() {
  let sessionId = "", failures = 0
  const tasks = [["", ""]].slice(1)
  const failed = (name = "", error = new Error(), about = "") => {
    if (!(error instanceof Failed)) throw error
    failures++
    log(`${name}: ${error.message}${about}`)
  }
  if (GENERATIONS.some((generation) => generation.session)) {
    sessionId = String((await callWithRetries("create-session", { title: "Exported program" })).sessionId ?? "")
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

/** Checks the settings, then generates everything. */
async function main() {
  if (!/^[!-~]+$/.test(KEY)) throw new Failed("Set PLAYCUT_API_KEY to your key (app.playcut.ai/settings/api).")
  if (!SAFE_URL.test(BASE_URL)) {
    throw new Failed("PLAYCUT_BASE_URL is not an https address; plain http would expose the key.")
  }
  if (BASE_URL.startsWith("https:") && PROXIES.some(setting) && !setting("NODE_USE_ENV_PROXY")) {
    log("A proxy is set, but node uses it only with NODE_USE_ENV_PROXY=1.")
  }
  const failures = await makeAll()
  if (failures) throw new Failed(`${failures} of ${GENERATIONS.length} failed.`)
}

main().catch((error) => {
  log(error instanceof Failed ? error.message : error)
  process.exitCode = 1
})
