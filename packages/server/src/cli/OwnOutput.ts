/**
 * Standard output for one part of the program alone.
 *
 * A protocol on standard output is broken by any other line. Who claims it gets
 * the only way to it; whatever else is printed from then on, by whomever, goes to
 * standard error. Only the entry of the program knows how; without it nobody else
 * prints.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stdio from "effect/Stdio"

export interface OwnOutputShape {
  /** Standard input and output as the claimer sees them, until the scope closes. */
  readonly claim: (stdio: Stdio.Stdio) => Effect.Effect<Stdio.Stdio, never, Scope.Scope>
}

export class OwnOutput extends Context.Reference<OwnOutputShape>("@offshoot/server/cli/OwnOutput", {
  defaultValue: () => ({ claim: Effect.succeed })
}) {}
