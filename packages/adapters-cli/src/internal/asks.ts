/** What a program asks in one run, and how each ask is answered: by the mode of the configuration, or by a request. */
import type { ExternalChildRunner, Obligation } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Verdict } from "../CliProtocol.ts"
import type { Asked } from "../Fact.ts"
import * as Permission from "../Permission.ts"
import { shownWithout } from "../Shown.ts"
import type { Prepared } from "./conversing.ts"

/** More asks at once than any agent has tools for: the rest is denied. */
const openAsksMax = 64

const tooMany = "Too many permissions are being asked for at once: ask again when some of them have been answered."

const denied = (words: string): Verdict => ({ _tag: "Denied", text: Option.some(words) })
const approved: Verdict = { _tag: "Approved", text: Option.none() }

export interface Asks {
  /** Answers the ask, now or when somebody has. Never waits: the program goes on with what else it does. */
  readonly take: (asked: Asked) => Effect.Effect<void>
  readonly withdraw: (id: string) => Effect.Effect<void>
  /** Nobody waits for any answer any more. */
  readonly drop: Effect.Effect<void>
  readonly open: () => number
}

export const makeAsks = Effect.fnUntraced(function* (
  context: Pick<ExternalChildRunner.RunContext, "ask">,
  { input, secrets }: Pick<Prepared, "input" | "secrets">,
  answer: (asked: Asked, verdict: Verdict) => Effect.Effect<void>
) {
  const scope = yield* Scope.Scope
  const shown = shownWithout(secrets)
  const fibers = new Map<string, Fiber.Fiber<void>>()
  const asked = new Map<string, number>()

  /** The second ask for one call is another ask: it must not find the first one's answer. */
  const keyOf = (name: string): string => {
    const times = (asked.get(name) ?? 0) + 1
    asked.set(name, times)
    return times === 1 ? name : `${name}#${times}`
  }

  const askOf = (ask: Asked): Obligation.Ask =>
    ask.type === "question_asked"
      ? {
          type: "question",
          question: shown.text(ask.question),
          ...(ask.options.length === 0 ? {} : { options: ask.options.map(shown.text) })
        }
      : {
          type: "permission",
          toolCallId: ask.toolCallId,
          toolName: ask.toolName,
          arguments: shown.value(ask.arguments)
        }

  const request = (ask: Asked) =>
    context.ask({ key: keyOf(ask.type === "question_asked" ? ask.id : ask.toolCallId), ask: askOf(ask) }).pipe(
      Effect.flatMap((verdict) => answer(ask, verdict)),
      Effect.ensuring(Effect.sync(() => fibers.delete(ask.id)))
    )

  const asks: Asks = {
    take: (ask) =>
      Effect.suspend(() => {
        const decision = Permission.decide(input.permission, ask, input.disabledTools)
        if (decision._tag === "Allow") return answer(ask, approved)
        if (decision._tag === "Deny") return answer(ask, denied(decision.words))
        if (fibers.size >= openAsksMax || fibers.has(ask.id)) return answer(ask, denied(tooMany))
        // Interrupted when the ask is withdrawn, its turn ends, or the run's scope closes.
        return Effect.map(Effect.forkIn(request(ask), scope), (fiber) => {
          fibers.set(ask.id, fiber)
        })
      }),
    withdraw: (id) => {
      const fiber = fibers.get(id)
      fibers.delete(id)
      return fiber === undefined ? Effect.void : Effect.asVoid(Fiber.interrupt(fiber))
    },
    drop: Effect.suspend(() => {
      const open = [...fibers.values()]
      fibers.clear()
      return open.length === 0 ? Effect.void : Fiber.interruptAll(open)
    }),
    open: () => fibers.size
  }
  return asks
})
