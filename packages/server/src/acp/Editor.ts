/**
 * What is known of the editor at the other end, and what is offered to it. Pure.
 *
 * @stability unstable
 */
import type { AgentCapabilities, InitializeResponse } from "@agentclientprotocol/sdk/unstable"
import * as Option from "effect/Option"
import { version } from "../Version.ts"
import { decodeClientInfo, type Initialize } from "./Params.ts"

/** The only version that there is; an editor of a later one is told so, and decides. */
const protocolVersion = 1

/** What the editor says that it can show. What it does not say it cannot. */
export interface Editor {
  /** As people know it. */
  readonly name: string
  /** Information beside the conversation. */
  readonly notices: boolean
  /** Children as sessions of their own. */
  readonly subagents: boolean
  /** Questions as forms. */
  readonly forms: boolean
}

const inside = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null && key in found ? Reflect.get(found, key) : undefined),
    value
  )

/** A capability is there when it is an object, an empty one too. */
const has = (capabilities: unknown, ...path: ReadonlyArray<string>): boolean => {
  const found = inside(capabilities, ...path)
  return typeof found === "object" && found !== null
}

export const editorOf = ({ clientCapabilities, clientInfo }: typeof Initialize.Type): Editor => ({
  name: Option.match(decodeClientInfo(clientInfo), {
    onNone: () => "editor",
    onSome: ({ name, title }) => title ?? name
  }),
  notices: has(clientCapabilities, "session", "notices"),
  subagents: has(clientCapabilities, "subagents"),
  forms: has(clientCapabilities, "elicitation", "form")
})

const agentCapabilities: AgentCapabilities = {
  loadSession: true,
  promptCapabilities: { image: false, audio: false, embeddedContext: true },
  mcpCapabilities: { http: false, sse: false },
  sessionCapabilities: { list: {}, resume: {}, close: {}, delete: {} }
}

export const initialized: InitializeResponse = {
  protocolVersion,
  agentCapabilities,
  authMethods: [],
  agentInfo: { name: "offshoot", title: "Offshoot", version }
}
