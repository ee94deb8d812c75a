/** The completion handlers of one incarnation, each with what is wrong with it. */
import { ChildCompletionHandler, type SpawnJob } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type { Witness } from "./Facts.ts"
import { type HandlerPlan, type Plan, secret } from "./Plan.ts"
import type { Prng } from "./Prng.ts"

export interface Handling {
  readonly plan: Plan
  readonly witness: Witness
  readonly incarnation: number
  readonly chance: Prng
  readonly nowMillis: () => number
}

/** One line in three, by its id. */
const isUnlucky = ({ childSessionId, parentSessionId }: SpawnJob.ChildCompletion): boolean => {
  const line = parentSessionId ?? childSessionId
  return line.charCodeAt(line.length - 1) % 3 === 0
}

type Ill = "fails" | "hangs" | number

/** What this call meets; a number: so many milliseconds. */
const illOf = (
  { chance, incarnation, nowMillis }: Handling,
  how: HandlerPlan["how"],
  of: SpawnJob.ChildCompletion
): Ill => {
  switch (how._tag) {
    case "fast":
      return 0
    case "slow":
      return how.millis
    case "failing":
      return chance.chance(how.chance) ? "fails" : 0
    case "away":
      return nowMillis() < how.untilMillis ? "fails" : 0
    case "partial":
      return isUnlucky(of) && nowMillis() < how.untilMillis ? "fails" : 0
    case "hanging":
      return incarnation === 1 && nowMillis() < how.untilMillis && isUnlucky(of) ? "hangs" : 0
  }
}

const make = (handling: Handling, { how, name }: HandlerPlan): ChildCompletionHandler.ChildCompletionHandler => ({
  name,
  onChildCompleted: (completion) =>
    Effect.suspend(() => {
      const ill = illOf(handling, how, completion)
      if (ill === "hangs") return Effect.never
      if (ill === "fails") {
        const cause = new Error(`simulated: ${secret}`)
        return Effect.fail(new ChildCompletionHandler.CompletionNotHandled({ handler: name, cause }))
      }
      const { incarnation, witness } = handling
      const taken = Effect.sync(() => witness.add({ _tag: "Handled", handler: name, incarnation, completion }))
      return ill === 0 ? taken : Effect.andThen(Effect.sleep(ill), taken)
    })
})

export const handlersOf = (handling: Handling): ReadonlyArray<ChildCompletionHandler.ChildCompletionHandler> =>
  handling.plan.handlers.map((handler) => make(handling, handler))
