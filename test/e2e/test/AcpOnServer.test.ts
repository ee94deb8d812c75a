/** `offshoot acp` on the server of somebody else: what is asked, who answers, who goes away, who reads slowly. */
import { assert, describe, it } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import { Editor, EditorSession, EveryKind, type Record, Workplace } from "@offshoot/test-e2e"
import type { ClientCapabilities } from "@agentclientprotocol/sdk/unstable"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"

const { begin, say, textOf, toolsNamed } = EditorSession

const script = (...lines: ReadonlyArray<string>): string => lines.join("\n")

/** A server with scripted agents, and a way to open editors on it whose sessions are played by one of them. */
const prepared = Effect.gen(function* () {
  const workplace = yield* Workplace.make()
  const program = yield* EveryKind.launch(workplace, 0)
  const { client, port } = yield* EveryKind.ready(workplace, program)
  const open = (can: ClientCapabilities = {}) =>
    Effect.tap(
      Editor.start({
        cwd: workplace.folder,
        args: ["--agent", "steady"],
        env: { OFFSHOOT_URL: `http://127.0.0.1:${port}`, OFFSHOOT_TOKEN: EveryKind.token }
      }),
      (editor) => Editor.hello(editor, can)
    )
  return { workplace, program, client, port, open }
})

const settled = (client: Parameters<typeof Record.feed>[0], id: string) =>
  Effect.andThen(
    Stream.runDrain(client.events(Ids.SessionId.make(id))),
    client.calls.sessions.get({ params: { id: Ids.SessionId.make(id) } })
  )

