/** Which methods each path has: to tell a wrong method from a wrong path. */
import * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../Api.ts"
import { pathOf } from "../Security.ts"

interface Path {
  readonly segments: ReadonlyArray<string>
  readonly methods: Set<string>
}

const segmentsOf = (path: string): ReadonlyArray<string> => path.split("/").slice(1)

const matches = (path: Path, asked: ReadonlyArray<string>): boolean =>
  path.segments.length === asked.length &&
  path.segments.every((segment, index) => (segment.startsWith(":") ? asked[index] !== "" : segment === asked[index]))

/** Served beside the contract. */
const further = ["/metrics", "/docs", "/openapi.json"]

const paths: ReadonlyArray<Path> = (() => {
  const byPath = new Map<string, Path>()
  const add = (path: string, method: string) => {
    const known = byPath.get(path) ?? { segments: segmentsOf(path), methods: new Set(["OPTIONS"]) }
    known.methods.add(method)
    if (method === "GET") {
      known.methods.add("HEAD")
    }
    byPath.set(path, known)
  }
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => add(endpoint.path, endpoint.method)
  })
  for (const path of further) {
    add(path, "GET")
  }
  return [...byPath.values()]
})()

/** The methods of a request target, sorted; none when there is no such path. */
export const allowed = (target: string): ReadonlyArray<string> | undefined => {
  const asked = segmentsOf(pathOf(target))
  const found = paths.find((path) => matches(path, asked))
  return found === undefined ? undefined : [...found.methods].toSorted()
}
