import { assert, describe, it } from "@effect/vitest"
import * as Outcome from "../src/Outcome.ts"
import * as Watchdog from "../src/Watchdog.ts"

const { defaults, overrideKeys } = Watchdog

const policyWith = (key: string, value: string) => Watchdog.policyOf({ [key]: value }, defaults)

const idle: Watchdog.Vitals = {
  startedAtMillis: 0,
  lastActivityAtMillis: 0,
  waitedMillis: 0,
  open: { _tag: "Nothing" }
}
const policy: Watchdog.Policy = {
  checkSeconds: 15,
  totalSeconds: 100,
  idleSeconds: 20,
  toolSeconds: 30,
  requestSeconds: 40,
  waits: "counted"
}

const decide = (vitals: Partial<Watchdog.Vitals>, nowMillis: number, changed: Partial<Watchdog.Policy> = {}) => {
  const timeout = Watchdog.decide({ ...policy, ...changed }, { ...idle, ...vitals }, nowMillis)
  return timeout === undefined ? "goes on" : `${timeout.reason} ${timeout.elapsedSeconds}/${timeout.limitSeconds}`
}

const tool = (sinceMillis: number): Watchdog.Open => ({ _tag: "Tool", name: "shell", sinceMillis })
const request = (sinceMillis: number): Watchdog.Open => ({ _tag: "Request", sinceMillis })

describe("Watchdog.policyOf", () => {
  it("S-policy: without overrides a check every 15 s, an hour in total, a quarter of an hour idle", () => {
    assert.deepStrictEqual(Watchdog.policyOf({}, defaults), {
      checkSeconds: 15,
      totalSeconds: 3_600,
      idleSeconds: 900,
      toolSeconds: 1_800,
      requestSeconds: 3_600,
      waits: "counted"
    })
  })

  const keys = ["checkSeconds", "totalSeconds", "idleSeconds", "toolSeconds", "requestSeconds"] as const
  it.each(keys)("S-policy: the metadata overrides %s and nothing else", (field) => {
    assert.deepStrictEqual(policyWith(overrideKeys[field], "7"), { ...defaults, [field]: 7 })
  })

  it("S-policy: the keys are the seed's", () => {
    assert.strictEqual(overrideKeys.checkSeconds, "child_watchdog.check_interval_secs")
    assert.strictEqual(overrideKeys.totalSeconds, "child_watchdog.max_total_secs")
    assert.strictEqual(overrideKeys.idleSeconds, "child_watchdog.max_idle_secs")
  })

  const fallback = defaults.idleSeconds
  it.each([
    ["5", 5],
    ["  5\t\n", 5],
    ["+5", 5],
    ["007", 7],
    ["1", 1],
    ["0", fallback],
    ["-1", fallback],
    ["+0", fallback],
    ["1.5", fallback],
    ["1e3", fallback],
    ["0x10", fallback],
    ["1_000", fallback],
    ["5 s", fallback],
    ["abc", fallback],
    ["+", fallback],
    ["++5", fallback],
    ["", fallback],
    ["   ", fallback],
    ["Infinity", fallback],
    ["NaN", fallback],
    ["٣", fallback],
    ["3155760000", 3_155_760_000],
    // Everything that the seed's 64 bits hold counts; a century is as good as for ever.
    ["3155760001", 3_155_760_000],
    ["9223372036854775807", 3_155_760_000],
    // More than they hold is no number to the seed.
    ["9223372036854775808", fallback],
    ["99999999999999999999", fallback]
  ])("S-policy: an override of '%s' makes %s seconds", (text, expected) => {
    assert.strictEqual(policyWith(overrideKeys.idleSeconds, text).idleSeconds, expected)
  })

  it.each([
    [0, 1],
    [0.2, 1],
    [3, 3]
  ])("S-policy: an interval of %s s becomes %s s, never below one", (checkSeconds, expected) => {
    assert.strictEqual(Watchdog.policyOf({}, { ...defaults, checkSeconds }).checkSeconds, expected)
  })

  it.each([
    ["excluded", "excluded"],
    [" excluded ", "excluded"],
    ["counted", "counted"],
    ["maybe", "counted"],
    ["", "counted"]
  ])("S-total-wait: waits '%s' are %s", (text, expected) => {
    assert.strictEqual(policyWith(overrideKeys.waits, text).waits, expected)
  })
})

