/**
 * By which a program of a run finds the session that it works for, and the server
 * that runs it: so that what it spawns in its turn stands below its own session,
 * with that session's limits (I8), and never beside it.
 *
 * It names them and opens nothing: who calls that server needs its token.
 *
 * @stability unstable
 */
import * as Option from "effect/Option"

/** The names in the environment. A configuration may not set them. */
export const keys = {
  sessionId: "OFFSHOOT_SESSION_ID",
  dataDir: "OFFSHOOT_SESSION_DATA_DIR"
} as const

export interface SessionMark {
  readonly sessionId: string
  /** Of the server that runs the session, absolute. */
  readonly dataDir: string
}

/** Nothing when the server has no data directory to be found by. */
export const toEnvironment = (sessionId: string, dataDir: string | undefined): Readonly<Record<string, string>> =>
  dataDir === undefined ? {} : { [keys.sessionId]: sessionId, [keys.dataDir]: dataDir }

/** Both, or none. */
export const fromEnvironment = (
  environment: Readonly<Record<string, string | undefined>>
): Option.Option<SessionMark> => {
  const sessionId = environment[keys.sessionId]
  const dataDir = environment[keys.dataDir]
  return sessionId === undefined || dataDir === undefined || sessionId === "" || dataDir === ""
    ? Option.none()
    : Option.some({ sessionId, dataDir })
}
