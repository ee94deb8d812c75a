import { assert, describe, it } from "@effect/vitest"
import type { TurnEnded } from "../src/Fact.ts"
import { OpencodeTurns, type Wish } from "../src/opencode-serve/OpencodeTurns.ts"

type Step = (turns: OpencodeTurns) => ReadonlyArray<TurnEnded> | void

const sent: Step = (turns) => turns.begin()
const steered: Step = (turns) => turns.sent()
const refused: Step = (turns) => turns.unsent()
const stopped: Step = (turns) => turns.stop()
const busy: Step = (turns) => turns.busy()
const idle: Step = (turns) => turns.idle()

/** A message of the user's side with its text. */
const message =
  (id: string, more: object = {}): Step =>
  (turns) => {
    turns.message({ id, role: "user" })
    turns.text({ type: "text", messageID: id, text: id, ...more })
  }

const answering =
  (id: string, parentID: string): Step =>
  (turns) =>
    turns.message({ id, role: "assistant", parentID, time: { created: 1 } })

const answered =
  (id: string, parentID: string, more: object = { finish: "stop" }): Step =>
  (turns) =>
    turns.message({ id, role: "assistant", parentID, time: { created: 1, completed: 2 }, ...more })

const failed =
  (name: string): Step =>
  (turns) =>
    turns.failed({ name, data: { message: "why" } })

const played = (steps: ReadonlyArray<Step>) => {
  const turns = new OpencodeTurns()
  const ends: Array<string> = []
  const wishes: Array<Wish> = []
  for (const step of steps) {
    for (const { outcome } of step(turns) ?? []) ends.push(outcome === "interrupted" ? outcome : outcome.reason)
    wishes.push(...turns.takeWishes())
  }
  return { ends, wishes: wishes.map((wish) => (wish.type === "answer" ? wish.messageID : wish.type)) }
}

const first = [sent, message("u1"), busy]
const apart = { error: { name: "APIError", data: { statusCode: 401, message: "no" } } }
const aborted = { error: { name: "MessageAbortedError", data: {} } }

describe("a turn of opencode", () => {
  it.each<[string, ReadonlyArray<Step>, ReadonlyArray<string>, ReadonlyArray<string>]>([
    ["ends when it is idle behind its answer", [...first, answered("a1", "u1"), idle], ["done"], []],
    ["ends once (T1)", [...first, answered("a1", "u1"), idle, idle], ["done"], []],
    ["does not end before it was begun", [idle, failed("APIError"), idle], [], []],
    ["does not end while its message is on its way (T2)", [sent, idle], [], []],
    ["does not end while an answer goes on", [...first, answering("a1", "u1"), idle], [], []],
    [
      "ends at the second time that it is idle when its call failed",
      [...first, answering("a1", "u1"), failed("APIError"), idle, answered("a1", "u1", apart), idle],
      ["auth_required"],
      []
    ],
    [
      "comes over an error that another answer follows",
      [...first, answered("a1", "u1", {}), failed("ContextOverflowError"), answered("a2", "u1"), idle],
      ["done"],
      []
    ],
    ["ends with an error that no answer has", [...first, failed("UnknownError"), idle], ["agent_failed"], []],
    ["ends with an error that comes while it does nothing", [sent, failed("UnknownError")], ["agent_failed"], []],
    [
      "has a message answered that came too late, once",
      [...first, answered("a1", "u1"), steered, message("u2"), idle, answered("a2", "u2"), idle],
      ["done"],
      ["u2"]
    ],
    [
      "is no success when the message stays without an answer",
      [...first, answered("a1", "u1"), steered, message("u2"), idle, idle],
      ["agent_failed"],
      ["u2"]
    ],
    [
      "waits for a message that is on its way (T2)",
      [...first, steered, answered("a1", "u1"), idle, message("u2"), answered("a2", "u2"), idle],
      ["done"],
      []
    ],
    [
      "does not wait for a message that was not taken",
      [...first, steered, refused, answered("a1", "u1"), idle],
      ["done"],
      []
    ],
    [
      "takes an answer to a later message for one to all before it",
      [...first, steered, steered, message("u2"), message("u3"), answered("a1", "u3"), idle],
      ["done"],
      []
    ],
    [
      "takes no message of opencode's own for one of ours",
      [sent, message("u0", { synthetic: true }), answered("a0", "u0"), idle],
      [],
      []
    ],
    [
      "is interrupted when it was asked to stop and did",
      [
        ...first,
        answering("a1", "u1"),
        stopped,
        failed("MessageAbortedError"),
        idle,
        answered("a1", "u1", aborted),
        idle
      ],
      ["interrupted"],
      []
    ],
    [
      "is interrupted where its last message says nothing of that",
      [...first, answering("a1", "u1"), stopped, answered("a1", "u1", {}), idle],
      ["interrupted"],
      []
    ],
    ["is done when it was before it could stop", [...first, answered("a1", "u1"), stopped, idle], ["done"], []],
    ["is stopped again when its message comes behind the wish", [sent, stopped, idle, message("u1")], [], ["stop"]],
    ["is stopped again, once, when nothing of it had begun", [...first, stopped, idle, idle], ["interrupted"], ["stop"]]
  ])("%s", (_, steps, ends, wishes) => {
    assert.deepStrictEqual(played(steps), { ends, wishes })
  })

  it("begins anew with the next prompt", () => {
    const next = [sent, message("u2"), answered("a2", "u2"), idle]
    const { ends } = played([...first, answered("a1", "u1", apart), idle, ...next])
    assert.deepStrictEqual(ends, ["auth_required", "done"])
  })
})
