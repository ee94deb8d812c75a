/**
 * The state of the page as its address, and back. Pure.
 *
 * `#/session/ID/TAB?event=NUMBER&all&q=…&status=…&agent=…` or `#/inbox?…`.
 * `#token=…` is no place: it is taken and removed before anything is read.
 *
 * @stability unstable
 */

export const tabs = ["log", "messages", "timeline", "result", "usage", "events"] as const
export type Tab = (typeof tabs)[number]

export type Place =
  | { readonly _tag: "Tree" }
  | { readonly _tag: "Inbox" }
  | { readonly _tag: "Session"; readonly id: string; readonly tab: Tab; readonly event: number | undefined }

export interface Address {
  readonly place: Place
  readonly all: boolean
  readonly text: string
  readonly status: string
  readonly agent: string
}

const tree: Place = { _tag: "Tree" }

const tabOf = (text: string | undefined): Tab => tabs.find((tab) => tab === text) ?? "log"

const eventOf = (text: string | null): number | undefined => {
  const number = text === null || text === "" ? Number.NaN : Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

const decoded = (part: string | undefined): string => {
  try {
    return decodeURIComponent(part ?? "")
  } catch {
    return ""
  }
}

const placeOf = (path: string, params: URLSearchParams): Place => {
  const [, kind, id, tab] = path.split("/")
  if (kind === "inbox") return { _tag: "Inbox" }
  const session = decoded(id)
  if (kind !== "session" || session === "") return tree
  return { _tag: "Session", id: session, tab: tabOf(tab), event: eventOf(params.get("event")) }
}

export const parse = (hash: string): Address => {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2)
  const params = new URLSearchParams(query)
  return {
    place: placeOf(path, params),
    all: params.has("all"),
    text: params.get("q") ?? "",
    status: params.get("status") ?? "",
    agent: params.get("agent") ?? ""
  }
}

const pathOf = (place: Place): string => {
  switch (place._tag) {
    case "Tree":
      return "/"
    case "Inbox":
      return "/inbox"
    case "Session":
      return `/session/${encodeURIComponent(place.id)}/${place.tab}`
  }
}

export const print = ({ agent, all, place, status, text }: Address): string => {
  const params = new URLSearchParams()
  if (place._tag === "Session" && place.event !== undefined) params.set("event", String(place.event))
  if (all) params.set("all", "")
  for (const [key, value] of [
    ["q", text],
    ["status", status],
    ["agent", agent]
  ] as const) {
    if (value !== "") params.set(key, value)
  }
  const query = params.toString().replace(/\ball=(?=&|$)/, "all")
  return `#${pathOf(place)}${query === "" ? "" : `?${query}`}`
}

/** The token of a printed link; none: it is none. */
export const tokenOf = (hash: string): string | undefined => {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token")
  return token === null || token === "" ? undefined : token
}
