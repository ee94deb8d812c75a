/** What a format of configuration files must be able to do, and how it says no. */
import type * as Result from "effect/Result"

/** Why a file is left as it is. No part of the file is in it, which may hold secrets (I9). */
export interface Refusal {
  readonly told: string
  /** From 1. */
  readonly place?: { readonly line: number; readonly column: number }
}

/** `path` is never empty; its last part is a member that is put in or taken out. */
export interface TextFormat {
  readonly read: (text: string) => Result.Result<unknown, Refusal>
  readonly put: (text: string, path: ReadonlyArray<string>, value: unknown) => Result.Result<string, Refusal>
  readonly take: (text: string, path: ReadonlyArray<string>) => Result.Result<string, Refusal>
}

export const placeAt = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, offset)
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") }
}

/** How the lines of the text end; the first one decides. */
export const lineEndOf = (text: string): string => (/\r?\n/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n")

export const refusalText = (path: string, { place, told }: Refusal): string =>
  place === undefined ? `${path}: ${told}` : `${path}:${place.line}:${place.column}: ${told}`
