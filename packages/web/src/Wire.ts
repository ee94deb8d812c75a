/**
 * The answers of the server as the page reads them. Only what the page shows;
 * what an older server does not say is absent and shown as unknown.
 *
 * @stability unstable
 */
import { isStatus } from "./Events.ts"
import * as Shape from "./Shape.ts"

const { either, isAny, isBoolean, isNumber, isString, listOf, oneOf, optional, recordOf, struct } = Shape

const isFigure = oneOf(
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "reasoningTokens",
  "costUsd"
)

export const isUsage = struct({
  inputTokens: optional(isNumber),
  outputTokens: optional(isNumber),
  cacheReadTokens: optional(isNumber),
  cacheWriteTokens: optional(isNumber),
  reasoningTokens: optional(isNumber),
  costUsd: optional(isNumber),
  costSource: optional(oneOf("provider", "estimated")),
  atLeast: optional(listOf(isFigure))
})
export type Usage = Shape.Of<typeof isUsage>

const isPlace = struct({ position: isNumber, reason: optional(isString) })

const isHold = struct({
  type: isString,
  since: optional(isString),
  notBefore: optional(isString),
  toolName: optional(isString),
  argument: optional(isString)
})

const isRun = struct({
  runId: isString,
  startedAt: isString,
  lastEventAt: optional(isString),
  rounds: isNumber,
  lastTool: optional(struct({ name: isString, phase: isString, since: isString, argument: optional(isString) }))
})

export const isSession = struct({
  id: isString,
  parentId: optional(isString),
  rootId: isString,
  depth: isNumber,
  title: isString,
  status: isStatus,
  reason: optional(isString),
  error: optional(isString),
  profile: optional(isString),
  agent: optional(isString),
  model: optional(isString),
  modelUsed: optional(isString),
  workspace: optional(isString),
  createdAt: isString,
  updatedAt: isString,
  metadata: optional(recordOf(isString)),
  run: optional(isRun),
  place: optional(isPlace),
  hold: optional(isHold),
  usage: optional(struct({ own: isUsage, tree: isUsage }))
})
export type Session = Shape.Of<typeof isSession>

const isQuestion = struct({ type: oneOf("question"), question: isString, options: optional(listOf(isString)) })
const isPermission = struct({ type: oneOf("permission"), toolCallId: isString, toolName: isString, arguments: isAny })

export const isRequest = struct({
  id: isString,
  sessionId: isString,
  ask: either(isQuestion, isPermission),
  status: isString,
  openedAt: isString,
  expiresAt: isString
})
export type Request = Shape.Of<typeof isRequest>

export const isSnapshot = struct({
  number: isNumber,
  sessions: listOf(isSession),
  truncated: isBoolean,
  requests: listOf(isRequest)
})
export type Snapshot = Shape.Of<typeof isSnapshot>

export const isOverview = struct({
  version: isString,
  number: optional(isNumber),
  slots: optional(struct({ used: isNumber, max: isNumber })),
  queued: optional(isNumber),
  backlog: optional(isNumber),
  why: optional(isString),
  demo: optional(isBoolean),
  totals: optional(struct({ usage: optional(isUsage) }))
})
export type Overview = Shape.Of<typeof isOverview>

export const isAgents = struct({
  items: listOf(
    struct({
      id: isString,
      protocol: isString,
      title: optional(isString),
      state: optional(isString),
      configured: optional(isBoolean),
      version: optional(isString),
      lacks: optional(either(isString, listOf(isString))),
      mend: optional(isString)
    })
  ),
  inProcess: isBoolean
})
export type Agents = Shape.Of<typeof isAgents>
export type Agent = Agents["items"][number]

export const isProfiles = struct({ items: listOf(struct({ name: isString, description: optional(isString) })) })
export type Profiles = Shape.Of<typeof isProfiles>

export const isModels = struct({ items: listOf(struct({ reference: isString, alias: optional(isString) })) })
export type Models = Shape.Of<typeof isModels>

const isArtifactName = struct({
  kind: oneOf("text", "place"),
  name: isString,
  id: optional(isString),
  mediaType: optional(isString),
  bytes: optional(isNumber),
  missing: optional(isString),
  location: optional(isString),
  details: optional(recordOf(isString))
})
export type ArtifactName = Shape.Of<typeof isArtifactName>

export const isResult = struct({
  status: isStatus,
  reason: isString,
  error: optional(isString),
  text: isString,
  textTruncated: optional(isBoolean),
  usage: optional(isUsage),
  retryable: isBoolean,
  resume: optional(isString),
  artifacts: optional(listOf(isArtifactName)),
  hint: isString,
  details: optional(recordOf(either(isString, isNumber)))
})
export type Result = Shape.Of<typeof isResult>

export const isArtifact = struct({ mediaType: isString, encoding: isString, text: isString })
export type Artifact = Shape.Of<typeof isArtifact>

export const isTreeUsage = struct({ own: isUsage, tree: isUsage, spawned: isNumber, inFlight: isNumber })

export const isMessages = struct({
  items: listOf(
    struct({
      id: isString,
      role: isString,
      text: isString,
      hidden: isBoolean,
      position: isNumber,
      createdAt: isString
    })
  ),
  nextCursor: optional(isString)
})
export type Message = Shape.Of<typeof isMessages>["items"][number]

export const isAccepted = struct({ session: isSession })
export const isReceipt = struct({ status: isString, reason: optional(isString) })
export const isProblem = struct({
  type: isString,
  title: optional(isString),
  detail: optional(isString),
  hint: optional(isString)
})
