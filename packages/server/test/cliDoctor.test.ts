/** `offshoot doctor` on machines as people have them. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as NodePath from "node:path"
import * as NodeProcess from "node:process"
import { call } from "./commandCall.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(Schema.Unknown))

const actor = NodePath.join(import.meta.dirname, "../../adapters-cli/test/actor/main.ts")

/** A machine with a home, a folder for programs, and a configuration if there is one. */
const machine = Effect.gen(function* () {
  const disk = yield* FileSystem.FileSystem
  const root = yield* disk.realPath(yield* disk.makeTempDirectoryScoped())
  const environment = { PATH: `${root}/bin:/usr/bin:/bin`, HOME: root, OFFSHOOT_DATA_DIR: `${root}/data` }
  yield* disk.makeDirectory(`${root}/bin`)
  const program = Effect.fnUntraced(function* (name: string, script: string) {
    yield* disk.writeFileString(`${root}/bin/${name}`, `#!/bin/sh\n${script}\n`)
    yield* disk.chmod(`${root}/bin/${name}`, 0o755)
  })
  const configure = (agents: unknown) => disk.writeFileString(`${root}/c.json`, toJson({ agents }))
  return {
    root,
    program,
    configure,
    doctor: (...args: ReadonlyArray<string>) => call(environment, "doctor", ...args),
    configured: (...args: ReadonlyArray<string>) => call(environment, "doctor", "--config", `${root}/c.json`, ...args)
  }
})

/** A program that says its version, and otherwise plays its part. */
const playing = (voice: string, version: string): string =>
  `[ "$1" = --version ] && { echo ${version}; exit; }\nexec ${NodeProcess.execPath} ${actor} ${voice} "$@"`

const Told = Schema.Struct({
  agents: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      state: Schema.String,
      version: Schema.optionalKey(Schema.String),
      lacks: Schema.Array(Schema.Struct({ weight: Schema.String, what: Schema.String, mend: Schema.String })),
      probe: Schema.optionalKey(Schema.Struct({ status: Schema.String, words: Schema.String, hint: Schema.String }))
    })
  ),
  unknown: Schema.Array(Schema.String)
})
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Told))

describe("offshoot doctor", { timeout: 60_000 }, () => {
  it.live("lists every agent that is known where there is none, with the command that installs it, and succeeds", () =>
    Effect.gen(function* () {
      const { doctor } = yield* machine
      const { code, out } = yield* doctor()
      assert.strictEqual(code, 0)
      assert.include(out.join("\n"), "pi is not on PATH. To mend it: npm install -g @mariozechner/pi-coding-agent")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("fails for an agent of the configuration that cannot run, and for a name that nobody knows", () =>
    Effect.gen(function* () {
      const { configure, configured, doctor } = yield* machine
      yield* configure({ mine: { program: "pi", env: { OPENAI_API_KEY: { ref: "NO_SUCH_KEY" } } } })
      const { code, out } = yield* configured()
      assert.strictEqual(code, 1)
      assert.match(out.join("\n"), /^mine: pi is not on PATH/m)
      const unknown = yield* doctor("nobody")
      assert.strictEqual(unknown.code, 1)
      assert.include(unknown.out.join("\n"), "nobody: no agent of the configuration, and none that is known")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("runs one turn of an agent that is ready, and tells its answer or its failure", () =>
    Effect.gen(function* () {
      const { configure, configured, program } = yield* machine
      yield* program("pi", playing("pi", "0.73.1"))
      yield* configure({ mine: { program: "pi", env: { OPENAI_API_KEY: "sk-of-nobody" } } })
      const looked = yield* Effect.flatMap(configured("--json", "mine"), ({ out }) => decode(out[0]))
      assert.deepStrictEqual(looked, {
        agents: [{ id: "mine", state: "ready", version: "0.73.1", lacks: [] }],
        unknown: []
      })
      const { code, out } = yield* configured("--json", "--probe", "mine")
      const [mine] = (yield* decode(out[0])).agents
      assert.strictEqual(mine?.probe?.status, "completed", mine?.probe?.words)
      assert.strictEqual(mine?.state, "answers")
      assert.strictEqual(code, 0)

      yield* program("pi", '[ "$1" = --version ] && { echo 0.73.1; exit; }\necho it broke >&2; exit 7')
      const broken = yield* configured("--json", "--probe", "mine")
      const [sick] = (yield* decode(broken.out[0])).agents
      assert.strictEqual(sick?.state, "does not answer: error")
      assert.include(sick?.probe?.words, "exited with code 7")
      assert.strictEqual(broken.code, 1)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
