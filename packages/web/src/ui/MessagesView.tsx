/**
 * The transcript: what was asked and answered, as text.
 *
 * @stability unstable
 */
import * as Actions from "../Actions.ts"
import * as Figures from "../Figures.ts"
import * as Inert from "../Inert.ts"
import * as Store from "../Store.ts"
import type { Message } from "../Wire.ts"
import { Loaded } from "./Loaded.tsx"

/** A pasted file is cut here; the server has all of it. */
const textMax = 40_000

const shown = (text: string): string => {
  const part = Inert.lines(text.slice(0, textMax))
  return text.length > textMax ? `${part}\n… and ${(text.length - textMax).toLocaleString("en")} more characters` : part
}

const One = ({ message }: { readonly message: Message }) => (
  <article class={`message message-${message.role}${message.hidden ? " message-hidden" : ""}`}>
    <header>
      <strong>{Inert.line(message.role)}</strong>
      {message.hidden ? <span class="dim">for the model only</span> : null}
      <time class="dim" dateTime={message.createdAt}>
        {Figures.clock(Date.parse(message.createdAt))}
      </time>
    </header>
    <div class="text">{shown(message.text)}</div>
  </article>
)

export const Messages = ({ id }: { readonly id: string }) => {
  const appended = Store.recent.value.findLast(
    ({ event }) => event.type === "message_appended" && event.sessionId === id
  )
  return (
    <Loaded read={() => Actions.readMessages(id)} again={`${id} ${appended?.number ?? 0}`}>
      {({ items, more }) => (
        <div class="messages">
          {items.length === 0 ? <p class="empty">It was told nothing yet.</p> : null}
          {items.map((message) => (
            <One key={message.id} message={message} />
          ))}
          {more ? <p class="dim">There are more; these are the first {items.length}.</p> : null}
        </div>
      )}
    </Loaded>
  )
}
