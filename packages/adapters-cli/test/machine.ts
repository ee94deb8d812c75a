/**
 * What these tests share: the real platform under a host of their own, and a
 * look at the machine's processes that does not go through our code.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { CliHost, ProcessTable, ProgramLauncher } from "@offshoot/adapters-cli"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodeFS from "node:fs"
import * as NodeProcess from "node:process"
import * as NodeUtil from "node:util"

/** A name that no other test file, and no other run of this one, has. */
export const instanceOf = (name: string): string => `test-${name}-${NodeProcess.pid}-${NodeProcess.hrtime.bigint()}`

/** Everything a runner needs, under the host `instance`. */
export const layerOf = (
  instance: string,
  environment: CliHost.Environment = NodeProcess.env,
  table: typeof ProcessTable.layer = ProcessTable.layer
) =>
  ProgramLauncher.layer.pipe(
    Layer.provideMerge(table),
    Layer.provideMerge(Layer.mergeAll(CliHost.layer({ instance, environment }), NodeServices.layer))
  )

const fileOf = (pid: string, file: "environ" | "cmdline"): string => {
  try {
    return NodeFS.readFileSync(`/proc/${pid}/${file}`, "utf8")
  } catch {
    return ""
  }
}

const pidsWhere = (file: "environ" | "cmdline", text: string): ReadonlyArray<number> =>
  NodeFS.readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && fileOf(name, file).includes(text))
    .map(Number)

/** The live processes whose environment holds this text; a zombie's is empty. */
export const pidsWith = (text: string): ReadonlyArray<number> => pidsWhere("environ", text)

/** The live processes whose arguments hold this text; a zombie has none. */
export const pidsRunning = (text: string): ReadonlyArray<number> => pidsWhere("cmdline", text)

/** The boot of the host that started this process. */
export const bootOf = (pid: number): string => /OFFSHOOT_BOOT=([^\0]+)/.exec(fileOf(String(pid), "environ"))?.[1] ?? ""

/** How many processes of this instance are alive. */
export const live = (instance: string): Effect.Effect<number> =>
  Effect.sync(() => pidsWith(`OFFSHOOT_INSTANCE=${instance}\0`).length)

/** A value as one text, whole, for looking what is in it. */
export const printed = (value: unknown): string =>
  NodeUtil.inspect(value, { depth: null, maxStringLength: null, maxArrayLength: null, breakLength: Infinity })
