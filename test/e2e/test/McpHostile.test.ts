/** What models and hosts get wrong, and what nobody should send: told so, and nothing else happens. */
import { assert, describe, it } from "@effect/vitest"
import { McpHost, McpWire, RawHttp, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const served = Effect.gen(function* () {
  const workplace = yield* Workplace.make()
  return { workplace, server: yield* ServerProcess.start(workplace) }
})

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`

/** Of the arguments, what the answer says of them. */
const refusals: ReadonlyArray<readonly [string, string, Readonly<Record<string, unknown>>, RegExp]> = [
  ["a misspelt member", "spawn_agent", { prompt: "x", subagentType: "y" }, /did you mean subagent_type\?/],
  ["a member of another tool", "wait_agents", { agent_id: "ses_x" }, /did you mean agent_ids\?/],
  ["no prompt", "spawn_agent", { agent: "echo" }, /^invalid_arguments: prompt: /],
  ["a prompt of null", "spawn_agent", { prompt: null, agent: "echo" }, /^invalid_arguments: prompt: /],
  ["an object for a prompt", "spawn_agent", { prompt: { text: "x" } }, /^invalid_arguments: prompt: /],
  ["an empty prompt", "spawn_agent", { prompt: "" }, /^invalid_arguments: prompt: /],
  ["a prompt without end", "spawn_agent", { prompt: "x".repeat(600_000) }, /^invalid_arguments: prompt: /],
  ["a title without end", "spawn_agent", { prompt: "x", title: "y".repeat(100_000) }, /^invalid_arguments: title: /],
  ["no agents", "spawn_agents", { agents: [] }, /^invalid_arguments: agents: /],
  ["too many agents", "spawn_agents", { agents: Array.from({ length: 65 }, () => ({ prompt: "x" })) }, /agents: /],
  ["a time of words", "wait_agents", { timeout_seconds: "a while" }, /^invalid_arguments: timeout_seconds: /],
  ["a time below zero", "wait_agents", { timeout_seconds: -1 }, /^invalid_arguments: timeout_seconds: /],
  ["a policy that is none", "wait_agents", { wait_for: "most" }, /^invalid_arguments: wait_for: /],
  ["a cursor that is none", "wait_agents", { cursor: "yesterday" }, /^bad_cursor: /],
  ["an offset before the begin", "get_result", { agent_id: "ses_x", offset: -5 }, /^invalid_arguments: offset: /],
  ["a half offset", "get_result", { agent_id: "ses_x", offset: 1.5 }, /^invalid_arguments: offset: /],
  ["an id that is none", "get_result", { agent_id: "ses_x" }, /^session_not_found: there is no agent ses_x of yours/],
  ["an id without end", "get_result", { agent_id: "s".repeat(5_000) }, /^invalid_arguments: agent_id: /],
  ["the way up for an id", "get_result", { agent_id: ".." }, /^invalid_arguments: agent_id: /],
  ["a dot for an id", "cancel_agent", { agent_id: "." }, /^invalid_arguments: agent_id: /],
  [
    "a path for an id",
    "send_message",
    { agent_id: "../sessions/ses_x", message: "x" },
    /^invalid_arguments: agent_id: /
  ],
  ["an address for an id", "cancel_agent", { agent_id: "http://127.0.0.1/?a=b#c" }, /^invalid_arguments: agent_id: /],
  ["control bytes for an id", "cancel_agent", { agent_id: "ses\u0000\r\nX: y" }, /^invalid_arguments: agent_id: /],
  ["half a character for an id", "cancel_agent", { agent_id: "\ud800" }, /^invalid_arguments: agent_id: /],
  [
    "the way up for a request",
    "answer_request",
    { request_id: "..", decision: "deny" },
    /^invalid_arguments: request_id: /
  ],
  [
    "the way up for an artifact",
    "get_result",
    { agent_id: "ses_x", artifact_id: "../.." },
    /^invalid_arguments: artifact_id: /
  ],
  ["a decision that is none", "answer_request", { request_id: "req_x", decision: "maybe" }, /decision: /],
  ["a constructor", "list_agents", { constructor: { prototype: { polluted: true } } }, /^invalid_arguments: /]
]

/** Of the arguments, that they are understood. */
const sloppy: ReadonlyArray<readonly [string, string, Readonly<Record<string, unknown>>, RegExp]> = [
  ["members of null", "list_agents", { status: null, cursor: null }, /./],
  ["a number as text", "wait_agents", { timeout_seconds: "0" }, /have settled/],
  ["no list around one id", "wait_agents", { agent_ids: "OWN", timeout_seconds: 40 }, /1 of 1/],
  ["a list that is a text", "wait_agents", { agent_ids: '["OWN"]', timeout_seconds: 40 }, /1 of 1/],
  ["an offset as text", "get_result", { agent_id: "OWN", offset: "2" }, /\n\| ne$/],
  ["agents that are a text", "spawn_agents", { agents: '[{"prompt":"x","agent":"echo"}]' }, /^Started/],
  ["one agent without its list", "spawn_agents", { agents: { prompt: "x", agent: "echo" } }, /^Started/],
  ["a truth value as text", "send_message", { agent_id: "OWN", message: "mine", interrupt: "false" }, /^The message/]
]

const withOwn = (args: Readonly<Record<string, unknown>>, own: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === "string" ? value.replace("OWN", own) : value])
  )

const hostile = Effect.fnUntraced(function* (host: McpHost.McpHost) {
  const { data } = yield* host.call("spawn_agent", { prompt: "mine", agent: "echo" })
  const own = data.agent_id ?? ""
  yield* host.call("wait_agents", { agent_ids: [own], timeout_seconds: 40 })
  for (const [what, tool, args, said] of refusals) {
    const answer = yield* host.call(tool, args)
    assert.strictEqual(answer.outcome, "refused", `${what} is refused: ${answer.text}`)
    assert.match(answer.text, said, what)
    assert.isBelow(answer.text.length, 4_000, `${what} is not told at length`)
  }
  for (const [what, tool, args, said] of sloppy) {
    const answer = yield* host.call(tool, withOwn(args, own))
    assert.strictEqual(answer.outcome, "done", `${what} is understood: ${answer.text}`)
    assert.match(answer.text, said, what)
  }
  yield* host.call("wait_agents", { agent_ids: [own], timeout_seconds: 40 })
  for (const uri of [
    "offshoot://agents/../result",
    "offshoot://agents/ses_x/result",
    "offshoot://agents/%2e%2e/result",
    `offshoot://agents/${own}/artifacts/..`,
    `offshoot://agents/${"a".repeat(10_000)}/result`,
    "file:///etc/passwd",
    "offshoot://"
  ]) {
    const refused = yield* Effect.flip(host.read(uri))
    assert.notInclude(refused.message, "    at ", `no stack for ${uri}`)
  }
  assert.strictEqual(yield* host.read(`offshoot://agents/${own}/result`), "mine")
  assert.isUndefined(Object.getOwnPropertyDescriptor(Object.prototype, "polluted"))
})

