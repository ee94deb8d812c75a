/**
 * What this machine has of each coding agent, and what it lacks: for a person
 * who wants to know why an agent does not run, and what mends it.
 *
 * It starts programs for their versions only; whether an agent really answers
 * is for a probe, which is a run like any other.
 *
 * @stability unstable
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { AgentProfile, SignIn } from "./AgentProfile.ts"
import type { AgentOptions } from "./CliAgent.ts"
import { CliHost, type Environment } from "./CliHost.ts"
import * as ProgramFinder from "./ProgramFinder.ts"

/** What is in the way of an agent, or may be: in words, and the command or setting that mends it. */
export interface Lack {
  /** `blocks`: it cannot run like this. `warns`: it may. */
  readonly weight: "blocks" | "warns"
  readonly what: string
  readonly mend: string
}

export interface Surveyed {
  /** The key in the configuration, or the profile's id when nobody configured it. */
  readonly id: string
  readonly title: string
  readonly protocol: string
  readonly program: Option.Option<ProgramFinder.Found>
  readonly version: Option.Option<string>
  readonly verdict: ProgramFinder.VersionVerdict
  /** As the profile has it. */
  readonly range: { readonly oldest: string; readonly newest: string }
  readonly signIn: SignIn
  readonly lacks: ReadonlyArray<Lack>
}

export interface Subject {
  readonly id: string
  readonly profile: AgentProfile
  readonly agent: AgentOptions
  /** The program that the configuration names; none: those of the profile. */
  readonly program: Option.Option<string>
}

/** The variables that a child of this agent has, as far as they say something of its sign-in. */
export const variablesOf = ({ agent, profile }: Pick<Subject, "agent" | "profile">, host: Environment): Environment => {
  const passed = profile.passes.flatMap((name) => (host[name] === undefined ? [] : [[name, host[name]] as const]))
  const own = Object.entries(agent.env ?? {}).map(
    ([name, value]) => [name, typeof value === "string" ? value : host[value.ref]] as const
  )
  return Object.fromEntries([...passed, ...own].filter(([, value]) => value !== undefined && value !== ""))
}

const missingReferences = ({ agent }: Subject, host: Environment): ReadonlyArray<string> =>
  Object.values(agent.env ?? {}).flatMap((value) =>
    typeof value !== "string" && host[value.ref] === undefined ? [value.ref] : []
  )

/** Everything that is in the way, the worst first. Pure. */
export const lacksOf = (
  subject: Subject,
  seen: Pick<Surveyed, "program" | "version" | "verdict" | "signIn">,
  host: Environment
): ReadonlyArray<Lack> => {
  const { id, profile } = subject
  const { newest, oldest } = profile.version
  if (Option.isNone(seen.program)) {
    const name = Option.getOrElse(subject.program, () => profile.programs.join(" or "))
    return [{ weight: "blocks", what: `${name} is not on PATH`, mend: profile.install }]
  }
  const version = Option.getOrElse(seen.version, () => "unknown")
  const lacks: Array<Lack> = missingReferences(subject, host).map((name) => ({
    weight: "blocks",
    what: `agents.${id}.env refers to ${name}, which the server's environment does not have`,
    mend: `export ${name}=…`
  }))
  if (seen.signIn._tag === "SignedOut") {
    lacks.push({ weight: "blocks", what: "nobody is signed in", mend: seen.signIn.mend })
  }
  if (seen.verdict === "older") {
    lacks.push({ weight: "blocks", what: `version ${version} is older than ${oldest}`, mend: profile.install })
  }
  if (seen.verdict === "newer") {
    lacks.push({
      weight: "warns",
      what: `version ${version} is newer than ${newest}, the newest that was tried`,
      mend: "offshoot doctor --probe"
    })
  }
  if (seen.verdict === "unknown") {
    lacks.push({ weight: "warns", what: "it did not say its version", mend: "offshoot doctor --probe" })
  }
  for (const other of seen.program.value.others) {
    lacks.push({ weight: "warns", what: `another copy is at ${other}`, mend: `agents.${id}.program names one` })
  }
  return lacks
}

const homeFiles = Effect.fnUntraced(function* (home: string | undefined) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return (file: string) =>
    home === undefined ? Effect.succeed(false) : Effect.orElseSucceed(fs.exists(path.join(home, file)), () => false)
})

/** What the sign-in of a profile looks at, gathered first: a profile reads nothing itself. */
const evidenceFor = Effect.fnUntraced(function* (subject: Subject, host: Environment) {
  const variables = variablesOf(subject, host)
  const asked = new Set<string>()
  subject.profile.signIn({
    variables,
    hasHomeFile: (file) => {
      asked.add(file)
      return false
    }
  })
  const exists = yield* homeFiles(variables["HOME"] ?? host["HOME"])
  const there = new Set<string>()
  for (const file of asked) if (yield* exists(file)) there.add(file)
  return { variables, hasHomeFile: (file: string) => there.has(file) }
})

/**
 * Looks at one agent.
 *
 * **Interruption**: ends the program that is asked for its version.
 */
export const survey = Effect.fn("AgentSurvey.survey")(function* (subject: Subject) {
  const { id, profile } = subject
  const { environment } = yield* CliHost
  const names = Option.match(subject.program, { onNone: () => profile.programs, onSome: (program) => [program] })
  const program = yield* ProgramFinder.find(names, environment["PATH"])
  const version = Option.isNone(program)
    ? Option.none<string>()
    : yield* ProgramFinder.versionOf(program.value.path, profile.version.args, environment)
  const signIn = profile.signIn(yield* evidenceFor(subject, environment))
  const seen = { program, version, verdict: ProgramFinder.judge(version, profile.version), signIn }
  const surveyed: Surveyed = {
    id,
    title: profile.title,
    protocol: profile.protocol.name,
    range: { oldest: profile.version.oldest, newest: profile.version.newest },
    ...seen,
    lacks: lacksOf(subject, seen, environment)
  }
  return surveyed
})
