/**
 * The agents of these tests: real programs, each with one way to behave.
 *
 * Every one holds the workplace's pipe open, and so does whatever it starts: the
 * end of that pipe is the event that nobody of them is alive any more.
 */

/** `9<>` never waits for the other end. */
const held = (script: string): ReadonlyArray<string> => ["sh", "-c", `exec 9<>"$HELD"\n${script}`]

const forEver = "sleep 100000"

const scripts = {
  /** Answers with its prompt. */
  echo: "exec cat",
  /** Says that it waits, and goes on when the workplace opens the gate. */
  gated: `echo waiting; read -r word < "$GATE"; echo "released by $word"`,
  /** Says something, then nothing more. */
  nap: `echo napping; exec ${forEver}`,
  /** Answers after a while. */
  slow: "echo slowly; sleep 2; echo done",
  fail: `echo "no good" >&2; exit 3`,
  /** Ignores what asks it to stop, and so does its child in a session of its own. */
  stubborn: `trap '' TERM INT HUP; setsid ${forEver} & echo stubborn; while :; do ${forEver}; done`,
  /** Ends well and leaves two behind, which hold its output open. */
  family: `setsid ${forEver} & ${forEver} & echo family`,
  /** Five million characters in one go. */
  blast: "head -c 5000000 /dev/zero | tr '\\0' x"
} as const

export type AgentId = keyof typeof scripts | "missing" | "scarce"

const withPrompt: ReadonlySet<string> = new Set(["echo"])

/** The `agents` of a configuration; `places` are the pipes of the workplace. */
export const settings = (places: { readonly held: string; readonly gate: string }): Record<string, unknown> => {
  const agent = (command: ReadonlyArray<string>, id: string, more: object = {}) => ({
    protocol: "command",
    command,
    stdin: withPrompt.has(id) ? "prompt" : "none",
    env: { HELD: places.held, GATE: places.gate },
    graceSeconds: 1,
    concurrent: 64,
    ...more
  })
  return {
    ...Object.fromEntries(Object.entries(scripts).map(([id, script]) => [id, agent(held(script), id)])),
    /** So few that they never take all slots. */
    nap: agent(held(scripts.nap), "nap", { concurrent: 6 }),
    /** As `stubborn`, one at a time, and with a grace time that nobody waits for. */
    scarce: agent(held(scripts.stubborn), "scarce", { concurrent: 1, graceSeconds: 60 }),
    missing: agent(["offshoot-e2e-there-is-no-such-program"], "missing")
  }
}
