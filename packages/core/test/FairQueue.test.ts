import { assert, describe, it } from "@effect/vitest"
import type { RunId } from "../src/Ids.ts"
import { type Entry, FairQueue, type Share } from "../src/internal/fairQueue.ts"
import { defaults, type Limits } from "../src/Limits.ts"
import * as Records from "./SessionRecords.ts"

const entry = (line: string, name: string, agent?: string): Entry => ({
  line: Records.sessionId(line),
  runId: Records.runId(`${line}${name}`),
  agent
})

const run = (name: string): RunId => Records.runId(name)
const share = (line: string, agent?: string): Share => ({ line: Records.sessionId(line), agent })

const queueOf = (limits: Partial<Limits> = {}, agentMax = 8): FairQueue<Entry> =>
  new FairQueue<Entry>({ ...defaults, ...limits }, () => agentMax)

const nameOf = ({ runId }: Entry): string => runId.slice("run_".length)

const offerAll = (queue: FairQueue<Entry>, line: string, count: number, agent?: string): void => {
  for (let index = 1; index <= count; index++) queue.offer(entry(line, String(index), agent))
}

/** Launches all that may be launched now, in order. */
const launch = (queue: FairQueue<Entry>): ReadonlyArray<Entry> => {
  const launched: Array<Entry> = []
  while (true) {
    queue.refill()
    const next = queue.take()
    if (next === undefined) return launched
    launched.push(next)
  }
}

const names = (entries: ReadonlyArray<Entry>): string => entries.map(nameOf).join(" ")

describe("FairQueue: turns", () => {
  it("S-queue: within one line the first in is the first out", () => {
    const queue = queueOf()
    offerAll(queue, "a", 4)
    assert.strictEqual(names(launch(queue)), "a1 a2 a3 a4")
  })

  it("S-cap: a long line does not delay a short one", () => {
    const queue = queueOf()
    offerAll(queue, "a", 4)
    offerAll(queue, "b", 2)
    offerAll(queue, "c", 1)
    assert.strictEqual(names(launch(queue)), "a1 b1 c1 a2 b2 a3 a4")
  })

  it("S-cap: a line that comes late waits for at most one turn of each other line", () => {
    const limited = queueOf({ queue: 1, concurrent: 1 })
    offerAll(limited, "a", 50)
    offerAll(limited, "b", 50)
    limited.refill()
    limited.offer(entry("c", "1"))
    const order: Array<string> = []
    for (let turn = 0; turn < 6; turn++) {
      const next = limited.take()
      assert.isDefined(next)
      order.push(nameOf(next))
      limited.release(next)
      limited.refill()
    }
    assert.deepStrictEqual(order, ["a1", "b1", "a2", "c1", "b2", "a3"])
  })

  it("offering while nothing can move keeps the turns", () => {
    const queue = queueOf({ concurrent: 1, perParent: 1 })
    offerAll(queue, "a", 2)
    const [first] = launch(queue)
    assert.isDefined(first)
    offerAll(queue, "b", 1)
    assert.deepStrictEqual(launch(queue), [])
    queue.release(first)
    assert.strictEqual(names(launch(queue)), "b1")
  })
})

