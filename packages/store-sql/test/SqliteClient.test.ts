import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as SqliteClient from "../src/SqliteClient.ts"

const inMemory = SqliteClient.layer({ filename: ":memory:", statementsMax: 4 })

const withNumbers = Effect.fnUntraced(function* (count: number) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE numbers (n INTEGER PRIMARY KEY, name TEXT UNIQUE)`
  for (let n = 1; n <= count; n++) yield* sql`INSERT INTO numbers ${sql.insert({ n, name: `number ${n}` })}`
  return sql
})

const total = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ readonly total: number }>`SELECT COUNT(*) AS total FROM numbers`, ([row]) => row?.total)

it.effect("a transaction that fails leaves nothing, a nested one only what is outside it", () =>
  Effect.gen(function* () {
    const sql = yield* withNumbers(0)
    const insert = (n: number) => sql`INSERT INTO numbers ${sql.insert({ n, name: null })}`
    const failed = yield* Effect.result(sql.withTransaction(Effect.andThen(insert(1), Effect.fail("no"))))
    assert.isTrue(Result.isFailure(failed))
    assert.strictEqual(yield* total(sql), 0)
    yield* sql.withTransaction(
      Effect.andThen(insert(1), Effect.ignore(sql.withTransaction(Effect.andThen(insert(2), Effect.fail("no")))))
    )
    assert.strictEqual(yield* total(sql), 1)
  }).pipe(Effect.provide(inMemory))
)

it.effect("statements outside a transaction wait for its end", () =>
  Effect.gen(function* () {
    const sql = yield* withNumbers(0)
    const writer = sql.withTransaction(
      Effect.forEach([1, 2, 3], (n) => Effect.andThen(sql`INSERT INTO numbers VALUES (${n}, NULL)`, Effect.yieldNow))
    )
    const [, seen] = yield* Effect.all([writer, Effect.andThen(Effect.yieldNow, total(sql))], {
      concurrency: "unbounded"
    })
    assert.strictEqual(seen, 3)
  }).pipe(Effect.provide(inMemory))
)

it.effect("a value that is taken is a unique violation, in a primary key too", () =>
  Effect.gen(function* () {
    const sql = yield* withNumbers(2)
    for (const row of [
      { n: 1, name: "new" },
      { n: 9, name: "number 2" }
    ]) {
      const error = yield* Effect.flip(sql`INSERT INTO numbers ${sql.insert(row)}`)
      assert.strictEqual(error.reason._tag, "UniqueViolation")
    }
  }).pipe(Effect.provide(inMemory))
)

it.effect("a stream gives every row, while kept statements come and go", () =>
  Effect.gen(function* () {
    const sql = yield* withNumbers(300)
    const rows = yield* Stream.runCollect(sql<{ readonly n: number }>`SELECT n FROM numbers ORDER BY n`.stream)
    assert.deepStrictEqual(
      rows.map((row) => row.n),
      Array.from({ length: 300 }, (_, index) => index + 1)
    )
    for (let n = 1; n <= 10; n++) {
      assert.deepStrictEqual(yield* sql.unsafe(`SELECT n + ${n} AS sum FROM numbers WHERE n = ?`, [1]), [
        Object.assign(Object.create(null), { sum: 1 + n })
      ])
    }
  }).pipe(Effect.provide(inMemory))
)

it.effect("values come as arrays, and large integers as bigints where asked", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const query = sql`SELECT ${2n ** 60n} AS large, ${true} AS yes, ${undefined} AS absent`
    const values = yield* Effect.provideService(query.values, SqlClient.SafeIntegers, true)
    assert.deepStrictEqual(values, [[2n ** 60n, 1, null]])
    assert.isTrue(Result.isFailure(yield* Effect.result(query)))
    assert.isTrue(Result.isFailure(yield* Effect.result(sql.unsafe("SELECT ?", [{ an: "object" }]))))
  }).pipe(Effect.provide(inMemory))
)
