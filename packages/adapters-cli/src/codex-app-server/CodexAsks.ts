/**
 * What the program asks, and how it is answered in its own words. Pure but for
 * the asks that are open.
 *
 * - An answer is for this once: what the program offers to remember ("for the
 *   session", "and all like it") is never taken, or it would approve itself.
 * - Denied means that the turn goes on without; only an interrupt ends it.
 *
 * @stability unstable
 */
import type { Verdict } from "../CliProtocol.ts"
import type { Asked, AskedKind } from "../Fact.ts"
import { type Frame, isRecord, listIn, recordIn, textIn } from "../Frames.ts"
import type { RpcId } from "../JsonRpcPeer.ts"
import * as CodexForms from "./CodexForms.ts"
import { mcpToolName } from "./CodexItems.ts"

/** What is known of the thread that asks. */
export interface Known {
  /** Absolute, without symbolic links. */
  readonly cwd: string
  /** What tells this ask from the asks of other runs: the ids of calls begin again in each process. */
  readonly turnId: string
  /** The files that an item wants to change. */
  readonly changesOf: (itemId: string) => ReadonlyArray<unknown>
  /** The call of this tool of an MCP server that is under way. */
  readonly callOf: (server: string, tool: string) => string | undefined
}

/** A call of the program's that waits for an answer. */
export interface Ask {
  readonly rpcId: RpcId
  readonly threadId: string
  readonly turnId: string
  readonly asked: ReadonlyArray<Asked>
  /** What the call returns, once each of `asked` has its verdict, in their order. */
  readonly resultOf: (verdicts: ReadonlyArray<Verdict>) => unknown
}

/** Folders whose files decide what is run later, or what is allowed: changing them is more than an edit. */
const guarded: ReadonlySet<string> = new Set([".git", ".codex", ".agents"])

const isInside = (cwd: string, path: string): boolean => {
  if (!path.startsWith(cwd.endsWith("/") ? cwd : `${cwd}/`)) return false
  return !path.split("/").some((name) => name === ".." || guarded.has(name))
}

/** Whether these changes are edits of the workspace and nothing else, by their paths as the program tells them. */
const changesKind = (changes: ReadonlyArray<unknown>, cwd: string): AskedKind => {
  const paths = changes.flatMap((change) => {
    if (!isRecord(change)) return [undefined]
    const movedTo = recordIn(change, "kind")?.["move_path"]
    return [textIn(change, "path"), ...(typeof movedTo === "string" ? [movedTo] : [])]
  })
  const isEdit = paths.length > 0 && paths.every((path) => path !== undefined && isInside(cwd, path))
  return isEdit ? "edit" : "other"
}

const given = (params: Frame, names: ReadonlyArray<string>): Frame =>
  Object.fromEntries(
    names.flatMap((name) => (params[name] === undefined || params[name] === null ? [] : [[name, params[name]]]))
  )

const isApproved = (verdict: Verdict | undefined): boolean => verdict?._tag === "Approved"

const decision = ([verdict]: ReadonlyArray<Verdict>) => ({ decision: isApproved(verdict) ? "accept" : "decline" })

interface Call {
  readonly rpcId: RpcId
  readonly params: Frame
  readonly known: Known
}

const idOf = ({ known, rpcId }: Call): string => `${known.turnId}/${rpcId}`

const permission = (
  call: Call,
  asked: {
    readonly kind: AskedKind
    readonly toolCallId: string
    readonly toolName: string
    readonly arguments: unknown
  }
): Asked => ({ type: "permission_asked", id: idOf(call), ...asked })

type Reading = Pick<Ask, "asked" | "resultOf">

/** A command says of itself what it does, best effort: no reason to let it through. */
const ofCommand = (call: Call): Reading => ({
  asked: [
    permission(call, {
      kind: "execute",
      toolCallId: textIn(call.params, "itemId") ?? idOf(call),
      toolName: "commandExecution",
      arguments: given(call.params, ["command", "cwd", "reason", "networkApprovalContext"])
    })
  ],
  resultOf: decision
})

const ofFileChange = (call: Call): Reading => {
  const { known, params } = call
  const itemId = textIn(params, "itemId") ?? ""
  const changes = known.changesOf(itemId)
  const wantsRoot = textIn(params, "grantRoot") !== undefined
  return {
    asked: [
      permission(call, {
        kind: wantsRoot ? "other" : changesKind(changes, known.cwd),
        toolCallId: itemId,
        toolName: "fileChange",
        arguments: { changes, ...given(params, ["reason", "grantRoot"]) }
      })
    ],
    resultOf: decision
  }
}

const ofPermissions = (call: Call): Reading => {
  const wanted = recordIn(call.params, "permissions") ?? {}
  return {
    asked: [
      permission(call, {
        kind: "other",
        toolCallId: textIn(call.params, "itemId") ?? idOf(call),
        toolName: "permissions",
        arguments: given(call.params, ["permissions", "reason", "cwd"])
      })
    ],
    resultOf: ([verdict]) => ({
      permissions: isApproved(verdict) ? given(wanted, Object.keys(wanted)) : {},
      scope: "turn"
    })
  }
}

