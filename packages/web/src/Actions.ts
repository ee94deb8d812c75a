/**
 * What a person can do from the page: each a call of the contract, and a word on
 * what became of it. What is shown afterwards comes from the feed.
 *
 * @stability unstable
 */
import { signal } from "@preact/signals"
import * as Http from "./Http.ts"
import * as Shape from "./Shape.ts"
import * as Store from "./Store.ts"
import * as Wire from "./Wire.ts"

export interface Notice {
  readonly key: number
  readonly text: string
  readonly hint: string | undefined
  readonly isFailure: boolean
}

/** More than fit on a phone push the oldest out. */
const noticesMax = 3
const noticeMillis = 7_000

export const notices = signal<ReadonlyArray<Notice>>([])
let key = 0

export const dismiss = (gone: number): void => {
  notices.value = notices.peek().filter((notice) => notice.key !== gone)
}

const tell = (text: string, isFailure: boolean, hint?: string): void => {
  const notice = { key: ++key, text, hint, isFailure }
  notices.value = [...notices.peek(), notice].slice(-noticesMax)
  // A failure stays until it was read.
  if (!isFailure) setTimeout(() => dismiss(notice.key), noticeMillis)
}

export const say = (text: string): void => tell(text, false)

const fetching: Http.Fetch = (path, init) => fetch(path, init)

export const read = <A>(path: string, check: Shape.Check<A>): Promise<Http.Answer<A>> => Http.get(fetching, path, check)

export const readStream = (
  path: string,
  signal: AbortSignal,
  take: Parameters<typeof Http.stream>[4]
): Promise<Http.StreamEnd> => Http.stream(fetching, path, signal, () => undefined, take)

export const sessionPath = (id: string): string => `/v1/sessions/${encodeURIComponent(id)}`

/** Says what was refused, and gives the value of what was not. */
const change = async <A>(
  method: "POST" | "DELETE",
  path: string,
  body: unknown,
  check: Shape.Check<A>
): Promise<A | undefined> => {
  const answer = await Http.change(fetching, method, path, body, check)
  if (answer.ok) {
    Store.refresh()
    return answer.value
  }
  if (answer.failure.status === 401) Store.retry()
  tell(answer.failure.title, true, answer.failure.hint)
  return undefined
}

export const signIn = async (token: string): Promise<Http.Failure | undefined> => {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await Http.change(fetching, "POST", "/v1/login", undefined, Shape.isAny, headers)
  return answer.ok ? undefined : answer.failure
}

export const signOut = async (): Promise<void> => {
  await Http.change(fetching, "POST", "/v1/logout", undefined, Shape.isAny)
  location.reload()
}

export type SteerMode = "queue" | "interrupt"

export const steer = async (id: string, text: string, mode: SteerMode): Promise<boolean> => {
  const receipt = await change("POST", `${sessionPath(id)}/messages`, { text, mode }, Wire.isReceipt)
  if (receipt !== undefined)
    say(receipt.status === "queued" ? "Sent: it is read at the next safe point." : `Message ${receipt.status}.`)
  return receipt !== undefined
}

/** `graceful` leaves the time to save what there is; `abort` does not. Either takes everything below with it. */
export const stop = async (id: string, mode: "graceful" | "abort"): Promise<void> => {
  const receipt = await change("POST", `${sessionPath(id)}/cancel`, { mode, cascade: true }, Shape.isAny)
  if (receipt !== undefined) say(mode === "abort" ? "Aborting." : "Stopping: it keeps what it has.")
}

/** As many pages of a transcript as are read to find what a session was asked. */
const pagesMax = 10
const pageSize = 200

/** The transcript, the first `pagesMax` pages of it. */
export const readMessages = async (
  id: string
): Promise<Http.Answer<{ readonly items: ReadonlyArray<Wire.Message>; readonly more: boolean }>> => {
  const items: Array<Wire.Message> = []
  let after: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const query = `limit=${pageSize}${after === undefined ? "" : `&after=${after}`}`
    const answer = await read(`${sessionPath(id)}/messages?${query}`, Wire.isMessages)
    if (!answer.ok) return answer
    items.push(...answer.value.items)
    after = answer.value.nextCursor
    if (after === undefined) return { ok: true, value: { items, more: false } }
  }
  return { ok: true, value: { items, more: true } }
}

/** A new run of the same session: it is sent once more what a person or its parent asked of it last. */
export const retry = async (id: string): Promise<void> => {
  const messages = await readMessages(id)
  if (!messages.ok) return tell(messages.failure.title, true, messages.failure.hint)
  const asked = messages.value.items.findLast(({ hidden, role }) => role === "user" && !hidden)
  if (asked === undefined) return tell("There is no message to run it with.", true, "Send it one: Steer.")
  const body = { text: asked.text, mode: "queue" }
  const receipt = await change("POST", `${sessionPath(id)}/messages`, body, Wire.isReceipt)
  if (receipt !== undefined) say("A new run of it is queued.")
}

export const answerRequest = async (
  id: string,
  decision: "approve" | "deny" | "answer",
  more: { readonly text?: string; readonly scope?: "once" | "session" }
): Promise<boolean> => {
  const text = more.text === undefined || more.text === "" ? {} : { text: more.text }
  // Once is what an approval means anyway.
  const scope = more.scope === "session" ? { scope: more.scope } : {}
  const body = { decision, ...text, ...scope }
  return (await change("POST", `/v1/requests/${encodeURIComponent(id)}`, body, Shape.isAny)) !== undefined
}

export interface Work {
  readonly title: string
  readonly prompt: string
  readonly profile: string
  readonly model: string
  readonly workspace: string
  readonly agent: Wire.Agent | undefined
}

const filled = (members: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value.trim() !== ""))

export const spawn = async (parentId: string, { agent, ...work }: Work): Promise<string | undefined> => {
  const body = { ...filled(work), ...(agent === undefined ? {} : { agent: agent.id }) }
  const accepted = await change("POST", `${sessionPath(parentId)}/children`, body, Wire.isAccepted)
  return accepted?.session.id
}

/** A new root. With something to do it runs at once. */
export const createSession = async ({ agent, ...work }: Work): Promise<string | undefined> => {
  const metadata =
    agent === undefined
      ? {}
      : {
          metadata: {
            "runtime.kind": "external",
            "external.agent_id": agent.id,
            "external.protocol": agent.protocol
          }
        }
  const created = await change("POST", "/v1/sessions", { ...filled(work), ...metadata }, Wire.isSession)
  if (created === undefined || work.prompt.trim() === "") return created?.id
  await change("POST", `${sessionPath(created.id)}/run`, undefined, Shape.isAny)
  return created.id
}

export const startDemo = async (): Promise<void> => {
  const started = await change("POST", "/v1/demo", undefined, Shape.isAny)
  if (started !== undefined) say("The demo has begun.")
}