describe("offshoot acp on the server of somebody else", () => {
  it.live(
    "puts a question into a form, or into words that the next message answers, and says what it became",
    () =>
      Effect.gen(function* () {
        const { open, workplace } = yield* prepared
        const asking = script("say well:", "ask q Which one?", "say /done")
        const editor = yield* open({ elicitation: { form: {} } })
        const formed = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(say(editor, formed, asking), { startImmediately: true })
        const form = yield* editor.form(0)
        assert.strictEqual(form.params.message, "Which one?")
        yield* form.answer({ action: "accept", content: { answer: "the blue one" } })
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "end_turn")
        assert.strictEqual(textOf(editor.said(), formed), "well:answered:the blue one/done")

        const plain = yield* open()
        const worded = yield* begin(plain, workplace.folder)
        assert.strictEqual((yield* say(plain, worded, asking)).stopReason, "end_turn")
        assert.match(textOf(plain.said(), worded), /^well:\s+Which one\?\n\(your next message is the answer\)\s+$/)
        assert.strictEqual((yield* say(plain, worded, "the red one")).stopReason, "end_turn")
        assert.match(textOf(plain.said(), worded), /answered:the red one\/done$/)
      }),
    120_000
  )

  it.live(
    "takes a question back that somebody else has answered, and one whose turn is cancelled",
    () =>
      Effect.gen(function* () {
        const { client, open, workplace } = yield* prepared
        const editor = yield* open()
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(say(editor, id, script("permit write", "say /done")), {
          startImmediately: true
        })
        const asked = yield* editor.permission(0)
        const [request] = (yield* client.calls.requests.list({ query: {} })).items
        assert.isDefined(request)
        if (request === undefined) return
        yield* client.calls.requests.answer({ params: { id: request.id }, payload: { decision: "approve" } })
        yield* asked.withdrawn
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "end_turn")
        assert.strictEqual(textOf(editor.said(), id), "approved:write/done")

        const second = yield* Effect.forkChild(say(editor, id, script("permit erase", "say /done")), {
          startImmediately: true
        })
        const erasing = yield* editor.permission(1)
        yield* editor.notify("session/cancel", { sessionId: id })
        yield* erasing.withdrawn
        assert.strictEqual((yield* Fiber.join(second)).stopReason, "cancelled")

        // The wish to stop comes together with the message.
        const third = yield* Effect.forkChild(say(editor, id, "hang"), { startImmediately: true })
        yield* editor.notify("session/cancel", { sessionId: id })
        assert.strictEqual((yield* Fiber.join(third)).stopReason, "cancelled")
        assert.strictEqual((yield* settled(client, id)).status, "cancelled")
      }),
    120_000
  )

  it.live(
    "shows children that somebody else gave the session, and what they ask, down to their children",
    () =>
      Effect.gen(function* () {
        const { client, open, workplace } = yield* prepared
        const editor = yield* open()
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(say(editor, id, script("say begun", "hang")), { startImmediately: true })
        yield* editor.saying(({ update }) => update.sessionUpdate === "agent_message_chunk")
        const spawn = (parent: string, title: string, prompt: string) =>
          client.calls.sessions.spawn({
            params: { id: Ids.SessionId.make(parent) },
            payload: { agent: "steady", title, prompt }
          })
        const child = yield* spawn(id, "child", script("say working", "hang"))
        const grandchild = yield* spawn(child.session.id, "grandchild", script("permit write", "fail no luck"))
        const asked = yield* editor.permission(0)
        assert.match(asked.params.toolCall.title ?? "", /^grandchild \(steady\): write/)
        yield* asked.answer({ outcome: { outcome: "selected", optionId: "deny" } })
        yield* editor.saying(
          ({ update }) =>
            update.sessionUpdate === "tool_call_update" &&
            update.toolCallId === grandchild.session.id &&
            update.status === "failed"
        )
        const [card] = toolsNamed(editor.said(), id, /^grandchild/)
        assert.strictEqual(card?.parent, child.session.id)
        assert.include(card?.text, "agent_failed: no luck\n\n```\ndenied:write\n```")
        yield* editor.notify("session/cancel", { sessionId: id })
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "cancelled")
        assert.strictEqual(toolsNamed(editor.said(), id, /^child/)[0]?.states.at(-1), "failed")
      }),
    120_000
  )

  it.live(
    "goes away in the middle of a turn: the session goes on to its end",
    () =>
      Effect.gen(function* () {
        const { client, open, workplace } = yield* prepared
        const editor = yield* open()
        const id = yield* begin(editor, workplace.folder)
        yield* Effect.forkChild(Effect.ignore(say(editor, id, script("say one", "permit go", "say /two"))), {
          startImmediately: true
        })
        yield* editor.permission(0)
        assert.strictEqual((yield* editor.leave).code, 0)
        const [request] = (yield* client.calls.requests.list({ query: {} })).items
        assert.strictEqual(request?.status, "pending")
        if (request === undefined) return
        yield* client.calls.requests.answer({ params: { id: request.id }, payload: { decision: "approve" } })
        assert.strictEqual((yield* settled(client, id)).status, "completed")
        const result = yield* client.calls.sessions.result({ params: { id: Ids.SessionId.make(id) } })
        assert.strictEqual(result.text, "oneapproved:go/two")
      }),
    90_000
  )

  it.live(
    "reads nothing for a while: the session does not wait for it, and it gets every word",
    () =>
      Effect.gen(function* () {
        const { client, open, workplace } = yield* prepared
        const editor = yield* open()
        const id = yield* begin(editor, workplace.folder)
        const count = 100_000
        yield* editor.pause
        const turn = yield* Effect.forkChild(say(editor, id, script(`count ${count}`, "say end")), {
          startImmediately: true
        })
        const receipts = client.feed({ since: 0, types: ["complete"] }).pipe(Stream.take(1), Stream.runCollect)
        yield* receipts
        yield* editor.resume
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "end_turn")
        const expected = `${Array.from({ length: count }, (_, at) => `${at + 1} `).join("")}end`
        const text = textOf(editor.said(), id)
        assert.strictEqual(text.length, expected.length)
        assert.isTrue(text === expected)
        assert.isBelow(editor.said().length, count / 10, "words that wait are sent together")
      }),
    120_000
  )

  it.live(
    "hears the end of a turn whose server died and came back",
    () =>
      Effect.gen(function* () {
        const { open, port, program, workplace } = yield* prepared
        const editor = yield* open()
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(
          say(editor, id, script("resume-handle h", "say one ", "hang-first", "say two")),
          { startImmediately: true }
        )
        yield* editor.saying(({ update }) => update.sessionUpdate === "agent_message_chunk")
        yield* program.signal("SIGKILL")
        yield* program.ended
        const next = yield* EveryKind.launch(workplace, port)
        yield* EveryKind.ready(workplace, next)
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "end_turn")
        assert.match(textOf(editor.said(), id), /two$/)
      }),
    120_000
  )

  it.live(
    "gives up a turn that it cancels when the server is gone, and says why",
    () =>
      Effect.gen(function* () {
        const { open, program, workplace } = yield* prepared
        const editor = yield* open()
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(Effect.flip(say(editor, id, script("say one", "hang"))), {
          startImmediately: true
        })
        yield* editor.saying(({ update }) => update.sessionUpdate === "agent_message_chunk")
        yield* program.signal("SIGKILL")
        yield* program.ended
        yield* editor.notify("session/cancel", { sessionId: id })
        assert.match((yield* Fiber.join(turn)).message, /does not answer/)
      }),
    90_000
  )

  it.live(
    "stops one child of its session, closes the session, takes it up without its past, and deletes it",
    () =>
      Effect.gen(function* () {
        const { client, open, workplace } = yield* prepared
        const editor = yield* open({ subagents: {} })
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(say(editor, id, script("say old", "hang")), { startImmediately: true })
        yield* editor.saying(({ update }) => update.sessionUpdate === "agent_message_chunk")
        const child = yield* client.calls.sessions.spawn({
          params: { id: Ids.SessionId.make(id) },
          payload: { agent: "steady", title: "child", prompt: script("say working", "hang") }
        })
        yield* editor.saying(({ sessionId }) => sessionId === child.session.id)
        yield* editor.notify("session/cancel", { sessionId: child.session.id })
        const told = yield* editor.saying(
          ({ update }) => update.sessionUpdate === "subagent_update" && update.state?.state === "idle"
        )
        assert.deepNestedInclude(told, { "update.sessionId": child.session.id, "update.state.stopReason": "cancelled" })
        yield* editor.call("session/close", { sessionId: id })
        assert.strictEqual((yield* settled(client, id)).status, "cancelled")
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "cancelled")

        const before = editor.said().length
        assert.strictEqual((yield* Effect.flip(say(editor, id, "say closed"))).code, -32_002)
        yield* editor.call("session/resume", { sessionId: id, cwd: workplace.folder, mcpServers: [] })
        yield* say(editor, id, "say new")
        assert.strictEqual(textOf(editor.said().slice(before), id), "new")
        yield* editor.call("session/delete", { sessionId: id })
        assert.deepStrictEqual((yield* client.calls.sessions.list({ query: {} })).items, [])
        assert.strictEqual((yield* Effect.flip(say(editor, id, "say deleted"))).code, -32_002)
      }),
    90_000
  )
})
