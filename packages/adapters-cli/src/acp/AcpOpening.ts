/**
 * How a conversation over ACP begins: the handshake, a session that is new or
 * gone on with, and what the agent is set to before its first prompt.
 *
 * @stability unstable
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { brokenProtocol, type Opening, TurnFailed } from "../CliProtocol.ts"
import { type Frame, isRecord, listIn, numberIn, recordIn, textIn } from "../Frames.ts"
import type { JsonRpcPeer, RpcRefused } from "../JsonRpcPeer.ts"
import type { AcpDialect } from "./AcpDialect.ts"
import * as AcpOutcome from "./AcpOutcome.ts"
import type { AcpTranslation } from "./AcpTranslation.ts"
import * as AcpWire from "./AcpWire.ts"

/** Of the names that a refusal lists. */
const namesMax = 32

const nothing: Frame = {}

const frameOf = (value: unknown): Frame => (isRecord(value) ? value : nothing)

/** What the agent said of itself. */
export interface Agent {
  readonly capabilities: Frame
  readonly authMethods: ReadonlyArray<unknown>
}

export interface Session {
  readonly id: string
  /** The answer to its beginning. */
  readonly described: Frame
}

interface Step {
  readonly peer: JsonRpcPeer
  readonly dialect: AcpDialect
  readonly opening: Opening
}

const wrongSetup = (message: string): TurnFailed =>
  new TurnFailed({ outcome: { status: "error", reason: "setup", message } })

const lost = (message: string): TurnFailed => new TurnFailed({ outcome: { status: "error", reason: "lost", message } })

const refusedBy =
  (dialect: AcpDialect, methods: ReadonlyArray<unknown>) =>
  (refused: RpcRefused): TurnFailed =>
    new TurnFailed({ outcome: AcpOutcome.ofRefusal(dialect, refused, methods) })

export const initialize = ({ dialect, peer }: Step): Effect.Effect<Agent, TurnFailed> =>
  peer.call("initialize", AcpWire.initialize).pipe(
    Effect.catchTag("RpcRefused", (refused) => Effect.fail(refusedBy(dialect, [])(refused))),
    Effect.flatMap((answer) => {
      const said = frameOf(answer)
      const version = numberIn(said, "protocolVersion")
      if (version !== AcpWire.protocolVersion) {
        return Effect.fail(
          brokenProtocol(
            `${dialect.title} speaks version ${version ?? "?"} of the Agent Client Protocol, and this runtime version ${AcpWire.protocolVersion}`
          )
        )
      }
      return Effect.succeed({
        capabilities: recordIn(said, "agentCapabilities") ?? nothing,
        authMethods: listIn(said, "authMethods")
      })
    })
  )

/** How this agent goes on with a session; none: it cannot. `session/resume` tells nothing again. */
export const waysBack = ({ capabilities }: Agent): "session/resume" | "session/load" | undefined => {
  const sessions = recordIn(capabilities, "sessionCapabilities") ?? nothing
  if (isRecord(sessions["resume"])) return "session/resume"
  return capabilities["loadSession"] === true ? "session/load" : undefined
}

const begun = Effect.fnUntraced(function* ({ dialect, opening, peer }: Step, agent: Agent) {
  const answer = yield* peer
    .call("session/new", AcpWire.newSession(opening.cwd))
    .pipe(Effect.catchTag("RpcRefused", (refused) => Effect.fail(refusedBy(dialect, agent.authMethods)(refused))))
  const described = frameOf(answer)
  const id = textIn(described, "sessionId")
  if (id === undefined) return yield* brokenProtocol(`${dialect.title} began a session and did not say its name`)
  yield* opening.tell([{ type: "conversation_named", handle: dialect.handleOf(id, yield* Clock.currentTimeMillis) }])
  return { id, described }
})

const resumed = Effect.fnUntraced(function* ({ dialect, opening, peer }: Step, agent: Agent, handle: string) {
  const way = waysBack(agent)
  if (way === undefined) {
    return yield* lost(`${dialect.title} cannot go on with an earlier session, and nothing was begun in its place`)
  }
  const id = dialect.sessionIdOf(handle)
  const answer = yield* peer
    .call(way, AcpWire.oldSession(id, opening.cwd))
    .pipe(
      Effect.catchTag("RpcRefused", (refused) =>
        refused.code === AcpOutcome.codes.authRequired
          ? Effect.fail(refusedBy(dialect, agent.authMethods)(refused))
          : Effect.fail(lost(`${dialect.title} did not go on with the session ${id}: ${AcpOutcome.wordsOf(refused)}`))
      )
    )
  yield* opening.tell([{ type: "conversation_named", handle }])
  return { id, described: frameOf(answer) }
})

/** The session of the run. One that cannot be gone on with is never replaced by a new one. */
export const session = (step: Step, agent: Agent): Effect.Effect<Session, TurnFailed> =>
  Option.match(step.opening.resume, {
    onNone: () => begun(step, agent),
    onSome: (handle) => resumed(step, agent, handle)
  })

