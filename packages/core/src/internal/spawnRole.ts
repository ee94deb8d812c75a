/**
 * What a role makes of a new session: its defaults, and the tools that are left.
 *
 * Invariants
 *   I8. The scope of a child permits nothing that its parent's does not.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Session } from "../Session.ts"
import { resolve, type SubagentProfile, type SubagentProfilesShape } from "../SubagentProfile.ts"
import { present } from "./present.ts"
import { everything, inherit, narrow, type ToolPolicy, type ToolScope } from "../ToolPolicy.ts"
import type { HeldBudget, TreeLimits } from "../TreeBudget.ts"

/** What a request says of the role that it wants, in the words of `SpawnRequest` and `RootRequest`. */
export interface Wished {
  readonly profile?: string
  readonly agent?: string
  readonly model?: string
  readonly tools?: ToolPolicy
  readonly disabledTools?: ReadonlyArray<string>
}

/** Where a session is created, and the tools of its parent when that has not all of them. */
export interface Birthplace {
  readonly kind: Session["kind"]
  readonly workspace: string | undefined
  readonly around: ToolScope | undefined
}

/** What a session is created with. */
export type Role = Pick<Session, "profile" | "agent" | "model" | "tools">

/** What is left of the tools: of those around it, what the role and then the request leave. */
export const scopeOf = (around: ToolScope | undefined, role: ToolPolicy, wished: Wished): ToolScope | undefined => {
  const byRole = narrow(around ?? everything, role, [])
  const scope = narrow(byRole, wished.tools ?? inherit, wished.disabledTools ?? [])
  return scope.allowed.length === 0 && scope.denied.length === 0 ? undefined : scope
}

/** The role's words are defaults: the request's own win. */
export const roleOf = (around: ToolScope | undefined, profile: SubagentProfile | undefined, wished: Wished): Role => ({
  ...present("profile", profile?.name),
  ...present("agent", wished.agent ?? profile?.agent),
  ...present("model", wished.model ?? profile?.model),
  ...present("tools", scopeOf(around, profile?.tools ?? inherit, wished))
})

/**
 * The model of a child: the one that its request or its role names, or else
 * that of its parent, when both run in this process. The default of the
 * configuration serves who has neither.
 */
export const modelOf = (parent: Session, role: Role): Pick<Session, "model" | "modelRef"> =>
  role.model !== undefined || role.agent !== undefined || parent.agent !== undefined
    ? present("model", role.model)
    : { ...present("model", parent.model), ...present("modelRef", parent.modelRef) }

/**
 * The role that a request names, or else the fallback (`S-profiles`), and what
 * it leaves. A root that names none, and a program, play none.
 */
export const findRole = Effect.fnUntraced(function* (
  profiles: SubagentProfilesShape,
  { around, kind, workspace }: Birthplace,
  wished: Wished
) {
  if (wished.profile === undefined && (kind === "root" || wished.agent !== undefined)) {
    return roleOf(around, undefined, wished)
  }
  const list = yield* profiles.list(Option.fromUndefinedOr(workspace))
  return roleOf(around, yield* Effect.fromResult(resolve(list, wished.profile)), wished)
})

/** The budget of a session's own; none: it has no limit. */
export const heldBy = (sessionId: Session["id"], limits: TreeLimits | undefined): HeldBudget | undefined =>
  limits === undefined || Object.values(limits).every((limit) => limit === undefined)
    ? undefined
    : { sessionId, ...limits }

/** The budgets that bound a session, nearest first; none: nothing does. */
export const budgetsOf = (
  own: HeldBudget | undefined,
  around: ReadonlyArray<HeldBudget>
): ReadonlyArray<HeldBudget> | undefined => {
  if (own === undefined) return around.length === 0 ? undefined : around
  return [own, ...around]
}
