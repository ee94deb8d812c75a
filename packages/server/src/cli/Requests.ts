/**
 * `offshoot requests`: what children ask and nobody has answered, oldest first.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { jsonLine } from "../internal/jsonLine.ts"
import { duration } from "../internal/terminalText.ts"
import * as TreeLines from "../TreeLines.ts"
import type * as Wire from "../Wire.ts"
import { calling, connect, type Where } from "./Connect.ts"
import * as Screen from "./Screen.ts"
import { untilSignal } from "./Signals.ts"

export interface RequestsInput {
  readonly where: Where
  readonly json: boolean
}

/** As many as one page of the server has. */
const requestsMax = 200

/** A child's own words; the table makes them harmless. */
const asked = ({ ask }: Wire.WireRequest): string => {
  if (ask.type === "permission") return `${ask.toolName} ${jsonLine(ask.arguments)}`
  return ask.options === undefined ? ask.question : `${ask.question} [${ask.options.join(" | ")}]`
}

const row = (request: Wire.WireRequest, nowMillis: number): ReadonlyArray<string> => {
  const left = DateTime.toEpochMillis(DateTime.makeUnsafe(request.expiresAt)) - nowMillis
  return [
    request.id,
    request.ask.type,
    request.status === "pending" ? duration(left, false) : request.status,
    request.sessionId,
    asked(request)
  ]
}

const heading = ["ID", "TYPE", "LEFT", "SESSION", "ASKS"]

const answers = "answer with: offshoot answer <id> approve | deny | answer <text>"

/** Prints one page. Writes nothing and answers nothing. */
export const requests = Effect.fn("Cli.requests")(
  function* ({ json, where }: RequestsInput) {
    const { client, url } = yield* connect(where)
    const page = yield* calling(url, client.calls.requests.list({ query: { status: "open", limit: requestsMax } }))
    if (json) return yield* Console.log(jsonLine(page))
    if (page.items.length === 0) return yield* Console.log("nothing is asked")
    const screen = yield* Screen.Screen
    const { columns } = yield* screen.size
    const nowMillis = yield* Clock.currentTimeMillis
    const rows = page.items.map((request) => row(request, nowMillis))
    const lines = TreeLines.table(heading, rows, { columns, colour: screen.colour })
    const more = page.nextCursor === undefined ? [] : ["… and more"]
    yield* screen.print([...lines, ...more, answers])
  },
  untilSignal,
  Effect.provide([FetchHttpClient.layer, Screen.layer])
)
