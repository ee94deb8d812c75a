/**
 * The shape of the repository itself: names, headers, leftovers, packages, links
 * and promises. One line for each finding, with the way to mend it.
 *
 * It looks at what git tracks or would track. What oxlint, the compiler and
 * dependency-cruiser can see is left to them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as NodeChildProcess from "node:child_process"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"

const root = NodePath.resolve(import.meta.dirname, "..")
const self = "tools/tidy.test.ts"

const fileBytesMax = 200_000
const pictureBytesMax = 1_500_000
const generated = /^(pnpm-lock\.yaml|api\/)/
const pictures = /\.(png|jpe?g|gif|webp|svg)$/

const vagueNames = /^(utils?|helpers?|common|misc|shared|types|manager)(\.test)?\.[cm]?[jt]s$/i
const leftovers = /\b(FIXME|TODO|XXX)\b|\.only\(|^\s*debugger\b/m
const escapes = /@ts-(ignore|nocheck|expect-error)|\bas any\b/
const silencedWithoutReason = /(?:ox|es)lint-disable(?!.* -- \S)/
const vendors = /\b(claude|codex|gemini|copilot|opencode|amp|goose|qwen|openai|anthropic|mistral|openrouter)\b/gi
const machinePaths = /["'`\s(](\/(?:work|root|tmp|home|Users|mnt)\/)/
const registryHosts = /registry\.[a-z]+\.[a-z]{2,}|\bjfrog\b|\bartifactory\b|\bverdaccio\b|^\s*registry\s*=/im

const files = NodeChildProcess.execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8"
})
  .split("\n")
  .filter((path) => path !== "" && NodeFS.existsSync(NodePath.join(root, path)))
  .toSorted()

const texts = new Map<string, string>()
const textOf = (path: string): string => {
  const known = texts.get(path)
  if (known !== undefined) return known
  const text = NodeFS.readFileSync(NodePath.join(root, path), "utf8")
  texts.set(path, text)
  return text
}

const code = files.filter((path) => /\.(ts|mjs)$/.test(path) && !generated.test(path))
const sources = code.filter((path) => /^packages\/[^/]+\/src\//.test(path))
const tests = code.filter((path) => path.endsWith(".test.ts") || path.startsWith("test/"))
const pages = files.filter((path) => path.endsWith(".md"))
const members = files.filter((path) => /^(packages|test)\/[^/]+\/package\.json$/.test(path)).map(NodePath.posix.dirname)

const noFindings = (findings: ReadonlyArray<string>) => assert.deepStrictEqual(findings, [])

/** Findings for every file whose text the pattern matches. */
const matching = (paths: ReadonlyArray<string>, pattern: RegExp, mend: string): ReadonlyArray<string> =>
  paths
    .filter((path) => path !== self && !generated.test(path))
    .flatMap((path) => {
      const found = textOf(path).match(pattern)
      return found === null ? [] : [`${path}: ${found[0].trim()}: ${mend}`]
    })

const agentsList = "packages/adapters-cli/src/Agents.ts"
/** Each names all of its kind, and says nothing of any. */
const lists: ReadonlySet<string> = new Set([agentsList, "packages/server/src/mcp/Hosts.ts"])
/** Whose name stands in the package of an agent that is called otherwise. */
const makers = new Map([
  ["Claude.ts", "anthropic"],
  ["Codex.ts", "openai"]
])