interface Select {
  readonly id: string
  readonly current: string | undefined
  readonly values: ReadonlyArray<string>
}

const valuesIn = (options: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  options.flatMap((option) => {
    if (!isRecord(option)) return []
    const value = textIn(option, "value")
    return value === undefined ? valuesIn(listIn(option, "options")) : [value]
  })

/** The config option of this category. */
export const selectOf = (described: Frame, category: string): Select | undefined => {
  for (const option of listIn(described, "configOptions")) {
    if (!isRecord(option) || textIn(option, "category") !== category) continue
    const id = textIn(option, "id")
    if (id === undefined) continue
    return { id, current: textIn(option, "currentValue"), values: valuesIn(listIn(option, "options")) }
  }
  return undefined
}

/** The modes of a session, by whichever way they are told and set. */
export const modesOf = (described: Frame): (Select & { readonly by: "mode" | "option" }) | undefined => {
  const modes = recordIn(described, "modes")
  if (modes !== undefined) {
    const values = listIn(modes, "availableModes").flatMap((mode) => (isRecord(mode) ? [textIn(mode, "id") ?? ""] : []))
    return { by: "mode", id: "mode", current: textIn(modes, "currentModeId"), values }
  }
  const option = selectOf(described, "mode")
  return option === undefined ? undefined : { by: "option", ...option }
}

/** Sets the mode in which the agent asks; an agent that has none is told of. */
export const askingMode = Effect.fnUntraced(function* ({ dialect, opening, peer }: Step, { described, id }: Session) {
  const modes = modesOf(described)
  if (modes === undefined) return
  const wanted = dialect.askingModes.find((mode) => modes.values.includes(mode))
  if (wanted === undefined) {
    const content = `${dialect.title} works in its mode ${modes.current ?? "?"}: when it asks before it acts is for that mode to say\n`
    return yield* opening.tell([{ type: "runner_output", channel: "notice", content }])
  }
  if (wanted === modes.current) return
  const set =
    modes.by === "mode"
      ? peer.call("session/set_mode", AcpWire.mode(id, wanted))
      : peer.call("session/set_config_option", AcpWire.configOption(id, modes.id, wanted))
  yield* set.pipe(
    Effect.catchTag("RpcRefused", (refused) =>
      Effect.fail(
        wrongSetup(
          `${dialect.title} did not go into its mode ${wanted}, in which it asks: ${AcpOutcome.wordsOf(refused)}`
        )
      )
    )
  )
})

const modelsIn = (described: Frame): ReadonlyArray<string> | undefined => {
  const models = recordIn(described, "models")
  return models === undefined
    ? undefined
    : listIn(models, "availableModels").flatMap((model) => (isRecord(model) ? [textIn(model, "modelId") ?? ""] : []))
}

/** Sets the session's model where the agent lets it be chosen. */
export const model = Effect.fnUntraced(function* ({ dialect, opening, peer }: Step, { described, id }: Session) {
  if (dialect.model === "arguments" || Option.isNone(opening.model)) return
  const wanted = opening.model.value
  const option = selectOf(described, "model")
  const models = modelsIn(described)
  if (option === undefined && models === undefined) {
    return yield* wrongSetup(
      `${dialect.title} offers no choice of a model: leave it out, or give it with the program's arguments`
    )
  }
  const set =
    option === undefined || (models !== undefined && !option.values.includes(wanted))
      ? peer.call("session/set_model", AcpWire.model(id, wanted))
      : peer.call("session/set_config_option", AcpWire.configOption(id, option.id, wanted))
  const known = [...new Set([...(option?.values ?? []), ...(models ?? [])])].slice(0, namesMax)
  yield* set.pipe(
    Effect.catchTag("RpcRefused", (refused) =>
      Effect.fail(
        wrongSetup(
          `${dialect.title} did not take the model ${wanted}: ${AcpOutcome.wordsOf(refused)}. It offers ${known.join(", ")}`
        )
      )
    )
  )
})

/**
 * Returns when the history of a loaded session has been told. An agent that
 * tells it after it has answered does so one part after the other: it is over
 * when a call is answered and no part has come meanwhile.
 */
export const historyTold = Effect.fnUntraced(function* (
  { dialect, peer }: { readonly dialect: Pick<AcpDialect, "askingModes">; readonly peer: Pick<JsonRpcPeer, "call"> },
  { described, id }: Session,
  translation: Pick<AcpTranslation, "history">
) {
  const modes = modesOf(described)
  const mode = dialect.askingModes.find((known) => modes?.values.includes(known))
  if (mode === undefined) return
  while (true) {
    const before = translation.history
    yield* Effect.ignore(peer.call("session/set_mode", AcpWire.mode(id, mode)))
    if (translation.history === before) return
  }
})
