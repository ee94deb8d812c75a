/** Providers on the loopback address, and models that are routed to them. */
import * as NodeHttp from "node:http"
import { LLMock } from "@copilotkit/aimock"
import { ProviderKinds, Router } from "@offshoot/providers"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type LanguageModel, type Prompt, type Response, Tool, Toolkit } from "effect/ai"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export const key = "sk-wire-4f9a1c0d7e2b"

export interface Vendor {
  readonly type: string
  readonly model: string
  readonly path: string
}

export const vendors: ReadonlyArray<Vendor> = [
  { type: "openai", model: "gpt-5.4-mini", path: "/v1" },
  { type: "anthropic", model: "claude-haiku-4-5", path: "/v1" },
  { type: "google", model: "gemini-2.5-flash", path: "/v1beta" },
  { type: "openai-compatible", model: "llama3.2:3b", path: "/v1" }
]

/** A model of `vendor` whose provider is at `url`, by the router. */
export const modelAt = (vendor: Vendor, url: string): Effect.Effect<LanguageModel.LanguageModel> =>
  Router.make({
    settings: { providers: { it: { type: vendor.type, baseUrl: url + vendor.path, apiKeyRef: "WIRE_KEY" } } },
    kinds: ProviderKinds.builtin,
    environment: { WIRE_KEY: key }
  })
    .route({ provider: "it", model: vendor.model })
    .pipe(
      Effect.map(({ model }) => model),
      Effect.orDie
    )

export const mock = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = new LLMock({ port: 0, host: "127.0.0.1" })
    await server.start()
    return server
  }),
  (server) => Effect.promise(() => server.stop())
)

type Answering = (request: NodeHttp.IncomingMessage, response: NodeHttp.ServerResponse, body: string) => void

/** A server for what the mock cannot do: `answer` has the response in its hands. */
export const server = (answer: Answering) =>
  Effect.acquireRelease(
    Effect.callback<NodeHttp.Server>((resume) => {
      const server = NodeHttp.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()))
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  ).pipe(
    Effect.map((server) => {
      const address = server.address()
      return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    })
  )

/** Stands before a provider and keeps what it was sent, word for word. */
export const tapped = (url: string) =>
  Effect.gen(function* () {
    const bodies: Array<string> = []
    const tap = yield* server((request, response, body) => {
      bodies.push(body)
      const headers = { "content-type": "application/json" }
      NodeHttp.request(url + String(request.url), { method: "POST", headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      }).end(body)
    })
    return { url: tap, bodies }
  })

/** Streams `head` and then nothing; tells when the client has gone. */
export const stalling = (head: string) =>
  Effect.gen(function* () {
    const begun = yield* Deferred.make<void>()
    const gone = yield* Deferred.make<void>()
    const url = yield* server((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write(head)
      response.on("close", () => Deferred.doneUnsafe(gone, Effect.void))
      Deferred.doneUnsafe(begun, Effect.void)
    })
    return { url, begun, gone }
  })

const Weather = Tool.make("weather", { parameters: Schema.Struct({ city: Schema.String }), success: Schema.String })
const kit = Toolkit.make(Weather)

/** One response, as the agent loop asks for it: its parts, tools unresolved. */
export const ask = (model: LanguageModel.LanguageModel, prompt: Prompt.RawInput) =>
  Effect.gen(function* () {
    const toolkit = yield* kit
    return yield* model
      .streamText({ prompt, toolkit, disableToolCallResolution: true, toolCallValidation: "deferred" })
      .pipe(Stream.runCollect)
  }).pipe(Effect.provide(kit.toLayer({ weather: () => Effect.succeed("unused") })))

export const textOf = (parts: ReadonlyArray<Response.AnyPart>): string =>
  parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join("")
