/**
 * The built page: a few files, read once and kept, each with what HTTP is to say
 * of it. They are read again when the page was built anew.
 *
 * What is asked for is looked up by name among the files that were found, so
 * that no request reaches the file system with a path of its own.
 */
import * as NodeCrypto from "node:crypto"
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeZlib from "node:zlib"

/** The page has four files; more than this is another folder. */
const filesMax = 64
/** The page is 60 KB compressed; what is larger is no part of it, and would stay in memory. */
const fileBytesMax = 4 * 1024 * 1024
/** Below it compression saves no packet. */
const compressedFromBytes = 1_024

export interface PageFile {
  readonly path: string
  readonly contentType: string
  readonly etag: string
  readonly cacheControl: string
  readonly body: Uint8Array
  /** None: it would not be smaller by much. */
  readonly gzip: Uint8Array | undefined
}

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml; charset=utf-8",
  ".woff2": "font/woff2"
}

const alreadyCompressed: ReadonlySet<string> = new Set([".png", ".woff2"])

/** Names under `/assets` have a hash of their content: another content has another name. */
export const cacheControlOf = (path: string): string =>
  path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"

/** What is served under which path, from a file's place in the folder; files that are no part of a page are not. */
export const pathOf = (place: string): string | undefined => {
  if (contentTypes[NodePath.posix.extname(place)] === undefined) return undefined
  if (place === "index.html") return "/"
  return place === "favicon.svg" || /^assets\/[^/]+$/.test(place) ? `/${place}` : undefined
}

/** A file as it is served. Pure. */
export const fileOf = (path: string, place: string, body: Uint8Array): PageFile => {
  const extension = NodePath.posix.extname(place)
  const isCompressed = !alreadyCompressed.has(extension) && body.length >= compressedFromBytes
  return {
    path,
    contentType: contentTypes[extension] ?? "application/octet-stream",
    etag: `"${NodeCrypto.createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    cacheControl: cacheControlOf(path),
    body,
    gzip: isCompressed ? NodeZlib.gzipSync(body, { level: 9 }) : undefined
  }
}

/** Beside the built server, or, run from source, where the page's package builds it. */
const folderOf = (moduleUrl: string): string => {
  const here = NodePath.dirname(fileURLToPath(moduleUrl))
  return moduleUrl.endsWith(".ts")
    ? NodePath.join(here, "..", "..", "..", "web", "dist", "page")
    : NodePath.join(here, "..", "page")
}

export const folder = folderOf(import.meta.url)

const read = (folder: string): ReadonlyMap<string, PageFile> => {
  const files = new Map<string, PageFile>()
  const places = NodeFS.readdirSync(folder, { recursive: true, encoding: "utf8" })
  for (const place of places.map((found) => found.replaceAll("\\", "/")).slice(0, filesMax)) {
    const path = pathOf(place)
    const file = NodePath.join(folder, place)
    if (path === undefined || NodeFS.statSync(file).size > fileBytesMax) continue
    files.set(path, fileOf(path, place, NodeFS.readFileSync(file)))
  }
  return files
}

/** The file of a path; none: there is none, or no page was built. */
export type Find = (path: string) => PageFile | undefined

const nothing: ReadonlyMap<string, PageFile> = new Map()

/** Looks into the folder when its page is another one than before: each time somebody asks for `/`. */
export const finder = (folder: string): Find => {
  let builtAtMillis: number | undefined
  let files = nothing
  const refresh = (): void => {
    try {
      const { mtimeMs } = NodeFS.statSync(NodePath.join(folder, "index.html"))
      if (mtimeMs === builtAtMillis) return
      files = read(folder)
      builtAtMillis = mtimeMs
    } catch {
      // There is no page, or it is just being replaced: what is known of it is served, if anything is.
    }
  }
  return (path) => {
    if (path === "/" || builtAtMillis === undefined) refresh()
    return files.get(path)
  }
}