describe("FairQueue: shares and slots", () => {
  it("S-cap: no more than `concurrent` hold a slot, and a release lets the next one go", () => {
    const queue = queueOf({ concurrent: 2 })
    offerAll(queue, "a", 3)
    const launched = launch(queue)
    assert.strictEqual(names(launched), "a1 a2")
    assert.strictEqual(queue.running, 2)
    assert.strictEqual(queue.waiting, 1)
    for (const done of launched) queue.release(done)
    assert.strictEqual(names(launch(queue)), "a3")
    assert.strictEqual(queue.waiting, 0)
  })

  it("S-cap: no more than `perParent` of one parent, while others go on", () => {
    const queue = queueOf({ perParent: 2 })
    offerAll(queue, "a", 3)
    offerAll(queue, "b", 1)
    const launched = launch(queue)
    assert.strictEqual(names(launched), "a1 b1 a2")
    const [first] = launched
    assert.isDefined(first)
    queue.release(first)
    assert.strictEqual(names(launch(queue)), "a3")
  })

  it("S-cap: the launch queue itself takes no more of one parent than its share", () => {
    const queue = queueOf({ concurrent: 1, perParent: 2 })
    offerAll(queue, "a", 5)
    assert.strictEqual(names(queue.refill()), "a1 a2")
  })

  it("S-cap: no more of one agent than its share, over all parents", () => {
    const queue = queueOf({}, 2)
    offerAll(queue, "a", 2, "writer")
    offerAll(queue, "b", 2, "writer")
    offerAll(queue, "c", 1, "reader")
    offerAll(queue, "d", 1)
    const launched = launch(queue)
    assert.strictEqual(names(launched), "a1 b1 c1 d1")
    const [first] = launched
    assert.isDefined(first)
    queue.release(first)
    assert.strictEqual(names(launch(queue)), "a2")
  })

  it("an agent's share is given back once, not below zero", () => {
    const queue = queueOf({}, 1)
    for (let round = 1; round <= 3; round++) {
      queue.offer(entry("a", String(round), "writer"))
      queue.offer(entry("b", String(round), "writer"))
      const [one, ...others] = launch(queue)
      assert.isDefined(one)
      assert.deepStrictEqual(others, [])
      queue.release(one)
      const [two] = launch(queue)
      assert.isDefined(two)
      queue.release(two)
    }
    assert.strictEqual(queue.running, 0)
    assert.strictEqual(queue.waiting, 0)
  })
})

describe("FairQueue: places", () => {
  it("S-queue: the launch queue has 128 places, and the rest wait behind it", () => {
    const queue = queueOf({ concurrent: 1, perParent: 1_000 })
    offerAll(queue, "a", 130)
    assert.lengthOf(queue.refill(), 128)
    assert.lengthOf(queue.refill(), 0)
    assert.deepStrictEqual(queue.place(run("a128")), { position: 128, reason: "concurrent_limit" })
    assert.deepStrictEqual(queue.place(run("a129")), { position: 129, reason: "launch_queue" })
    assert.deepStrictEqual(queue.place(run("a130")), { position: 130, reason: "launch_queue" })
    queue.take()
    assert.strictEqual(names(queue.refill()), "a129")
    assert.deepStrictEqual(queue.place(run("a130")), { position: 129, reason: "launch_queue" })
  })

  it("a job behind its parent's share says so, and moves up as those before it leave", () => {
    const queue = queueOf({ perParent: 1 })
    offerAll(queue, "a", 3)
    const [first] = launch(queue)
    assert.isDefined(first)
    assert.deepStrictEqual(queue.place(run("a2")), { position: 1, reason: "parent_limit" })
    assert.deepStrictEqual(queue.place(run("a3")), { position: 2, reason: "parent_limit" })
    queue.release(first)
    launch(queue)
    assert.deepStrictEqual(queue.place(run("a3")), { position: 1, reason: "parent_limit" })
  })

  it("what was launched, withdrawn or never offered has no place", () => {
    const queue = queueOf()
    offerAll(queue, "a", 2)
    queue.withdraw(run("a2"))
    launch(queue)
    assert.isUndefined(queue.place(run("a1")))
    assert.isUndefined(queue.place(run("a2")))
    assert.isUndefined(queue.place(run("nobody")))
  })
})

