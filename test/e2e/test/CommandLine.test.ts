/** The command line as a person uses it: beside a server, and alone. */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Program, RawHttp, Record, ServerProcess, Workplace } from "@offshoot/test-e2e"
import * as Effect from "effect/Effect"

const optionsOf = (workplace: Workplace.Workplace): Program.Options => ({
  cwd: workplace.folder,
  env: ServerProcess.environmentOf(workplace)
})

const offshoot = (workplace: Workplace.Workplace, ...args: ReadonlyArray<string>) =>
  Program.run(args, optionsOf(workplace))

const escape = "\u001B"

const nothingLeft = Effect.fnUntraced(function* (workplace: Workplace.Workplace) {
  assert.deepStrictEqual(yield* workplace.alive, [])
  assert.isFalse(NodeFS.existsSync(NodePath.join(workplace.dataDir, "server.json")))
})

describe("the command line beside a server", () => {
  it.live(
    "run, ls, watch and cancel find the server and tell the truth",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const { client } = yield* ServerProcess.start(workplace)

        const good = yield* offshoot(workplace, "run", "one prompt", "-a", "echo", "-a", "echo", "-a", "family")
        assert.strictEqual(good.code, 0, good.err)
        assert.strictEqual(good.out.filter((line) => line.startsWith("✔ completed")).length, 3, good.out.join("\n"))
        assert.isFalse(
          good.out.some((line) => line.includes(escape)),
          "plain lines where there is no terminal"
        )

        const mixed = yield* offshoot(workplace, "run", "x", "-a", "echo,fail,missing", "--json")
        assert.strictEqual(mixed.code, 1, mixed.err)
        const lines = mixed.out.map(RawHttp.members)
        assert.isTrue(lines.every((line) => typeof line["type"] === "string"))
        const summary = lines.at(-1)
        assert.deepStrictEqual([summary?.["type"], summary?.["exitCode"]], ["summary", 1])
        const ends = Array.isArray(summary?.["children"])
          ? summary["children"].map((child) => `${child.agent} ${child.status}/${child.reason}`)
          : []
        assert.deepStrictEqual(ends, ["echo completed/done", "fail error/agent_failed", "missing error/not_installed"])

        const unknown = yield* offshoot(workplace, "run", "x", "-a", "nobody")
        assert.strictEqual(unknown.code, 2)
        assert.match(unknown.err, /no agent nobody/)

        const root = yield* client.calls.sessions.create({ payload: { title: "watched" } })
        const { session } = yield* Record.speaking(client, root.id, "gated")
        const watching = yield* Program.start(["watch", root.id], optionsOf(workplace))
        yield* watching.line(/running .*gated/)
        yield* workplace.openGate("a person")
        const watched = yield* watching.ended
        assert.strictEqual(watched.code, 0, watched.err)
        // What it said before the reader was there is live only: the status is what watch owes.
        assert.isTrue(
          watched.out.some((line) => line.startsWith("✔ completed") && line.includes("gated")),
          watched.out.join("\n")
        )

        const again = yield* offshoot(workplace, "watch", root.id)
        assert.strictEqual(again.code, 0, "a tree that has settled is shown and that is all")

        const nap = yield* Record.speaking(client, root.id, "nap")
        const cancelled = yield* offshoot(workplace, "cancel", root.id)
        assert.deepStrictEqual([cancelled.code, cancelled.out], [0, ["cancelling 1 session"]], cancelled.err)
        yield* Record.settled(client, root.id)
        assert.strictEqual((yield* client.calls.sessions.get({ params: { id: nap.session.id } })).status, "cancelled")
        assert.deepStrictEqual(yield* workplace.alive, [])

        const table = yield* offshoot(workplace, "ls")
        assert.strictEqual(table.code, 0, table.err)
        assert.match(table.out[0] ?? "", /^ID +STATUS +REASON +TITLE +AGENT +AGE +CHILDREN$/)
        assert.isTrue(table.out.some((line) => line.startsWith(session.id) && line.includes("completed")))
        const json = yield* offshoot(workplace, "ls", "--json", "--status", "cancelled", "-n", "1")
        assert.include(json.out.join(), nap.session.id)
        const missing = yield* offshoot(workplace, "watch", "ses_none")
        assert.strictEqual(missing.code, 2)
        assert.match(missing.err, /ses_none/)
      }),
    120_000
  )

  it.live(
    "Ctrl-C during run cancels what it started, and nothing else",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const { client } = yield* ServerProcess.start(workplace)
        const other = yield* client.calls.sessions.create({ payload: { title: "not its business" } })
        const bystander = yield* Record.speaking(client, other.id, "gated")
        const running = yield* Program.start(["run", "x", "-a", "stubborn", "-a", "nap"], optionsOf(workplace))
        yield* running.line(/running .*stubborn/)
        yield* running.line(/running .*nap/)
        yield* running.signal("SIGINT")
        const ended = yield* running.ended
        assert.strictEqual(ended.code, 130, ended.err)
        assert.strictEqual(ended.out.filter((line) => line.startsWith("⊘ cancelled")).length, 2, ended.out.join("\n"))
        const alive = yield* workplace.alive
        assert.strictEqual(alive.length, 1, "only the bystander")
        assert.strictEqual(
          (yield* client.calls.sessions.get({ params: { id: bystander.session.id } })).status,
          "running"
        )
        yield* workplace.openGate("the end")
        const [child] = yield* Record.settled(client, other.id)
        assert.strictEqual(child?.status, "completed")
      }),
    120_000
  )
})

