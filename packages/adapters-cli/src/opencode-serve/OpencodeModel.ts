/**
 * Which model a run of opencode asks for, and whether opencode has it. Pure.
 *
 * Asked before the first prompt: a model that it does not have fails only in
 * the turn, with nothing but words, and without a sign-in it waits for servers.
 *
 * @stability unstable
 */
import type { Outcome } from "@offshoot/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"

/** As opencode takes it with a prompt. */
export interface Model {
  readonly providerID: string
  readonly modelID: string
}

/** Models by the provider that has them. */
export type Offered = ReadonlyMap<string, Frame>

/** The answer to `GET /config/providers`; none: it is of another shape. */
export const offeredOf = (body: unknown): Offered | undefined => {
  if (!isRecord(body) || !Array.isArray(body["providers"])) return undefined
  return new Map(
    listIn(body, "providers").flatMap((provider) => {
      const id = isRecord(provider) ? textIn(provider, "id") : undefined
      return !isRecord(provider) || id === undefined ? [] : [[id, recordIn(provider, "models") ?? {}] as const]
    })
  )
}

const signIn = "opencode auth login"

const signedOut = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "auth_required", message })
const setup = (message: string): Outcome.RunnerOutcome => ({ status: "error", reason: "setup", message })

/** `provider/model`, as opencode writes it; a model's own name may have slashes. */
const parsed = (name: string): Model | undefined => {
  const slash = name.indexOf("/")
  return slash < 1 || slash === name.length - 1
    ? undefined
    : { providerID: name.slice(0, slash), modelID: name.slice(slash + 1) }
}

/** The model to ask for. None: whichever opencode chooses. Fails with why there is none. */
export const choose = (
  named: Option.Option<string>,
  offered: Offered | undefined
): Result.Result<Option.Option<Model>, Outcome.RunnerOutcome> => {
  if (Option.isNone(named)) {
    return offered?.size === 0
      ? Result.fail(signedOut(`opencode has no model to ask: ${signIn}`))
      : Result.succeed(Option.none())
  }
  const model = parsed(named.value)
  if (model === undefined) {
    return Result.fail(setup(`opencode's models are written as provider/model, not ${named.value}`))
  }
  if (offered === undefined) return Result.succeed(Option.some(model))
  const models = offered.get(model.providerID)
  if (models === undefined) {
    return Result.fail(signedOut(`opencode has no account with the provider ${model.providerID}: ${signIn}`))
  }
  return !Object.hasOwn(models, model.modelID)
    ? Result.fail(setup(`opencode's provider ${model.providerID} has no model ${model.modelID}: opencode models`))
    : Result.succeed(Option.some(model))
}
