/**
 * Where spans, logs and metrics go: to an OpenTelemetry collector, when the
 * standard `OTEL_…` variables of the process name one, and nowhere otherwise.
 *
 * Only the sending. What the spans are is core's to say; what the variables
 * mean is OpenTelemetry's.
 *
 * @stability unstable
 */
import { Telemetry } from "@offshoot/core"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as Tracer from "effect/Tracer"
import { Environment } from "./Environment.ts"
import { version } from "./Version.ts"

type Variables = Readonly<Record<string, string | undefined>>

const signals = ["TRACES", "LOGS", "METRICS"] as const

const endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", ...signals.map((signal) => `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)]

/** What the variables come to. */
export type Decision =
  | { readonly _tag: "Off" }
  /** Somebody wished it, and it cannot be done: said once, and the server runs without. */
  | { readonly _tag: "Refused"; readonly problem: string }
  | {
      readonly _tag: "Send"
      readonly protocol: "http/protobuf" | "http/json"
      readonly content: "omitted" | "recorded"
      /** The variables, with what the standard says where they say nothing. */
      readonly variables: Readonly<Record<string, string>>
    }

const refused = (problem: string): Decision => ({ _tag: "Refused", problem })

/** The standard takes an empty variable for one that is not set. */
const given = (environment: Variables): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const text = value?.trim() ?? ""
      return name.startsWith("OTEL_") && text !== "" ? [[name, text] as const] : []
    })
  )

const defaults: Readonly<Record<string, string>> = Object.fromEntries(
  signals.map((signal) => [`OTEL_${signal}_EXPORTER`, "otlp"])
)

const capture = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
const capturing = new Set(["true", "span_only", "span_and_event"])

/** Pure: the variables of the process, and what is done about them. */
export const decide = (environment: Variables): Decision => {
  const set = given(environment)
  const named = endpoints.filter((name) => set[name] !== undefined)
  if (named.length === 0 || set["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return { _tag: "Off" }
  const wrong = named.find((name) => !/^https?:$/.test(URL.parse(set[name] ?? "")?.protocol ?? ""))
  if (wrong !== undefined) return refused(`${wrong} is not an http address`)
  const protocol = set["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "http/protobuf"
  if (protocol !== "http/protobuf" && protocol !== "http/json") {
    return refused(`OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}; http/protobuf and http/json are supported`)
  }
  const isNamed = set["OTEL_RESOURCE_ATTRIBUTES"]?.includes("service.name=") === true
  const variables = { ...defaults, ...(isNamed ? {} : { OTEL_SERVICE_NAME: "offshoot" }), ...set }
  const content = capturing.has(set[capture]?.toLowerCase() ?? "") ? "recorded" : "omitted"
  return { _tag: "Send", protocol, content, variables }
}

/** Spans of the server's start would otherwise be above all that it ever does. */
const noParent = Layer.succeed(
  Tracer.ParentSpan,
  Tracer.externalSpan({
    traceId: "0".repeat(32),
    spanId: "0".repeat(16),
    annotations: Context.make(Tracer.DisablePropagation, true)
  })
)

/** Looked at every few seconds by whoever keeps the server alive. */
const unwatched = HttpMiddleware.layerTracerDisabledForUrls(["/healthz", "/readyz", "/metrics"])

const send = ({ content, protocol, variables }: Extract<Decision, { readonly _tag: "Send" }>) =>
  Otlp.layerFromConfig({ resource: { serviceVersion: version } }).pipe(
    Layer.provide(protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: variables }))),
    Layer.merge(Layer.mergeAll(noParent, unwatched, Telemetry.layerContent(content)))
  )

/**
 * Gives the tracer, the logger and the metrics of the process. What it is given
 * to must be closed before it: closing it sends what is left.
 */
export const layer: Layer.Layer<never> = Layer.unwrap(
  Effect.gen(function* () {
    const decision = decide(yield* Environment)
    switch (decision._tag) {
      case "Off":
        return Layer.empty
      case "Refused":
        yield* Effect.logWarning("telemetry.off").pipe(Effect.annotateLogs({ problem: decision.problem }))
        return Layer.empty
      case "Send":
        return send(decision)
    }
  })
)
