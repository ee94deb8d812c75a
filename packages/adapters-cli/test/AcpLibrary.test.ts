import { client, ndJsonStream } from "@agentclientprotocol/sdk"
import { assert, describe, it, vi } from "@effect/vitest"
import { type CliAgent, CliRunner } from "@offshoot/adapters-cli"
import { Ids } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"
import { profileOf } from "../src/acp/AcpProfile.ts"
import { clientVersion } from "../src/acp/AcpWire.ts"
import manifest from "../package.json" with { type: "json" }
import { at, parsed } from "./actor/Json.ts"
import { instanceOf, layerOf } from "./machine.ts"

const instance = instanceOf("acp-library")
const session = RunHarness.externalSession("library", "acp")
const program = NodePath.join(import.meta.dirname, "fixtures", "acpAgent.ts")
const profile = profileOf([NodeProcess.execPath, program])

/** `handle`: of the conversation that an earlier job had. */
const started = Effect.fnUntraced(function* (prompt: string, more: CliAgent.AgentOptions = {}, handle?: string) {
  const runner = yield* CliRunner.make({ agentId: "library", agent: more, program: NodeProcess.execPath, profile })
  const follows = handle === undefined ? {} : { follows: { runId: Ids.RunId.make("run_before"), handle } }
  const harness = yield* RunHarness.make({ session, prompt, runId: `run_library_${prompt}`, ...follows })
  return { harness, run: yield* harness.start(runner) }
})

describe("an agent on the protocol's own library", () => {
  it.layer(layerOf(instance), { excludeTestServices: true })((it) => {
    it.effect("takes everything that this client says, and this client everything that it says", () =>
      Effect.gen(function* () {
        const { harness, run } = yield* started("work")
        yield* harness.answerAsk("call", { _tag: "Approved", text: Option.none() })
        yield* harness.answerAsk("elicitation:Which one?:one", { _tag: "Answered", text: "right" })
        yield* harness.answerAsk("elicitation:Which one?:often", { _tag: "Answered", text: "3" })
        const end = yield* Fiber.join(run.fiber)
        assert.deepStrictEqual(end.outcome, { status: "completed", reason: "done" })
        assert.deepStrictEqual(end.resume, Option.some("one"))
        assert.deepStrictEqual(parsed(yield* harness.answer), {
          mode: "default",
          permission: { outcome: "selected", optionId: "once" },
          elicited: { action: "accept", content: { one: "right", often: 3 } }
        })
        const events = yield* harness.events
        assert.deepStrictEqual(
          events.map(({ type }) => type),
          [
            "reasoning_token",
            "task_list_changed",
            "tool_start",
            "file_changed",
            "tool_complete",
            "token_budget_updated",
            "usage_updated",
            "token"
          ]
        )
      })
    )

    it.effect("stops its turn when it is asked to", () =>
      Effect.gen(function* () {
        const { harness, run } = yield* started("hang")
        yield* harness.awaitAnswer("ready")
        yield* harness.send("work no more", "interrupt")
        yield* harness.awaitTaken
        yield* run.cancel
      })
    )

    it.effect("hears that neither files nor terminals are offered, and goes on with a session", () =>
      Effect.gen(function* () {
        const { harness, run } = yield* started("capabilities", {}, "one")
        yield* Fiber.join(run.fiber)
        const capabilities = parsed(yield* harness.answer)
        assert.deepInclude(capabilities, { fs: { readTextFile: false, writeTextFile: false }, terminal: false })
      })
    )

    it.effect("is set to the session's model by its own option", () =>
      Effect.gen(function* () {
        const { harness, run } = yield* started("capabilities", { model: "large" })
        yield* Fiber.join(run.fiber)
        assert.deepStrictEqual(parsed(yield* harness.answer), {
          sessionId: "one",
          configId: "model",
          value: "large"
        })
      })
    )
  })

  it("is told the version of this package", () => assert.strictEqual(clientVersion, manifest.version))
})

describe("the client of the protocol's own library", () => {
  /** Its client in front of an agent that says these lines. */
  const heard = async (lines: ReadonlyArray<object>) => {
    const updates: Array<unknown> = []
    const complaints = vi.spyOn(globalThis.console, "error").mockImplementation(() => undefined)
    const output = new TransformStream<Uint8Array, Uint8Array>()
    const app = client({ name: "theirs" }).onNotification("*", ({ params }) => {
      updates.push(at(params, "update", "sessionUpdate"))
    })
    const connection = app.connect(ndJsonStream(new WritableStream(), output.readable))
    const writer = output.writable.getWriter()
    for (const line of lines) await writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`))
    await writer.close()
    await connection.closed
    const complained = complaints.mock.calls.length
    complaints.mockRestore()
    return { updates, complained, reason: String(connection.signal.reason) }
  }

  const update = (what: object) => ({
    jsonrpc: "2.0",
    method: "session/update",
    params: { sessionId: "one", update: what }
  })

  it("loses an update of a kind that it does not know, and says so on standard error: it is not used here", async () => {
    const known = update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text: "hi" } })
    const { complained, reason, updates } = await heard([update({ sessionUpdate: "of_the_future" }), known])
    assert.deepStrictEqual(updates, ["agent_message_chunk"])
    assert.strictEqual(complained, 1)
    // Of the end of a program it knows that its output is closed.
    assert.notMatch(reason, /\d/)
  })
})
