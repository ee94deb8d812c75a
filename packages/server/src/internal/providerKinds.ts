/** The types of model provider that the configuration may name. */
import { ProviderRouter } from "@offshoot/core"
import { type ProviderKind, ProviderKinds, Script, Scripted } from "@offshoot/providers"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** What `type` says of a scripted provider, and its name where the configuration has none. */
export const scripted = "scripted"

/** What a server without a script has in its place. */
const unscripted: ProviderKind.ProviderKind = {
  type: scripted,
  keyVariable: Option.none(),
  baseUrl: "known",
  isScripted: true,
  open: ({ modelRef }) =>
    Effect.fail(
      new ProviderRouter.ModelUnroutable({
        modelRef,
        missing: "add the file of its script to scripts in the configuration"
      })
    )
}

/** For checks of the configuration: no script is read. */
export const known: ReadonlyArray<ProviderKind.ProviderKind> = [...ProviderKinds.builtin, unscripted]

/** With the scripts of these files and those that are given. */
export const load = Effect.fn("providerKinds.load")(function* (
  files: ReadonlyArray<string>,
  given: ReadonlyArray<Script.Script>
) {
  const scripts = [...(yield* Effect.forEach(files, Script.load)), ...given]
  const own = Array.isArrayNonEmpty(scripts) ? yield* Scripted.kind(scripts) : unscripted
  return [...ProviderKinds.builtin, own]
})
