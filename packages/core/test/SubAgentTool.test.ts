/** A model's children (`S-tool`): what the tool does for a session in process, and what it answers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import type { ToolAnswer } from "../src/AgentTools.ts"
import { SessionId } from "../src/Ids.ts"
import * as ProviderRouter from "../src/ProviderRouter.ts"
import { SubAgents } from "../src/SubAgents.ts"
import { make as toolCaller, type Run } from "./ToolCaller.ts"
import { childrenIn } from "./WaitsWorld.ts"
import { agent as scriptedAgent, child, root, statusOf, world } from "./world.ts"

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = ({ result }: ToolAnswer): Fields => ({ ...Object(result) })

/** What the tool named a child. */
const idIn = (answer: ToolAnswer): SessionId => SessionId.make(String(fieldsOf(answer)["child_session_id"]))

const childrenOf = (answer: ToolAnswer): ReadonlyArray<Fields> => {
  const { children } = fieldsOf(answer)
  return Array.isArray(children) ? children : []
}

/** A root whose run calls the tool, in a world with one external agent. */
const withRoot = <A, E>(
  test: (run: Run, next: Effect.Effect<Run>) => Effect.Effect<A, E, SubAgents>,
  limits: Parameters<typeof world>[0] = {}
) => {
  const caller = toolCaller()
  return Effect.gen(function* () {
    const agents = yield* SubAgents
    const { id } = yield* agents.createRoot({ prompt: "begin" })
    yield* agents.run(id)
    return yield* test(yield* caller.next, caller.next)
  }).pipe(Effect.provide(world(limits, caller.layer).layer))
}

/** A call of the external agent, whose prompt is its script. */
const scripted = (...lines: ReadonlyArray<string>) => ({ agent: scriptedAgent, prompt: lines.join("\n") })

