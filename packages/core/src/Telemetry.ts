/**
 * What Offshoot tells the tracer of the process, and how traces go on in other
 * processes: spans by the semantic conventions of OpenTelemetry for generative
 * AI, and `traceparent` by W3C Trace Context.
 *
 * Whether there is a tracer is the app's to say, by the `Tracer` of its layers.
 * Without one no span is made and nothing is remembered.
 *
 * @stability unstable
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/**
 * Whether spans hold what models and tools said and were told. `omitted` unless
 * the operator wishes otherwise: it is whatever people and programs wrote.
 */
export class Content extends Context.Reference<"omitted" | "recorded">("@offshoot/core/Telemetry/Content", {
  defaultValue: () => "omitted"
}) {}

export const layerContent = (content: "omitted" | "recorded"): Layer.Layer<never> => Layer.succeed(Content, content)

/** Whether a tracer of the app's own listens: the one that every program has keeps nothing. */
export const isOn: Effect.Effect<boolean> = Effect.map(Effect.tracer, (tracer) => tracer !== Tracer.nativeTracer)

const pattern = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/

/** The span as W3C Trace Context writes it. */
export const traceparentOf = ({ sampled, spanId, traceId }: Tracer.AnySpan): string =>
  `00-${traceId.padStart(32, "0")}-${spanId.padStart(16, "0")}-${sampled ? "01" : "00"}`

/** The span that a `traceparent` names. None: it names none. */
export const spanOf = (traceparent: string): Option.Option<Tracer.ExternalSpan> => {
  const [, traceId = "", spanId = "", flags = ""] = pattern.exec(traceparent) ?? []
  const isNothing = /^0*$/
  return isNothing.test(traceId) || isNothing.test(spanId)
    ? Option.none()
    : Option.some(Tracer.externalSpan({ traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }))
}

/** A span that nobody is told of is no place to go on from. */
const isTold = ({ annotations }: Tracer.AnySpan): boolean => !Context.get(annotations, Tracer.DisablePropagation)

/** The span in which the caller is, for somebody elsewhere to go on from. None: nobody traces. */
export const traceparent: Effect.Effect<Option.Option<string>> = Effect.flatMap(isOn, (on) =>
  on
    ? Effect.map(Effect.option(Effect.currentParentSpan), (span) =>
        Option.map(Option.filter(span, isTold), traceparentOf)
      )
    : Effect.succeedNone
)

/** The same as variables for a program, by the name that tools agree on. */
export const environment: Effect.Effect<Readonly<Record<string, string>>> = Effect.map(
  traceparent,
  Option.match({ onNone: () => ({}), onSome: (value) => ({ TRACEPARENT: value }) })
)
