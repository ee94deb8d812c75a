/**
 * What is shown while there is nothing: how to begin, and which agents are at
 * hand, each with what it lacks.
 *
 * @stability unstable
 */
import * as Actions from "../Actions.ts"
import * as Inert from "../Inert.ts"
import * as Store from "../Store.ts"
import * as Wire from "../Wire.ts"
import { dialog } from "./Dialogs.tsx"
import { Loaded } from "./Loaded.tsx"
import { copy } from "./Saving.ts"

const lackOf = ({ lacks }: Wire.Agent): string => {
  const all = lacks === undefined ? "" : typeof lacks === "string" ? lacks : lacks.join(", ")
  return Inert.line(all)
}

const words: Readonly<Record<string, string>> = {
  ready: "ready",
  not_ready: "not ready",
  missing: "not found",
  unknown: "not known"
}

/** A server that says no state has it only for agents that it runs. */
const stateOf = ({ state }: Wire.Agent): { readonly word: string; readonly icon: string; readonly look: string } => {
  const word = words[state ?? "ready"] ?? "not known"
  if (word === "ready") return { word, icon: "✔", look: "state-completed" }
  return {
    word,
    icon: word === "not ready" ? "!" : "·",
    look: word === "not ready" ? "state-cancelling" : "state-idle"
  }
}

const AgentRow = ({ agent }: { readonly agent: Wire.Agent }) => {
  const lack = lackOf(agent)
  const { mend } = agent
  const { icon, look, word } = stateOf(agent)
  return (
    <li class="agent">
      <span class={`state ${look}`}>
        <span class="icon" aria-hidden="true">
          {icon}
        </span>
        <span class="word">{word}</span>
      </span>
      <span class="agent-name">
        {Inert.line(agent.title ?? agent.id)} <span class="dim">{Inert.line(agent.version ?? agent.protocol)}</span>
      </span>
      <span class="agent-lack">
        {lack}
        {mend === undefined ? null : (
          <button type="button" class="link" title="Copy this command" onClick={() => void copy(mend)}>
            <code>{Inert.line(mend)}</code>
          </button>
        )}
      </span>
    </li>
  )
}

const AgentList = () => (
  <Loaded read={() => Actions.read("/v1/agents", Wire.isAgents)} again="">
    {({ inProcess, items }) => (
      <>
        <h3>Agents of this server</h3>
        <ul class="agents">
          {inProcess ? (
            <li class="agent">
              <span class="state state-completed">
                <span class="icon" aria-hidden="true">
                  ✔
                </span>
                <span class="word">ready</span>
              </span>
              <span class="agent-name">The agent in this process</span>
              <span class="agent-lack" />
            </li>
          ) : null}
          {items.map((agent) => (
            <AgentRow key={agent.id} agent={agent} />
          ))}
        </ul>
        {items.length === 0 && !inProcess ? (
          <p class="dim">
            None is configured. <code>offshoot doctor</code> says which are on this machine.
          </p>
        ) : null}
      </>
    )}
  </Loaded>
)

export const Empty = () => (
  <div class="welcome">
    <h2>Nothing has run here yet</h2>
    <p>
      Start a session, or spawn one from your program, and it is here at once: what it does, what it asks, what it cost.
    </p>
    <div class="answers">
      <button type="button" class="primary" onClick={() => (dialog.value = { _tag: "New" })}>
        New session
      </button>
      {Store.overview.value?.demo === false ? null : (
        <button type="button" onClick={() => void Actions.startDemo()}>
          Run the demo
        </button>
      )}
    </div>
    <AgentList />
  </div>
)

/** Sessions there are, but the filter shows none of them. */
export const NoneShown = () => {
  const { agent, all, status, text } = Store.address.value
  const isNarrowed = text !== "" || status !== "" || agent !== ""
  return (
    <div class="welcome">
      <h2>{isNarrowed ? "Nothing matches" : "Nothing is active"}</h2>
      <div class="answers">
        {isNarrowed ? (
          <button type="button" onClick={() => Store.look({ text: "", status: "", agent: "" })}>
            Clear the filters
          </button>
        ) : null}
        {all ? null : (
          <button type="button" onClick={() => Store.look({ all: true })}>
            Show what is done
          </button>
        )}
      </div>
    </div>
  )
}
