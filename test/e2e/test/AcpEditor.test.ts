/** `offshoot acp` alone, as an editor's configuration starts it: its models are scripted, everything else is real. */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import type { ClientCapabilities } from "@agentclientprotocol/sdk/unstable"
import { assert, describe, it } from "@effect/vitest"
import { Editor, EditorSession, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const { begin, refusalOf, say, textOf, toolsNamed, toolsOf } = EditorSession

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const spawning = (name: string, prompt: string) => ({
  name,
  when: { user: { startsWith: name } },
  steps: [
    {
      text: "Two look at it. ",
      toolCalls: [
        {
          name: "SubAgent",
          label: "child",
          params: { action: "create", title: `${prompt} {{number}}`, prompt: `${prompt} {{number}}` },
          repeat: 2
        }
      ]
    },
    {
      toolCalls: [
        { name: "SubAgent", params: { action: "wait", child_session_ids: "{{tools.child.child_session_id}}" } }
      ]
    },
    { text: "They say: {{children.answer}}" }
  ]
})

const slow = "one two three four five six seven eight nine ten"

/** What the models of these tests say, by the first words of a message. */
const script = {
  name: "editor",
  contextTokensMax: 10_000,
  conversations: [
    {
      name: "use",
      when: { user: { startsWith: "use" } },
      steps: [
        {
          reasoning: "A tool would know.",
          toolCalls: [{ name: "mcp__notes__look", params: { text: "the yard" } }],
          usage: { inputTokens: 10, outputTokens: 5 }
        },
        { text: "It is done.", usage: { inputTokens: 20, outputTokens: 5 } }
      ]
    },
    spawning("spawn", "leaf"),
    spawning("ask", "writer"),
    { name: "leaf", when: { user: { startsWith: "leaf" } }, steps: [{ text: "seen by {{prompt}}", pieceMs: 30 }] },
    {
      name: "writer",
      when: { user: { startsWith: "writer" } },
      steps: [
        { toolCalls: [{ name: "mcp__notes__write", params: { text: "{{prompt}}" } }] },
        { text: "{{prompt}} is over" }
      ]
    },
    { name: "slow", when: { user: { startsWith: "slow" } }, steps: [{ text: slow, pieceMs: 200 }] },
    { name: "failing", when: { user: { startsWith: "fail" } }, steps: [{ error: { kind: "authentication" } }] },
    { name: "echo", when: { user: { startsWith: "hello" } }, steps: [{ text: "you said {{prompt}}" }] }
  ]
}

const scripted = { models: { default: "scripted:editor" }, scripts: ["editor.json"] }

const noteServer = NodePath.join(import.meta.dirname, "../src/noteServer.ts")

const prepared = (config: Readonly<Record<string, unknown>> = scripted) =>
  Effect.map(
    Workplace.make({ config: { ...config, mcpServers: { notes: { command: process.execPath, args: [noteServer] } } } }),
    (workplace) => {
      NodeFS.writeFileSync(NodePath.join(workplace.folder, "editor.json"), toJson(script))
      return workplace
    }
  )

interface Opening {
  readonly can?: ClientCapabilities
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** An editor that has said hello. */
const opened = (workplace: Workplace.Workplace, { args = [], can = {}, env = {} }: Opening = {}) =>
  Effect.tap(
    Editor.start({ cwd: workplace.folder, args, env: { ...ServerProcess.environmentOf(workplace), ...env } }),
    (editor) => Editor.hello(editor, can)
  )

const ServerFile = Schema.fromJsonString(Schema.Struct({ pid: Schema.Int }))

const readMessage = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ jsonrpc: Schema.Literal("2.0") })))

/** Somebody prints what was never asked for, over the console and past it, as soon as standard output is claimed. */
const noise =
  "--import=data:text/javascript,globalThis.own=process.stdout.write;setInterval(()=>{" +
  "process.stdout.write===own||(console.log('noise'),process.stdout.write('noise'))},20).unref()"

