/** Origins of pages. */

/** An origin as browsers write it; none: it is no origin of a page. */
export const originOf = (text: string): string | undefined => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const { origin } = new URL(text)
  return text.toLowerCase() === origin ? origin : undefined
}
