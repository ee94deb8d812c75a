import { assert, describe, it } from "@effect/vitest"
import { SessionStore } from "@offshoot/core"
import * as Records from "@offshoot/test-conformance/StoreRecords"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as DataDirectory from "../src/DataDirectory.ts"
import * as Migrations from "../src/Migrations.ts"
import * as SqliteClient from "../src/SqliteClient.ts"
import * as ChildProgram from "./ChildProgram.ts"
import * as Mounts from "./Mounts.ts"
import * as TemporaryDirectory from "./TemporaryDirectory.ts"

const open = (directory: string) =>
  Effect.map(Layer.build(DataDirectory.layerEmbedded({ directory })), (services) =>
    Context.get(services, SessionStore.SessionStore)
  )

const refusalOf = (directory: string) => Effect.flip(Effect.scoped(open(directory)))

const databaseIn = (directory: string): string => Path.join(directory, "offshoot.db")

describe("opening", () => {
  it.live("makes the directory, for its owner only", () =>
    Effect.gen(function* () {
      const directory = Path.join(yield* TemporaryDirectory.make, "a", "b")
      yield* open(directory)
      const modes = yield* Effect.promise(() =>
        Promise.all([directory, databaseIn(directory)].map(async (path) => (await Fs.stat(path)).mode & 0o777))
      )
      assert.deepStrictEqual(modes, [0o700, 0o600])
    })
  )

  it.live("finds what was stored before", () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const session = Records.root(1)
      yield* Effect.scoped(Effect.flatMap(open(directory), (store) => store.commit([Records.created(session)])))
      const store = yield* open(directory)
      assert.deepStrictEqual(yield* store.session(session.id), Option.some(session))
    })
  )

  it.live("refuses a path that leads through a file, and one that is a file", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* TemporaryDirectory.make, "file")
      yield* Effect.promise(() => Fs.writeFile(file, "mine"))
      assert.strictEqual((yield* refusalOf(Path.join(file, "data"))).condition, "not_a_directory")
      assert.strictEqual((yield* refusalOf(file)).condition, "not_a_directory")
      assert.strictEqual(yield* Effect.promise(() => Fs.readFile(file, "utf8")), "mine")
    })
  )

  it.live.skipIf(!Mounts.permitted)("refuses a directory that is read-only, saying what to do", () =>
    Effect.gen(function* () {
      const directory = yield* Mounts.readOnly
      const error = yield* refusalOf(directory)
      assert.strictEqual(error.condition, "read_only")
      assert.isFalse(error.retryable)
      assert.include(error.message, directory)
      assert.include(error.message, "OFFSHOOT_DATA_DIR")
      assert.strictEqual((yield* refusalOf(Path.join(directory, "below"))).condition, "read_only")
    })
  )

  it.live.skipIf(process.getuid?.() === 0)("refuses a directory without the permission to write", () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      yield* Effect.promise(() => Fs.chmod(directory, 0o500))
      assert.strictEqual((yield* refusalOf(directory)).condition, "read_only")
    })
  )

  it.live("refuses a file that is no database, and leaves it as it is", () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      const garbage = Buffer.alloc(9000, "garbage ")
      yield* Effect.promise(() => Fs.writeFile(databaseIn(directory), garbage))
      const error = yield* refusalOf(directory)
      assert.strictEqual(error.condition, "corrupt")
      assert.isFalse(error.retryable)
      assert.isTrue(garbage.equals(yield* Effect.promise(() => Fs.readFile(databaseIn(directory)))))
    })
  )

  it.live("refuses a database of a newer version", () =>
    Effect.gen(function* () {
      const directory = yield* TemporaryDirectory.make
      yield* Effect.scoped(open(directory))
      yield* Effect.flatMap(
        SqliteClient.make({ filename: databaseIn(directory) }),
        (sql) => sql`INSERT INTO offshoot_migrations (migration_id, name) VALUES (${Migrations.current + 1}, 'later')`
      ).pipe(Effect.scoped, Effect.provide(Reactivity.layer))
      assert.strictEqual((yield* refusalOf(directory)).condition, "newer")
    })
  )
})

describe("holding", () => {
  it.live(
    "refuses a second process at once, until the first is killed",
    () =>
      Effect.gen(function* () {
        const directory = yield* TemporaryDirectory.make
        const holder = yield* ChildProgram.start("holderMain.ts", [directory])
        assert.strictEqual(yield* Queue.take(holder.lines), "ready")
        const error = yield* refusalOf(directory)
        assert.strictEqual(error.condition, "locked")
        assert.isTrue(error.retryable)
        assert.include(error.message, "in use by another offshoot")
        yield* holder.kill
        const store = yield* open(directory)
        yield* store.ready
      }),
    60_000
  )

  it.live(
    "refuses a second store in the same process, and keeps the first",
    () =>
      Effect.gen(function* () {
        const directory = yield* TemporaryDirectory.make
        yield* Effect.scoped(
          Effect.gen(function* () {
            const store = yield* open(directory)
            assert.strictEqual((yield* refusalOf(directory)).condition, "locked")
            assert.strictEqual((yield* refusalOf(directory)).condition, "locked")
            yield* store.commit([Records.created(Records.root(1))])
            const program = yield* ChildProgram.start("holderMain.ts", [directory])
            assert.deepStrictEqual(yield* Queue.collect(program.lines), ["refused: locked"])
          })
        )
        yield* open(directory)
      }),
    60_000
  )
})