describe("an editor with offshoot acp as its agent", () => {
  it.live(
    "hears a turn: its thought, its tool, its words and its context; and nothing else is on standard output",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editor = yield* opened(workplace, { env: { NODE_OPTIONS: noise } })
        const id = yield* begin(editor, workplace.folder, [{ name: "mine", command: "x", args: [], env: [] }])
        const { stopReason, usage } = yield* say(editor, id, "use it")
        assert.deepStrictEqual([stopReason, usage?.totalTokens], ["end_turn", 40])
        const said = editor.said()
        assert.strictEqual(textOf(said, id, "agent_thought_chunk"), "A tool would know.")
        assert.match(textOf(said, id), /^MCP servers of the editor are not used: mine\. .*\n\nIt is done\.$/s)
        const [tool] = toolsOf(said, id).values()
        assert.deepInclude(tool, { title: "mcp__notes__look", states: ["in_progress", "completed"] })
        assert.include(tool?.text, "look: the yard")
        const used = said.flatMap(({ update }) => (update.sessionUpdate === "usage_update" ? [update.used] : []))
        assert.deepStrictEqual(used, [15, 25])
        const { code, err } = yield* editor.leave
        assert.strictEqual(code, 0, err)
        assert.include(err, "noise")
        assert.deepStrictEqual(
          editor.lines().filter((line) => Option.isNone(readMessage(line))),
          []
        )
      }),
    90_000
  )

  it.live(
    "sees two children live as tool calls, and as sessions of their own when it knows sub-agents",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const plain = yield* opened(workplace)
        const first = yield* begin(plain, workplace.folder)
        assert.strictEqual((yield* say(plain, first, "spawn")).stopReason, "end_turn")
        assert.include(textOf(plain.said(), first), "They say: seen by leaf 1\nseen by leaf 2")
        const cards = toolsNamed(plain.said(), first, /^leaf/)
        assert.deepStrictEqual(
          cards.map(({ parent, states, title }) => [title, states, parent]),
          ["leaf 1", "leaf 2"].map((title) => [title, ["pending", "in_progress", "completed"], first])
        )
        assert.include(cards[0]?.text, "seen by leaf 1")

        // This one finds the server of the first.
        const knowing = yield* opened(workplace, { can: { subagents: {}, session: { notices: {} } } })
        const second = yield* begin(knowing, workplace.folder, [{ name: "mine", command: "x", args: [], env: [] }])
        yield* say(knowing, second, "spawn")
        const said = knowing.said()
        assert.deepNestedInclude(said[0], { sessionId: second, "update.sessionUpdate": "notice" })
        assert.notInclude(textOf(said, second), "mine")
        const states = new Map<string, ReadonlyArray<unknown>>()
        for (const { sessionId, update } of said) {
          if (update.sessionUpdate !== "subagent_update") continue
          assert.strictEqual(sessionId, second)
          states.set(update.sessionId, [...(states.get(update.sessionId) ?? []), update.state?.state])
        }
        const children = [...states.keys()]
        for (const known of states.values()) {
          assert.deepStrictEqual(
            [...new Set(known)].filter((state) => state !== undefined),
            ["running", "idle"]
          )
        }
        assert.deepStrictEqual(children.map((id) => textOf(said, id)).toSorted(), ["seen by leaf 1", "seen by leaf 2"])
        for (const id of children) {
          const announced = said.findIndex(({ update }) => "sessionId" in update && update.sessionId === id)
          const spoke = said.findIndex(({ sessionId }) => sessionId === id)
          assert.isBelow(announced, spoke, "announced before anything of it")
        }
        assert.deepStrictEqual(toolsNamed(said, second, /^leaf/), [])
      }),
    120_000
  )

  it.live(
    "allows what one child asks and denies it to the other, each in its own request",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editor = yield* opened(workplace)
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(say(editor, id, "ask"), { startImmediately: true })
        for (const count of [0, 1]) {
          const asked = yield* editor.permission(count)
          const title = asked.params.toolCall.title ?? ""
          assert.match(title, /^writer [12]: mcp__notes__write/)
          assert.strictEqual(asked.params.sessionId, id)
          const optionId = title.startsWith("writer 1") ? "allow" : "deny"
          yield* asked.answer({ outcome: { outcome: "selected", optionId } })
        }
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "end_turn")
        const ends = toolsNamed(editor.said(), id, /: mcp__notes__write/).map(({ states, title }) => [
          title.slice(0, 8),
          states.at(-1)
        ])
        assert.deepStrictEqual(ends.toSorted(), [
          ["writer 1", "completed"],
          ["writer 2", "failed"]
        ])
        assert.include(textOf(editor.said(), id), "writer 1 is over\nwriter 2 is over")
      }),
    90_000
  )

  it.live(
    "cancels in the middle of a word, keeps what was said, and takes it all up again after a restart",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editor = yield* opened(workplace)
        const id = yield* begin(editor, workplace.folder)
        yield* say(editor, id, "spawn")
        const turn = yield* Effect.forkChild(say(editor, id, "slow"), { startImmediately: true })
        yield* editor.saying(({ update }) => textOf([{ sessionId: id, update }], id).startsWith("two"))
        yield* editor.notify("session/cancel", { sessionId: id })
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "cancelled")
        const live = textOf(editor.said(), id)
        assert.match(live, /one two/)
        assert.notInclude(live, "ten")
        assert.strictEqual((yield* editor.leave).code, 0)

        const again = yield* opened(workplace)
        const listed = yield* again.call("session/list", { cwd: workplace.folder })
        assert.deepNestedInclude(listed, { "sessions[0].sessionId": id, "sessions[0].title": "spawn" })
        yield* again.call("session/load", { sessionId: id, cwd: workplace.folder, mcpServers: [] })
        const replayed = [...again.said()]
        assert.strictEqual(textOf(replayed, id, "user_message_chunk"), "spawnslow")
        assert.match(textOf(replayed, id), /^Two look at it\. They say: .*one two/s)
        assert.deepStrictEqual(
          toolsNamed(replayed, id, /^leaf/).map(({ states }) => states),
          [["completed"], ["completed"]]
        )
        yield* say(again, id, "hello again")
        assert.strictEqual(textOf(again.said().slice(replayed.length), id), "you said hello again")
      }),
    120_000
  )

  it.live(
    "may be broken: garbage, what is not known, and a line without end are answered, and the turn beside them ends well",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editor = yield* Editor.start({
          cwd: workplace.folder,
          env: ServerProcess.environmentOf(workplace)
        })
        const early = yield* Effect.flip(begin(editor, workplace.folder))
        assert.strictEqual(early.code, -32_600)
        yield* Editor.hello(editor)
        const id = yield* begin(editor, workplace.folder)
        const turn = yield* Effect.forkChild(say(editor, id, "slow"), { startImmediately: true })
        yield* editor.saying(({ sessionId }) => sessionId === id)
        yield* editor.write("garbage\n[]\n")
        yield* editor.write(`{"jsonrpc":"2.0","id":77,"method":"x","params":"${"y".repeat(33 * 1024 * 1024)}"}\n`)
        yield* editor.notify("nobody/knows", {})
        const refusals = yield* Effect.forEach(
          [
            ["session/set_mode", { sessionId: id, modeId: "x" }],
            ["session/new", { cwd: "relative", mcpServers: [] }],
            ["session/prompt", { sessionId: id, prompt: [{ type: "image", data: "AAAA", mimeType: "image/png" }] }],
            ["session/prompt", { sessionId: "ses_nobody", prompt: [{ type: "text", text: "hello" }] }],
            ["session/load", { sessionId: "ses_nobody", cwd: "/", mcpServers: [] }]
          ] as const,
          ([method, params]) => Effect.map(refusalOf(editor, method, params), ({ code }) => code)
        )
        assert.deepStrictEqual(refusals, [-32_601, -32_602, -32_602, -32_002, -32_002])
        assert.strictEqual((yield* Fiber.join(turn)).stopReason, "end_turn")
        const codes = editor.lines().flatMap((line) => /"id":null.*"code":(-\d+)/.exec(line)?.[1] ?? [])
        assert.deepStrictEqual(codes.toSorted(), ["-32600", "-32600", "-32700"])
        assert.strictEqual((yield* say(editor, id, "hello again")).stopReason, "end_turn")
      }),
    90_000
  )

  it.live(
    "talks in two sessions at once, and each hears its own",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editor = yield* opened(workplace)
        const ids = [yield* begin(editor, workplace.folder), yield* begin(editor, workplace.folder)]
        const ends = yield* Effect.forEach(ids, (id, index) => say(editor, id, index === 0 ? "slow" : "spawn"), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(
          ends.map(({ stopReason }) => stopReason),
          ["end_turn", "end_turn"]
        )
        const [first = "", second = ""] = ids
        assert.strictEqual(textOf(editor.said(), first), slow)
        assert.include(textOf(editor.said(), second), "They say:")
        assert.strictEqual(toolsOf(editor.said(), first).size, 0)
        const twice = yield* Effect.all([say(editor, first, "slow"), Effect.flip(say(editor, first, "hello"))], {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual([twice[0].stopReason, twice[1].code], ["end_turn", -32_600])
      }),
    90_000
  )

  it.live(
    "shares its server with a second editor, which gets one of its own when the first has gone",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editors = [yield* opened(workplace), yield* opened(workplace)] as const
        // Both look at once, and only one can have the data directory.
        const ids = yield* Effect.forEach(editors, (editor) => begin(editor, workplace.folder), {
          concurrency: "unbounded"
        })
        const listed = yield* editors[0].call("session/list", { cwd: workplace.folder })
        assert.deepStrictEqual(listed, yield* editors[1].call("session/list", { cwd: workplace.folder }))
        const found = yield* Schema.decodeEffect(ServerFile)(
          NodeFS.readFileSync(NodePath.join(workplace.dataDir, "server.json"), "utf8")
        )
        const owner = editors.findIndex(({ pid }) => pid === found.pid)
        assert.notStrictEqual(owner, -1)
        const other = editors[1 - owner]
        const id = ids[1 - owner]
        assert.isDefined(other)
        if (other === undefined || id === undefined) return
        yield* say(other, id, "hello")
        assert.strictEqual((yield* editors[owner === 0 ? 0 : 1].leave).code, 0)
        const lost = yield* refusalOf(other, "session/prompt", {
          sessionId: id,
          prompt: [{ type: "text", text: "hello" }]
        })
        assert.match(lost.message, /does not answer/)
        assert.strictEqual((yield* say(other, id, "hello again")).stopReason, "end_turn")
        assert.match(textOf(other.said(), id), /you said hello again$/)
      }),
    120_000
  )

  it.live(
    "goes away in the middle of a turn: the program ends, and the next server goes on with it",
    () =>
      Effect.gen(function* () {
        const workplace = yield* prepared()
        const editor = yield* opened(workplace)
        const id = yield* begin(editor, workplace.folder)
        yield* Effect.forkChild(Effect.ignore(say(editor, id, "slow")), { startImmediately: true })
        yield* editor.saying(({ update }) => textOf([{ sessionId: id, update }], id).startsWith("two"))
        const { code, err } = yield* editor.leave
        assert.strictEqual(code, 0, err)
        const server = yield* ServerProcess.start(workplace)
        const [session] = (yield* server.client.calls.sessions.list({ query: {} })).items
        assert.isDefined(session)
        if (session === undefined) return
        yield* Stream.runDrain(server.client.events(session.id))
        const { items } = yield* server.client.calls.sessions.messages({ params: { id: session.id }, query: {} })
        assert.match(items.find(({ role }) => role === "assistant")?.text ?? "", /^one two/)
        assert.strictEqual(
          (yield* server.client.calls.sessions.get({ params: { id: session.id } })).status,
          "completed"
        )
      }),
    90_000
  )

  it.live(
    "is told what to configure when nobody can play, by whom a turn failed, and has an agent of the configuration play",
    () =>
      Effect.gen(function* () {
        const bare = yield* prepared({})
        const nobody = yield* Effect.flip(begin(yield* opened(bare), bare.folder))
        assert.match(nobody.message, /providers in offshoot\.config\.json.*--agent/)
        const unknown = yield* Effect.flip(begin(yield* opened(bare, { args: ["--agent", "nobody"] }), bare.folder))
        assert.match(unknown.message, /no agent nobody .*known are echo/)
        const echo = yield* opened(bare, { args: ["--agent", "echo"] })
        const id = yield* begin(echo, bare.folder)
        assert.strictEqual((yield* say(echo, id, "hello")).stopReason, "end_turn")
        assert.strictEqual(textOf(echo.said(), id), "hello")
        yield* echo.leave

        const workplace = yield* prepared()
        const editor = yield* opened(workplace)
        const failed = yield* Effect.flip(say(editor, yield* begin(editor, workplace.folder), "fail"))
        assert.deepStrictEqual([failed.code, /Sign in/.test(failed.message)], [-32_000, true])
      }),
    120_000
  )
})
