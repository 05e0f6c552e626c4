/*
 * Generates with Playcut what GENERATIONS lists, and saves the files in the working folder; overwrites nothing.
 *
 *   export PLAYCUT_API_KEY="pk_live_..."
 *   node playcut.mjs
 *
 * This is TypeScript with inferred types only, so it is JavaScript too: save it as playcut.mjs for node 20 or later, or
 * as playcut.ts. Each run generates, and pays, again. A submission is sent once: one that may have been bought is not
 * retried. Failures are reported on stderr, and the exit status is then 1. Behind a proxy set NODE_USE_ENV_PROXY=1:
 * with it node 22.21 and 24.5 or later read HTTPS_PROXY and NO_PROXY; a company's CA is named by NODE_EXTRA_CA_CERTS.
 * __SANDBOX__ Tried out in the sandbox, whose voices the API does not have: replace their ids with the API's.
 */

import { once } from "node:events"
import { writeFileSync } from "node:fs"
import http from "node:http"
import https from "node:https"
import zlib from "node:zlib"

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
// What media begin with, in hex: an extension and a pattern; the first that fits counts. Others become `.bin`.
const TYPES = `
    .png 89504e470d0a1a0a  .jpg ffd8ff  .gif 474946383[79]61  .webp 52494646.{8}57454250  .tiff 49492[ab]00|4d4d002[ab]
    .avif .{8}66747970(617669(66|73|6f)|(6d69663[12]|6d696166|6d736631|4d41314[12]).{8}(.{8}){0,9}617669(66|73|6f))
    .heic .{8}66747970(686569(63|78|6d|73)|(6d69663[12]|6d696166|6d736631).{8}(.{8}){0,9}686569(63|78|6d|73))
    .heics .{8}66747970686576(63|78|6d|73)  .heif .{8}66747970(6d69663[12]|6d696166)  .heifs .{8}667479706d736631
    .jxl ff0a|0000000c4a584c20  .jp2 0000000c6a502020|ff4fff51  .bmp 424d.{24}(0c|28|34|38|40|6c|7c)000000
    .wav 52(494646|463634|494658).{8}57415645  .aiff 464f524d.{8}4149464[36]  .flac 664c6143
    .ogv 4f676753.{0,300}807468656f7261  .ogg 4f676753  .webm 1a45dfa3.{0,120}42828.7765626d  .mkv 1a45dfa3
    .avi 52494646.{8}41564920  .mpg 000001b[a3]  .pdf 255044462d  .zip 504b0(304|506)  .glb 676c5446
    .aac fff[0189]  .mp2 ff(e[45]|f[45cd])[1-e][0-b]  .mp3 ff(e[23]|f[23ab])[1-e][0-b]
`
const FRAMES = /^(?:..)*?(?=(ff(?:e[2-5]|f[0-58-d]))(?:(?:..){20,1500}?\1){3})/ // before four frames of a sound
const TRACK = "hdlr.{4}(?:\\0{4}|mhlr)" // in MP4 and its relatives; its kind follows
const COVER = "vide.{0,999}stsd.{12}(?:mp4v|jpeg|png ).{0,999}stsz.{8}\\0\\0\\0\\x01" // a track of a single picture

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
const reason = (error = new Error()) => String("code" in error ? error.code : error.name)

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
  if (typeof value === "bigint") text = String(value)
  else if (Array.isArray(value)) text = `[${value.map((item) => json(item)).join()}]`
  else if (typeof value !== "object" || value === null) text = JSON.stringify(value)
  else text = `{${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${json(item)}`).join()}}`
  return text
}

/** Sends a request, POST with a body; node's fetch would fail over a coding that is not there. Silence ends it. */
async function send(url = "", timeoutS = TIMEOUT_S, headers = {}, body = "") {
  const { request } = url.startsWith("https:") ? https : http
  const asked = request(url, {
    method: body ? "POST" : "GET",
    headers: { "Accept-Encoding": "identity", Connection: "close", ...headers },
    timeout: Math.ceil(timeoutS * 1000),
    signal: body ? AbortSignal.timeout(Math.ceil(timeoutS * 1000)) : undefined,
  })
  asked.on("timeout", () => asked.destroy(new DOMException("silence", "TimeoutError")))
  asked.on("error", () => undefined) // the answer tells it too
  const [message] = await once(asked.end(body), "response")
  const parts = [new Uint8Array()]
  for await (const part of message) parts.push(part)
  const { statusCode: status, statusMessage: statusText, headersDistinct } = message
  const answer = new Response(null, { status, statusText })
  for (const [name, values] of Object.entries(headersDistinct)) answer.headers.set(name, String(values))
  return { answer, data: decoded(Buffer.concat(parts), answer.headers.get("Content-Encoding") ?? "") }
}

/** A body without its content codings; one that is named but not there is none. */
function decoded(body = Buffer.alloc(0), codings = "") {
  let data = body
  for (const coding of codings.toLowerCase().split(",").reverse()) {
    const start = data.toString("hex", 0, 2)
    if (coding.includes("gzip") && start === "1f8b") data = zlib.gunzipSync(data)
    else if (coding.includes("deflate") && /^78(01|5e|9c|da)/.test(start)) data = zlib.inflateSync(data)
  }
  return data
}

/** The seconds of a Retry-After; -1 without one. */
function retryAfter(headers = new Headers()) {
  const text = headers.get("Retry-After") ?? ""
  return /^\d{1,8}$/.test(text) ? Number(text) : -1
}

/** Executes a tool once and returns its data; after a 429, waits for its Retry-After and sends again. */
async function call(tool = "", input = {}, timeoutS = TIMEOUT_S) {
  for (let waitLeftS = DEADLINE_S, refusals = 0; ; ) {
    const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" }
    const asked = send(`${BASE_URL}/tools/${tool}/execute`, timeoutS, headers, json(input))
    const { answer, data } = await asked.catch((error) => {
      throw new NoAnswer(`${tool}: no answer (${reason(error)}).`)
    })
    if (answer.status !== 429) return dataOf(tool, answer, data.toString())
    const said = plain(parsed(data.toString())?.message || answer.statusText || "no reason was given")
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
    throw new NotTaken(`${message}: not the API but a gateway answered, or PLAYCUT_BASE_URL (${BASE_URL}) is wrong.`)
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

/** The answer to a signed URL, and its bytes; follows redirects. */
async function download(url = "") {
  for (let place = url, hops = 1; ; hops++) {
    const got = await send(place)
    const next = got.answer.headers.get("Location") ?? ""
    const isRedirect = got.answer.status >= 300 && got.answer.status < 400 && URL.canParse(next, place)
    if (!isRedirect || hops > 5 || !/^https?:/.test(new URL(next, place).href)) return got
    place = new URL(next, place).href
  }
}

/** An asset's bytes: all that came whole, but text in place of media. What may be damaged is fetched anew. */
async function fetchAsset(assetId = "", name = "") {
  const endsAt = performance.now() + DEADLINE_S * 1000
  let whole = Buffer.alloc(0), last = Buffer.alloc(0)
  for (let attempt = 1, others = 0; ; attempt++) {
    // The URL is signed for this attempt, without the key; it is a secret and never printed.
    const { url } = await callWithRetries("download-asset", { assetId }, endsAt)
    let problem = "its URL is not http(s)", status = 0, pauseS = -1
    if (/^https?:\/\//.test(String(url))) {
      try {
        const { answer, data } = await download(url)
        status = answer.status
        pauseS = retryAfter(answer.headers)
        const type = (answer.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase()
        problem = `HTTP status ${status}, ${data.length} bytes of ${plain(type) || "no type"}`
        const isOdd = extensionOf(data) === ".bin" && /^playcut-(image|video|speech)/.test(name)
        if (answer.ok && data.length > 0 && !(isOdd && isText(data) && type !== "image/svg+xml")) {
          const hasLength = answer.headers.has("Content-Length") || answer.headers.has("Transfer-Encoding")
          const isDoubtful = !hasLength || (isOdd && /^(image|audio|video)\/(?!svg)/.test(type))
          if (!isDoubtful || data.equals(last)) return data
          last = data
          if (hasLength) whole = data
        }
      } catch (error) {
        status = 503
        problem = reason(error instanceof Error ? error : undefined)
      }
    }
    // The storage may be in trouble for a while; other failures are not mended by time.
    const isTrouble = status >= 500 || [408, 425, 429].includes(status)
    if (!isTrouble) others++
    if (whole.length > 0 && (isTrouble || others >= ATTEMPTS)) return whole
    const failure = new NoAnswer(`Asset ${plain(assetId)} can't be fetched: ${problem}.`)
    if (others >= ATTEMPTS) throw failure
    await pauseAfter(Object.assign(failure, { pauseS }), attempt, endsAt)
  }
}

