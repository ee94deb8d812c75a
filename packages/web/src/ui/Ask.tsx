/**
 * What a child asks, in full, and the ways to answer. The arguments of a tool
 * are shown as they are, as text.
 *
 * @stability unstable
 */
import type { OpenRequest } from "@offshoot/core/TreeView"
import { useSignal } from "@preact/signals"
import * as Actions from "../Actions.ts"
import * as Figures from "../Figures.ts"
import * as Inert from "../Inert.ts"
import { nameOf } from "../NowLine.ts"
import { pathTo } from "../Rows.ts"
import * as Store from "../Store.ts"

type Permission = Extract<OpenRequest["ask"], { readonly type: "permission" }>
type Question = Extract<OpenRequest["ask"], { readonly type: "question" }>

/** Arguments may hold a whole file; the record has all of it. */
const argumentsMax = 20_000

const textOf = (value: unknown): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value, undefined, 2) ?? "")
  const shown = Inert.raw(text.slice(0, argumentsMax))
  return text.length > argumentsMax ? `${shown}\n… and ${text.length - argumentsMax} more characters` : shown
}

const Arguments = ({ value }: { readonly value: unknown }) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return <pre class="argument">{textOf(value)}</pre>
  return (
    <dl class="arguments">
      {Object.entries(value).map(([name, argument]) => (
        <div key={name}>
          <dt>{Inert.line(name)}</dt>
          <dd>
            <pre>{textOf(argument)}</pre>
          </dd>
        </div>
      ))}
    </dl>
  )
}

const PathTo = ({ id }: { readonly id: string }) => (
  <nav class="path" aria-label="Path to the root">
    {pathTo(Store.tree.value, id).map((node, index) => (
      <span key={node.id}>
        {index === 0 ? null : <span class="dim"> › </span>}
        <button type="button" class="link" onClick={() => Store.openSession(node.id)}>
          {nameOf(node)}
        </button>
      </span>
    ))}
  </nav>
)

const Deadline = ({ request }: { readonly request: OpenRequest }) => {
  const asked = `asked ${Figures.duration(Store.nowMillis.value - request.openedAtMillis)} ago`
  const { expiresAtMillis } = request
  if (expiresAtMillis === undefined) return <span class="dim">{asked}</span>
  const left = expiresAtMillis - Store.nowMillis.value
  const ends = left <= 0 ? "is over" : `ends in ${Figures.duration(left)}`
  return (
    <span class={left < 60_000 ? "late" : "dim"} title={new Date(expiresAtMillis).toLocaleString()}>
      {asked} · {ends}
    </span>
  )
}

interface AnswerProps {
  readonly request: OpenRequest
  readonly busy: boolean
  readonly answer: (
    decision: "approve" | "deny" | "answer",
    more: { text?: string; scope?: "once" | "session" }
  ) => void
}

const PermissionAnswer = ({ answer, ask, busy }: AnswerProps & { readonly ask: Permission }) => {
  const words = useSignal("")
  return (
    <>
      <p class="ask-what">
        Wants to use <strong>{Inert.line(ask.toolName)}</strong>
      </p>
      <Arguments value={ask.arguments} />
      <div class="answers">
        <button type="button" class="primary" disabled={busy} onClick={() => answer("approve", { scope: "once" })}>
          Allow once
        </button>
        <button type="button" disabled={busy} onClick={() => answer("approve", { scope: "session" })}>
          Allow for this session
        </button>
        <form
          class="deny"
          onSubmit={(event) => {
            event.preventDefault()
            answer("deny", { text: words.value })
          }}
        >
          <input
            aria-label="Why not, in words"
            placeholder="Why not (optional)"
            maxLength={4_000}
            value={words.value}
            onInput={(event) => (words.value = event.currentTarget.value)}
          />
          <button type="submit" class="danger" disabled={busy}>
            Deny
          </button>
        </form>
      </div>
    </>
  )
}

const QuestionAnswer = ({ answer, ask, busy }: AnswerProps & { readonly ask: Question }) => {
  const words = useSignal("")
  return (
    <>
      <p class="ask-what ask-question">{Inert.lines(ask.question)}</p>
      {ask.options === undefined || ask.options.length === 0 ? null : (
        <div class="answers">
          {ask.options.map((option) => (
            <button type="button" key={option} disabled={busy} onClick={() => answer("answer", { text: option })}>
              {Inert.line(option)}
            </button>
          ))}
        </div>
      )}
      <form
        class="answer-text"
        onSubmit={(event) => {
          event.preventDefault()
          if (words.value.trim() !== "") answer("answer", { text: words.value })
        }}
      >
        <textarea
          rows={2}
          aria-label="Your answer"
          placeholder="Your answer"
          maxLength={65_536}
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={busy || words.value.trim() === ""}>
          Answer
        </button>
      </form>
    </>
  )
}

export const Ask = ({ request }: { readonly request: OpenRequest }) => {
  const busy = useSignal(false)
  const answer: AnswerProps["answer"] = (decision, more) => {
    busy.value = true
    void Actions.answerRequest(request.id, decision, more).finally(() => (busy.value = false))
  }
  const common = { request, answer, busy: busy.value }
  const { ask } = request
  return (
    <article class="ask" aria-label={ask.type === "question" ? "Question" : "Permission"}>
      <header>
        <span class="state state-awaiting_request">
          <span class="icon" aria-hidden="true">
            ?
          </span>
          <span class="word">{ask.type === "question" ? "question" : "permission"}</span>
        </span>
        <PathTo id={request.sessionId} />
        <Deadline request={request} />
      </header>
      {ask.type === "question" ? <QuestionAnswer {...common} ask={ask} /> : <PermissionAnswer {...common} ask={ask} />}
    </article>
  )
}

/** More are counted: nobody answers more than this at a sitting, and the oldest come first. */
const shownMax = 50

export const Inbox = () => {
  const requests = Store.requests.value
  return (
    <section class="pane inbox" aria-label="Inbox">
      <header class="pane-head">
        <h2>Inbox</h2>
        <span class="dim">{Figures.count(requests.length, "request", "requests")}</span>
        <button type="button" class="quiet close" aria-label="Close" onClick={() => Store.go({ _tag: "Tree" })}>
          ✕
        </button>
      </header>
      <div class="pane-body" aria-live="polite">
        {requests.length === 0 ? (
          <p class="empty">Nobody waits for you. What a child asks, in any tree, is shown here until it is answered.</p>
        ) : (
          requests.slice(0, shownMax).map((request) => <Ask key={request.id} request={request} />)
        )}
        {requests.length > shownMax ? <p class="dim">and {requests.length - shownMax} more</p> : null}
      </div>
    </section>
  )
}
