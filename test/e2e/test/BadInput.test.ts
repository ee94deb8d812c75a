/**
 * Bad input on every call of the contract: a problem document each time, and
 * nothing lost, nothing made, nobody down.
 *
 * Driven by the document at `/openapi.json`: a call without a row fails.
 */
import { assert, describe, it } from "@effect/vitest"
import { RawHttp, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

interface Row {
  /** Bodies that decode as JSON and do not fit; none: the call takes no body. */
  readonly bodies?: ReadonlyArray<string>
  /** Query strings that do not fit. */
  readonly queries?: ReadonlyArray<string>
  readonly headers?: ReadonlyArray<Readonly<Record<string, string>>>
  /** A body that fits, where an empty object does not. */
  readonly fits?: string
  /** What an id that nobody has is answered with, where it is not that of a session. */
  readonly unknown?: string
  /** How much its body may have, where that is not what other bodies may. */
  readonly bodyBytesMax?: number
  /** Answered without a token. */
  readonly open?: true
}

const cursors = { headers: [{ "last-event-id": "minus one" }, { "last-event-id": "-1" }] }
const pages = ["?limit=0", "?limit=201", "?limit=many", "?nonsense=1"]
const notAnObject = ['"text"', "7", "[]", "true"]

const rows: Readonly<Record<string, Row>> = {
  "POST /v1/sessions": {
    bodies: [...notAnObject, '{"title":7}', '{"prompt":""}', '{"titel":"x"}', '{"metadata":{"a":1}}', '{"metadata":[]}']
  },
  "GET /v1/sessions": { queries: [...pages, "?status=done", "?root=", "?parent=&limit=1"] },
  "GET /v1/sessions/{id}": {},
  "DELETE /v1/sessions/{id}": {},
  "POST /v1/sessions/{id}/run": {},
  "POST /v1/sessions/{id}/children": {
    fits: '{"prompt":"x"}',
    bodies: [
      ...notAnObject,
      "null",
      "{}",
      '{"prompt":7}',
      '{"prompt":""}',
      '{"prompt":"x","agent":{}}',
      '{"prompt":"x","disabledTools":"all"}',
      '{"prompt":"x","__proto__":{"a":1},"constructor":1}'
    ]
  },
  "GET /v1/sessions/{id}/children": { queries: pages },
  "GET /v1/sessions/{id}/tree": {},
  "GET /v1/sessions/{id}/messages": { queries: [...pages, "?after=-1", "?after=1.5", "?after=1e400"] },
  "POST /v1/sessions/{id}/messages": {
    fits: '{"text":"x"}',
    bodies: [
      ...notAnObject,
      "null",
      "{}",
      '{"text":7}',
      '{"text":""}',
      '{"text":"x","mode":"shout"}',
      '{"text":"x","key":""}'
    ]
  },
  "GET /v1/sessions/{id}/inbox": { queries: [...pages, "?status=closed", "?cursor="] },
  "GET /v1/requests": {
    queries: [...pages, "?status=pending", "?session=", "?session=ses_a&subtree=ses_a", "?cursor="]
  },
  "GET /v1/requests/{id}": { unknown: "404 request_not_found" },
  "POST /v1/requests/{id}": {
    unknown: "404 request_not_found",
    fits: '{"decision":"approve"}',
    bodies: [
      ...notAnObject,
      "null",
      "{}",
      '{"decision":"maybe"}',
      '{"decision":"answer"}',
      '{"decision":"deny","text":""}',
      '{"decision":"deny","scope":"session"}',
      '{"decision":"approve","scope":"always"}'
    ]
  },
  "GET /v1/sessions/{id}/result": {},
  "GET /v1/sessions/{id}/artifacts/{artifactId}": {},
  "GET /v1/sessions/{id}/usage": {},
  "POST /v1/sessions/{id}/wait": {
    bodies: [
      ...notAnObject,
      '{"policy":"some"}',
      '{"timeoutSeconds":-1}',
      '{"timeoutSeconds":1e9}',
      '{"children":"all"}'
    ]
  },
  "POST /v1/sessions/{id}/cancel": { bodies: [...notAnObject, '{"mode":"hard"}', '{"cascade":"yes"}'] },
  "GET /v1/sessions/{id}/events": { queries: ["?since=-1", "?since=x", "?subtree=maybe"], ...cursors },
  "GET /v1/feed": {
    queries: ["?since=-1", "?types=tokens", "?types=", "?follow=1", "?session=ses_a&subtree=ses_a"],
    ...cursors
  },
  "GET /v1/snapshot": { queries: ["?limit=0", "?limit=1000000", "?subtree=", "?session=ses_a"] },
  "GET /v1/agents": {},
  "GET /v1/models": {},
  "GET /v1/profiles": { queries: ["?workspace=", "?folder=x"] },
  "GET /v1/overview": {},
  "POST /v1/demo": {},
  "POST /v1/login": {},
  "POST /v1/logout": {},
  "POST /agui": {
    bodies: [...notAnObject, "null", "{}", '{"threadId":7}', '{"threadId":"t","runId":"r","messages":"all"}'],
    bodyBytesMax: 8 * 1024 * 1024
  },
  "GET /healthz": { open: true },
  "GET /readyz": { open: true }
}

const Document = Schema.Struct({ paths: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Unknown)) })
const decodeDocument = Schema.decodeUnknownSync(Document)

