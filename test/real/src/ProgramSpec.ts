/**
 * What the laboratory has to know of one program: where it is installed from,
 * and what it finds in its home so that it talks to the model server and to
 * nobody else.
 *
 * A spec is data and a pure function; how a program is driven is no part of it.
 */

/** The place that a home is made for. */
export interface Surroundings {
  /** The model server, without a path and without a slash at the end. */
  readonly url: string
  /** The home folder, absolute. */
  readonly home: string
}

export interface Home {
  /** Texts by path in the home folder. */
  readonly files: Readonly<Record<string, string>>
  /** What the program's environment has beside what every program's has. */
  readonly env: Readonly<Record<string, string>>
}

export interface ProgramSpec {
  /** As people call it on the command line here. */
  readonly id: string
  /** The package that is installed, and its version. */
  readonly packageName: string
  readonly version: string
  /** The name of the program that the package has. */
  readonly bin: string
  /** Whether the package puts its program in place with a script of its own. */
  readonly installScripts: boolean
  readonly home: (surroundings: Surroundings) => Home
}

/** Looks like a key and opens nothing. */
export const key = "sk-fake-0000000000000000"

/** What the programs that may choose a model's name are given. */
export const model = "fake-model"
