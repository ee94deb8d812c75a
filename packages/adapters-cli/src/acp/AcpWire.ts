/**
 * What this runtime says as a client of ACP, version 1.
 *
 * Every message is checked against the types of the protocol's own library,
 * which is not a part of the program: `docs/decisions/0021-acp-client-side.md`
 * says why.
 *
 * @stability unstable
 */
import type {
  CancelNotification,
  InitializeRequest,
  LoadSessionRequest,
  NewSessionRequest,
  PromptRequest,
  RequestPermissionResponse,
  ResumeSessionRequest,
  SetSessionConfigOptionRequest,
  SetSessionModeRequest
} from "@agentclientprotocol/sdk"

/** The version that is spoken; 2 is a draft. */
export const protocolVersion = 1

export const clientVersion = "0.1.0"

/** JSON-RPC with its name in every message. */
export const envelope = { jsonrpc: "2.0" } as const

/**
 * Neither files nor terminals are offered. An agent works in the same folders
 * as this process: what it does by itself is what it may do, and a file that it
 * reads through us would be read with our rights.
 */
export const initialize = {
  protocolVersion,
  clientCapabilities: {
    fs: { readTextFile: false, writeTextFile: false },
    terminal: false,
    session: { notices: {}, compaction: {} },
    elicitation: { form: {} }
  },
  clientInfo: { name: "offshoot", title: "Offshoot", version: clientVersion }
} satisfies InitializeRequest

export const newSession = (cwd: string) => ({ cwd, mcpServers: [] }) satisfies NewSessionRequest

export const oldSession = (sessionId: string, cwd: string) =>
  ({ sessionId, cwd, mcpServers: [] }) satisfies LoadSessionRequest & ResumeSessionRequest

export const mode = (sessionId: string, modeId: string) => ({ sessionId, modeId }) satisfies SetSessionModeRequest

/** Unstable in the protocol, and older than `configOption`: agents have the one, the other, or both. */
export const model = (sessionId: string, modelId: string) => ({ sessionId, modelId })

export const configOption = (sessionId: string, configId: string, value: string) =>
  ({ sessionId, configId, value }) satisfies SetSessionConfigOptionRequest

export const prompt = (sessionId: string, text: string) =>
  ({ sessionId, prompt: [{ type: "text", text }] }) satisfies PromptRequest

export const cancel = (sessionId: string) => ({ sessionId }) satisfies CancelNotification

export const selected = (optionId: string) =>
  ({ outcome: { outcome: "selected", optionId } }) satisfies RequestPermissionResponse

export const dismissed = { outcome: { outcome: "cancelled" } } satisfies RequestPermissionResponse
