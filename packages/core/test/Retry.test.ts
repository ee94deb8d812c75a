import { assert, describe, it } from "@effect/vitest"
import type { Outcome } from "../src/Outcome.ts"
import * as Retry from "../src/Retry.ts"

const policy: Retry.Policy = {
  restart: "transient",
  intensity: 2,
  periodSeconds: 60,
  backoffSeconds: 2,
  backoffMaxSeconds: 5
}
const limited = (retryAfterSeconds?: number): Outcome => ({
  status: "error",
  reason: "rate_limited",
  message: "slow down",
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
})
const down: Outcome = { status: "error", reason: "unavailable", message: "no room", retryAfterSeconds: 40 }
const full: Outcome = { status: "error", reason: "context_full", message: "too long" }
const failed: Outcome = { status: "error", reason: "agent_failed", message: "no" }
const idle: Outcome = { status: "timeout", reason: "idle", elapsedSeconds: 1, limitSeconds: 1 }
const done: Outcome = { status: "completed", reason: "done" }
const cancelled: Outcome = { status: "cancelled", reason: "by_user" }
const shutdown: Outcome = { status: "cancelled", reason: "shutdown" }
const skipped: Outcome = { status: "skipped", reason: "no_pending_message" }

const ended = (outcome: Outcome, more: Partial<Retry.Ended> = {}): Retry.Ended => ({
  outcome,
  failedAtMillis: [],
  nowMillis: 1_000_000,
  chance: 1,
  ...more
})

describe("Retry.decide: which ends are tried again", () => {
  const cases: ReadonlyArray<readonly [Retry.Restart, string, Outcome, "Again" | "Settle"]> = [
    ["temporary", "a rate limit", limited(), "Settle"],
    ["transient", "a rate limit", limited(), "Again"],
    ["transient", "a provider that is down", down, "Again"],
    ["transient", "a conversation that is too long", full, "Settle"],
    ["transient", "an idle run", idle, "Again"],
    ["transient", "an agent that failed at its task", failed, "Settle"],
    ["transient", "a completed run", done, "Settle"],
    ["transient", "a shutdown", shutdown, "Settle"],
    ["permanent", "a completed run", done, "Again"],
    ["permanent", "an agent that failed at its task", failed, "Again"],
    ["permanent", "a cancel", cancelled, "Settle"],
    ["permanent", "nothing to do", skipped, "Settle"]
  ]
  it.each(cases)("a %s child after %s", (restart, _, outcome, expected) => {
    assert.strictEqual(Retry.decide({ ...policy, restart }, ended(outcome))._tag, expected)
  })
})

describe("Retry.decide: how often and when", () => {
  it("ends of the period count against the intensity, older ones do not", () => {
    const recent = ended(limited(), { failedAtMillis: [950_000, 960_000] })
    assert.strictEqual(Retry.decide(policy, recent)._tag, "Settle")
    const older = ended(limited(), { failedAtMillis: [940_000, 960_000] })
    assert.strictEqual(Retry.decide(policy, older)._tag, "Again")
  })

  it("an intensity of nothing never tries again", () => {
    assert.strictEqual(Retry.decide({ ...policy, intensity: 0 }, ended(limited()))._tag, "Settle")
  })

  const pauses: ReadonlyArray<readonly [string, Retry.Ended, number]> = [
    ["the first pause is the policy's", ended(limited()), 2_000],
    ["half of it at the least", ended(limited(), { chance: 0 }), 1_000],
    ["the second one is twice as long", ended(limited(), { failedAtMillis: [999_000] }), 4_000],
    ["a provider's own time wins when it is longer", ended(limited(30)), 30_000],
    ["also that of one that is down", ended(down), 40_000],
    ["and loses when it is shorter", ended(limited(0.5)), 2_000]
  ]
  it.each(pauses)("%s", (_, end, pauseMillis) => {
    assert.deepStrictEqual(Retry.decide(policy, end), { _tag: "Again", notBeforeMillis: 1_000_000 + pauseMillis })
  })

  it("no pause is longer than the policy's longest", () => {
    const many = ended(limited(), { failedAtMillis: [990_000, 991_000, 992_000] })
    assert.deepStrictEqual(Retry.decide({ ...policy, intensity: 9 }, many), {
      _tag: "Again",
      notBeforeMillis: 1_005_000
    })
  })

  it("a provider that asks for more than a day is not asked again", () => {
    assert.strictEqual(Retry.decide(policy, ended(limited(86_401)))._tag, "Settle")
  })
})

describe("Retry.policyOf", () => {
  const overrides: ReadonlyArray<readonly [Record<string, string>, Partial<Retry.Policy>]> = [
    [{ "child_retry.restart": " permanent " }, { restart: "permanent" }],
    [{ "child_retry.restart": "always" }, {}],
    [{ "child_retry.intensity": "0" }, { intensity: 0 }],
    [{ "child_retry.intensity": "1000" }, { intensity: 100 }],
    [{ "child_retry.intensity": "-1" }, {}],
    [{ "child_retry.period_secs": "0" }, {}],
    [{ "child_retry.period_secs": "10" }, { periodSeconds: 10 }]
  ]
  it.each(overrides)("%j", (metadata, expected) => {
    assert.deepStrictEqual(Retry.policyOf(metadata, policy), { ...policy, ...expected })
  })
})