const methods: ReadonlySet<string> = new Set(["get", "put", "post", "delete", "patch"])

const callsOf = (document: typeof Document.Type): ReadonlyArray<string> =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).flatMap((method) => (methods.has(method) ? [`${method.toUpperCase()} ${path}`] : []))
  )

const Problem = Schema.Struct({
  type: Schema.String.check(Schema.isPattern(/^urn:offshoot:problem:[a-z_]+$/)),
  status: Schema.Int,
  title: Schema.NonEmptyString,
  detail: Schema.NonEmptyString,
  hint: Schema.NonEmptyString
})
const decodeProblem = Schema.decodeUnknownSync(Problem)

/** Status and code of the problem that an answer is, or what it is instead. */
const problemOf = (answered: RawHttp.Answered): string => {
  const type = answered.headers["content-type"]
  if (type !== "application/problem+json") return `${answered.status} and no problem: ${type} ${answered.text}`
  const problem = decodeProblem(RawHttp.json(answered.text))
  assert.strictEqual(problem.status, answered.status, answered.text)
  return `${answered.status} ${problem.type.slice("urn:offshoot:problem:".length)}`
}

/** Twice as large as a body may be. */
const huge = `{"prompt":"${"x".repeat(2 * 1024 * 1024)}"}`
const malformed = ['{"prompt":', "{'prompt':'x'}", "", '{"prompt":"x"}}', "\u0000"]
const foreignOrigins = ["https://elsewhere.example", "null", "http://127.0.0.1.elsewhere.example"]
const foreignHosts = ["rebound.example", "127.0.0.1.elsewhere.example:80", "localhost.elsewhere.example"]
const wrongTokens = ["Bearer wrong", "Bearer ", "Basic d3Jvbmc6d3Jvbmc=", undefined]

interface Attempt {
  readonly asked: RawHttp.Asked
  readonly expected: ReadonlyArray<string>
}

/** Everything that is tried on one call; `id` is of a session that exists. */
const attempts = (call: string, row: Row, id: string): ReadonlyArray<Attempt> => {
  const [method = "", named = ""] = call.split(" ")
  const template = named.replace("{artifactId}", "art_unknown")
  const path = template.replace("{id}", id)
  const body = row.bodies === undefined ? {} : { body: "{}" }
  const one = (expected: string | ReadonlyArray<string>, more: Partial<RawHttp.Asked>): Attempt => ({
    asked: { method, path, ...more },
    expected: typeof expected === "string" ? [expected] : expected
  })
  const of = (other: string) => template.replace("{id}", other)
  const unknown = row.unknown ?? "404 session_not_found"
  return [
    ...foreignOrigins.map((origin) => one("403 origin_not_allowed", { headers: { origin }, ...body })),
    ...foreignHosts.map((host) => one("403 host_not_allowed", { headers: { host }, ...body })),
    ...(row.open === true
      ? []
      : wrongTokens.map((authorization) => one("401 unauthorized", { headers: { authorization }, ...body }))),
    one("405 method_not_allowed", { method: "PATCH", body: "{}" }),
    ...(template.includes("{id}")
      ? [
          one(unknown, {
            path: of("ses_unknown"),
            ...(row.bodies === undefined ? {} : { body: row.fits ?? "{}" })
          }),
          one(["400 invalid_request", "404 not_found", unknown], { path: of("x".repeat(300)), ...body }),
          one(["400 invalid_request", "404 not_found", unknown], { path: of("..%2f..%2fetc"), ...body }),
          one(["400 invalid_request", "404 not_found", unknown], { path: of("%00%ff"), ...body })
        ]
      : []),
    ...(row.queries ?? ["?nonsense=1"]).flatMap((query) =>
      row.open === true ? [] : [one("400 invalid_request", { path: `${path}${query}`, ...body })]
    ),
    ...(row.headers ?? []).map((headers) => one("400 invalid_request", { headers })),
    ...(row.bodies ?? []).map((wrong) => one("400 invalid_request", { body: wrong })),
    ...(row.bodies === undefined
      ? []
      : [
          one("413 body_too_large", {
            body: row.bodyBytesMax === undefined ? huge : `"${"x".repeat(row.bodyBytesMax)}"`
          }),
          one("415 unsupported_media_type", { body: "prompt=x", headers: { "content-type": "text/plain" } }),
          one("400 invalid_request", { body: `${"[".repeat(100_000)}${"]".repeat(100_000)}` }),
          ...malformed.filter((text) => text !== "").map((text) => one("400 malformed_json", { body: text }))
        ])
  ]
}