describe("files", () => {
  it("are there to be checked", () => {
    assert.isAbove(sources.length, 20)
    assert.isAbove(pages.length, 3)
    assert.isAbove(members.length, 5)
  })

  it("are named after what they hold", () =>
    noFindings(
      code
        .filter((path) => vagueNames.test(NodePath.basename(path)))
        .map((path) => `${path}: name it after the noun it holds`)
    ))

  it("open with a header when they are public modules", () =>
    noFindings(
      sources
        .filter((path) => !/\/(index\.ts|internal\/)/.test(path) && !/^(#!.*\n)?\/\*\*/.test(textOf(path)))
        .map((path) => `${path}: the first lines must say what the module is for`)
    ))

  it("stay small", () =>
    noFindings(
      files
        .filter((path) => !generated.test(path))
        .filter(
          (path) =>
            NodeFS.statSync(NodePath.join(root, path)).size > (pictures.test(path) ? pictureBytesMax : fileBytesMax)
        )
        .map((path) => `${path}: too big to be read or kept in a repository`)
    ))

  it("hold no leftovers", () => noFindings(matching([...code, ...pages], leftovers, "finish it or remove it")))

  it("do not step around the compiler or the linter", () =>
    noFindings([
      ...matching(code, escapes, "give it its type"),
      ...matching(code, silencedWithoutReason, "say why, after ` -- `")
    ]))

  it("name a vendor only in that vendor's own file or folder", () =>
    noFindings(
      sources.flatMap((path) =>
        [
          ...new Set(
            textOf(path)
              .match(vendors)
              ?.map((word) => word.toLowerCase())
          )
        ]
          // A protocol that only one agent speaks has a folder of its own; an agent's file names its package.
          .filter((word) => !path.slice(path.indexOf("/src/")).toLowerCase().includes(word))
          .filter((word) => !lists.has(path) && makers.get(NodePath.posix.basename(path)) !== word)
          .map((word) => `${path}: ${word}: what is particular to one vendor lives in its own file`)
      )
    ))

  it("know no path of one machine", () =>
    noFindings(matching(sources, machinePaths, "take it from configuration or a service")))

  it("know no registry", () =>
    noFindings([
      ...matching(
        files.filter((path) => !pictures.test(path)),
        registryHosts,
        "the registry is the machine's to choose"
      ),
      ...(/:\/\//.test(textOf("pnpm-lock.yaml"))
        ? ["pnpm-lock.yaml: holds an address; install without recording it"]
        : []),
      ...files.filter((path) => NodePath.basename(path) === ".npmrc").map((path) => `${path}: remove it`)
    ]))
})

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly type?: string
  readonly private?: boolean
  readonly sideEffects?: unknown
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>> | string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const manifestOf = (folder: string): Manifest => JSON.parse(textOf(NodePath.posix.join(folder, "package.json")))
const whole = manifestOf(".")
const specifiers = (manifest: Manifest) => Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })

const exportFindings = (folder: string, manifest: Manifest): ReadonlyArray<string> =>
  Object.entries(manifest.exports ?? {}).flatMap(([key, target]) => {
    if (key.includes("*")) return [`${folder}: export ${key}: name each module, without a star`]
    const source = typeof target === "string" ? target : target["@offshoot/source"]
    if (source === undefined) return [`${folder}: export ${key}: give it the condition @offshoot/source`]
    return NodeFS.existsSync(NodePath.join(root, folder, source)) ? [] : [`${folder}: export ${key}: no file ${source}`]
  })

const packageFindings = (folder: string): ReadonlyArray<string> => {
  const manifest = manifestOf(folder)
  const short = NodePath.posix.basename(folder)
  const expected = folder.startsWith("test/") ? `@offshoot/test-${short}` : `@offshoot/${short}`
  const must: ReadonlyArray<readonly [boolean, string]> = [
    [manifest.name === expected, `its name must be ${expected}`],
    [manifest.version === whole.version, `its version must be ${whole.version}`],
    [manifest.license === "MIT", "its license must be MIT"],
    [manifest.type === "module", "its type must be module"],
    ...(folder.startsWith("test/") ? [[manifest.private === true, "it must be private"] as const] : []),
    ...(folder.startsWith("packages/")
      ? [
          [Array.isArray(manifest.sideEffects), "it must list its side effects"] as const,
          [manifest.exports?.["."] !== undefined, "it must export `.`"] as const,
          [files.includes(`${folder}/src/index.ts`), "it must have src/index.ts"] as const,
          [files.includes(`${folder}/tsconfig.json`), "it must have a tsconfig.json"] as const,
          [textOf("README.md").includes(`packages/${short}`), "README.md must have a row for it"] as const,
          [textOf("docs/ARCHITECTURE.md").includes(`packages/${short}`), "docs/ARCHITECTURE.md must place it"] as const
        ]
      : [])
  ]
  return must.filter(([holds]) => !holds).map(([, what]) => `${folder}: ${what}`)
}

describe("packages", () => {
  it("have what a package must have", () => noFindings(members.flatMap(packageFindings)))

  it("export each module by name", () =>
    noFindings(
      members
        .filter((folder) => folder.startsWith("packages/"))
        .flatMap((folder) => exportFindings(folder, manifestOf(folder)))
    ))

  it("take each other from the workspace and everything else at one exact version", () =>
    noFindings(
      [".", ...members].flatMap((folder) =>
        specifiers(manifestOf(folder))
          .filter(([name, version]) =>
            name.startsWith("@offshoot/") ? version !== "workspace:*" : !/^(catalog:|\d+\.\d+\.\d+$)/.test(version)
          )
          .map(([name, version]) => `${folder}: ${name} ${version}: pin it, in the catalog when two packages want it`)
      )
    ))

  it("are built after the packages that they import", () =>
    noFindings(
      members
        .filter((folder) => files.includes(`${folder}/tsconfig.json`))
        .flatMap((folder) =>
          Object.keys(manifestOf(folder).dependencies ?? {})
            .filter((name) => name.startsWith("@offshoot/"))
            .map((name) => `../${name.slice("@offshoot/".length)}`)
            .filter((path) => !textOf(`${folder}/tsconfig.json`).includes(`"${path}"`))
            .map((path) => `${folder}/tsconfig.json: add a reference to ${path}`)
        )
    ))
})

