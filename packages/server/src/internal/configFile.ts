/**
 * The text of `offshoot.config.json` to values, or to problems with a place.
 *
 * Knows the file's shape and says what is wrong with it; what the values mean
 * is `Settings`' business. No value of the file is ever part of a problem:
 * somebody may have put a secret where it does not belong (I9).
 */
import { McpSettings } from "@offshoot/adapters-mcp"
import { Compaction, Limits, Nearest, Retry, Session, TreeBudget } from "@offshoot/core"
import { ProviderSettings } from "@offshoot/providers"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as Issues from "effect/SchemaIssue"
import * as Jsonc from "jsonc-parser"
import { originOf } from "./origin.ts"

/** One thing that is wrong: where, and what is expected there. */
export interface Problem {
  /** `limits.depth`, `--port`, `OFFSHOOT_PORT` or `line 3, column 7`. */
  readonly path: string
  readonly message: string
}

const EnvironmentName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    expected: "the name of an environment variable, never the secret itself"
  })
)

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Seconds = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
const AtLeastOne = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
/** A hundred tries within a period are beyond any use. */
const Tries = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
/** An hour: whoever waits longer for the end of a process has forgotten it. */
const DrainSeconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3_600 }))

const AgentId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    expected: "an id of letters, digits, dots, dashes and underscores, at most 64"
  })
)

/** Below the hour that a run may wait for one request; more would never be reached. */
const RequestSeconds = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_500 }))
const Depth = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
/** More rules than anybody reads. */
const rulesMax = 256

/** `tool` is a whole name, or its beginning with a final `*`. */
const RequestRule = Schema.Struct({
  name: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(64))),
  tool: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^[^*]*\*?$/, { expected: "the name of a tool, or its beginning with a final *" }),
      Schema.isMinLength(1)
    )
  ),
  profile: Schema.optionalKey(Schema.NonEmptyString),
  agent: Schema.optionalKey(AgentId),
  depthMin: Schema.optionalKey(Depth),
  depthMax: Schema.optionalKey(Depth),
  decision: Schema.Literals(["allow", "deny", "ask"])
}).check(
  Schema.makeFilter(({ depthMax, depthMin }) =>
    depthMin !== undefined && depthMax !== undefined && depthMin > depthMax
      ? { path: ["depthMax"], issue: "expected no less than depthMin: no child is at such a depth" }
      : undefined
  )
)

/** Pages that one server is called from. */
const originsMax = 64
/** As browsers write it: without a path, a slash at the end or a default port. `*` is none: it would be every page. */
const Origin = Schema.String.check(
  Schema.makeFilter((text) =>
    originOf(text) === undefined
      ? "expected an origin, such as https://app.example or http://localhost:5173"
      : undefined
  )
)

/** Each is a model of its own; more than that are read from nowhere by hand. */
const scriptsMax = 64
/** Below a kilobyte a model learns nothing from a result. */
const ResultBytes = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1_024))
/** Of a model's context. */
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0.05, maximum: 0.95 }))

const mcpFields = McpSettings.McpSettings.fields
const limitFields = Limits.Limits.fields

/** The file as it is written. An agent's own options are decoded by its protocol. */
export const ConfigFile = Schema.Struct({
  server: Schema.optionalKey(
    Schema.Struct({
      host: Schema.optionalKey(Schema.NonEmptyString),
      port: Schema.optionalKey(Port),
      token: Schema.optionalKey(EnvironmentName),
      allowedOrigins: Schema.optionalKey(Schema.Array(Origin).check(Schema.isMaxLength(originsMax)))
    })
  ),
  dataDir: Schema.optionalKey(Schema.NonEmptyString),
  database: Schema.optionalKey(Schema.NonEmptyString),
  providers: ProviderSettings.ProviderSettings.fields.providers,
  models: ProviderSettings.ProviderSettings.fields.models,
  /** Files of the scripted provider. */
  scripts: Schema.optionalKey(Schema.Array(Schema.NonEmptyString).check(Schema.isMaxLength(scriptsMax))),
  mcpServers: Schema.optionalKey(mcpFields.mcpServers),
  trust: Schema.optionalKey(mcpFields.trust),
  mcpProjects: Schema.optionalKey(mcpFields.mcpProjects),
  /** How much one run of an in-process agent may do. */
  agent: Schema.optionalKey(
    Schema.Struct({
      roundsMax: Schema.optionalKey(AtLeastOne),
      toolCallsMax: Schema.optionalKey(AtLeastOne),
      tokensMax: Schema.optionalKey(AtLeastOne),
      toolSeconds: Schema.optionalKey(Seconds),
      toolResultBytes: Schema.optionalKey(ResultBytes),
      parallelTools: Schema.optionalKey(AtLeastOne),
      compactFrom: Schema.optionalKey(Share),
      compactTo: Schema.optionalKey(Share)
    }).check(
      Schema.makeFilter(({ compactFrom, compactTo }) =>
        (compactFrom ?? Compaction.defaults.fromShare) <= (compactTo ?? Compaction.defaults.toShare)
          ? { path: ["compactTo"], issue: "expected less than compactFrom: a transcript is made shorter to this share" }
          : undefined
      )
    )
  ),
  agents: Schema.optionalKey(Schema.Record(AgentId, Schema.Record(Schema.String, Schema.Unknown))),
  budget: Schema.optionalKey(TreeBudget.TreeLimits),
  limits: Schema.optionalKey(
    Schema.Struct({
      concurrent: Schema.optionalKey(limitFields.concurrent),
      perParent: Schema.optionalKey(limitFields.perParent),
      depth: Schema.optionalKey(limitFields.depth),
      queue: Schema.optionalKey(limitFields.queue),
      backlog: Schema.optionalKey(limitFields.backlog)
    })
  ),
  watchdog: Schema.optionalKey(
    Schema.Struct({
      checkSeconds: Schema.optionalKey(Seconds),
      totalSeconds: Schema.optionalKey(Seconds),
      idleSeconds: Schema.optionalKey(Seconds)
    })
  ),
  /** What becomes of a run that the end of the process cut off, where its session does not say. */
  recovery: Schema.optionalKey(Session.RecoveryPolicy),
  retry: Schema.optionalKey(
    Schema.Struct({
      restart: Schema.optionalKey(Retry.Restart),
      intensity: Schema.optionalKey(Tries),
      periodSeconds: Schema.optionalKey(Seconds),
      backoffSeconds: Schema.optionalKey(Seconds),
      backoffMaxSeconds: Schema.optionalKey(Seconds)
    })
  ),
  /** Who answers what children ask: rules in order, and how long a person has for the others. */
  requests: Schema.optionalKey(
    Schema.Struct({
      deadlineSeconds: Schema.optionalKey(RequestSeconds),
      rules: Schema.optionalKey(Schema.Array(RequestRule).check(Schema.isMaxLength(rulesMax)))
    })
  ),
  feed: Schema.optionalKey(
    Schema.Struct({ maxAgeHours: Schema.optionalKey(AtLeastOne), maxEvents: Schema.optionalKey(AtLeastOne) })
  ),
  shutdown: Schema.optionalKey(Schema.Struct({ drainSeconds: Schema.optionalKey(DrainSeconds) }))
})
export type ConfigFile = typeof ConfigFile.Type

