/**
 * What opencode asks for before it acts, by the rules that it is given. Pure.
 *
 * Without any, opencode 1.18.33 asks for next to nothing. Rules reach it twice:
 * as configuration, which holds for all of its agents and which the user's own
 * files may loosen again, and as those of a session, which come last and win.
 * A sub-agent's session inherits only what is denied: one whose own rules let
 * it act unasked is therefore not launched at all.
 *
 * - P1 In every mode but `full`, nothing that changes, runs or fetches happens
 *   unasked, whatever the files of the user or of the workspace say.
 * - P2 What those files deny for a pattern stays denied.
 *
 * @stability unstable
 */
import type { PermissionMode } from "../CliProtocol.ts"
import { type Frame, isRecord, listIn, textIn } from "../Frames.ts"

/** A rule as opencode has it: the last one that fits decides. */
export interface Rule {
  readonly permission: string
  readonly pattern: string
  readonly action: "allow" | "ask" | "deny"
}

export interface Agent {
  readonly name: string
  /** `subagent`: only other agents launch it. */
  readonly mode: "primary" | "subagent" | "all"
  readonly isHidden: boolean
  readonly rules: ReadonlyArray<Rule>
}

const everything = "*"

/** Looking, planning and asking; what a sub-agent does, it asks for itself. */
const harmless: ReadonlyArray<string> = [
  "read",
  "glob",
  "grep",
  "list",
  "lsp",
  "todoread",
  "todowrite",
  "question",
  "task",
  "skill",
  "plan_enter",
  "plan_exit"
]

/** The tools whose permission is `edit`. */
const editTools: ReadonlyArray<string> = ["edit", "write", "apply_patch"]

/** As opencode has it by itself: a file of secrets is asked for. */
const reading = { [everything]: "allow", "*.env": "ask", "*.env.*": "ask", "*.env.example": "allow" }

const looking = { glob: "allow", grep: "allow", list: "allow", lsp: "allow", read: reading }

/** Merged over the user's own files: what they say of a permission comes in front of `*`, and is overruled by it. */
const askingConfig: Frame = {
  permission: {
    [everything]: "ask",
    ...looking,
    todowrite: "allow",
    question: "allow",
    task: "allow",
    skill: "allow"
  },
  agent: {
    // It has no tools that change files, and is not to get them by the rule above.
    explore: {
      permission: { [everything]: "deny", ...looking, bash: "ask", webfetch: "ask", websearch: "ask" }
    }
  }
}

/** The configuration of a run. A denial is no end of a turn, and nothing is published or updated. */
export const configOf = (mode: PermissionMode): Frame => ({
  autoupdate: false,
  share: "disabled",
  experimental: { continue_loop_on_deny: true },
  ...(mode === "full" ? {} : askingConfig)
})

const isAction = (action: unknown): action is Rule["action"] =>
  action === "allow" || action === "ask" || action === "deny"

/** The rules of an agent or a session. */
export const rulesIn = (agent: Frame): ReadonlyArray<Rule> =>
  listIn(agent, "permission").flatMap((rule) => {
    if (!isRecord(rule)) return []
    const permission = textIn(rule, "permission")
    const pattern = textIn(rule, "pattern")
    const { action } = rule
    return permission === undefined || pattern === undefined || !isAction(action)
      ? []
      : [{ permission, pattern, action }]
  })

/** The agents of an answer to `GET /agent`, that of a new session first. */
export const agentsOf = (body: unknown): ReadonlyArray<Agent> =>
  !Array.isArray(body)
    ? []
    : body.flatMap((agent: unknown) => {
        const name = isRecord(agent) ? textIn(agent, "name") : undefined
        if (!isRecord(agent) || name === undefined) return []
        const mode = textIn(agent, "mode")
        return [
          {
            name,
            mode: mode === "primary" || mode === "subagent" ? mode : "all",
            isHidden: agent["hidden"] === true,
            rules: rulesIn(agent)
          }
        ]
      })

/** The agent that a session begins with. */
export const mainOf = (agents: ReadonlyArray<Agent>): Agent | undefined =>
  agents.find(({ isHidden, mode }) => mode !== "subagent" && !isHidden)

/** A folder that is named is one that somebody meant. */
const isHarmless = ({ pattern, permission }: Rule): boolean =>
  harmless.includes(permission) || (permission === "external_directory" && pattern !== everything)

/** What stands in the place of a rule so that its permission is asked for. */
const guarded = (rule: Rule): ReadonlyArray<Rule> => {
  if (rule.action !== "allow" || isHarmless(rule)) return [rule]
  const asking: Rule = { ...rule, action: "ask" }
  return rule.permission === everything
    ? [asking, ...harmless.map((permission): Rule => ({ permission, pattern: rule.pattern, action: "allow" }))]
    : [asking]
}

/** Denials that only a rule for everything has lifted (P2). */
const liftedDenials = (rules: ReadonlyArray<Rule>): ReadonlyArray<Rule> =>
  rules.filter(
    (rule, index) =>
      rule.action === "deny" &&
      rule.permission !== everything &&
      !rules
        .slice(index + 1)
        .some(
          ({ action, pattern, permission }) =>
            permission === rule.permission &&
            (pattern === rule.pattern || (pattern === everything && action === "allow"))
        )
  )

/** A tool of a group cannot be taken away alone: it is asked for, and denied by its name. */
const disabled = (tools: ReadonlyArray<string>): ReadonlyArray<Rule> => {
  const own = tools.filter((tool) => !editTools.includes(tool))
  const edits = editTools.filter((tool) => tools.includes(tool))
  const action = edits.length === editTools.length ? "deny" : "ask"
  return [
    ...own.map((permission): Rule => ({ permission, pattern: everything, action: "deny" })),
    ...(edits.length === 0 ? [] : [{ permission: "edit", pattern: everything, action } as const])
  ]
}

/** Whether an agent with these rules asks before it acts. */
const isGuarded = (rules: ReadonlyArray<Rule>): boolean => {
  const last = rules.findLastIndex(({ pattern, permission }) => permission === everything && pattern === everything)
  if (rules[last]?.action === "allow") return false
  const later = rules.slice(last + 1)
  return later.every(
    (rule, index) =>
      rule.action !== "allow" ||
      isHarmless(rule) ||
      later
        .slice(index + 1)
        .some(
          ({ action, pattern, permission }) =>
            permission === rule.permission && pattern === everything && action !== "allow"
        )
  )
}

/** Sub-agents that would act unasked, by their names (P1). */
export const unguardedOf = (mode: PermissionMode, agents: ReadonlyArray<Agent>): ReadonlyArray<string> =>
  mode === "full"
    ? []
    : agents.filter(({ mode: of, rules }) => of !== "primary" && !isGuarded(rules)).map(({ name }) => name)

/**
 * The rules of a session of the main agent. They begin with all that the agent
 * has, so that those of an earlier run of the session do not count any more.
 */
export const sessionRules = (
  mode: PermissionMode,
  agents: ReadonlyArray<Agent>,
  main: Agent,
  disabledTools: ReadonlyArray<string>
): ReadonlyArray<Rule> => [
  ...(mode === "full" ? main.rules : main.rules.flatMap(guarded)),
  ...liftedDenials(main.rules),
  ...unguardedOf(mode, agents).map((name): Rule => ({ permission: "task", pattern: name, action: "deny" })),
  ...disabled(disabledTools)
]