/** Whether these bytes are a page or a sentence, in any encoding. */
function isText(data = Buffer.alloc(0)) {
  const wide = ["fffe", "feff"].indexOf(data.toString("hex", 0, 2))
  const text = new TextDecoder(["utf-8", "utf-16le", "utf-16be"][wide + 1]).decode(data.subarray(0, 4096))
  const share = [...text].filter((char) => char < "\x7f").length / text.length
  const isLegible = share >= 0.8 || text.split("\ufffd").length < 4
  return isLegible && ![...text].some((char) => char < "\t" || (char > "\r" && char < " "))
}

/** The extension for a file, by its content; the server's file names are not used. */
function extensionOf(data = Buffer.alloc(0)) {
  const text = data.toString("latin1", 0, 2 ** 28)
  const tags = /^ID3..(.)([\0-\x7f]{4})/s
  let start = 0
  for (let tag = tags.exec(text); tag; tag = tags.exec(text.slice(start, start + 10))) {
    const size = [...tag[2]].reduce((sum, char) => sum * 128 + char.charCodeAt(0), 0)
    start += 10 + size + (tag[1].charCodeAt(0) & 16 ? 10 : 0)
  }
  const head = data.toString("hex", start, start + 65536).replace(start ? /^(00)+/ : "", "")
  const isIso = text < " " && /^.{4}[ -~\xa9]{4}/s.test(text) && /ftyp|moov.{4}mvhd|moof.*mdat/s.test(text)
  const frames = isIso ? null : FRAMES.exec(head)
  const types = [...TYPES.matchAll(/(\.\w+) (\S+)/g)]
  const typeOf = (begin = "") => types.find((type) => new RegExp(`^(${type[2]})`).test(begin))?.[1]
  const found = typeOf(head) ?? (frames && typeOf(head.slice(frames[0].length)))
  const extension = found ?? (isIso ? isoExtension(text) : start ? ".mp3" : ".bin")
  const tracks = /1654ae6b(.*?)(1f43b675|$)/.exec(head)?.[1] ?? ""
  const isSound = tracks.includes("838102") && !tracks.includes("838101")
  return isSound ? extension.replace("webm", "weba").replace("mkv", "mka") : extension
}

/** The extension for MP4 and its relatives, by their tracks; a single picture beside sound is a cover. */
function isoExtension(text = "") {
  const brand = /ftyp(.{4})/s.exec(text.slice(0, 1e6))?.[1] ?? "qt  "
  const count = (kind = "") => [...text.matchAll(new RegExp(TRACK + kind, "gs"))].length
  const sounds = count("soun"), pictures = count("vide"), covers = count(COVER)
  if ((sounds && pictures === covers) || (/^M4[ABP] /.test(brand) && (sounds || !pictures))) return ".m4a"
  return brand === "qt  " ? ".mov" : ".mp4"
}

/** Writes a new file, numbered if the name exists, and returns its path. */
function save(name = "", data = Buffer.alloc(0)) {
  const extension = extensionOf(data)
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
      for (const assetId of await wait(taskId)) console.log(save(name, await fetchAsset(assetId, name)))
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
