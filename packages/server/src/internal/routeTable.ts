/** Which methods each path has, and which of them take a query: to tell a wrong method or parameter from a wrong path. */
import * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../Api.ts"
import { pathOf } from "../Security.ts"

interface Path {
  readonly segments: ReadonlyArray<string>
  readonly methods: Set<string>
  /** Calls that declare no query parameter: the framework would ignore whatever is sent. */
  readonly queryless: Set<string>
}

const segmentsOf = (path: string): ReadonlyArray<string> => path.split("/").slice(1)

const matches = (path: Path, asked: ReadonlyArray<string>): boolean =>
  path.segments.length === asked.length &&
  path.segments.every((segment, index) => (segment.startsWith(":") ? asked[index] !== "" : segment === asked[index]))

/** Served beside the contract. */
const further = [
  ["/", "GET"],
  ["/favicon.svg", "GET"],
  ["/assets/:name", "GET"],
  ["/metrics", "GET"],
  ["/docs", "GET"],
  ["/openapi.json", "GET"],
  ["/mcp", "POST"],
  ["/mcp", "DELETE"]
] as const

const paths: ReadonlyArray<Path> = (() => {
  const byPath = new Map<string, Path>()
  const add = (path: string, method: string, queryless: boolean) => {
    const known = byPath.get(path) ?? {
      segments: segmentsOf(path),
      methods: new Set(["OPTIONS"]),
      queryless: new Set<string>()
    }
    known.methods.add(method)
    if (queryless) {
      known.queryless.add(method)
    }
    if (method === "GET") {
      known.methods.add("HEAD")
    }
    byPath.set(path, known)
  }
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => add(endpoint.path, endpoint.method, endpoint.query === undefined)
  })
  for (const [path, method] of further) {
    add(path, method, false)
  }
  return [...byPath.values()]
})()

const find = (target: string): Path | undefined => {
  const asked = segmentsOf(pathOf(target))
  return paths.find((path) => matches(path, asked))
}

/** The path whose calls bring a whole conversation with them. */
const largeBodyPath = "/agui"

export const takesLargeBody = (target: string): boolean => pathOf(target) === largeBodyPath

/** The methods of a request target, sorted; none when there is no such path. */
export const allowed = (target: string): ReadonlyArray<string> | undefined => {
  const found = find(target)
  return found === undefined ? undefined : [...found.methods].toSorted()
}

/** The query parameters that a call was sent and takes none of. */
export const surplusParameters = (method: string, target: string): ReadonlyArray<string> => {
  const start = target.indexOf("?")
  if (start === -1 || find(target)?.queryless.has(method) !== true) return []
  return [...new Set(new URLSearchParams(target.slice(start + 1)).keys())]
}
