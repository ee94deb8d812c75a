/** A page of somebody's on the server, through the protocol's own client, which refuses whatever is not valid. */
import { assert, describe, it } from "@effect/vitest"
import type { Message } from "@ag-ui/core"
import { Ids } from "@offshoot/core"
import { AgUiPage, EveryKind, RawHttp, type Record as Records, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"

const { token } = EveryKind

const script = (...lines: ReadonlyArray<string>): string => lines.join("\n")

const written = (value: unknown): string => JSON.stringify(value)

const steady = { forwardedProps: { offshoot: { agent: "steady" } } }

/** A server with scripted agents, and pages whose threads are played by one of them. */
const prepared = Effect.gen(function* () {
  const workplace = yield* Workplace.make()
  const program = yield* EveryKind.launch(workplace, 0)
  const { client, port } = yield* EveryKind.ready(workplace, program)
  const open = (threadId: string, initialMessages: Array<Message> = []) =>
    AgUiPage.open({ port, token }, { threadId, initialMessages })
  return { workplace, program, client, port, open }
})

type Client = Parameters<typeof Records.feed>[0]

/** The session behind a page's run. */
const sessionOf = (seen: Pick<AgUiPage.Seen, "events">): Ids.SessionId => {
  const run = seen.events.find((event) => "name" in event && event.name === "offshoot.run")
  const value = run !== undefined && "value" in run ? run.value : undefined
  assert.isTrue(typeof value === "object" && value !== null && "sessionId" in value)
  return Ids.SessionId.make(String(Object(value).sessionId))
}

/** When the session and everything below it are at rest. */
const atRest = (client: Client, id: Ids.SessionId) => Stream.runDrain(client.events(id))

const lastOf = ({ events }: AgUiPage.Seen): Readonly<Record<string, unknown>> => ({ ...events.at(-1) })

const textsOf = (messages: ReadonlyArray<Message>): Array<string> =>
  messages.flatMap((message) =>
    (message.role === "user" || message.role === "assistant") && "content" in message && message.content !== undefined
      ? [`${message.role}${message.subagentRunId === undefined ? "" : " (child)"}: ${written(message.content)}`]
      : []
  )

/** What a session's transcript has, as a page shows it. */
const recordOf = (client: Client, id: Ids.SessionId) =>
  Effect.map(client.calls.sessions.messages({ params: { id }, query: {} }), ({ items }) =>
    items.map(({ role, text }) => `${role}: ${written(text)}`)
  )

const approve = (interruptId: string, approved: boolean) => ({
  ...steady,
  resume: [{ interruptId, status: "resolved" as const, payload: { approved } }]
})

describe("a page that speaks AG-UI", () => {
  it.live(
    "talks, sees tools and what was used, and talks again in the same thread",
    () =>
      Effect.gen(function* () {
        const { client, open } = yield* prepared
        const page = open("talk")
        const first = yield* page.run(script("say well:", "tool look", "tool-done look", "usage 7", "say done"), steady)
        assert.deepInclude(lastOf(first), {
          type: "RUN_FINISHED",
          outcome: { type: "success" },
          usage: [{ outputTokens: 7 }]
        })
        assert.deepStrictEqual(
          page.messages().map(({ role }) => role),
          ["user", "assistant", "assistant", "tool", "assistant"]
        )
        const second = yield* page.run("say again", steady)
        assert.isUndefined(second.failure)
        assert.isFalse(
          second.events.some(({ type }) => type === "MESSAGES_SNAPSHOT"),
          "the page has everything already"
        )
        assert.strictEqual(sessionOf(first), sessionOf(second))
        const { items } = yield* client.calls.sessions.messages({ params: { id: sessionOf(first) }, query: {} })
        assert.deepStrictEqual(
          items.filter(({ role }) => role === "assistant").map(({ text }) => text),
          ["well:done", "again"]
        )
        const failed = yield* page.run("fail no luck", steady)
        assert.deepInclude(lastOf(failed), { type: "RUN_ERROR", code: "agent_failed" })
      }),
    90_000
  )

  it.live(
    "sees children, what one of them asks, and, after its answer, how they end",
    () =>
      Effect.gen(function* () {
        const { client, open } = yield* prepared
        const page = open("children")
        const running = yield* Effect.forkChild(page.run(script("say begun", "take-wait", "say /done"), steady), {
          startImmediately: true
        })
        yield* page.seeing(({ type }) => type === "TEXT_MESSAGE_CONTENT")
        const { items } = yield* client.calls.sessions.list({ query: {} })
        const [root] = items
        assert.isDefined(root)
        if (root === undefined) return
        const spawn = (parent: Ids.SessionId, title: string, prompt: string) =>
          client.calls.sessions.spawn({
            params: { id: parent },
            payload: { agent: "steady", title, prompt, parentClose: "abandon" }
          })
        const child = yield* spawn(root.id, "child", script("say working", "take-wait", "say over"))
        yield* page.seeing((event) => event.type === "TEXT_MESSAGE_CONTENT" && "subagentRunId" in event)
        yield* spawn(child.session.id, "grandchild", script("say may I?", "permit write", "fail no luck"))
        const asked = yield* Fiber.join(running)
        assert.isUndefined(asked.failure)
        const [interrupt] = asked.interrupts
        assert.deepInclude(interrupt, { reason: "tool_call", message: "May write be called?" })
        assert.isDefined(interrupt?.subagentRunId)
        const suspended = asked.events.filter(({ type }) => type === "SUBAGENT_FINISHED")
        assert.deepStrictEqual(
          suspended.map((event) => ("outcome" in event ? event.outcome : undefined)),
          [{ type: "suspended", interruptIds: [interrupt?.id] }, { type: "suspended" }]
        )

        // The page resumes, and everybody goes on to the end.
        const resumed = yield* Effect.forkChild(page.run(undefined, approve(interrupt?.id ?? "", false)), {
          startImmediately: true
        })
        const failed = yield* page.seeing(({ type }) => type === "SUBAGENT_ERROR")
        assert.deepInclude(failed, { code: "agent_failed", message: "no luck" })
        const say = (id: Ids.SessionId) => client.calls.messages.send({ params: { id }, payload: { text: "go on" } })
        yield* say(child.session.id)
        yield* page.seeing(({ type }) => type === "SUBAGENT_FINISHED")
        yield* say(root.id)
        const seen = yield* Fiber.join(resumed)
        assert.isUndefined(seen.failure)
        assert.deepInclude(lastOf(seen), { type: "RUN_FINISHED", outcome: { type: "success" } })
        const texts = textsOf(page.messages())
        assert.deepStrictEqual(
          texts.filter((text) => !text.includes("(child)")),
          yield* recordOf(client, root.id)
        )
        assert.include(texts, 'assistant (child): "may I?"')
        assert.include(texts, 'assistant (child): "denied:write"')
        const started = [...asked.events, ...seen.events].filter(({ type }) => type === "SUBAGENT_STARTED")
        assert.deepStrictEqual(
          started.map((event) => ("name" in event ? event.name : undefined)),
          ["child", "grandchild", "child", "grandchild"]
        )
      }),
    120_000
  )

  it.live(
    "closes in the middle of a run, which goes on; it comes back and has every word, once",
    () =>
      Effect.gen(function* () {
        const { client, open } = yield* prepared
        const page = open("leaves")
        const running = yield* Effect.forkChild(
          page.run(script("say one", "take-wait", "say two"), { ...steady, runId: "r1" }),
          {
            startImmediately: true
          }
        )
        yield* page.seeing(({ type }) => type === "TEXT_MESSAGE_CONTENT")
        yield* page.leave
        yield* Fiber.join(running)
        const [root] = (yield* client.calls.sessions.list({ query: {} })).items
        assert.strictEqual(root?.status, "running")
        if (root === undefined) return

        // The same run again while it is live, on another page that has nothing but the message.
        const again = open("leaves", [...page.messages()].slice(0, 1))
        const attached = yield* Effect.forkChild(again.run(undefined, { ...steady, runId: "r1" }), {
          startImmediately: true
        })
        yield* again.seeing(({ type }) => type === "RUN_STARTED")
        yield* client.calls.messages.send({ params: { id: root.id }, payload: { text: "go" } })
        const seen = yield* Fiber.join(attached)
        assert.deepInclude(lastOf(seen), { type: "RUN_FINISHED", runId: "r1", outcome: { type: "success" } })
        const record = yield* recordOf(client, root.id)
        assert.deepStrictEqual(textsOf(again.messages()), record)
        assert.strictEqual(record.filter((text) => /one|two/.test(text)).length, 3)

        // And when it is over, on the first page, which has only the beginning.
        const over = yield* page.run(undefined, { ...steady, runId: "r1" })
        assert.deepInclude(lastOf(over), { type: "RUN_FINISHED", outcome: { type: "success" } })
        assert.deepStrictEqual(textsOf(page.messages()), record)
        const { items } = yield* client.calls.sessions.messages({ params: { id: root.id }, query: {} })
        assert.strictEqual(items.filter(({ role }) => role === "user").length, 2)
      }),
    120_000
  )

  it.live(
    "two pages in one thread: the second message goes to the same run, and both see its end",
    () =>
      Effect.gen(function* () {
        const { client, open } = yield* prepared
        const [one, other] = [open("shared"), open("shared")]
        const first = yield* Effect.forkChild(one.run(script("say one", "take-wait", "say two"), steady), {
          startImmediately: true
        })
        yield* one.seeing(({ type }) => type === "TEXT_MESSAGE_CONTENT")
        const second = yield* other.run("from the other", steady)
        const seen = yield* Fiber.join(first)
        for (const run of [seen, second]) {
          assert.deepInclude(lastOf(run), { type: "RUN_FINISHED", outcome: { type: "success" } })
        }
        assert.strictEqual(sessionOf(seen), sessionOf(second))
        assert.strictEqual((yield* client.calls.sessions.list({ query: {} })).items.length, 1)
        for (const page of [one, other]) {
          const texts = textsOf(page.messages())
          for (const text of ['assistant: "one"', 'user: "from the other"', 'assistant: "<from the other>two"']) {
            assert.strictEqual(texts.filter((shown) => shown === text).length, 1, text)
          }
        }
      }),
    120_000
  )

  it.live(
    "a request that somebody else has answered is told at the next run",
    () =>
      Effect.gen(function* () {
        const { client, open } = yield* prepared
        const page = open("elsewhere")
        const asked = yield* page.run(script("permit write", "say /done"), steady)
        const [interrupt] = asked.interrupts
        assert.isDefined(interrupt)
        const id = Ids.RequestId.make(interrupt?.id ?? "")
        yield* client.calls.requests.answer({ params: { id }, payload: { decision: "deny" } })
        yield* atRest(client, sessionOf(asked))
        const resumed = yield* page.run(undefined, approve(id, true))
        assert.include(written(resumed.events), "interrupt_not_open")
        assert.deepInclude(lastOf(resumed), { type: "RUN_FINISHED", outcome: { type: "success" } })
        assert.include(textsOf(page.messages()), 'assistant: "denied:write/done"')
      }),
    90_000
  )

  it.live(
    "a run that a person cancels is cancelled, and neither a success nor an error",
    () =>
      Effect.gen(function* () {
        const { client, open } = yield* prepared
        const page = open("cancelled")
        const running = yield* Effect.forkChild(page.run(script("say one", "hang"), steady), { startImmediately: true })
        yield* page.seeing(({ type }) => type === "TEXT_MESSAGE_CONTENT")
        const [root] = (yield* client.calls.sessions.list({ query: {} })).items
        if (root === undefined) return assert.fail("there is no session")
        yield* client.calls.sessions.cancel({ params: { id: root.id }, payload: null })
        const seen = yield* Fiber.join(running)
        assert.deepInclude(lastOf(seen), { type: "RUN_FINISHED", outcome: { type: "cancelled" } })
      }),
    90_000
  )

  it.live(
    "a server that is killed in the middle of a run goes on with it, and so does the page",
    () =>
      Effect.gen(function* () {
        const { open, port, program, workplace } = yield* prepared
        const page = open("killed")
        const running = yield* Effect.forkChild(
          page.run(script("resume-handle h", "say one", "hang-first", "say two"), steady),
          {
            startImmediately: true
          }
        )
        yield* page.seeing(({ type }) => type === "TEXT_MESSAGE_CONTENT")
        yield* program.signal("SIGKILL")
        yield* program.ended
        assert.notInclude(["RUN_FINISHED", "RUN_ERROR"], lastOf(yield* Fiber.join(running))["type"])
        const next = yield* EveryKind.launch(workplace, port)
        const { client } = yield* EveryKind.ready(workplace, next)
        // The same input: nothing is sent twice.
        const seen = yield* page.run(undefined, steady)
        assert.deepInclude(lastOf(seen), { type: "RUN_FINISHED", outcome: { type: "success" } })
        const { items } = yield* client.calls.sessions.messages({ params: { id: sessionOf(seen) }, query: {} })
        const recorded = items.filter(({ role }) => role === "assistant").map(({ text }) => text)
        assert.match(recorded.join(""), /two$/)
        assert.strictEqual(items.filter(({ role }) => role === "user").length, 1)
        const shown = page
          .messages()
          .flatMap((message) => (message.role === "assistant" ? [message.content ?? ""] : []))
        assert.strictEqual(shown.join(""), recorded.join(""))
      }),
    120_000
  )

  it.live(
    "a client that says no version sees children as activities; garbage makes nothing",
    () =>
      Effect.gen(function* () {
        const { client, port } = yield* prepared
        const send = (body: unknown) =>
          RawHttp.ask(
            { port, token },
            { method: "POST", path: "/agui", body: typeof body === "string" ? body : written(body) }
          )
        for (const body of [
          "",
          "{",
          "[]",
          "null",
          { threadId: 1 },
          { threadId: "t", runId: "r", messages: [{ id: "m", role: "user", content: 7 }] }
        ]) {
          assert.strictEqual((yield* send(body)).status, 400)
        }
        const messages = [{ id: "m", role: "user", content: "say one" }]
        const old = yield* send({ threadId: "old", runId: "r", messages, ...steady, surplus: { at: "any depth" } })
        assert.include(old.text, "children_inline")
        assert.include(old.text, '"outcome":{"type":"success"}')
        assert.strictEqual((yield* client.calls.sessions.list({ query: {} })).items.length, 1)
      }),
    90_000
  )
})
