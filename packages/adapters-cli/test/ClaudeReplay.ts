/**
 * Plays a recorded talk with Claude Code into the translation, with what its
 * client said at the places where it said it.
 */
import type { AgentEvent, Outcome, Session } from "@offshoot/core"
import * as Option from "effect/Option"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { ClaudeTranslation } from "../src/claude-stream-json/ClaudeTranslation.ts"
import type { Fact } from "../src/Fact.ts"
import { type Frame, isRecord, listIn, numberIn, objectOf, recordIn, textIn } from "../src/Frames.ts"

const transcripts = NodePath.join(import.meta.dirname, "fixtures/transcripts")

export const fixture = (path: string): string => NodeFS.readFileSync(NodePath.join(transcripts, path), "utf8")

const framesOf = (path: string): ReadonlyArray<Frame> =>
  fixture(path)
    .split("\n")
    .flatMap((line) => {
      const frame = objectOf(line)
      return frame === undefined ? [] : [frame]
    })

interface Said {
  /** How many lines of the program had come by then. */
  readonly after: number
  readonly line: Frame
}

/** One without a record of its client: a prompt, and an interrupt where it was answered. */
const assumed = (frames: ReadonlyArray<Frame>): ReadonlyArray<Said> => [
  { after: 0, line: { type: "user", uuid: "prompt", message: { content: "go" } } },
  ...frames.flatMap((frame, after) =>
    (textIn(recordIn(frame, "response") ?? {}, "request_id") ?? "").startsWith("i1")
      ? [{ after, line: { type: "control_request", request: { subtype: "interrupt" } } }]
      : []
  )
]

const saidOf = (path: string, frames: ReadonlyArray<Frame>): ReadonlyArray<Said> => {
  const client = path.replace(/\.jsonl$/, ".client.json")
  if (!NodeFS.existsSync(NodePath.join(transcripts, client))) return assumed(frames)
  return listIn(objectOf(fixture(client)) ?? {}, "said").flatMap((said) =>
    isRecord(said) ? [{ after: numberIn(said, "after") ?? 0, line: recordIn(said, "line") ?? {} }] : []
  )
}

export interface Replayed {
  /** All that was told, in order, but for mere signs of life. */
  readonly facts: ReadonlyArray<Fact>
  /** What the program was to be prompted with, turn by turn. */
  readonly prompts: ReadonlyArray<string>
}

export const replay = (path: string, resume?: string): Replayed => {
  const translation = new ClaudeTranslation(Option.fromUndefinedOr(resume))
  const { turns } = translation
  const frames = framesOf(path)
  const prompts: Array<string> = []
  const facts: Array<Fact> = []
  const say = ({ line }: Said) => {
    const id = textIn(line, "uuid") ?? "prompt"
    const text = textIn(recordIn(line, "message") ?? {}, "content") ?? ""
    if (line["type"] === "user" && turns.isUnder) turns.sent(id, text)
    else if (line["type"] === "user") prompts.push(turns.begin(id, text))
    else if (textIn(recordIn(line, "request") ?? {}, "subtype") === "interrupt") turns.stop()
  }
  const said = [...saidOf(path, frames)]
  for (const [index, frame] of frames.entries()) {
    for (; said[0] !== undefined && said[0].after <= index; said.shift()) say(said[0])
    if (frame["type"] !== "control_response") facts.push(...translation.translate(frame))
  }
  return { facts: facts.filter(({ type }) => type !== "alive"), prompts }
}

export const outcomesOf = ({ facts }: Replayed): ReadonlyArray<Outcome.RunnerOutcome | "interrupted"> =>
  facts.flatMap((fact) => (fact.type === "turn_ended" ? [fact.outcome] : []))

export const usagesOf = ({ facts }: Replayed): ReadonlyArray<Session.Usage> =>
  facts.flatMap((fact) => (fact.type === "usage_updated" ? [fact.usage] : []))

const eventWords = (event: AgentEvent.NestedEvent): string => {
  switch (event.type) {
    case "token":
      return `says ${event.content}`
    case "reasoning_token":
      return `thinks ${event.content}`
    case "tool_start":
      return `calls ${event.toolName} ${JSON.stringify(event.arguments)}`
    case "tool_complete":
      return `${event.toolName}: ${String(event.result)}`
    case "tool_error":
      return `${event.toolName} fails: ${event.error}`
    case "file_changed":
      return `${event.change} ${event.path}`
    case "runner_progress":
      return event.detail === undefined ? "" : `progress: ${event.detail}`
    case "tool_lifecycle":
      return `${event.toolName} ${event.phase}: ${event.detail ?? ""}`
    case "runner_output":
      return `notes: ${event.content.trim()}`
    case "task_list_changed":
      return `plans ${event.tasks.map(({ status, title }) => `${title} (${status})`).join(", ")}`
    default:
      return ""
  }
}

const wordsOf = (fact: Fact): string => {
  switch (fact.type) {
    case "conversation_named":
      return `is called ${fact.handle}`
    case "permission_asked":
      return `asks for ${fact.toolName} to ${fact.kind}`
    case "question_asked":
      return `asks ${fact.question} [${fact.options.join(", ")}]`
    case "ask_withdrawn":
      return "does not ask any more"
    case "turn_ended":
      return fact.outcome === "interrupted" ? "ends interrupted" : `ends ${fact.outcome.reason}`
    case "alive":
      return ""
    case "nested_agent_event":
      return `(${fact.title ?? fact.nestedId}) ${eventWords(fact.event)}`
    default:
      return eventWords(fact)
  }
}

/** What was told, in words: neighbouring pieces of one text together, usage and rounds left out. */
export const storyOf = ({ facts }: Replayed): ReadonlyArray<string> => {
  const story: Array<string> = []
  for (const fact of facts) {
    const words = wordsOf(fact)
    const before = story.at(-1)
    const goesOn = fact.type === "token" && before?.startsWith("says ") === true && !words.startsWith("says \n\n")
    if (words === "") continue
    if (goesOn) story[story.length - 1] = before + words.slice("says ".length)
    else story.push(words)
  }
  return story
}
