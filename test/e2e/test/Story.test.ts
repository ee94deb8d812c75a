/** One evening of a person with a server: children of every fate, live events, a restart. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentEvent } from "@offshoot/core"
import { Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

type Event = AgentEvent.AgentEvent

const impatient = { "child_watchdog.check_interval_secs": "1", "child_watchdog.max_idle_secs": "1" }

const isToken = (event: Event, childId: string, text: string): boolean =>
  event.type === "sub_agent_event" &&
  event.childSessionId === childId &&
  event.event.type === "token" &&
  event.event.content.includes(text)

/** What a parent's stream told of one child, in order, heartbeats left out. */
const storyOf = (told: ReadonlyArray<Event>, childId: string): ReadonlyArray<string> =>
  told.flatMap((event) => {
    if (!("childSessionId" in event) || event.childSessionId !== childId) return []
    if (event.type === "sub_agent_event") return [event.event.type]
    return event.type === "sub_agent_heartbeat" ? [] : [event.type]
  })

describe("a server, its children, and a restart", () => {
  it.live(
    "children of every fate are told live and in order, and the next server still knows all of it",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const first = yield* ServerProcess.start(workplace)
        const { client } = first
        const root = yield* client.calls.sessions.create({ payload: { title: "a root" } })

        const arrivals = yield* Queue.unbounded<Event>()
        const told: Array<Event> = []
        const reading = yield* client.events(root.id).pipe(
          Stream.runForEach(({ event }) =>
            Effect.andThen(
              Effect.sync(() => told.push(event)),
              Queue.offer(arrivals, event)
            )
          ),
          Effect.forkScoped
        )
        const until = (fits: (event: Event) => boolean) => Effect.repeat(Queue.take(arrivals), { until: fits })
        yield* until((event) => event.type === "session_created")

        const child = (agent: Parameters<typeof Record.spawn>[2], more = {}) =>
          Effect.map(Record.spawn(client, root.id, agent, more), ({ session }) => session.id)
        const gated = yield* child("gated")
        yield* until((event) => isToken(event, gated, "waiting"))
        assert.strictEqual((yield* client.calls.sessions.get({ params: { id: gated } })).status, "running")
        const nap = yield* child("nap")
        yield* until((event) => isToken(event, nap, "napping"))
        assert.isAtLeast((yield* workplace.alive).length, 2)
        const receipt = yield* client.calls.sessions.cancel({ params: { id: nap }, payload: null })
        assert.deepStrictEqual(receipt.cancelled, [nap])
        yield* until((event) => event.type === "sub_agent_completed" && event.childSessionId === nap)

        const echo = yield* child("echo", { prompt: "the prompt, word for word\nand a second line" })
        const fail = yield* child("fail")
        const missing = yield* child("missing")
        const family = yield* child("family")
        const silent = yield* child("nap", { metadata: impatient })
        yield* until((event) => event.type === "sub_agent_completed" && event.childSessionId === silent)
        yield* workplace.openGate("the test")
        const children = yield* Record.settled(client, root.id)
        assert.deepStrictEqual(Object.fromEntries(children.map((session) => [session.id, Record.endOf(session)])), {
          [gated]: "completed/done",
          [nap]: "cancelled/by_user",
          [echo]: "completed/done",
          [fail]: "error/agent_failed",
          [missing]: "error/not_installed",
          [family]: "completed/done",
          [silent]: "timeout/idle"
        })
        assert.deepStrictEqual(yield* workplace.alive, [], "a settled run leaves nobody, grandchildren included")

        const result = (id: typeof root.id) => client.calls.sessions.result({ params: { id } })
        assert.strictEqual((yield* result(echo)).text, "the prompt, word for word\nand a second line")
        assert.strictEqual((yield* result(gated)).text, "waiting\nreleased by the test\n")
        assert.strictEqual((yield* result(silent)).text, "napping\n", "what it said before the timeout is kept")
        assert.match((yield* result(silent)).error ?? "", /^Child session idle timeout after \d+ seconds/)
        const failed = yield* result(fail)
        assert.deepStrictEqual(failed.details, { exitCode: 3, detail: "no good" })

        const everyone = [gated, nap, echo, fail, missing, family, silent]
        yield* until((event) => event.type === "sub_agent_completed" && event.childSessionId === gated)
        for (const id of everyone) {
          const story = storyOf(told, id)
          assert.strictEqual(story[0], "sub_agent_started", id)
          assert.strictEqual(story.at(-1), "sub_agent_completed", id)
          assert.strictEqual(story.filter((type) => type === "sub_agent_completed").length, 1, id)
          assert.strictEqual(story.filter((type) => type === "execution_started").length, 1, id)
        }
        // How often the transcript is written depends on how long the child took; the rest does not.
        const whole = storyOf(told, gated).filter((type) => type !== "message_appended")
        assert.deepStrictEqual(whole, [
          "sub_agent_started",
          "session_created",
          "execution_started",
          "token",
          "token",
          "complete",
          "sub_agent_completed"
        ])

        const treeBefore = yield* Record.tree(client, root.id)
        const feedBefore = yield* Record.feed(client)
        assert.deepStrictEqual(Record.numbersOf(feedBefore), Record.gapFree(feedBefore.length))
        assert.deepStrictEqual(Record.completionsOf(feedBefore), Record.onceEach(everyone))
        yield* Fiber.interrupt(reading)
        const stopped = yield* first.stop("SIGTERM")
        assert.deepStrictEqual([stopped.code, stopped.signal], [0, null], stopped.err)

        const second = yield* ServerProcess.start(workplace)
        assert.deepStrictEqual(yield* Record.tree(second.client, root.id), treeBefore)
        const feedAfter = yield* Record.feed(second.client)
        assert.deepStrictEqual(feedAfter.slice(0, feedBefore.length), feedBefore)
        assert.deepStrictEqual(Record.numbersOf(feedAfter), Record.gapFree(feedBefore.length + 1))
        const replayed = yield* Stream.runCollect(second.client.events(echo))
        assert.strictEqual(replayed.at(-1)?.event.type, "complete")
        assert.isTrue(Option.isSome(replayed.at(-1)?.number ?? Option.none()))
      }),
    180_000
  )
})