describe("bad input", () => {
  it.live(
    "on every call of the contract is answered with a problem document, and leaves no trace",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const document = decodeDocument(RawHttp.json((yield* RawHttp.ask(server, { path: "/openapi.json" })).text))
        assert.sameMembers(Object.keys(rows), [...callsOf(document)], "each call of the contract has its row")

        const root = yield* server.client.calls.sessions.create({ payload: { title: "stays as it is" } })
        const child = yield* Record.spawn(server.client, root.id, "echo")
        yield* Record.settled(server.client, root.id)
        const before = yield* Record.feed(server.client)
        const known = yield* Record.tree(server.client, root.id)

        const wrong: Array<string> = []
        for (const [call, row] of Object.entries(rows)) {
          for (const { asked, expected } of attempts(call, row, child.session.id)) {
            const answered = yield* RawHttp.ask(server, asked)
            const code = problemOf(answered)
            if (!expected.includes(code)) {
              wrong.push(
                `${call} ${asked.path} ${asked.body?.slice(0, 60) ?? ""}: ${code}, not ${expected.join(" or ")}`
              )
            }
          }
        }
        assert.deepStrictEqual(wrong, [])

        assert.strictEqual((yield* RawHttp.ask(server, { path: "/healthz" })).status, 200)
        assert.strictEqual((yield* RawHttp.ask(server, { path: "/readyz" })).status, 200)
        const after = yield* Record.feed(server.client)
        assert.deepStrictEqual(after.slice(0, before.length), before)
        assert.strictEqual(after.length, before.length + 1, "only the mark at the end of the feed was made")
        assert.deepStrictEqual(yield* Record.tree(server.client, root.id), known)
      }),
    120_000
  )

  it.live(
    "where there is no call: a problem document too",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const server = yield* ServerProcess.start(workplace)
        const root = yield* server.client.calls.sessions.create({ payload: null })
        const paths = [
          "/index.html",
          "/v1",
          "/v2/sessions",
          "/v1/sessions/",
          "//v1/sessions",
          "/v1/Sessions",
          "/v1/sessions/../feed"
        ]
        for (const path of paths) {
          const asked = { method: "GET", path }
          assert.strictEqual(
            problemOf(yield* RawHttp.ask(server, asked)),
            path === "/v1/sessions/" ? "400 invalid_request" : "404 not_found",
            path
          )
        }
        const unknownAgent = {
          method: "POST",
          path: `/v1/sessions/${root.id}/children`,
          body: '{"prompt":"x","agent":"who"}'
        }
        assert.strictEqual(problemOf(yield* RawHttp.ask(server, unknownAgent)), "422 agent_unknown")
        const early = { method: "GET", path: `/v1/sessions/${root.id}/result` }
        assert.strictEqual(problemOf(yield* RawHttp.ask(server, early)), "409 not_settled")
        // A session that never ran is cancelled for good; then there is nothing more to cancel.
        const idle = { method: "POST", path: `/v1/sessions/${root.id}/cancel`, body: "{}" }
        assert.strictEqual((yield* RawHttp.ask(server, idle)).status, 202)
        assert.strictEqual(problemOf(yield* RawHttp.ask(server, idle)), "409 not_in_flight")
        const headers = { path: "/v1/sessions", headers: { "x-large": "x".repeat(20_000) } }
        assert.strictEqual(problemOf(yield* RawHttp.ask(server, headers)), "431 headers_too_large")
      }),
    60_000
  )
})