/** An answer to a question; who denies, or says nothing in time, gives none. */
const wordsOf = (verdict: Verdict | undefined): string | undefined =>
  verdict?._tag === "Answered" ? verdict.text : undefined

const ofQuestions = (call: Call): Reading | undefined => {
  const questions = listIn(call.params, "questions").filter(isRecord)
  // A secret would be recorded with its question.
  if (questions.length === 0 || questions.some((question) => question["isSecret"] === true)) return undefined
  const nameOf = (question: Frame) => textIn(question, "id") ?? ""
  return {
    asked: questions.map((question) => ({
      type: "question_asked",
      id: `${idOf(call)}/${nameOf(question)}`,
      question: textIn(question, "question") ?? "",
      options: listIn(question, "options").flatMap((option) =>
        isRecord(option) ? (textIn(option, "label") ?? []) : []
      )
    })),
    resultOf: (verdicts) => ({
      answers: Object.fromEntries(
        questions.flatMap((question, index) => {
          const words = wordsOf(verdicts[index])
          return words === undefined ? [] : [[nameOf(question), { answers: [words] }]]
        })
      )
    })
  }
}

const declined = { action: "decline", content: null, _meta: null }

const elicited = (content: Frame | undefined) =>
  content === undefined ? declined : { action: "accept", content, _meta: null }

/** A tool of an MCP server is asked for as a form without fields. */
const ofToolApproval = (call: Call, server: string, tool: string, meta: Frame): Reading => ({
  asked: [
    permission(call, {
      kind: "other",
      toolCallId: call.known.callOf(server, tool) ?? idOf(call),
      toolName: mcpToolName(server, tool),
      arguments: meta["tool_params"] ?? null
    })
  ],
  resultOf: ([verdict]) => elicited(isApproved(verdict) ? {} : undefined)
})

const opened = "Done"
const notOpened = "Decline"

const ofElicitation = (call: Call): Reading => {
  const { params } = call
  const server = textIn(params, "serverName") ?? ""
  const meta = recordIn(params, "_meta")
  const tool = meta && textIn(meta, "tool_name")
  if (meta !== undefined && tool !== undefined && meta["codex_approval_kind"] === "mcp_tool_call") {
    return ofToolApproval(call, server, tool, meta)
  }
  const id = idOf(call)
  const message = `${server}: ${textIn(params, "message") ?? ""}`
  const url = textIn(params, "url")
  if (url !== undefined) {
    return {
      asked: [{ type: "question_asked", id, question: `${message}\n${url}`, options: [opened, notOpened] }],
      resultOf: ([verdict]) => {
        const words = wordsOf(verdict)
        return words === undefined || words === notOpened ? declined : { ...declined, action: "accept" }
      }
    }
  }
  const schema = recordIn(params, "requestedSchema")
  return {
    asked: [{ type: "question_asked", id, ...CodexForms.questionOf(message, schema) }],
    resultOf: ([verdict]) => {
      const words = wordsOf(verdict)
      return elicited(words === undefined ? undefined : CodexForms.contentOf(schema, words))
    }
  }
}

const readings: Readonly<Record<string, (call: Call) => Reading | undefined>> = {
  "item/commandExecution/requestApproval": ofCommand,
  "item/fileChange/requestApproval": ofFileChange,
  "item/permissions/requestApproval": ofPermissions,
  "item/tool/requestUserInput": ofQuestions,
  "mcpServer/elicitation/request": ofElicitation
}

/** The ask that a call of the program's is; none: nothing that anybody here can answer. */
export const read = (method: string, call: Call): Ask | undefined => {
  const reading = Object.hasOwn(readings, method) ? readings[method]?.(call) : undefined
  if (reading === undefined) return undefined
  const { known, params, rpcId } = call
  return {
    rpcId,
    threadId: textIn(params, "threadId") ?? "",
    turnId: textIn(params, "turnId") ?? known.turnId,
    ...reading
  }
}

/** The asks that wait for an answer. The program asks one by one, and withdraws what its turn leaves. */
export class OpenAsks {
  private readonly open = new Map<RpcId, { readonly ask: Ask; readonly verdicts: Map<string, Verdict> }>()

  add(ask: Ask): void {
    this.open.set(ask.rpcId, { ask, verdicts: new Map() })
  }

  /** Takes one verdict; the ask and its result once it has them all. */
  answer(askedId: string, verdict: Verdict): { readonly ask: Ask; readonly result: unknown } | undefined {
    for (const { ask, verdicts } of this.open.values()) {
      if (!ask.asked.some(({ id }) => id === askedId)) continue
      verdicts.set(askedId, verdict)
      const all = ask.asked.flatMap(({ id }) => verdicts.get(id) ?? [])
      if (all.length < ask.asked.length) return undefined
      this.open.delete(ask.rpcId)
      return { ask, result: ask.resultOf(all) }
    }
    return undefined
  }

  /** The program does not wait any more: the names of what it had asked. */
  withdraw(rpcId: RpcId | undefined): ReadonlyArray<string> {
    const found = rpcId === undefined ? undefined : this.open.get(rpcId)
    if (rpcId === undefined || found === undefined) return []
    this.open.delete(rpcId)
    return found.ask.asked.map(({ id }) => id)
  }
}