describe("FairQueue.withdraw", () => {
  it("S-cancel-queued: a waiting job is taken out of the middle of its line and never launches", () => {
    const queue = queueOf()
    offerAll(queue, "a", 3)
    assert.isTrue(queue.withdraw(run("a2")))
    assert.strictEqual(queue.waiting, 2)
    assert.strictEqual(names(launch(queue)), "a1 a3")
  })

  it("S-cancel-queued: a job in the launch queue gives its share back", () => {
    const queue = queueOf({ concurrent: 1, perParent: 2 }, 2)
    offerAll(queue, "a", 3, "writer")
    assert.strictEqual(names(queue.refill()), "a1 a2")
    assert.isTrue(queue.withdraw(run("a1")))
    assert.strictEqual(queue.waiting, 2)
    assert.strictEqual(names(queue.refill()), "a3")
    assert.strictEqual(names(launch(queue)), "a2")
  })

  it("a launched job, one that is gone and one nobody knows are not withdrawn", () => {
    const queue = queueOf()
    offerAll(queue, "a", 2)
    queue.withdraw(run("a2"))
    launch(queue)
    assert.isFalse(queue.withdraw(run("a1")))
    assert.isFalse(queue.withdraw(run("a2")))
    assert.isFalse(queue.withdraw(run("nobody")))
    assert.strictEqual(queue.running, 1)
    assert.strictEqual(queue.waiting, 0)
  })

  it("a line that was emptied by withdrawing takes new jobs", () => {
    const queue = queueOf()
    offerAll(queue, "a", 2)
    queue.withdraw(run("a1"))
    queue.withdraw(run("a2"))
    assert.deepStrictEqual(launch(queue), [])
    queue.offer(entry("a", "3"))
    assert.strictEqual(names(launch(queue)), "a3")
  })

  it("a run id may come back after it was withdrawn", () => {
    const queue = queueOf()
    queue.offer(entry("a", "1"))
    queue.withdraw(run("a1"))
    queue.offer(entry("a", "1"))
    assert.strictEqual(queue.waiting, 1)
    assert.strictEqual(names(launch(queue)), "a1")
  })
})

describe("FairQueue.reenter", () => {
  it("I10: a run that waits frees its slot and its share for others", () => {
    const queue = queueOf({ concurrent: 1, perParent: 1 })
    offerAll(queue, "a", 2)
    launch(queue)
    queue.release(share("a"))
    assert.strictEqual(names(launch(queue)), "a2")
  })

  it("I10: it comes back before any launch, once a slot is free", () => {
    const queue = queueOf({ concurrent: 1 })
    offerAll(queue, "a", 3)
    launch(queue)
    queue.release(share("a"))
    const [second] = launch(queue)
    assert.isDefined(second)
    assert.isFalse(queue.reenter(share("a")))
    queue.release(second)
    assert.isTrue(queue.reenter(share("a")))
    assert.isUndefined(queue.take())
    assert.strictEqual(queue.running, 1)
  })

  it.each([
    ["its parent", { perParent: 1 }, 8, "a", undefined],
    ["its agent", {}, 1, "b", "writer"]
  ] as const)("I10: it stays out while %s has no share left", (_, limits, agentMax, line, agent) => {
    const queue = queueOf(limits, agentMax)
    queue.offer(entry("a", "1", "writer"))
    const [holder] = launch(queue)
    assert.isDefined(holder)
    assert.isFalse(queue.reenter(share(line, agent)))
    assert.strictEqual(queue.running, 1)
    queue.release(holder)
    assert.isTrue(queue.reenter(share(line, agent)))
  })
})

describe("FairQueue: long lines", () => {
  const many = 5_000

  it("S-queue: 5,000 jobs of one line leave in order, each with its true place until then", () => {
    const queue = queueOf({ concurrent: 1 })
    offerAll(queue, "a", many)
    for (let index = 1; index <= many; index++) {
      queue.refill()
      assert.strictEqual(queue.waiting, many - index + 1)
      assert.strictEqual(queue.place(run(`a${many}`))?.position, many - index + 1)
      const next = queue.take()
      assert.isDefined(next)
      assert.strictEqual(nameOf(next), `a${index}`)
      queue.release(next)
    }
    assert.strictEqual(queue.waiting, 0)
    queue.offer(entry("a", "again"))
    assert.strictEqual(names(launch(queue)), "aagain")
  })

  it("S-cancel-queued: after every second of 5,000 was withdrawn, the others leave in order", () => {
    const queue = queueOf({ concurrent: 1, perParent: 1 })
    offerAll(queue, "a", many)
    for (let index = 2; index <= many; index += 2) assert.isTrue(queue.withdraw(run(`a${index}`)))
    assert.strictEqual(queue.waiting, many / 2)
    for (let index = 1; index <= many; index += 2) {
      const [next] = launch(queue)
      assert.isDefined(next)
      assert.strictEqual(nameOf(next), `a${index}`)
      queue.release(next)
    }
    assert.strictEqual(queue.waiting, 0)
  })

  it("S-cap: a short line is served in its turn beside one of 5,000", () => {
    const queue = queueOf({ concurrent: 1, queue: 1 })
    offerAll(queue, "a", many)
    queue.refill()
    offerAll(queue, "b", 2)
    const order: Array<string> = []
    for (let turn = 0; turn < 5; turn++) {
      const next = queue.take()
      assert.isDefined(next)
      order.push(nameOf(next))
      queue.release(next)
      queue.refill()
    }
    assert.deepStrictEqual(order, ["a1", "a2", "b1", "a3", "b2"])
  })

  it("S-cap: 5,000 parents with one job each are served in the order they came", () => {
    const queue = queueOf({ concurrent: many, perParent: 1 })
    for (let index = 1; index <= many; index++) queue.offer(entry(`p${index}_`, "1"))
    assert.deepStrictEqual(
      launch(queue).map(nameOf),
      Array.from({ length: many }, (_, index) => `p${index + 1}_1`)
    )
  })
})

