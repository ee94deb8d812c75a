/**
 * What a tab and the hub say to each other. The hub holds the browser's one
 * connection to the feed; where it lives is `HubLink`'s to know.
 *
 * @stability unstable
 */
import type { AgentEvent } from "@offshoot/core"
import type { Entry } from "./Events.ts"
import type { Overview, Snapshot } from "./Wire.ts"

/** How the browser is connected. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** `left`: events of the feed that are still to come; none: not known. */
  | { readonly state: "replaying"; readonly left: number | undefined }
  | { readonly state: "resyncing" }
  | { readonly state: "offline"; readonly retryAtMillis: number; readonly why: string }
  | { readonly state: "signed_out" }

/** One event of a session's own stream. */
export interface Said {
  readonly number: number | undefined
  readonly event: AgentEvent.AgentEvent
}

/** To the hub. */
export type Up =
  | { readonly type: "join"; readonly visible: boolean }
  | { readonly type: "leave" }
  | { readonly type: "visible"; readonly visible: boolean }
  /** The session whose stream this tab shows; none: no stream. */
  | { readonly type: "watch"; readonly sessionId: string | undefined }
  /** Try to connect at once: somebody signed in, or does not want to wait. */
  | { readonly type: "retry" }
  /** What was just done may have changed figures that the feed does not tell. */
  | { readonly type: "refresh" }

/** From the hub. */
export type Down =
  | { readonly type: "connection"; readonly connection: Connection }
  /**
   * `fresh`: of a reader or a record that knows nothing yet; what was known before
   * is forgotten. One that is not fresh holds only the sessions that have changed.
   */
  | { readonly type: "snapshot"; readonly snapshot: Snapshot; readonly fresh: boolean }
  | { readonly type: "overview"; readonly overview: Overview }
  | { readonly type: "entries"; readonly entries: ReadonlyArray<Entry> }
  /** `begun`: what was said before is told again. */
  | {
      readonly type: "said"
      readonly sessionId: string
      readonly items: ReadonlyArray<Said>
      readonly begun: boolean
    }
  | { readonly type: "stream"; readonly sessionId: string; readonly state: "open" | "waiting" | "lost" | "over" }