describe("arguments that are hostile or sloppy", () => {
  it.live(
    "are refused in words, or understood, over HTTP",
    () =>
      Effect.gen(function* () {
        const { server } = yield* served
        yield* hostile(yield* McpHost.at(server))
      }),
    90_000
  )

  it.live(
    "are refused in words, or understood, on standard input",
    () =>
      Effect.gen(function* () {
        const { workplace } = yield* served
        yield* hostile(yield* McpHost.start({ cwd: workplace.folder, env: ServerProcess.environmentOf(workplace) }))
      }),
    90_000
  )
})

const spawnLine = (id: number, json: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"spawn_agent","arguments":${json}}}\n`

describe("lines that are no messages", () => {
  it.live(
    "are each refused, and what follows them is read; batches where the version has them",
    () =>
      Effect.gen(function* () {
        const { workplace } = yield* served
        const wire = yield* McpWire.start({ cwd: workplace.folder, env: ServerProcess.environmentOf(workplace) })
        yield* wire.write("\n\n  \r\nnot json\n\u0000\u0001\u001b[2J\n")
        yield* McpWire.hello(wire, "2025-03-26")
        yield* wire.write(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"${"y".repeat(5 * 1024 * 1024)}"}}\n`)
        assert.isDefined((yield* wire.ask(2, "ping")).result)
        yield* wire.write('42\n"text"\nnull\ntrue\n{}\n{"jsonrpc":"1.0"}\n{"id":{}}\n')
        assert.isDefined((yield* wire.ask(3, "ping")).result)
        yield* wire.write(`${nested(900_000)}\n`)
        assert.isDefined((yield* wire.ask(4, "ping")).result)
        yield* wire.write(spawnLine(5, `{"prompt":"x","__proto__":{"polluted":true}}`))
        assert.isDefined((yield* wire.answer(5)).result)
        yield* wire.write(spawnLine(6, `{"prompt":${nested(100)}}`))
        const deep = yield* wire.answer(6)
        assert.isTrue(deep.error !== undefined || deep.result?.["isError"] === true)
        assert.isDefined((yield* wire.ask(7, "ping")).result)
        yield* wire.write('[{"jsonrpc":"2.0","id":8,"method":"ping"},{"jsonrpc":"2.0","id":9,"method":"ping"}]\n')
        assert.isDefined((yield* wire.answer(8)).result)
        assert.isDefined((yield* wire.answer(9)).result)
        const unknown = yield* wire.ask(10, "tools/call", { name: "rm", arguments: {} })
        assert.isTrue(unknown.error !== undefined || unknown.result?.["isError"] === true)
        assert.isDefined((yield* wire.ask(11, "nobody/knows")).error)
        const { code, err } = yield* wire.leave
        assert.strictEqual(code, 0, err)
        assert.isAtLeast(wire.come().filter(({ error }) => error?.code === -32_700).length, 2)
        assert.isAtLeast(wire.come().filter(({ error }) => error?.code === -32_600).length, 5)
      }),
    60_000
  )

  it.live(
    "are refused over HTTP as well, and so is who has no token",
    () =>
      Effect.gen(function* () {
        const { server } = yield* served
        const post = (body: string, headers: Readonly<Record<string, string | undefined>> = {}) =>
          RawHttp.ask(server, {
            method: "POST",
            path: "/mcp",
            body,
            headers: { accept: "application/json, text/event-stream", ...headers }
          })
        for (const body of ["", "garbage", "[]", "null", "42", nested(200_000), "{}", '{"jsonrpc":"2.0","id":1}']) {
          const { status, text } = yield* post(body)
          assert.isBelow(status, 500, `${body.slice(0, 20)} ${text.slice(0, 200)}`)
        }
        const ping = toJson({ jsonrpc: "2.0", id: 1, method: "ping" })
        const long = toJson({ jsonrpc: "2.0", id: 1, method: "ping", params: { x: "y".repeat(5 * 1024 * 1024) } })
        assert.match((yield* post(long)).text, /"error"|payload_too_large/)
        assert.strictEqual((yield* post(ping, { authorization: undefined })).status, 401)
        assert.strictEqual((yield* post(ping, { origin: "https://evil.example" })).status, 403)
        assert.strictEqual((yield* post(ping, { host: "evil.example" })).status, 403)
        assert.strictEqual((yield* post(ping, { "mcp-session-id": "../x" })).status, 404)
        const host = yield* McpHost.at(server)
        assert.strictEqual((yield* host.call("list_agents")).outcome, "done")
        yield* Record.feed(server.client)
      }),
    60_000
  )
})
