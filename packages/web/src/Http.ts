/**
 * Calls to the server. Reading needs the cookie only; what changes something
 * carries a header that a foreign site cannot send.
 *
 * @stability unstable
 */
import { makeReader } from "./Frames.ts"
import type { Frame } from "./Frames.ts"
import * as Shape from "./Shape.ts"
import { isProblem } from "./Wire.ts"

/** A call that was refused or did not arrive; `status` 0: no answer. */
export interface Failure {
  readonly status: number
  readonly title: string
  readonly hint: string | undefined
}

export type Answer<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly failure: Failure }

export type Fetch = (path: string, init: RequestInit) => Promise<Response>

/** Longer than any call of the page takes; a wait is none of them. */
const callMillisMax = 30_000

/** Four comments that did not come: the other end is gone, and nobody has said so. */
const silenceMillisMax = 60_000

const noAnswer: Failure = { status: 0, title: "The server does not answer.", hint: "Check that it still runs." }

const unreadable: Failure = {
  status: 0,
  title: "The answer cannot be read.",
  hint: "Page and server may be of different versions: load the page again."
}

const failureOf = async (response: Response): Promise<Failure> => {
  const problem = Shape.parse(isProblem, await response.text().catch(() => ""))
  return {
    status: response.status,
    title: problem?.detail ?? problem?.title ?? `The server answered ${response.status}.`,
    hint: problem?.hint
  }
}

const send = async <A>(
  fetching: Fetch,
  path: string,
  init: RequestInit,
  read: (response: Response) => Promise<A | undefined>
): Promise<Answer<A>> => {
  try {
    const response = await fetching(path, {
      ...init,
      signal: init.signal ?? AbortSignal.timeout(callMillisMax),
      credentials: "same-origin"
    })
    if (!response.ok) return { ok: false, failure: await failureOf(response) }
    const value = await read(response)
    return value === undefined ? { ok: false, failure: unreadable } : { ok: true, value }
  } catch {
    return { ok: false, failure: noAnswer }
  }
}

export const get = <A>(fetching: Fetch, path: string, check: Shape.Check<A>): Promise<Answer<A>> =>
  send(fetching, path, { headers: { accept: "application/json" } }, async (response) =>
    Shape.parse(check, await response.text())
  )

/** `body` undefined: no body. */
export const change = <A>(
  fetching: Fetch,
  method: "POST" | "DELETE",
  path: string,
  body: unknown,
  check: Shape.Check<A>,
  headers: Readonly<Record<string, string>> = {}
): Promise<Answer<A>> =>
  send(
    fetching,
    path,
    {
      method,
      headers: {
        accept: "application/json",
        "offshoot-page": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    },
    async (response) => {
      const text = await response.text()
      return Shape.parse(check, text === "" ? "null" : text)
    }
  )

/** Why a stream is over: it ended or broke off, or it was never let in. */
export type StreamEnd = { readonly _tag: "Ended" } | { readonly _tag: "Refused"; readonly failure: Failure }

/**
 * Reads an event stream until it ends, is refused, says nothing for too long or
 * is aborted. Never fails.
 */
export const stream = async (
  fetching: Fetch,
  path: string,
  signal: AbortSignal,
  opened: () => void,
  take: (frames: ReadonlyArray<Frame>) => void
): Promise<StreamEnd> => {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), silenceMillisMax)
  try {
    const response = await fetching(path, {
      headers: { accept: "text/event-stream" },
      credentials: "same-origin",
      signal: AbortSignal.any([signal, silence.signal])
    })
    if (!response.ok) return { _tag: "Refused", failure: await failureOf(response) }
    opened()
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const read = makeReader()
    for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silenceMillisMax)
      const frames = read(next.value)
      if (frames.length > 0) take(frames)
    }
    return { _tag: "Ended" }
  } catch {
    return { _tag: "Ended" }
  } finally {
    clearTimeout(timer)
  }
}
