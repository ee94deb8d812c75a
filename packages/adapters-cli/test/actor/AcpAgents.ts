/** The agents that speak ACP: what each says of itself, and whose turns it plays. */
import { ClaudeAcpTurn, CodexAcpTurn, GeminiTurn, OpencodeTurn, QwenTurn } from "./AcpDepartures.ts"
import { type AcpSession, AcpTurn } from "./AcpTurn.ts"
import type { AcpWire } from "./AcpWire.ts"
import type { Fields } from "./Json.ts"

/** A notification. */
interface Told {
  readonly method: string
  readonly params: Fields
}

export interface AcpAgent {
  readonly version: string
  /** The answer to `initialize`, without the version of the protocol. */
  readonly capabilities: Fields
  readonly methods: ReadonlyArray<string>
  /** Whether it lists its commands with a session. */
  readonly hasCommands: boolean
  /** How it tells that a mode was set, before it answers that. */
  readonly modeTold?: (sessionId: string, mode: string) => Told | undefined
  readonly modes: ReadonlyArray<string>
  /** What it tells with a session. */
  readonly tells: ReadonlyArray<"modes" | "models" | "configOptions">
  readonly firstMode: string
  /** Said once, after `initialize`. */
  readonly greeting?: Fields
  /** Whether the end of input ends it in the middle of a turn. */
  readonly diesWithInput: boolean
  readonly turn: (wire: AcpWire, session: AcpSession, promptId: unknown) => AcpTurn
}

const info = (name: string, version: string, title?: string): Fields => ({
  agentInfo: { name, version, ...(title === undefined ? {} : { title }) }
})

const allMethods = ["session/load", "session/resume", "session/list", "session/close"]

export const agents: Readonly<Record<string, AcpAgent>> = {
  acp: {
    version: "1.0.0",
    capabilities: {
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { embeddedContext: true, image: false, audio: false },
        mcpCapabilities: { http: true, sse: false },
        sessionCapabilities: { close: {}, list: {}, resume: {} }
      },
      authMethods: [],
      ...info("actor", "1.0.0", "Actor")
    },
    methods: allMethods,
    hasCommands: true,
    modes: ["default", "plan", "yolo"],
    tells: ["modes"],
    firstMode: "default",
    diesWithInput: true,
    turn: (...args) => new AcpTurn(...args)
  },
  "acp-opencode": {
    version: "1.18.33",
    capabilities: {
      agentCapabilities: {
        loadSession: true,
        mcpCapabilities: { http: true, sse: true },
        promptCapabilities: { embeddedContext: true, image: true },
        sessionCapabilities: { close: {}, fork: {}, list: {}, resume: {} }
      },
      authMethods: [
        { description: "Run `opencode auth login` in the terminal", name: "Login with opencode", id: "opencode-login" }
      ],
      ...info("OpenCode", "1.18.33")
    },
    methods: allMethods,
    hasCommands: true,
    modes: ["build", "plan"],
    tells: ["configOptions"],
    firstMode: "build",
    diesWithInput: true,
    turn: (...args) => new OpencodeTurn(...args)
  },
  "acp-gemini": {
    version: "0.61.0",
    capabilities: {
      authMethods: [{ id: "gemini-api-key", name: "Gemini API key", description: "Use an API key" }],
      ...info("gemini-cli", "0.61.0", "Gemini CLI"),
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, audio: true, embeddedContext: true },
        mcpCapabilities: { http: true, sse: true }
      }
    },
    methods: ["session/load"],
    hasCommands: true,
    modeTold: (sessionId, mode) =>
      mode === "yolo"
        ? {
            method: "session/update",
            params: {
              sessionId,
              update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: "[MODE_UPDATE] yolo" } }
            }
          }
        : undefined,
    modes: ["default", "autoEdit", "yolo", "plan"],
    tells: ["modes", "models"],
    firstMode: "default",
    diesWithInput: false,
    turn: (...args) => new GeminiTurn(...args)
  },
  "acp-qwen": {
    version: "0.24.4",
    capabilities: {
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, audio: true, embeddedContext: true },
        sessionCapabilities: { list: {}, resume: {} },
        mcpCapabilities: { sse: true, http: true },
        _meta: { imageCapability: { autoHandlesWrongModel: true, maxBytes: 10_000_000, maxImagesPerTurn: 4 } }
      },
      authMethods: [{ id: "openai", name: "Use OpenAI API key", description: "Needs OPENAI_API_KEY" }],
      ...info("qwen-code", "0.24.4", "Qwen Code")
    },
    methods: allMethods,
    hasCommands: false,
    modeTold: (sessionId, currentModeId) => ({
      method: "qwen/notify/session/mode-update",
      params: { v: 1, sessionId, currentModeId }
    }),
    modes: ["plan", "default", "auto-edit", "auto", "yolo"],
    tells: ["modes", "models", "configOptions"],
    firstMode: "auto",
    diesWithInput: true,
    turn: (...args) => new QwenTurn(...args)
  },
  "acp-claude": {
    version: "0.101.0",
    capabilities: {
      agentCapabilities: {
        _meta: { claudeCode: { promptQueueing: true }, authStatus: {} },
        promptCapabilities: { image: true, embeddedContext: true },
        mcpCapabilities: { http: true, sse: true },
        auth: { logout: {} },
        providers: {},
        loadSession: true,
        sessionCapabilities: {
          additionalDirectories: {},
          close: {},
          delete: {},
          fork: {},
          list: {},
          resume: {},
          systemPrompt: { mode: { override: {} } }
        }
      },
      ...info("@agentclientprotocol/claude-agent-acp", "0.101.0", "Claude Agent"),
      authMethods: [],
      _meta: { steering: { supported: true } }
    },
    methods: allMethods,
    hasCommands: true,
    modes: ["default", "acceptEdits", "plan", "auto"],
    tells: ["modes", "configOptions"],
    firstMode: "auto",
    greeting: { authStatus: { kind: "api_key", label: "API key", detail: "ANTHROPIC_API_KEY" } },
    diesWithInput: true,
    turn: (...args) => new ClaudeAcpTurn(...args)
  },
  "acp-codex": {
    version: "2.6.0",
    capabilities: {
      ...info("@agentclientprotocol/codex-acp", "2.6.0", "Codex"),
      agentCapabilities: {
        auth: { logout: {} },
        providers: {},
        loadSession: true,
        promptCapabilities: { embeddedContext: true, image: true },
        sessionCapabilities: {
          resume: {},
          list: {},
          close: {},
          delete: {},
          fork: {},
          title: {},
          additionalDirectories: {},
          subagents: {},
          systemPrompt: {}
        },
        mcpCapabilities: { acp: false, http: true, sse: false },
        _meta: { authStatus: {} }
      },
      authMethods: [{ id: "api-key", name: "API Key", description: "Use an API key to authenticate" }],
      _meta: { steering: { supported: true } }
    },
    methods: allMethods,
    hasCommands: true,
    modes: ["read-only", "agent", "agent-full-access"],
    tells: ["modes", "models", "configOptions"],
    firstMode: "agent",
    greeting: { authStatus: { kind: "gateway", label: "Custom model gateway", detail: "fake" } },
    diesWithInput: true,
    turn: (...args) => new CodexAcpTurn(...args)
  }
}
