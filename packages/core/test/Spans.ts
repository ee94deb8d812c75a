/** A tracer that keeps the spans that have ended, for tests. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export interface Spans {
  readonly layer: Layer.Layer<never>
  readonly ended: ReadonlyArray<Tracer.Span>
  /** Those whose name begins so, in the order of their ends. */
  readonly named: (begin: string) => ReadonlyArray<Tracer.Span>
}

export const make: Effect.Effect<Spans> = Effect.sync(() => {
  const ended: Array<Tracer.Span> = []
  class Kept extends Tracer.NativeSpan {
    override end(...args: Parameters<Tracer.Span["end"]>): void {
      super.end(...args)
      ended.push(this)
    }
  }
  return {
    layer: Layer.succeed(Tracer.Tracer, Tracer.make({ span: (options) => new Kept(options) })),
    ended,
    named: (begin) => ended.filter(({ name }) => name.startsWith(begin))
  }
})

export const parentIdOf = ({ parent }: Tracer.Span): string =>
  Option.match(parent, { onNone: () => "", onSome: ({ spanId }) => spanId })
