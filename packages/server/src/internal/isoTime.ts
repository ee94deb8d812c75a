import * as DateTime from "effect/DateTime"

/** A time as the wire shows it: ISO 8601, UTC. */
export const isoTime = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))
