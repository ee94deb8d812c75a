/**
 * The keys of the page, as they act and as help shows them. They act on the open
 * session, else on the row that has the focus, and never while somebody types.
 *
 * @stability unstable
 */
export type Command =
  | "help"
  | "search"
  | "inbox"
  | "new"
  | "spawn"
  | "steer"
  | "stop"
  | "abort"
  | "retry"
  | "parent"
  | "active"
  | "tree"
  | "close"

interface KeyRow {
  readonly keys: string
  readonly what: string
  readonly command?: Command
}

export const keyRows: ReadonlyArray<KeyRow> = [
  { keys: "↑ ↓ ← →", what: "move in the tree, fold and unfold" },
  { keys: "Enter", what: "open the session" },
  { keys: "p", what: "go to its parent", command: "parent" },
  { keys: "s", what: "steer it: send a message", command: "steer" },
  { keys: "x", what: "stop it and all below; partial work is kept", command: "stop" },
  { keys: "X", what: "abort it at once", command: "abort" },
  { keys: "r", what: "retry it as a new run", command: "retry" },
  { keys: "c", what: "spawn a child of it", command: "spawn" },
  { keys: "n", what: "new session", command: "new" },
  { keys: "i", what: "inbox", command: "inbox" },
  { keys: "t", what: "go to the tree", command: "tree" },
  { keys: "/", what: "search", command: "search" },
  { keys: "a", what: "active only, or everything", command: "active" },
  { keys: "?", what: "this help", command: "help" },
  { keys: "Esc", what: "close what is open", command: "close" }
]

const commands = new Map(
  keyRows.flatMap(({ command, keys }) =>
    command === undefined ? [] : [[keys === "Esc" ? "Escape" : keys, command] as const]
  )
)

export const commandOf = (key: string): Command | undefined => commands.get(key)