const agentsFolder = "packages/adapters-cli/src/agents"
const transcripts = "packages/adapters-cli/test/fixtures/transcripts"
const agentsGuide = "docs/guides/coding-agents.md"
/** What one more agent on a known protocol may cost; one that costs more shows a seam that is in the wrong place. */
const agentLinesMax = 150
const agents = sources.filter((path) => NodePath.posix.dirname(path) === agentsFolder)

/** One file, one line in the list, recorded transcripts, one row in the guide; and nobody else knows the file. */
const agentFindings = (path: string): ReadonlyArray<string> => {
  const id = NodePath.posix.basename(path, ".ts").toLowerCase()
  const lines = textOf(path).trimEnd().split("\n").length
  const imported = sources.filter((other) => textOf(other).includes(`agents/${NodePath.posix.basename(path)}"`))
  const must: ReadonlyArray<readonly [boolean, string]> = [
    [
      lines <= agentLinesMax,
      `${lines} lines, more than ${agentLinesMax}: what is not particular to it belongs to its protocol`
    ],
    [imported.join() === agentsList, `it must be imported by ${agentsList} and nobody else`],
    [
      new RegExp(`^\\| \\\`${id}\\\` \\|`, "m").test(textOf(agentsGuide)),
      `${agentsGuide} must have a row that begins with its id`
    ],
    [
      files.some((file) => file.startsWith(`${transcripts}/${id}-`)),
      `${transcripts} must have what it said, in a folder ${id}-VERSION`
    ]
  ]
  return must.filter(([holds]) => !holds).map(([, what]) => `${path}: ${what}`)
}

describe("agents", () => {
  it("are there to be checked", () => assert.isAtLeast(agents.length, 6))

  it("cost what one more may cost", () => noFindings(agents.flatMap(agentFindings)))
})

const idsIn = (text: string): ReadonlyArray<string> => [...new Set(text.match(/\bS-[a-z]+(?:-[a-z]+)*\b/g))].toSorted()

describe("promises", () => {
  const coverage = textOf("docs/SEED-COVERAGE.md")
  const [delivered = ""] = coverage.split("## Not in this release")
  const named = new Set(tests.filter((path) => path !== self).flatMap((path) => idsIn(textOf(path))))

  it("are listed", () => {
    assert.isAbove(idsIn(delivered).length, 30)
    assert.isAbove(idsIn(coverage).length, 40)
  })

  it("that are delivered are named by a test", () =>
    noFindings(
      idsIn(delivered)
        .filter((id) => !named.has(id))
        .map((id) => `${id}: no test names it; write one, or move it to the later ones in docs/SEED-COVERAGE.md`)
    ))

  it("that code and pages speak of are listed", () =>
    noFindings(
      [...code, ...pages]
        .filter((path) => path !== self)
        .flatMap((path) =>
          idsIn(textOf(path))
            .filter((id) => !idsIn(coverage).includes(id))
            .map((id) => `${path}: ${id}: no such behaviour in docs/SEED-COVERAGE.md`)
        )
    ))
})

const linkFindings = (page: string): ReadonlyArray<string> =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? "")
    .filter((target) => target !== "" && !/^([a-z]+:|#)/.test(target))
    .map((target) => target.replace(/#.*$/, ""))
    .filter((target) => !NodeFS.existsSync(NodePath.resolve(root, NodePath.dirname(page), target)))
    .map((target) => `${page}: ${target}: leads nowhere`)

/** The TypeScript blocks of a page. */
const examplesIn = (page: string): ReadonlyArray<string> =>
  [...textOf(page).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = ""]) => block)

describe("pages", () => {
  it("show examples that are compiled and run as they stand", () => {
    const shown = examplesIn("README.md")
    assert.isAbove(shown.length, 2)
    const compiled = new Set(files.filter((path) => path.startsWith("test/examples/src/")).map(textOf))
    noFindings(
      shown
        .filter((block) => !compiled.has(block))
        .map((block) => `README.md: no file of test/examples/src is the same as: ${block.slice(0, 80)}`)
    )
  })

  it("link to what exists", () => noFindings(pages.flatMap(linkFindings)))

  it("state the commands that exist", () => {
    const readme = textOf("README.md")
    for (const command of ["npm start", "npm test"]) assert.include(readme, command)
    assert.include(textOf(".ci/run"), "\nnpm test ")
  })
})
