/**
 * Which model serves a session (`S-modelref`, `S-override`), after its role and
 * the router's default have had their say.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ModelUnroutable, ProviderRouter, type ProviderRouterShape, type RoutedModel } from "../ProviderRouter.ts"
import { metadataKeys, type ModelRef, type Session } from "../Session.ts"
import type { SubagentProfile } from "../SubagentProfile.ts"

/** The provider that a session names, and its kind: they stay what they are when another model has to serve it. */
export interface NamedProvider {
  readonly name: string
  readonly type: Option.Option<string>
}

export interface ChosenModel extends RoutedModel {
  /** None: the session names no provider. */
  readonly named: Option.Option<NamedProvider>
  /** Why the model that was named does not serve. */
  readonly unroutable: Option.Option<ModelUnroutable>
}

const refOf = (provider: string, model: string): Option.Option<ModelRef> => {
  const ref = { provider: provider.trim(), model: model.trim() }
  return ref.provider === "" || ref.model === "" ? Option.none() : Option.some(ref)
}

/**
 * `S-modelref`: the session's reference if both halves of it are there, else
 * the provider of its metadata with its model (`S-setmodel`: the job's).
 */
export const modelRefOf = ({ metadata, model, modelRef }: Session): Option.Option<ModelRef> =>
  Option.orElse(
    Option.flatMap(Option.fromUndefinedOr(modelRef), (ref) => refOf(ref.provider, ref.model)),
    () => refOf(metadata[metadataKeys.providerName] ?? "", model ?? "")
  )

/** A model as people write it; alone, it is one of the default's provider. */
const written = (router: ProviderRouterShape, text: string | undefined): Option.Option<ModelRef> => {
  const model = text?.trim() ?? ""
  if (model === "") return Option.none()
  return Option.orElse(router.parse(model), () =>
    Option.flatMap(router.defaultRef, ({ provider }) => refOf(provider, model))
  )
}

/** What is asked for, in this order: by the session's reference, by its model, by its role. */
const wantedRef = (
  router: ProviderRouterShape,
  session: Session,
  profile: Option.Option<SubagentProfile>
): Option.Option<ModelRef> =>
  modelRefOf(session).pipe(
    Option.orElse(() => written(router, session.model)),
    Option.orElse(() => Option.flatMap(profile, ({ model }) => written(router, model)))
  )

const nothingNamed: ModelRef = { provider: "", model: "" }

/** What to add when nothing serves a session that names no model. */
const noDefault = new ModelUnroutable({
  modelRef: nothingNamed,
  missing: "the session names no model, and the configuration has no default"
})

const noRouter = new ModelUnroutable({ modelRef: nothingNamed, missing: "no model provider is configured" })

/** `S-override`: what cannot be routed is served by the default, and the log says so. */
const orDefault = Effect.fnUntraced(function* (router: ProviderRouterShape, session: Session, error: ModelUnroutable) {
  if (Option.isNone(router.defaultRef)) return yield* error
  yield* Effect.logWarning("model.unroutable").pipe(
    Effect.annotateLogs({ sessionId: session.id, ...error.modelRef, missing: error.missing })
  )
  return yield* Effect.mapError(router.route(router.defaultRef.value), () => error)
})

/**
 * The model of a session. Fails with what is missing when neither what is
 * named nor the default can be routed.
 *
 * **Interruption**: leaves nothing open.
 */
export const chooseModel = Effect.fnUntraced(function* (
  session: Session,
  profile: Option.Option<SubagentProfile>
): Effect.fn.Return<ChosenModel, ModelUnroutable> {
  const found = yield* ProviderRouter
  if (Option.isNone(found)) return yield* noRouter
  const router = found.value
  const wanted = wantedRef(router, session, profile)
  const named = Option.map(modelRefOf(session), (ref): NamedProvider => ({
    name: ref.provider,
    type: router.providerTypeFor(ref)
  }))
  if (Option.isNone(wanted)) {
    const routed = yield* Option.match(router.defaultRef, {
      onNone: () => Effect.fail(noDefault),
      onSome: (ref) => router.route(ref)
    })
    return { ...routed, named, unroutable: Option.none() }
  }
  const routed = yield* Effect.result(router.route(wanted.value))
  return routed._tag === "Success"
    ? { ...routed.success, named, unroutable: Option.none() }
    : { ...(yield* orDefault(router, session, routed.failure)), named, unroutable: Option.some(routed.failure) }
})
