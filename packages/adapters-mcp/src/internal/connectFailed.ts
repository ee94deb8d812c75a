/** Why there is no connection to a server. */
import * as Schema from "effect/Schema"

/**
 * `problem` is for people and holds no secret (I9). `again` says when another
 * try may help: `soon` by itself, `later` after somebody has mended something.
 */
export class ConnectFailed extends Schema.TaggedError<ConnectFailed>()("ConnectFailed", {
  problem: Schema.String,
  again: Schema.Literals(["soon", "later"])
}) {
  override get message(): string {
    return this.problem
  }
}
