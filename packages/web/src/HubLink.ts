/**
 * How a tab reaches the hub: in a shared worker; where there is none, in the tab
 * that holds a lock, over a broadcast channel; where there is neither, in the tab
 * itself.
 *
 * @stability unstable
 */
import { Hub } from "./Hub.ts"
import type { Down, Up } from "./HubWords.ts"

export interface Link {
  readonly say: (up: Up) => void
}

/** The browser's own ways, for a hub that lives here. */
export const makeHub = (): Hub =>
  new Hub({
    fetch: (path, init) => fetch(path, init),
    delay,
    nowMillis: () => Date.now(),
    random: () => Math.random()
  })

/** The longest that a timer of a browser waits: past it, it fires at once. */
const timerMillisMax = 2 ** 31 - 1

const delay = (millis: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, Math.min(millis, timerMillisMax))
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true }
    )
  })

const tabId = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-")

/** A worker that cannot be loaded is replaced by what there is without one. */
const viaWorker = (take: (down: Down) => void, joined: () => void): Link => {
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "offshoot" })
  worker.port.addEventListener("message", (message: MessageEvent<Down>) => take(message.data))
  worker.port.start()
  let link: Link = { say: (up) => worker.port.postMessage(up) }
  worker.addEventListener("error", () => {
    link = withoutWorker(take, joined)
    joined()
  })
  return { say: (up) => link.say(up) }
}

/** What goes over the channel: to the leader, or from it to one tab or to all. */
type Letter =
  | { readonly to: "leader"; readonly from: string; readonly up: Up }
  | { readonly to: "tab"; readonly tab: string; readonly down: Down }
  | { readonly to: "all"; readonly leading: true }

/**
 * The tab that gets the lock has the hub. When it is closed the lock goes to
 * another one, and the others join there: a fresh snapshot makes them right.
 */
const viaLock = (take: (down: Down) => void, joined: () => void): Link => {
  const id = tabId()
  const channel = new BroadcastChannel("offshoot")
  let hub: Hub | undefined
  const post = (letter: Letter) => channel.postMessage(letter)
  channel.addEventListener("message", ({ data }: MessageEvent<Letter>) => {
    if (data.to === "tab" && data.tab === id) take(data.down)
    if (data.to === "all") joined()
    if (data.to === "leader") {
      const { from, up } = data
      hub?.take(from, up, (down) => post({ to: "tab", tab: from, down }))
    }
  })
  void navigator.locks.request("offshoot-hub", () => {
    hub = makeHub()
    const running = hub.run(new AbortController().signal)
    joined()
    post({ to: "all", leading: true })
    return running
  })
  return {
    say: (up) => (hub === undefined ? post({ to: "leader", from: id, up }) : hub.take(id, up, take))
  }
}

const alone = (take: (down: Down) => void): Link => {
  const hub = makeHub()
  void hub.run(new AbortController().signal)
  return { say: (up) => hub.take("tab", up, take) }
}

const withoutWorker = (take: (down: Down) => void, joined: () => void): Link =>
  typeof BroadcastChannel === "function" && "locks" in navigator ? viaLock(take, joined) : alone(take)

/** `joined` is called when there is another hub, which has to be told all again. */
export const connect = (take: (down: Down) => void, joined: () => void): Link => {
  return typeof SharedWorker === "function" ? viaWorker(take, joined) : withoutWorker(take, joined)
}