describe("FairQueue: an agent that is paused", () => {
  const pausable = (limits: Partial<Limits> = {}) => {
    const paused = new Set<string>()
    const queue = new FairQueue<Entry>({ ...defaults, ...limits }, (agent) => (paused.has(agent) ? 0 : 8))
    const pause = (agent: string): void => {
      paused.add(agent)
      queue.recall(agent)
    }
    return { queue, pause, goOn: (agent: string) => paused.delete(agent) }
  }

  it("launches nothing more, also of what was next, and then goes on in the order of before", () => {
    const { goOn, pause, queue } = pausable({ concurrent: 2 })
    offerAll(queue, "a", 5, "slow")
    offerAll(queue, "b", 1)
    const first = launch(queue)
    assert.strictEqual(names(first), "a1 b1")
    pause("slow")
    for (const one of first) queue.release(one)
    assert.strictEqual(names(launch(queue)), "")
    assert.strictEqual(queue.waiting, 4)
    assert.deepStrictEqual(queue.place(run("a3")), { position: 2, reason: "agent_limit" })
    goOn("slow")
    const rest: Array<string> = []
    for (let turn = 0; turn < 4; turn++) {
      const launched = launch(queue)
      rest.push(names(launched))
      for (const one of launched) queue.release(one)
    }
    assert.strictEqual(rest.join(" ").trim(), "a2 a3 a4 a5")
    assert.strictEqual(queue.running, 0)
  })

  it("leaves the others of its line where they are, and what was withdrawn meanwhile stays gone", () => {
    const { goOn, pause, queue } = pausable({ concurrent: 1 })
    queue.offer(entry("a", "1", "slow"))
    queue.offer(entry("a", "2", "slow"))
    queue.offer(entry("a", "3"))
    queue.refill()
    pause("slow")
    assert.isTrue(queue.withdraw(run("a1")))
    goOn("slow")
    const order: Array<string> = []
    for (let turn = 0; turn < 3; turn++) {
      for (const one of launch(queue)) {
        order.push(nameOf(one))
        queue.release(one)
      }
    }
    assert.deepStrictEqual(order.toSorted(), ["a2", "a3"])
  })

  it("gives shares back for what it recalls, also past a block of passed entries", () => {
    const { goOn, pause, queue } = pausable({ concurrent: 1, perParent: 3, queue: 2 })
    offerAll(queue, "a", 1_030, "slow")
    for (let turn = 0; turn < 1_026; turn++) for (const one of launch(queue)) queue.release(one)
    queue.refill()
    pause("slow")
    goOn("slow")
    const order: Array<string> = []
    for (let turn = 0; turn < 5; turn++) {
      for (const one of launch(queue)) {
        order.push(nameOf(one))
        queue.release(one)
      }
    }
    assert.deepStrictEqual(order, ["a1027", "a1028", "a1029", "a1030"])
    assert.strictEqual(queue.waiting, 0)
  })
})
