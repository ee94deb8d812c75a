/**
 * An MCP host as a value: which files it reads its servers from, in which
 * format, and what an entry looks like there.
 *
 * Each host is a file under `hosts/` that says where its facts come from. A host
 * reads, writes and starts nothing; `Hosts` lists them.
 */
import type * as EntryFormat from "./EntryFormat.ts"

/** For every folder of this user, or for one folder and whoever works in it. */
export type Scope = "user" | "project"

/** What a host is to start. */
export interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** Names of variables that the host hands on. Their values are written nowhere (I9). */
  readonly environment: ReadonlyArray<string>
}

/** Where files are looked for. */
export interface Surroundings {
  readonly home: string
  /** The folder of the project. */
  readonly folder: string
  /** As Node names it. */
  readonly platform: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Where the servers of a file are, and what one looks like there. */
export interface Shape {
  readonly container: ReadonlyArray<string>
  readonly entry: (program: Program) => Readonly<Record<string, unknown>>
}

export interface McpHost {
  /** As people name it on the command line. */
  readonly id: string
  readonly title: string
  readonly format: EntryFormat.FormatName
  /**
   * The files that it reads, absolute. The one that has the entry is changed,
   * else the first that is there, else the first is made.
   */
  readonly files: (scope: Scope, surroundings: Surroundings) => readonly [string, ...ReadonlyArray<string>]
  /** By the file as it is: a host may have changed its shape and still read the old one. */
  readonly shapeOf: (document: unknown) => Shape
  /** What the user has to know or do once it is written. */
  readonly notes: Readonly<Record<Scope, ReadonlyArray<string>>>
}

/** What the entry is called everywhere. */
export const entryName = "offshoot"

/** `wait_agents` answers within 45 s and every other tool in less: a call that takes longer than this has hung. */
export const toolSeconds = 120

/** A start may have to find its server, or to start one with a database of years. */
export const startSeconds = 60

/** An empty variable counts as absent, as everywhere. */
export const variable = ({ environment }: Surroundings, name: string): string | undefined => {
  const value = environment[name]
  return value === undefined || value === "" ? undefined : value
}

/** References to variables, in the words of a host; nothing where none is named. */
export const references = (
  member: string,
  names: ReadonlyArray<string>,
  reference: (name: string) => string
): Readonly<Record<string, unknown>> =>
  names.length === 0 ? {} : { [member]: Object.fromEntries(names.map((name) => [name, reference(name)])) }
