/** What is left of a run in a worktree: a diff that git applies, bounded, and the artifacts that a result names. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Ids, type Session } from "@offshoot/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as NodeFS from "node:fs"
import * as Changed from "../src/internal/changedFiles.ts"
import { limitsDefault, missingOf } from "../src/internal/worktreeDiff.ts"
import * as Worktrees from "../src/Worktrees.ts"
import { git, gitWith, layer, repository, shell } from "./repositories.ts"

const within = Duration.seconds(60)

/** Git is started some twenty times for a run, on a machine that may be busy with other tests. */
const testMillisMax = 60_000

/** What a script in a worktree leaves, in a fresh repository. */
const leaving = (script: string, options: Partial<Worktrees.Options> = {}) =>
  Effect.gen(function* () {
    const world = yield* repository
    const ran = Effect.gen(function* () {
      const placed = yield* (yield* Worktrees.Worktrees).acquire({ id: "ses_a", directory: world.top, mark: undefined })
      shell(placed.folder, script)
      return { world, placed, left: yield* placed.finish(within) }
    })
    return yield* Effect.provide(Effect.scoped(ran), layer({ folder: world.trees, ...options }))
  })

const bytesOf = ({ diff }: Worktrees.Left): Uint8Array =>
  Option.match(diff, { onNone: () => new Uint8Array(0), onSome: ({ bytes }) => bytes })

const textOf = (left: Worktrees.Left): string => new TextDecoder().decode(bytesOf(left))

const missingIn = ({ diff }: Worktrees.Left): string =>
  Option.getOrElse(
    Option.flatMap(diff, ({ missing }) => missing),
    () => ""
  )

const scripts: ReadonlyArray<readonly [string, string]> = [
  ["text, changed and new", "echo x >> a.txt; echo y > new"],
  ["bytes, changed and new", "printf '\\0\\2' > bytes.bin; printf '\\0\\377\\1' > new.bin"],
  [
    "a change of the same length in the moment of the checkout",
    `git config core.trustctime false; ref="$(git rev-parse --git-path ref)"; touch -r bytes.bin "$ref"
     printf '\\0\\2' > bytes.bin; touch -r "$ref" bytes.bin "$(git rev-parse --git-path index)"`
  ],
  ["text that is no UTF-8", "printf 'caf\\351\\n' > latin1"],
  ["files that are gone, and a folder in place of one", "rm sub/b.txt; rm a.txt; mkdir a.txt; echo x > a.txt/x"],
  ["modes and links", "chmod +x a.txt; ln -s a.txt link; rm sub/b.txt; ln -s ../a.txt sub/b.txt"],
  ["nothing in files, and no end of line", ": > empty; printf 'no end' > end"],
  ["names that are hard to write", "echo x > 'a b'; echo y > '*'; echo z > ':(top)'; printf x > 'n\"q'; echo é > é"],
  ["a name with a line end", "printf x > 'two\nlines'"],
  [
    "commits, an index and changes together",
    "echo 1 >> a.txt; git commit -qam 1; echo 2 >> a.txt; git add a.txt; echo 3 >> a.txt; git mv sub/b.txt c"
  ],
  ["line ends that are converted", "printf 'a.txt text eol=crlf\\n' > .gitattributes; printf 'x\\r\\n' > a.txt"],
  ["an index that is locked by nobody", 'echo x >> a.txt; touch "$(git rev-parse --git-path index.lock)"']
]