const decodeFile = Schema.decodeUnknownResult(ConfigFile, { errors: "all", onExcessProperty: "error" })

const dotted = (path: ReadonlyArray<PropertyKey>): string => path.map(String).join(".")

/** Every leaf that is an unknown key, with the keys that its object does have. */
const unexpectedKeys = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey>
): ReadonlyArray<readonly [path: string, known: ReadonlyArray<string>]> => {
  switch (issue._tag) {
    case "Filter":
    case "Encoding":
      return unexpectedKeys(issue.issue, path)
    case "Pointer":
      return unexpectedKeys(issue.issue, [...path, ...issue.path])
    case "Composite":
    case "AnyOf":
      return issue.issues.flatMap((inner) => unexpectedKeys(inner, path))
    case "UnexpectedKey":
      return issue.ast._tag === "Objects"
        ? [[dotted(path), issue.ast.propertySignatures.map((property) => String(property.name))]]
        : []
    default:
      return []
  }
}

const unknownKey = (path: string, known: ReadonlyArray<string>): string => {
  const suggestion = Nearest.nearest(path.slice(path.lastIndexOf(".") + 1), known)
  return Option.isSome(suggestion)
    ? `this key is not known; did you mean ${suggestion.value}?`
    : `this key is not known; known here are ${known.join(", ")}`
}

const standard = Issues.makeFormatterStandardSchemaV1()

/** What a failed decoding says, one problem per place, below `prefix`. */
export const problemsOf = (error: Schema.SchemaError, prefix: ReadonlyArray<string> = []): ReadonlyArray<Problem> => {
  const unexpected = new Map(unexpectedKeys(error.issue, prefix))
  return standard(error.issue).issues.map((issue) => {
    const path = dotted([...prefix, ...(issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part))])
    const known = unexpected.get(path)
    return {
      path: path === "" ? "the file" : path,
      message: known === undefined ? lowerFirst(issue.message) : unknownKey(path, known)
    }
  })
}

const lowerFirst = (text: string): string =>
  text === "Missing key" ? "this key is required" : text.charAt(0).toLowerCase() + text.slice(1)

/** Says what the first syntax error is and where, in the words of the grammar, without quoting the file. */
const syntaxProblem = (text: string): Problem => {
  const errors: Array<Jsonc.ParseError> = []
  Jsonc.parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  const first = errors[0]
  const offset = first?.offset ?? text.length
  const before = text.slice(0, offset)
  const line = before.split("\n").length
  const column = offset - (before.lastIndexOf("\n") + 1) + 1
  const what = first === undefined ? "syntax error" : spaced(Jsonc.printParseErrorCode(first.error))
  return { path: `line ${line}, column ${column}`, message: `this is not JSON: ${what}` }
}

const spaced = (code: string): string => code.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()

const parseJson = (text: string): Result.Result<unknown, Problem> =>
  Result.try({ try: (): unknown => JSON.parse(text), catch: () => syntaxProblem(text) })

/** The whole way from text to values. A byte order mark, as some editors write it, is let through. */
export const parse = (text: string): Result.Result<ConfigFile, ReadonlyArray<Problem>> => {
  const json = parseJson(text.startsWith("\uFEFF") ? text.slice(1) : text)
  if (Result.isFailure(json)) return Result.fail([json.failure])
  return Result.mapError(decodeFile(json.success), (error) => problemsOf(error))
}