describe("the command line alone", () => {
  it.live(
    "run is the server itself: it answers, it leaves nothing, and Ctrl-C leaves nothing either",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const good = yield* offshoot(workplace, "run", "said alone", "-a", "echo", "-a", "family", "--text")
        assert.strictEqual(good.code, 0, good.err)
        assert.include(good.out, "said alone")
        yield* nothingLeft(workplace)

        const running = yield* Program.start(["run", "x", "-a", "stubborn", "-a", "nap"], optionsOf(workplace))
        yield* running.line(/running .*stubborn/)
        yield* running.line(/running .*nap/)
        assert.isAtLeast((yield* workplace.alive).length, 3)
        yield* running.signal("SIGINT")
        const ended = yield* running.ended
        assert.strictEqual(ended.code, 130, ended.err)
        yield* nothingLeft(workplace)

        const { client } = yield* ServerProcess.start(workplace)
        const all = (yield* client.calls.sessions.list({ query: {} })).items
        assert.deepStrictEqual(Record.tally(all.filter(({ kind }) => kind === "child").map(Record.endOf)), {
          "completed/done": 2,
          "cancelled/by_parent": 2
        })
      }),
    120_000
  )

  it.live(
    "what needs no server works without; what needs one says so with 3",
    () =>
      Effect.gen(function* () {
        const workplace = yield* Workplace.make()
        const version = yield* offshoot(workplace, "--version")
        assert.strictEqual(version.code, 0)
        assert.match(version.out.join(), /\d+\.\d+\.\d+/)
        for (const shell of ["bash", "zsh", "fish"]) {
          const completions = yield* offshoot(workplace, "--completions", shell)
          assert.strictEqual(completions.code, 0, completions.err)
          assert.match(completions.out.join("\n"), /offshoot/)
        }
        for (const args of [["ls"], ["watch", "ses_1"], ["cancel", "ses_1"]]) {
          const ended = yield* offshoot(workplace, ...args)
          assert.strictEqual(ended.code, 3, ended.err)
          assert.match(ended.err, /offshoot serve/)
        }
        const refused = yield* offshoot(workplace, "ls", "--url", "http://127.0.0.1:1", "--token", "x")
        assert.strictEqual(refused.code, 3, refused.err)
        assert.match(refused.err, /does not answer/)
        for (const args of [["nonsense"], ["run", "x"], ["serve", "--port", "many"], ["ls", "--limit", "0"]]) {
          assert.strictEqual((yield* offshoot(workplace, ...args)).code, 2, args.join(" "))
        }
        assert.isFalse(NodeFS.existsSync(workplace.dataDir), "looking makes nothing")
      }),
    120_000
  )
})
