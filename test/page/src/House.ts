/**
 * A server with its children, behind a door: coding agents that play the script
 * in their prompt, and programs. Its end is the leak check of `Workplace`.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { CodingAgents, ServerProcess, Workplace } from "@offshoot/test-e2e"
import type { Ids } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Door from "./Door.ts"

/** A secret that stays the same over restarts, so that who is signed in stays so. */
const token = "a-token-of-the-page-tests"

const esc = "\\033"

/** What a child may say that is no text to a terminal, a page, or a reader, once the gate is opened. */
const hostile = [
  'read -r word < "$GATE"',
  `head -c 1000000 /dev/zero | tr '\\0' x; printf '\\n'`,
  `printf '<script>window.hurt = 1</script>\\n'`,
  `printf '<img src=x onerror="window.hurt = 2"> <b>bold</b>\\n'`,
  `printf '[a link](javascript:window.hurt=3) http://offshoot.example/x\\n'`,
  `printf '${esc}[31mred${esc}[0m ${esc}]8;;http://offshoot.example${esc}\\\\link${esc}]8;;${esc}\\\\ ${esc}[2J\\n'`,
  `printf 'abc\\342\\200\\256fed\\342\\200\\254 \\001\\007\\n'`,
  `printf 'the last line\\n'`,
  "exec sleep 1000"
].join("\n")

/** Lines that come when somebody lets it: the gate opens once for each child. */
const many = (lines: number): string =>
  `i=0; while [ $i -lt ${lines} ]; do echo "line $i of what it has to say, some words <b>bold</b>"; i=$((i+1)); done`

/** A program that holds the pipe of the workplace open. */
export const program = (places: { readonly held: string; readonly gate: string }, script: string) => ({
  protocol: "command",
  command: ["sh", "-c", `exec 9<>"$HELD"\n${script}`],
  stdin: "none",
  env: { HELD: places.held, GATE: places.gate },
  graceSeconds: 1,
  concurrent: 8
})

const everybody = (folder: string, places: { readonly held: string; readonly gate: string }, lines: number) => ({
  ...CodingAgents.settings(folder, places),
  hostile: program(places, hostile),
  many: program(places, many(lines))
})

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

export interface House {
  readonly workplace: Workplace.Workplace
  readonly door: Door.Door
  /** Signs in. */
  readonly link: string
  readonly serve: Effect.Effect<ServerProcess.ServerProcess, never, Scope.Scope>
}

export interface Options {
  readonly config?: Readonly<Record<string, unknown>>
  /** Lines of the agent `many`. */
  readonly lines?: number
  /** Instead of all others. */
  readonly only?: (
    folder: string,
    places: { readonly held: string; readonly gate: string }
  ) => Readonly<Record<string, unknown>>
}

export const make = ({ config = {}, lines = 100, only }: Options = {}): Effect.Effect<House, never, Scope.Scope> =>
  Effect.gen(function* () {
    const env: Record<string, string> = {}
    const workplace = yield* Workplace.make({
      // Children that hang by their script are not waited for at the end.
      config: { shutdown: { drainSeconds: 0 }, ...config },
      agents: (folder, places) => {
        if (only === undefined) return everybody(folder, places, lines)
        env["OFFSHOOT_CONFIG"] = NodePath.join(folder, "only.json")
        NodeFS.writeFileSync(env["OFFSHOOT_CONFIG"], toJson({ ...config, agents: only(folder, places) }))
        return {}
      }
    })
    const door = yield* Door.make
    return {
      workplace,
      door,
      link: `${door.url}/#token=${token}`,
      serve: ServerProcess.start(workplace, { env: { OFFSHOOT_TOKEN: token, ...env } }).pipe(
        Effect.tap(({ port }) => Effect.sync(() => door.leadTo(port))),
        Effect.orDie
      )
    }
  })

export const child = (
  { client }: ServerProcess.ServerProcess,
  parentId: Ids.SessionId,
  payload: { readonly title: string; readonly prompt: string; readonly agent: string }
) => Effect.orDie(Effect.map(client.calls.sessions.spawn({ params: { id: parentId }, payload }), (a) => a.session))

export const root = ({ client }: ServerProcess.ServerProcess, title: string) =>
  Effect.orDie(client.calls.sessions.create({ payload: { title } }))