describe("Watchdog.decide", () => {
  it.each([
    ["a second before the idle cap", {}, 19_999, "goes on"],
    ["at the idle cap", {}, 20_000, "idle 20/20"],
    ["later than the idle cap", {}, 27_900, "idle 27/20"],
    ["idle counts from the last activity", { lastActivityAtMillis: 15_000 }, 34_999, "goes on"],
    ["idle counts from the last activity, and no longer", { lastActivityAtMillis: 15_000 }, 35_000, "idle 20/20"],
    ["the total is missed by a millisecond", { lastActivityAtMillis: 99_000 }, 99_999, "goes on"],
    ["at the total cap", { lastActivityAtMillis: 99_000 }, 100_000, "total 100/100"],
    [
      "the total counts from the start of the run",
      { startedAtMillis: 50_000, lastActivityAtMillis: 149_000 },
      149_999,
      "goes on"
    ],
    ["both caps are passed: the total is said", {}, 100_000, "total 100/100"],
    ["a clock that went backwards", { startedAtMillis: 9_000, lastActivityAtMillis: 9_000 }, 5_000, "goes on"]
  ])("S-tick: %s", (_, vitals, nowMillis, expected) => {
    assert.strictEqual(decide(vitals, nowMillis), expected)
  })

  it.each([
    ["an open tool call stops the idle clock", { open: tool(1_000) }, 30_999, "goes on"],
    ["an open tool call has its own cap", { open: tool(1_000) }, 31_000, "tool 30/30"],
    ["an open request stops the idle clock", { open: request(1_000) }, 40_999, "goes on"],
    ["an open request has its own cap", { open: request(1_000) }, 41_000, "request 40/40"],
    [
      "running children stop the idle clock and have no cap here",
      { open: { _tag: "Children" as const } },
      99_999,
      "goes on"
    ],
    ["the total beats an open tool call", { open: tool(0) }, 100_000, "total 100/100"],
    ["the total beats an open request", { open: request(0) }, 100_000, "total 100/100"],
    ["the total beats running children", { open: { _tag: "Children" as const } }, 100_000, "total 100/100"]
  ])("S-silent-tool: %s", (_, vitals, nowMillis, expected) => {
    assert.strictEqual(decide(vitals, nowMillis), expected)
  })

  it("S-silent-tool: the timeout of a tool names it", () => {
    const timeout = Watchdog.decide(policy, { ...idle, open: tool(0) }, 30_000)
    assert.deepStrictEqual(timeout, {
      status: "timeout",
      reason: "tool",
      elapsedSeconds: 30,
      limitSeconds: 30,
      toolName: "shell"
    })
  })

  const waited = { waitedMillis: 60_000, lastActivityAtMillis: 99_000 }
  it.each([
    ["counts by default", "counted", waited, 100_000, "total 100/100"],
    ["does not count when it is excluded", "excluded", waited, 100_000, "goes on"],
    ["is added to the cap and no more", "excluded", { ...waited, lastActivityAtMillis: 159_999 }, 159_999, "goes on"],
    ["excluded: the run's own time reaches the cap", "excluded", waited, 160_000, "total 100/100"]
  ] as const)("S-total-wait: waiting %s", (_, waits, vitals, nowMillis, expected) => {
    assert.strictEqual(decide(vitals, nowMillis, { waits, idleSeconds: 1_000 }), expected)
  })

  it.each([
    [3_600_000, "Child session timed out after 3600 seconds (max_total_secs=3600)"],
    [3_725_999, "Child session timed out after 3725 seconds (max_total_secs=3600)"],
    [900_000, "Child session idle timeout after 900 seconds without events (max_idle_secs=900)"],
    [914_999, "Child session idle timeout after 914 seconds without events (max_idle_secs=900)"]
  ])("S-reasons: %s ms of silence under the defaults: %s", (nowMillis, expected) => {
    const timeout = Watchdog.decide(defaults, idle, nowMillis)
    assert.isDefined(timeout)
    assert.strictEqual(Outcome.errorText(timeout), expected)
  })
})
