/**
 * What is read from the server for a view: loading, a failure with its next step,
 * or the value. It is read again when `again` changes.
 *
 * @stability unstable
 */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect } from "preact/hooks"
import type { Answer, Failure } from "../Http.ts"

export const Failed = ({ failure }: { readonly failure: Failure }) => (
  <div class="failure" role="alert">
    <p>{failure.title}</p>
    {failure.hint === undefined ? null : <p class="dim">{failure.hint}</p>}
  </div>
)

interface Props<A> {
  readonly read: () => Promise<Answer<A>>
  readonly again: string
  readonly children: (value: A) => ComponentChildren
}

export const Loaded = <A,>({ again, children, read }: Props<A>) => {
  const answer = useSignal<Answer<A> | undefined>(undefined)
  useEffect(() => {
    let wanted = true
    const begin = async (): Promise<void> => {
      const given = await read()
      if (wanted) answer.value = given
    }
    void begin()
    return () => {
      wanted = false
    }
  }, [again])
  if (answer.value === undefined) return <p class="empty">Loading…</p>
  return answer.value.ok ? <>{children(answer.value.value)}</> : <Failed failure={answer.value.failure} />
}
