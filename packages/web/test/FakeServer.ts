/** A server of which a test holds every connection: what is asked is awaited, what is answered is the test's. */
import type { Around } from "../src/Hub.ts"

export interface Asked {
  readonly path: string
  readonly signal: AbortSignal
  readonly json: (body: unknown, status?: number) => void
  readonly fail: () => void
  /** Opens an event stream; what it is given is sent at once. */
  readonly open: () => { readonly send: (text: string) => void; readonly end: () => void }
}

const asked = (
  path: string,
  signal: AbortSignal,
  resolve: (response: Response) => void,
  reject: (cause: Error) => void
): Asked => ({
  path,
  signal,
  json: (body, status = 200) => resolve(new Response(JSON.stringify(body), { status })),
  fail: () => reject(new Error("no answer")),
  open: () => {
    const utf8 = new TextEncoder()
    let to: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        to = controller
        signal.addEventListener("abort", () => controller.error(new Error("aborted")))
      }
    })
    resolve(new Response(body))
    return { send: (text) => to?.enqueue(utf8.encode(text)), end: () => to?.close() }
  }
})

export class FakeServer {
  readonly #asked: Array<Asked> = []
  readonly #wanted: Array<{ readonly prefix: string; readonly take: (asked: Asked) => void }> = []
  /** Pauses that are under way; the test ends them. */
  readonly pauses: Array<{ readonly millis: number; readonly end: () => void }> = []

  readonly around: Around = {
    fetch: (path, init) =>
      new Promise((resolve, reject) => {
        const signal = init.signal ?? new AbortController().signal
        signal.addEventListener("abort", () => reject(new Error("aborted")))
        this.#arrive(asked(path, signal, resolve, reject))
      }),
    delay: (millis, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const end = () => resolve()
        signal.addEventListener("abort", end, { once: true })
        this.pauses.push({ millis, end })
        this.#begun.splice(0).forEach((look) => look())
      }),
    nowMillis: () => 0,
    random: () => 1
  }

  readonly #begun: Array<() => void> = []

  /** Ends when a pause of this length is under way. */
  async paused(millis: number): Promise<void> {
    while (!this.pauses.some((pause) => pause.millis === millis)) {
      await new Promise<void>((look) => this.#begun.push(look))
    }
  }

  #arrive(call: Asked): void {
    const index = this.#wanted.findIndex(({ prefix }) => call.path.startsWith(prefix))
    const [wanted] = index === -1 ? [] : this.#wanted.splice(index, 1)
    if (wanted === undefined) this.#asked.push(call)
    else wanted.take(call)
  }

  /** The next call whose path begins so. */
  next(prefix: string): Promise<Asked> {
    const index = this.#asked.findIndex(({ path }) => path.startsWith(prefix))
    const [found] = index === -1 ? [] : this.#asked.splice(index, 1)
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((take) => this.#wanted.push({ prefix, take }))
  }

  /** Calls that nobody has taken. */
  get untaken(): ReadonlyArray<string> {
    return this.#asked.map(({ path }) => path)
  }
}

/** A tab: what it was told, and a promise of what comes next. */
export class Listener<A> {
  readonly told: Array<A> = []
  #wanted: { readonly matches: (item: A) => boolean; readonly take: (item: A) => void } | undefined
  #seen = 0

  readonly tell = (item: A): void => {
    this.told.push(item)
    if (this.#wanted?.matches(item) === true) {
      const { take } = this.#wanted
      this.#wanted = undefined
      this.#seen = this.told.length
      take(item)
    }
  }

  /** The next item, from where the last one was found, that matches. */
  until(matches: (item: A) => boolean): Promise<A> {
    const index = this.told.findIndex((item, at) => at >= this.#seen && matches(item))
    const found = this.told[index]
    if (found !== undefined) {
      this.#seen = index + 1
      return Promise.resolve(found)
    }
    return new Promise((take) => {
      this.#wanted = { matches, take }
    })
  }
}
