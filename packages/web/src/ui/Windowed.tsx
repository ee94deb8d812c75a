/**
 * A list of which only the rows in view exist. All rows are equally high, so that
 * a place in the list is a multiplication, whatever stands in it.
 *
 * @stability unstable
 */
import { signal, useSignal } from "@preact/signals"
import type { ComponentChildren, HTMLAttributes } from "preact"
import { useEffect, useLayoutEffect, useRef } from "preact/hooks"

/** Rows above and below the view: a flick of the wheel shows no gap. */
const overscan = 10
/** The rows that exist change in steps: between two of them a scroll moves only pixels. */
const step = 8

interface Props {
  readonly count: number
  readonly rowHeight: number
  readonly render: (index: number) => ComponentChildren
  /** What a row is, wherever it stands. */
  readonly keyOf: (index: number) => string | number
  readonly className: string
  /** Attributes of the scrolled element. */
  readonly area?: HTMLAttributes<HTMLDivElement>
  /** Keeps this row in view when it changes. */
  readonly reveal?: number | undefined
  /** Stays at the end while rows come. */
  readonly follow?: boolean
  /** Somebody scrolled: whether they are at the end. */
  readonly onScrolled?: (atEnd: boolean) => void
  /** How many columns and rows of text fit. */
  readonly onSize?: (width: number, height: number) => void
}

/** Two pixels: a browser rounds a place between two. */
const isAtEnd = (element: HTMLElement): boolean => element.scrollHeight - element.scrollTop - element.clientHeight <= 2

const revealIn = (element: HTMLElement, index: number, rowHeight: number): void => {
  const top = index * rowHeight
  if (top < element.scrollTop) element.scrollTop = top
  else if (top + rowHeight > element.scrollTop + element.clientHeight) {
    element.scrollTop = top + rowHeight - element.clientHeight
  }
}

export const Windowed = (props: Props) => {
  const { area, className, count, follow, keyOf, onScrolled, onSize, render, reveal, rowHeight } = props
  const ref = useRef<HTMLDivElement>(null)
  const first = useSignal(0)
  const visible = useSignal(40)

  const look = (): void => {
    const element = ref.current
    if (element === null) return
    const top = Math.floor(element.scrollTop / rowHeight / step) * step
    first.value = Math.max(0, top - overscan)
    visible.value = Math.ceil(element.clientHeight / rowHeight) + 2 * overscan + step
  }

  useEffect(() => {
    const element = ref.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => {
      look()
      onSize?.(element.clientWidth, element.clientHeight)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [rowHeight])

  useLayoutEffect(() => {
    const element = ref.current
    if (element !== null && follow === true) element.scrollTop = element.scrollHeight
  })

  useLayoutEffect(() => {
    const element = ref.current
    if (element !== null && reveal !== undefined && reveal >= 0) revealIn(element, reveal, rowHeight)
  }, [reveal, rowHeight])

  const from = Math.min(first.value, Math.max(0, count - visible.value))
  // Each row stands at its own place, so that those that stay are not painted again.
  const shown = Array.from({ length: Math.min(visible.value, count - from) }, (_, index) => (
    <div class="slot" role="presentation" key={keyOf(from + index)} style={{ top: `${(from + index) * rowHeight}px` }}>
      {render(from + index)}
    </div>
  ))
  return (
    <div
      {...area}
      ref={ref}
      class={`windowed ${className}`}
      onScroll={() => {
        look()
        if (ref.current !== null) onScrolled?.(isAtEnd(ref.current))
      }}
    >
      <div class="windowed-all" role="presentation" style={{ height: `${count * rowHeight}px` }}>
        {shown}
      </div>
    </div>
  )
}

/** Whether the page is as narrow as a phone. */
const narrowQuery = matchMedia("(max-width: 760px)")
export const isNarrow = signal(narrowQuery.matches)
narrowQuery.addEventListener("change", ({ matches }) => {
  isNarrow.value = matches
})