describe("the SubAgent tool", () => {
  it.effect("S-tool: creates children, waits for them, and the wake brings both results to the resting parent", () =>
    withRoot((run, next) =>
      Effect.gen(function* () {
        const one = yield* run.call({ prompt: "count the apples", title: "apples" })
        const two = yield* run.call({ action: "create", prompt: "count the pears", wait: false })
        assert.deepInclude(fieldsOf(one), { title: "apples", status: "pending" })
        const apples = yield* next
        const pears = yield* next
        assert.strictEqual(apples.prompt, "count the apples")
        const waiting = yield* run.call({ action: "wait" })
        assert.deepInclude(fieldsOf(waiting), { state: "waiting" })
        assert.strictEqual(waiting.afterwards, "rest")
        assert.strictEqual(childrenOf(waiting).length, 2)
        yield* run.end("I wait")
        yield* apples.end("seven")
        yield* pears.end("two")
        const woken = yield* next
        assert.strictEqual(woken.session.id, run.session.id)
        assert.deepStrictEqual(
          childrenIn(woken.prompt).map(({ answer, child: id }) => ({ answer, id })),
          [
            { answer: "seven", id: idIn(one) },
            { answer: "two", id: idIn(two) }
          ]
        )
        yield* woken.end("nine pieces")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* statusOf(run.session.id), "completed")
      })
    )
  )

  it.effect("create with wait rests at once, also for children that were created before", () =>
    withRoot((run, next) =>
      Effect.gen(function* () {
        const first = yield* run.call({ prompt: "first" })
        const children = [yield* next]
        const answer = yield* run.call({
          prompt: "second",
          wait: true,
          child_session_ids: [idIn(first)],
          wait_for: "any"
        })
        children.push(yield* next)
        assert.strictEqual(answer.afterwards, "rest")
        yield* run.end("waiting")
        yield* children[0]?.end("done first") ?? Effect.void
        const woken = yield* next
        assert.strictEqual(woken.session.id, run.session.id)
        const told = childrenIn(woken.prompt)
        assert.deepInclude(told[0], { child: idIn(first), answer: "done first" })
        assert.deepInclude(told[1], { status: "running" })
      })
    )
  )

  it.effect(
    "wait for children that have settled answers with their results and does not rest; nothing is told twice",
    () =>
      withRoot((run) =>
        Effect.gen(function* () {
          const ended = yield* run.call(scripted("say all is well"))
          const broken = yield* run.call(scripted("fail no such file"))
          yield* TestClock.adjust("1 second")
          const answer = yield* run.call({ action: "wait" })
          assert.isUndefined(answer.afterwards)
          const [bad, good] = childrenOf(answer).toSorted((a, b) =>
            String(b["status"]).localeCompare(String(a["status"]))
          )
          assert.deepInclude(good, {
            child_session_id: idIn(ended),
            status: "completed",
            written_by_child: { answer: "all is well" }
          })
          assert.deepInclude(bad, { child_session_id: idIn(broken), status: "error", reason: "agent_failed" })
          const again = yield* run.call({ action: "wait" })
          assert.notProperty(childrenOf(again)[0] ?? {}, "written_by_child")
          assert.property(childrenOf(again)[0] ?? {}, "told_before")
        })
      )
  )

  it.effect("T1: the same call made again after a crash has one child, one message and one wait", () =>
    withRoot((run) =>
      Effect.gen(function* () {
        const agents = yield* SubAgents
        const created = yield* run.call({ ...scripted("sleep 60"), wait: true }, "call_1")
        const again = yield* run.call({ ...scripted("sleep 60"), wait: true }, "call_1")
        const views = yield* agents.sessions({ filter: { parentId: run.session.id }, before: Option.none(), limit: 10 })
        assert.strictEqual(views.length, 1)
        assert.strictEqual(fieldsOf(created)["wait_id"], fieldsOf(again)["wait_id"])
        assert.strictEqual(again.afterwards, "rest")
        const id = String(views[0]?.session.id)
        const telling = { action: "send_message", child_session_id: id, message: "hurry" }
        yield* run.call(telling, "call_2")
        yield* run.call(telling, "call_2")
        const sent = yield* agents.sent(SessionId.make(id), { state: "any", after: Option.none(), limit: 10 })
        assert.strictEqual(sent.length, 1)
      })
    )
  )

  it.effect("another call with the same id, as some models number theirs, is another child", () =>
    withRoot((run) =>
      Effect.gen(function* () {
        const one = yield* run.call(scripted("say one"), "call_1")
        const two = yield* run.call(scripted("say two"), "call_1")
        assert.notStrictEqual(idIn(one), idIn(two))
      })
    )
  )

  it.effect("I8: what is not below the caller is unknown to it, whoever it belongs to", () =>
    withRoot((run, next) =>
      Effect.gen(function* () {
        const other = yield* child((yield* root).id, ["sleep 60"])
        const unknown = [String(other.session.id), String(run.session.id), "ses_of_nobody"]
        for (const child_session_id of unknown) {
          for (const action of ["get", "run", "cancel", "delete"]) {
            const { isFailure, result } = yield* run.call({ action, child_session_id })
            assert.isTrue(isFailure)
            assert.deepInclude(result, { error: "unknown_child" })
          }
          const told = yield* run.call({ action: "send_message", child_session_id, message: "stop" })
          assert.deepInclude(told.result, { error: "unknown_child" })
          const waited = yield* run.call({ action: "wait", child_session_ids: [child_session_id] })
          assert.deepInclude(waited.result, { error: "unknown_child" })
        }
        yield* run.call({ prompt: "go deeper" })
        const middle = yield* next
        const grandchild = yield* middle.call(scripted("sleep 60"))
        yield* TestClock.adjust("1 second")
        const seen = yield* run.call({ action: "get", child_session_id: idIn(grandchild) })
        assert.deepInclude(seen.result, { status: "running" })
        const above = yield* middle.call({ action: "get", child_session_id: run.session.id })
        assert.deepInclude(above.result, { error: "unknown_child" })
      })
    )
  )

  it.effect("what a child left beside its answer is counted by a wait, named by get, and read by its id in parts", () =>
    withRoot((run) =>
      Effect.gen(function* () {
        const created = yield* run.call(scripted("say done", `leave changes.diff ${"+".repeat(16_000)}end`))
        const child_session_id = idIn(created)
        yield* TestClock.adjust("1 second")
        const [told] = childrenOf(yield* run.call({ action: "wait" }))
        assert.strictEqual(told?.["artifacts"], "1 left beside the answer: get names them")
        const { artifacts } = fieldsOf(yield* run.call({ action: "get", child_session_id }))
        const [left] = Array.isArray(artifacts) ? artifacts : []
        assert.deepInclude(left, { name: "changes.diff", bytes: 16_003 })
        const reading = { action: "get", child_session_id, artifact_id: Object(left).artifact_id }
        const first = fieldsOf(yield* run.call(reading))
        assert.deepInclude(first, { artifact_chars: 16_003, next_offset: 16_000 })
        const rest = fieldsOf(yield* run.call({ ...reading, offset: first["next_offset"] }))
        assert.deepEqual(rest["written_by_child"], { artifact: "end" })
        const unknown = yield* run.call({ ...reading, artifact_id: "art_of_nobody" })
        assert.deepInclude(unknown.result, { error: "artifact_not_found" })
      })
    )
  )

  it.effect("T2: what a child wrote is marked as its words, plain, and read in parts", () =>
    withRoot((run, next) =>
      Effect.gen(function* () {
        const created = yield* run.call({ prompt: "write much" })
        const long = `\u001b[31m${"a".repeat(16_000)}\u0000\u202e${"b".repeat(500)}\n`
        yield* (yield* next).end(long)
        yield* TestClock.adjust("1 second")
        const child_session_id = idIn(created)
        const first = fieldsOf(yield* run.call({ action: "get", child_session_id }))
        assert.deepInclude(first, { answer_chars: 16_505, next_offset: 16_000 })
        const rest = fieldsOf(yield* run.call({ action: "get", child_session_id, offset: first["next_offset"] }))
        assert.deepEqual(rest["written_by_child"], { answer: `aaaa${"b".repeat(500)}\n` })
        assert.notProperty(rest, "next_offset")
        const [told] = childrenOf(yield* run.call({ action: "wait" }))
        assert.property(told?.["written_by_child"], "answer_begin")
      })
    )
  )

  it.effect("cancels by the parent with all below, and says so of what has settled", () =>
    withRoot((run) =>
      Effect.gen(function* () {
        const created = yield* run.call(scripted("sleep 60"))
        const child_session_id = idIn(created)
        yield* TestClock.adjust("1 second")
        const stopping = yield* run.call({ action: "cancel", child_session_id })
        assert.deepInclude(stopping.result, { state: "cancelling" })
        yield* TestClock.adjust("1 minute")
        const seen = yield* run.call({ action: "get", child_session_id })
        assert.deepInclude(seen.result, { status: "cancelled", error: "Cancelled by parent" })
        const again = yield* run.call({ action: "cancel", child_session_id })
        assert.isFalse(again.isFailure)
        assert.deepInclude(again.result, { status: "cancelled" })
        const listed = yield* run.call({ action: "list" })
        assert.strictEqual(childrenOf(listed).length, 1)
        yield* run.call({ action: "delete", child_session_id })
        assert.deepStrictEqual(childrenOf(yield* run.call({ action: "list" })), [])
      })
    )
  )

  it.effect(
    "changes a child that has settled, once however often it is asked, and runs it again with its new task",
    () =>
      withRoot((run) =>
        Effect.gen(function* () {
          const agents = yield* SubAgents
          const created = yield* run.call(scripted("say hm", "sleep 5", "fail at first"))
          const child_session_id = idIn(created)
          const change = { action: "update", child_session_id, title: "second try", prompt: "say better" }
          const early = yield* run.call(change)
          assert.deepInclude(early.result, { error: "already_running" })
          yield* TestClock.adjust("10 seconds")
          yield* run.call(change)
          assert.deepInclude((yield* run.call(change)).result, { title: "second try", status: "error" })
          const messages = yield* agents.messages(child_session_id, { after: 0, limit: 10 })
          assert.strictEqual(messages.filter(({ text }) => text === "say better").length, 1)
          yield* run.call({ action: "run", child_session_id })
          yield* TestClock.adjust("1 second")
          const seen = yield* run.call({ action: "get", child_session_id })
          assert.deepInclude(seen.result, { status: "completed", written_by_child: { answer: "better" } })
        })
      )
  )

  it.effect("lists the models of the configuration, and refuses one that cannot be routed with their names", () => {
    const caller = toolCaller(
      ProviderRouter.layer({
        route: (modelRef) => Effect.fail(new ProviderRouter.ModelUnroutable({ modelRef, missing: "a key" })),
        defaultRef: Option.some({ provider: "house", model: "small" }),
        providerTypeFor: () => Option.none(),
        parse: () => Option.none(),
        models: [{ name: "quick", modelRef: { provider: "house", model: "small" } }]
      })
    )
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const { id } = yield* agents.createRoot({ prompt: "begin" })
      yield* agents.run(id)
      const run = yield* caller.next
      const models = yield* run.call({ action: "list_models" })
      assert.deepStrictEqual(models.result, { default: "house:small", models: [{ name: "quick", is: "house:small" }] })
      const unknown = yield* run.call({ prompt: "x", model: "huge" })
      assert.deepInclude(unknown.result, { error: "unknown_model", known: ["quick"] })
    }).pipe(Effect.provide(world({}, caller.layer).layer))
  })

  it.effect("refusals are answers that say what there is instead, what is left, and when to try again", () =>
    withRoot(
      (run) =>
        Effect.gen(function* () {
          const agent = yield* run.call({ prompt: "x", agent: "nobody" })
          assert.deepInclude(agent.result, { error: "agent_unknown", known: [scriptedAgent] })
          const role = yield* run.call({ prompt: "x", subagent_type: "nobody" })
          assert.deepInclude(role.result, { error: "profile_unknown", retryable: false })
          assert.property(role.result, "known")
          yield* run.call(scripted("sleep 60"))
          yield* run.call(scripted("sleep 61"))
          const full = yield* run.call(scripted("sleep 62"))
          assert.isTrue(full.isFailure)
          assert.deepInclude(full.result, { error: "queue_full", retryable: true })
          assert.property(full.result, "retry_after_seconds")
        }),
      { backlog: 1, concurrent: 1, queue: 1 }
    )
  )

  it.effect("a budget that is used up is said with its limit and what of it is used", () => {
    const caller = toolCaller()
    return Effect.gen(function* () {
      const agents = yield* SubAgents
      const { id } = yield* agents.createRoot({ prompt: "begin", budget: { spawns: 1 } })
      yield* agents.run(id)
      const run = yield* caller.next
      yield* run.call(scripted("sleep 60"), "call_1")
      yield* run.call(scripted("sleep 60"), "call_1")
      const refused = yield* run.call(scripted("sleep 61"))
      assert.deepInclude(refused.result, { error: "budget_exhausted", budget: "spawns", limit: 1, used: 1 })
    }).pipe(Effect.provide(world({}, caller.layer).layer))
  })

  it.effect("a session at the depth limit is not given the tool", () =>
    withRoot(
      (run, next) =>
        Effect.gen(function* () {
          yield* run.call({ prompt: "deepest" })
          assert.deepStrictEqual((yield* next).tools, [])
        }),
      { depth: 1 }
    )
  )
})
