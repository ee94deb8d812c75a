import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { beforeLaunch, done } from "../src/Outcome.ts"
import type { Usage } from "../src/Session.ts"
import * as UsageSum from "../src/UsageSum.ts"
import * as Records from "./SessionRecords.ts"

/** Quarters of a dollar, so that sums of costs are exact. */
const Part = Schema.Struct({
  inputTokens: Schema.optionalKey(Schema.Literals([0, 1, 7, 1_000])),
  costUsd: Schema.optionalKey(Schema.Literals([0, 0.25, 3.5])),
  costSource: Schema.optionalKey(Schema.Literals(["provider", "estimated"]))
})

const known = { inputTokens: 10, outputTokens: 5, costUsd: 0.5, costSource: "provider" } as const

describe("UsageSum.add", () => {
  it.each<readonly [string, Usage, Usage, Usage]>([
    ["adds what both tell", known, known, { inputTokens: 20, outputTokens: 10, costUsd: 1, costSource: "provider" }],
    [
      "marks what one of them did not tell, and counts it as no zero",
      known,
      { inputTokens: 1 },
      { inputTokens: 11, outputTokens: 5, costUsd: 0.5, costSource: "provider", atLeast: ["outputTokens", "costUsd"] }
    ],
    [
      "marks everything when one of them told nothing",
      known,
      UsageSum.untold,
      { ...known, atLeast: ["inputTokens", "outputTokens", "costUsd"] }
    ],
    ["leaves out what nobody told", { reasoningTokens: 1 }, { reasoningTokens: 2 }, { reasoningTokens: 3 }],
    ["of nothing known knows nothing", UsageSum.untold, UsageSum.untold, UsageSum.untold],
    ["a known zero is known", { inputTokens: 0 }, { inputTokens: 0 }, { inputTokens: 0 }],
    [
      "a cost of which a part is estimated is estimated",
      { costUsd: 1, costSource: "provider" },
      { costUsd: 1, costSource: "estimated" },
      { costUsd: 2, costSource: "estimated" }
    ],
    [
      "keeps a mark",
      { inputTokens: 1, atLeast: ["inputTokens"] },
      { inputTokens: 1 },
      { inputTokens: 2, atLeast: ["inputTokens"] }
    ]
  ])("%s", (_, a, b, sum) => {
    assert.deepStrictEqual(UsageSum.add(a, b), sum)
    assert.deepStrictEqual(UsageSum.add(b, a), sum)
  })

  it.prop("the order of the parts does not matter", { parts: Schema.NonEmptyArray(Part) }, ({ parts }) => {
    const [first, ...rest] = parts
    const [last = first, ...others] = parts.toReversed()
    assert.deepStrictEqual(rest.reduce<Usage>(UsageSum.add, first), others.reduce<Usage>(UsageSum.add, last))
  })
})

describe("UsageSum.ofJob", () => {
  const job = Records.job()
  it("is what the one run used, when it is the only one", () => {
    assert.deepStrictEqual(UsageSum.ofJob(job, { usage: known }), known)
    assert.isUndefined(UsageSum.ofJob(job, { usage: undefined }))
    assert.isUndefined(UsageSum.ofJob(job, "not_begun"))
  })
  it("adds what earlier runs used, and nothing for one that never began", () => {
    assert.deepStrictEqual(UsageSum.ofJob({ ...job, spent: known }, "not_begun"), known)
    assert.strictEqual(UsageSum.ofJob({ ...job, spent: known }, { usage: known })?.inputTokens, 20)
  })
  it("does not know what tries used that were not counted", () => {
    const tries = [{ runId: job.runId, endedAtMillis: 1 }]
    assert.deepStrictEqual(UsageSum.ofJob({ ...job, tries }, { usage: { inputTokens: 1 } }), {
      inputTokens: 1,
      atLeast: ["inputTokens"]
    })
  })
})

describe("UsageSum.ofCompletion", () => {
  const completion = { runId: Records.job().runId, childSessionId: Records.job().childSessionId, completedAtMillis: 1 }
  it("is unknown of a run that said nothing, and nothing of one that never began", () => {
    assert.deepStrictEqual(UsageSum.ofCompletion({ ...completion, outcome: done }), UsageSum.untold)
    assert.isUndefined(UsageSum.ofCompletion({ ...completion, outcome: beforeLaunch }))
  })
})
