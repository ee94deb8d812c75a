/** The three commits of a child's life, as the runtime makes them. */
import type { SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"

export const parent = Records.root(1)

/** How many events of the child's own stream there are after each commit, and how many messages. */
export const eventsAfter = [0, 2, 3, 5] as const
export const messagesAfter = [0, 1, 1, 2] as const

export const steps = (number: number): ReadonlyArray<SessionStore.Transition> => {
  const pending = Records.child(number, parent)
  const running = Records.next(pending, "running")
  const done = Records.next(running, "completed")
  const children = { parentSessionId: parent.id, childSessionId: pending.id }
  const said = (role: "user" | "assistant") =>
    [
      Records.appended(Records.message(number, pending.id, { role, runId: Records.runId(number) })),
      Records.recorded(pending.id, {
        type: "message_appended",
        sessionId: pending.id,
        messageId: Records.messageId(number),
        role
      })
    ] as const
  return [
    [
      Records.created(pending),
      ...said("user"),
      Records.accepted(Records.job(number, pending)),
      Records.recorded(pending.id, { type: "session_created", sessionId: pending.id, title: pending.title }),
      Records.recorded(parent.id, { type: "sub_agent_started", ...children })
    ],
    [
      Records.changed(running),
      Records.launched(number),
      Records.recorded(pending.id, Records.statusChanged(pending.id, "running"))
    ],
    [
      Records.changed(done),
      ...said("assistant"),
      Records.settled(Records.completion(number, pending)),
      Records.recorded(pending.id, {
        type: "complete",
        runId: Records.runId(number),
        status: "completed",
        reason: "done"
      }),
      Records.recorded(parent.id, { type: "sub_agent_completed", ...children, status: "completed", reason: "done" })
    ]
  ]
}
