/** Why a session does not move. */
import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as Ids from "../src/Ids.ts"
import { type Circumstances, holdOf } from "../src/internal/hold.ts"
import type { Hold, QueuePlace } from "../src/SubAgents.ts"
import type { Open } from "../src/Watchdog.ts"
import * as Records from "./SessionRecords.ts"

const ended = (endedAtMillis: number) => ({ runId: Records.runId("old"), endedAtMillis })

const place: QueuePlace = { position: 3, reason: "agent_limit" }
const request = { id: Ids.RequestId.make("req_1"), openedAtMillis: 4_000 }
const wait = { openedAtMillis: 5_000 }
const stop = { _tag: "Stop", by: "by_user" }

const running = Records.child({ status: "running" })
const flight = (fields: Parameters<typeof Records.job>[0] = {}, wish: unknown = undefined): Circumstances["flight"] =>
  Option.some({ job: Records.job({ acceptedAtMillis: 2_000, ...fields }), stop: wish })
const live = (open: Open): Circumstances["live"] => Option.some({ open, waitingSinceMillis: 6_000 })

const known = (fields: Partial<Circumstances>): Circumstances => ({
  session: running,
  flight: flight(),
  live: live({ _tag: "Nothing" }),
  place: Option.none(),
  request: Option.none(),
  wait: Option.none(),
  nowMillis: 10_000,
  ...fields
})

const pending = { session: Records.child(), live: Option.none(), place: Option.some(place) } as const
const tool: Open = { _tag: "Tool", name: "bash", sinceMillis: 7_000 }

const rows: ReadonlyArray<readonly [string, Partial<Circumstances>, Hold | undefined]> = [
  ["runs and does nothing else", {}, undefined],
  ["is queued", pending, { _tag: "Queued", place, sinceMillis: 2_000 }],
  [
    "is queued again after a try",
    { ...pending, flight: flight({ tries: [8_000, 9_000].map(ended) }) },
    { _tag: "Queued", place, sinceMillis: 9_000 }
  ],
  [
    "is queued and has no place any more",
    { ...pending, place: Option.none() },
    { _tag: "Queued", place: { position: 0, reason: "launching" }, sinceMillis: 2_000 }
  ],
  [
    "is queued in the record only",
    { ...pending, flight: Option.none() },
    { _tag: "Queued", place, sinceMillis: 1_000 }
  ],
  [
    "waits for its next try",
    {
      ...pending,
      flight: flight({ tries: [ended(8_000)], notBeforeMillis: 12_000 })
    },
    { _tag: "Retrying", notBeforeMillis: 12_000, tries: 1 }
  ],
  [
    "may try again now",
    {
      ...pending,
      flight: flight({ tries: [ended(8_000)], notBeforeMillis: 10_000 })
    },
    { _tag: "Queued", place, sinceMillis: 8_000 }
  ],
  [
    "asks, in the middle of a tool call",
    { live: live(tool), request: Option.some(request) },
    { _tag: "Request", requestId: request.id, sinceMillis: 4_000 }
  ],
  ["waits for an answer that is on its way", { live: live({ _tag: "Request", sinceMillis: 4_000 }) }, undefined],
  ["runs a tool", { live: live(tool) }, { _tag: "Tool", toolName: "bash", sinceMillis: 7_000 }],
  [
    "waits for its children",
    { session: Records.child({ status: "waiting_for_children" }), live: live({ _tag: "Children" }) },
    { _tag: "Children", sinceMillis: 6_000 }
  ],
  ["has children and works on", { live: live({ _tag: "Children" }) }, undefined],
  ["has registered a wait and works on", { wait: Option.some(wait) }, undefined],
  [
    "was told to stop while it was queued",
    { ...pending, flight: flight({}, stop) },
    { _tag: "Stopping", sinceMillis: 1_000 }
  ],
  [
    "is being stopped, in the middle of a tool call",
    { session: Records.child({ status: "cancelling", updatedAtMillis: 9_000 }), live: live(tool) },
    { _tag: "Stopping", sinceMillis: 9_000 }
  ],
  [
    "has settled",
    { session: Records.child({ status: "completed" }), flight: Option.none(), live: Option.none() },
    undefined
  ],
  [
    "has settled, and is woken when its children have",
    {
      session: Records.child({ status: "completed" }),
      flight: Option.none(),
      live: Option.none(),
      wait: Option.some(wait)
    },
    { _tag: "Children", sinceMillis: 5_000 }
  ]
]

describe("holdOf", () => {
  it.each(rows)("a session that %s is held as is said", (_, fields, hold) => {
    assert.deepStrictEqual(holdOf(known(fields)), Option.fromUndefinedOr(hold))
  })
})
