import * as NodeHttp from "node:http"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { SubAgents } from "@offshoot/core"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as ServerRun from "../src/cli/ServerRun.ts"
import { Environment } from "../src/Environment.ts"
import * as Settings from "../src/Settings.ts"
import { decide } from "../src/TelemetryExport.ts"

const Attribute = Schema.Struct({
  key: Schema.String,
  value: Schema.Record(Schema.String, Schema.Unknown)
})

const Traces = Schema.Struct({
  resourceSpans: Schema.Array(
    Schema.Struct({
      resource: Schema.Struct({ attributes: Schema.Array(Attribute) }),
      scopeSpans: Schema.Array(
        Schema.Struct({
          spans: Schema.Array(
            Schema.Struct({
              name: Schema.String,
              traceId: Schema.String,
              spanId: Schema.String,
              parentSpanId: Schema.optionalKey(Schema.String),
              attributes: Schema.Array(Attribute)
            })
          )
        })
      )
    })
  )
})
const decodeTraces = Schema.decodeUnknownSync(Schema.fromJsonString(Traces))

/** An OTLP collector on loopback that keeps what it is sent. */
const collector = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly received: Map<string, Array<string>>; readonly close: () => void }>(
    (resume) => {
      const received = new Map<string, Array<string>>()
      const server = NodeHttp.createServer((request, response) => {
        let body = ""
        request.setEncoding("utf8")
        request.on("data", (text: string) => {
          body += text
        })
        request.on("end", () => {
          const path = request.url ?? ""
          received.set(path, [...(received.get(path) ?? []), body])
          response.setHeader("content-type", "application/json").end("{}")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

/** A server that starts, runs one program and stops; what the program said. */
const lifeOf = (variables: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const environment = {
      OFFSHOOT_DATA_DIR: `${folder}/.offshoot`,
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      ...variables
    }
    yield* files.writeFileString(
      `${folder}/offshoot.config.json`,
      `{"agents":{"shell":{"protocol":"command","command":["sh","-c","printf '<%s>' \\"$TRACEPARENT\\""]}}}`
    )
    const settings = yield* Settings.load({ port: 0, config: `${folder}/offshoot.config.json`, demo: false })
    const { context } = yield* ServerRun.start(settings).pipe(Effect.provideService(Environment, environment))
    return yield* Effect.gen(function* () {
      const agents = yield* SubAgents.SubAgents
      const root = yield* agents.createRoot({ title: "root" })
      const { session } = yield* agents.spawn(root.id, { prompt: "go", agent: "shell" })
      yield* agents.wait(root.id, { children: [], policy: "all", timeout: "1 minute" })
      return Option.match(yield* agents.result(session.id), { onNone: () => "", onSome: ({ text }) => text })
    }).pipe(Effect.provideContext(context))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

describe("sending to a collector", () => {
  it.live("what a run did arrives there, and its program can go on with the trace", () =>
    Effect.gen(function* () {
      const { received, url } = yield* collector
      const said = yield* lifeOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })
      const traces = (received.get("/v1/traces") ?? []).map((body) => decodeTraces(body))
      const resources = traces.flatMap(({ resourceSpans }) => resourceSpans)
      const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
      const runs = spans.filter(({ name }) => name === "invoke_agent shell")
      const [run] = runs
      const attributes = new Map(run?.attributes.map(({ key, value }) => [key, value["stringValue"]]))
      assert.strictEqual(attributes.get("gen_ai.operation.name"), "invoke_agent")
      assert.strictEqual(attributes.get("offshoot.outcome.reason"), "done")
      const [, traceId, spanId] = /<00-([\da-f]{32})-([\da-f]{16})-01>/.exec(said) ?? []
      assert.deepStrictEqual(
        runs.map((each) => each.traceId),
        [traceId]
      )
      assert.include(
        spans.filter((span) => span.parentSpanId === run?.spanId || span === run).map((span) => span.spanId),
        spanId
      )
      const service = resources[0]?.resource.attributes.find(({ key }) => key === "service.name")
      assert.strictEqual(service?.value["stringValue"], "offshoot")
    }).pipe(Effect.scoped)
  )

  it.live("nothing is sent, and no program gets a trace, when no collector is named", () =>
    Effect.gen(function* () {
      const { received } = yield* collector
      assert.strictEqual(yield* lifeOf({}), "<>")
      assert.strictEqual(received.size, 0)
    }).pipe(Effect.scoped)
  )

  it.live("a collector that is not there harms nobody", () =>
    Effect.gen(function* () {
      assert.match(yield* lifeOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }), /^<00-/)
    })
  )
})

describe("what the variables come to", () => {
  const url = "http://127.0.0.1:4318"
  it.each([
    [{}, "Off"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: " " }, "Off"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: "TRUE" }, "Off"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "127.0.0.1:4318" }, "Refused"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "Refused"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: url }, "Send"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url }, "Send"]
  ])("%j: %s", (environment, expected) => {
    assert.strictEqual(decide(environment)._tag, expected)
  })

  it("the protocol, the exporters and the name are those of the standard, and content is left out", () => {
    const decided = decide({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_LOGS_EXPORTER: "none", PATH: "/bin" })
    assert.deepStrictEqual(decided, {
      _tag: "Send",
      protocol: "http/protobuf",
      content: "omitted",
      variables: {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_TRACES_EXPORTER: "otlp",
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_LOGS_EXPORTER: "none",
        OTEL_SERVICE_NAME: "offshoot"
      }
    })
  })

  it.each([
    ["true", "recorded"],
    ["SPAN_ONLY", "recorded"],
    ["span_and_event", "recorded"],
    ["false", "omitted"],
    ["event_only", "omitted"]
  ])("content by opt-in: %s is %s", (value, content) => {
    const decided = decide({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: value
    })
    assert.strictEqual(decided._tag === "Send" ? decided.content : "", content)
  })
})