describe("the diff", () => {
  it.live(
    "asks for a file by its name, also when that is a pattern for others",
    () =>
      Effect.gen(function* () {
        const { left } = yield* leaving("head -c 5000 /dev/zero > large.bin; echo x > '*'; echo y > ':(top)'", {
          limits: { bytesMax: 1_000_000, fileBytesMax: 4_096 }
        })
        assert.include(missingIn(left), "large.bin")
        assert.strictEqual(Changed.filesIn(bytesOf(left)), 2)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live.each(scripts)(
    "of %s makes of the base what the worktree has",
    ([, script]) =>
      Effect.gen(function* () {
        const { left, placed, world } = yield* leaving(script)
        assert.isTrue(Option.isSome(left.diff))
        assert.strictEqual(missingIn(left), "")
        git(world.top, "checkout", "-q", "--detach", placed.base)
        gitWith(world.top, bytesOf(left), "apply", "--index", "-")
        shell(placed.folder, 'rm -f "$(git rev-parse --git-path index.lock)"')
        git(placed.folder, "add", "-A")
        assert.strictEqual(git(world.top, "write-tree"), git(placed.folder, "write-tree"))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "is written alike whatever the repository wishes for its own, and starts nothing that it names",
    () =>
      Effect.gen(function* () {
        const { left } = yield* leaving(
          `git config diff.noprefix true; git config color.ui always; git config diff.renames copies; git config core.abbrev 5
         git config diff.external /bin/false; git config diff.x.textconv /bin/false; git config diff.x.command /bin/false
         echo '*.txt diff=x' > .gitattributes; echo x >> a.txt`
        )
        assert.match(
          textOf(left),
          /^diff --git a\/\.gitattributes b\/\.gitattributes\nnew file mode 100644\nindex 0{40}\.\.[0-9a-f]{40}\n/
        )
        assert.include(textOf(left), "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,3 @@\n one\n two\n+x\n")
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "leaves git and the worktree as they are",
    () =>
      Effect.gen(function* () {
        const { placed, world } = yield* leaving("echo x > new; echo y >> a.txt; git add a.txt")
        assert.strictEqual(git(placed.folder, "status", "--short"), "M  a.txt\n?? new")
        const blob = git(placed.folder, "hash-object", "new")
        assert.throws(() => git(world.top, "cat-file", "-e", blob))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "has whole files as far as there is room, and counts the others",
    () =>
      Effect.gen(function* () {
        const limits = { bytesMax: 1_000, fileBytesMax: 4_096 }
        const { left, placed, world } = yield* leaving(
          `for i in 1 2 3 4 5 6 7 8 9; do head -c 200 /dev/zero | tr '\\0' x > f$i; done`,
          { limits }
        )
        assert.isAtMost(bytesOf(left).length, limits.bytesMax)
        const shown = Changed.filesIn(bytesOf(left))
        assert.isAbove(shown, 1)
        assert.include(missingIn(left), `${9 - shown} files for which there was no room`)
        gitWith(world.top, bytesOf(left), "apply", "--check", "-")
        assert.isTrue(NodeFS.existsSync(placed.folder))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "leaves out large files, committed or not, and repositories inside, by name",
    () =>
      Effect.gen(function* () {
        const { left, world } = yield* leaving(
          `head -c 5000 /dev/urandom > large.bin; head -c 5000 /dev/urandom > kept.bin; git add kept.bin; git commit -qm kept
         head -c 5000 /dev/zero > a.txt; git init -q inner; echo x > inner/x; echo small > small`,
          { limits: { bytesMax: 1_000_000, fileBytesMax: 4_096 } }
        )
        assert.strictEqual(Changed.filesIn(bytesOf(left)), 1)
        assert.include(textOf(left), "+small")
        const missing = missingIn(left)
        for (const name of ["large.bin", "kept.bin", "a.txt", "inner/"]) assert.include(missing, name)
        gitWith(world.top, bytesOf(left), "apply", "--check", "-")
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "counts files whose names are no text, which nobody could ask git for",
    () =>
      Effect.gen(function* () {
        const { left } = yield* leaving(`printf x > "$(printf 'n\\377')"; echo x > new`)
        assert.strictEqual(missingIn(left), "1 file whose name is no UTF-8")
        assert.strictEqual(Changed.filesIn(bytesOf(left)), 1)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "that cannot be made keeps the worktree, and says why",
    () =>
      Effect.gen(function* () {
        const { left } = yield* leaving('rm "$(git rev-parse --git-path index)"; echo x >> a.txt')
        assert.match(missingIn(left), /^everything: /)
        assert.strictEqual(left.end._tag, "Kept")
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )
})

/** Keeps what a run leaves, and gives it back. */
const artifactsOf = (script: string, options: Partial<Worktrees.Options> = {}) =>
  Effect.gen(function* () {
    const { left, placed, world } = yield* leaving(script, options)
    const kept: Array<{ readonly text: string } & Session.ArtifactForm> = []
    const artifacts = yield* Worktrees.artifactsOf(
      (text, form = {}) =>
        Effect.sync(() => {
          kept.push({ text, ...form })
          return Option.some(Ids.ArtifactId.make(`art_${kept.length}`))
        }),
      placed,
      left
    )
    return { artifacts, kept, left, placed, world }
  })

describe("the artifacts", () => {
  it.live(
    "are the diff, and where the worktree is and why it was kept",
    () =>
      Effect.gen(function* () {
        const { artifacts, kept, left, placed } = yield* artifactsOf("echo x >> a.txt")
        assert.deepStrictEqual(kept, [{ text: textOf(left), mediaType: "text/x-diff" }])
        assert.deepStrictEqual<ReadonlyArray<Session.NamedArtifact>>(artifacts, [
          {
            kind: "text",
            name: "changes.diff",
            id: Ids.ArtifactId.make("art_1"),
            mediaType: "text/x-diff",
            bytes: bytesOf(left).length
          },
          {
            kind: "place",
            name: "worktree",
            location: placed.folder,
            details: { branch: "offshoot/ses_a", base: placed.base, because: "it has uncommitted changes" }
          }
        ])
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "are the diff and the branch of a worktree that is gone",
    () =>
      Effect.gen(function* () {
        const { artifacts, placed, world } = yield* artifactsOf("echo x >> a.txt; git commit -qam x")
        const commit = git(world.top, "rev-parse", "offshoot/ses_a")
        assert.deepStrictEqual<unknown>(artifacts[1], {
          kind: "place",
          name: "branch",
          location: world.top,
          details: { branch: "offshoot/ses_a", base: placed.base, commit }
        })
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "are none of a run that did nothing",
    () =>
      Effect.map(artifactsOf("true"), ({ artifacts }) => assert.deepStrictEqual(artifacts, [])).pipe(
        Effect.scoped,
        Effect.provide(NodeServices.layer)
      ),
    testMillisMax
  )

  it.live(
    "keep bytes that are no UTF-8 as they are",
    () =>
      Effect.gen(function* () {
        const { kept, left } = yield* artifactsOf("printf 'caf\\351\\n' > latin1")
        assert.deepInclude(kept[0], { encoding: "base64", mediaType: "text/x-diff" })
        assert.deepStrictEqual(Base64.decode(kept[0]?.text ?? ""), Result.succeed(bytesOf(left)))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )

  it.live(
    "say of the place what is missing when there is no diff",
    () =>
      Effect.gen(function* () {
        const { artifacts, kept } = yield* artifactsOf("head -c 5000 /dev/zero > a.txt", {
          limits: { bytesMax: 1_000, fileBytesMax: 4_096 }
        })
        assert.deepStrictEqual(kept, [])
        assert.strictEqual(artifacts.length, 1)
        assert.include(artifacts[0]?.kind === "place" ? artifacts[0].details["missing"] : "", "a.txt")
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    testMillisMax
  )
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const zeros = "0".repeat(40)
const object = "a".repeat(40)

describe("a listing", () => {
  it.each<[string, Uint8Array, Changed.Listed<string>]>([
    ["nothing", bytes(""), { found: [], unnamed: 0 }],
    ["two names", bytes("a\0b c\0"), { found: ["a", "b c"], unnamed: 0 }],
    ["a name that was cut off", bytes("a\0b"), { found: ["a"], unnamed: 0 }],
    ["a name that is no UTF-8", new Uint8Array([97, 0, 255, 0, 98, 0]), { found: ["a", "b"], unnamed: 1 }]
  ])("of %s is read", (_, listing, names) => {
    assert.deepStrictEqual(Changed.namesIn(listing), names)
  })

  it.each<[string, string, Changed.Change]>([
    [
      "a change",
      `:100644 100644 ${object} ${zeros} M\0a\0`,
      { path: "a", oldObject: object, newObject: zeros, kind: "changed", isLink: false }
    ],
    [
      "a new file",
      `:000000 100644 ${zeros} ${object} A\0a\0`,
      { path: "a", oldObject: zeros, newObject: object, kind: "added", isLink: false }
    ],
    [
      "a file that is gone",
      `:100644 000000 ${object} ${zeros} D\0a\0`,
      { path: "a", oldObject: object, newObject: zeros, kind: "deleted", isLink: false }
    ],
    [
      "another repository",
      `:000000 160000 ${zeros} ${object} A\0a\0`,
      { path: "a", oldObject: zeros, newObject: object, kind: "added", isLink: true }
    ],
    [
      "a type that has changed",
      `:100644 120000 ${object} ${object} T\0a\0`,
      { path: "a", oldObject: object, newObject: object, kind: "changed", isLink: false }
    ]
  ])("of %s is read as that", (_, listing, change) => {
    assert.deepStrictEqual(Changed.changesIn(bytes(listing)), { found: [change], unnamed: 0 })
  })

  it("of sizes leaves out what is not there", () => {
    assert.deepStrictEqual([...Changed.sizesIn(`${object} 12\n${zeros} missing\n`)], [[object, 12]])
  })
})

const three = "diff --git a/1 b/1\n+1\ndiff --git a/2 b/2\n+2\ndiff --git a/3 b/3\n+diff --git\n"

describe("a diff", () => {
  it.each<[number, number]>([
    [three.length, 3],
    [three.length - 1, 2],
    [60, 2],
    [44, 2],
    [43, 1],
    [22, 1],
    [21, 0],
    [0, 0]
  ])("that is cut at %i bytes has %i whole files", (bytesMax, files) => {
    const part = Changed.wholeFiles(bytes(three), bytesMax)
    assert.strictEqual(Changed.filesIn(part), files)
    assert.isTrue(three.startsWith(new TextDecoder().decode(part)))
    assert.isTrue(part.length === 0 || part.at(-1) === 10)
  })
})

describe("what is missing from a diff", () => {
  const nothing = { large: [], nested: [], unnamed: 0, isListCut: false, surplus: 0 }

  it.each<[string, Parameters<typeof missingOf>[0], string]>([
    ["nothing", nothing, ""],
    ["one file", { ...nothing, surplus: 1 }, "1 file for which there was no room"],
    ["large files", { ...nothing, large: ["a", "b"] }, "2 files above 8 MiB (a, b)"],
    ["many of them", { ...nothing, large: ["a", "b", "c", "d", "e", "f"] }, "6 files above 8 MiB (a, b, c, d, e, …)"],
    ["a repository", { ...nothing, nested: ["x/"] }, "1 repository inside of it (x/)"],
    ["names", { ...nothing, unnamed: 3 }, "3 files whose name is no UTF-8"],
    [
      "a list",
      { ...nothing, isListCut: true, surplus: 2 },
      "2 files for which there was no room; further files: there are too many to list"
    ]
  ])("is said of %s", (_, left, words) => {
    assert.strictEqual(
      Option.getOrElse(missingOf(left, limitsDefault), () => ""),
      words
    )
  })
})
