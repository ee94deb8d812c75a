/** The page and its files, each under a policy that lets nothing run or load but what this server sends. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Problems from "../Problems.ts"
import { pathOf } from "../Security.ts"
import type { Find, PageFile } from "./pageFiles.ts"
import { render } from "./rendering.ts"

export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

/** What a page of this server may use of the browser beside the network: the clipboard, to copy from a log. */
const permissions = ["camera", "geolocation", "microphone", "payment", "serial", "usb"]
  .map((feature) => `${feature}=()`)
  .join(", ")

const headers = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": permissions,
  "referrer-policy": "no-referrer"
}

const notBuilt = [
  "The page of this server was not built.",
  "",
  "In a clone of the repository: node tools/page.mjs, then load this page again. `npm start` does it by itself.",
  "Everything else works without it: see /docs, or `offshoot watch`.",
  ""
].join("\n")

const noFile = new Problems.NotFound({
  detail: "There is no such file of the page.",
  hint: "Load the page again: it was built anew."
})

const acceptsGzip = (header: string | undefined): boolean =>
  (header ?? "").split(",").some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part))

const namesTag = (header: string | undefined, etag: string): boolean =>
  (header ?? "").split(",").some((part) => part.trim().replace(/^W\//, "") === etag || part.trim() === "*")

/** How a file is answered for what the browser has and takes. Pure. */
export const answerOf = (
  file: PageFile,
  asked: { readonly acceptEncoding: string | undefined; readonly ifNoneMatch: string | undefined }
): {
  readonly status: 200 | 304
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
} => {
  const zipped = acceptsGzip(asked.acceptEncoding) ? file.gzip : undefined
  // Two encodings of one content are two entities.
  const etag = zipped === undefined ? file.etag : `${file.etag.slice(0, -1)}-gzip"`
  const told = { ...headers, etag, "cache-control": file.cacheControl, vary: "accept-encoding" }
  return namesTag(asked.ifNoneMatch, etag)
    ? { status: 304, headers: told, body: undefined }
    : {
        status: 200,
        headers: zipped === undefined ? told : { ...told, "content-encoding": "gzip" },
        body: zipped ?? file.body
      }
}

const serve = (find: Find) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const path = pathOf(request.url)
    const file = find(path)
    if (file === undefined) {
      return path === "/" ? Effect.succeed(HttpServerResponse.text(notBuilt, { status: 503, headers })) : render(noFile)
    }
    const {
      body,
      headers: told,
      status
    } = answerOf(file, {
      acceptEncoding: request.headers["accept-encoding"],
      ifNoneMatch: request.headers["if-none-match"]
    })
    return Effect.succeed(
      body === undefined
        ? HttpServerResponse.empty({ status, headers: told })
        : HttpServerResponse.uint8Array(body, { status, headers: told, contentType: file.contentType })
    )
  })

/** `RouteTable` names the same paths. */
export const routes = (find: Find) =>
  Layer.mergeAll(
    HttpRouter.add("GET", "/", serve(find)),
    HttpRouter.add("GET", "/favicon.svg", serve(find)),
    HttpRouter.add("GET", "/assets/:name", serve(find))
  )
