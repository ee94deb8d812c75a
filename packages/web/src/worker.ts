/**
 * The shared worker: one hub for all tabs of the browser. It lives as long as
 * one of them does.
 *
 * @stability unstable
 */
import { makeHub } from "./HubLink.ts"
import type { Down, Up } from "./HubWords.ts"

const hub = makeHub()
void hub.run(new AbortController().signal)

let tabs = 0

addEventListener("connect", (event) => {
  if (!(event instanceof MessageEvent)) return
  const [port] = event.ports
  if (port === undefined) return
  const id = `tab-${++tabs}`
  const tell = (down: Down): void => port.postMessage(down)
  port.addEventListener("message", ({ data }: MessageEvent<Up>) => hub.take(id, data, tell))
  port.start()
})
