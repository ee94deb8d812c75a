/**
 * Takes known secret values out of a text that arrives in pieces (I9).
 *
 * A program that complains about its key often prints it. Only exact values
 * are found: one that the program encodes or cuts is not.
 *
 * @stability unstable
 */

export const masked = "<redacted>"

/** Shorter values are words like `true` or `8080`: masking them would garble the output and hide nothing. */
export const secretCharsMin = 8

export interface Mask {
  /** The text that can be shown; a tail that may be the beginning of a secret waits for the next piece. */
  readonly push: (text: string) => string
  readonly end: () => string
}

/** The longest end of `text` that is the beginning of a secret, but no whole one. Looks only where one may begin. */
const openEnd = (text: string, secrets: ReadonlyArray<string>): number => {
  let longest = 0
  for (const secret of secrets) {
    const first = secret.charAt(0)
    const from = Math.max(0, text.length - secret.length + 1)
    for (let at = text.indexOf(first, from); at !== -1; at = text.indexOf(first, at + 1)) {
      if (!secret.startsWith(text.slice(at))) continue
      longest = Math.max(longest, text.length - at)
      break
    }
  }
  return longest
}

const transparent: Mask = { push: (text) => text, end: () => "" }

export const maskOf = (values: ReadonlyArray<string>): Mask => {
  // Longest first: a secret that contains another must be taken whole.
  const secrets = values
    .filter((value) => value.length >= secretCharsMin)
    .toSorted((left, right) => right.length - left.length)
  if (secrets.length === 0) return transparent
  let held = ""
  const replaced = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, () => masked), text)
  return {
    push: (text) => {
      const shown = replaced(held === "" ? text : held + text)
      const open = openEnd(shown, secrets)
      if (open === 0) {
        held = ""
        return shown
      }
      held = shown.slice(shown.length - open)
      return shown.slice(0, shown.length - open)
    },
    end: () => {
      const rest = held
      held = ""
      return rest
    }
  }
}
