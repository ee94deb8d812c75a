/**
 * Which files differ from a commit, as git lists them, and which of them a diff
 * can show. Pure.
 *
 * Names are bytes to git: one that is no UTF-8 cannot be handed back to it as
 * an argument, so it is counted and not named.
 */

/** One file of a raw listing. An object id of zeros: what is in the working tree. */
export interface Change {
  readonly path: string
  readonly oldObject: string
  readonly newObject: string
  readonly kind: "added" | "deleted" | "changed"
  /** A commit of another repository: it has no text of its own. */
  readonly isLink: boolean
}

export interface Listed<A> {
  readonly found: ReadonlyArray<A>
  /** Entries whose names are no UTF-8. */
  readonly unnamed: number
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** The fields of a listing that ends each with NUL; what follows the last NUL was cut off. */
const fieldsOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const fields: Array<Uint8Array> = []
  let from = 0
  while (true) {
    const end = bytes.indexOf(0, from)
    if (end === -1) return fields
    fields.push(bytes.subarray(from, end))
    from = end + 1
  }
}

export const namesIn = (listing: Uint8Array): Listed<string> => {
  const names = fieldsOf(listing).map(decoded)
  const found = names.filter((name) => name !== undefined)
  return { found, unnamed: names.length - found.length }
}

const header = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/

const linkMode = "160000"

const kindOf = (status: string | undefined): Change["kind"] => {
  switch (status) {
    case "A":
      return "added"
    case "D":
      return "deleted"
    default:
      return "changed"
  }
}

/** `:MODE MODE OBJECT OBJECT STATUS NUL PATH NUL`, without renames. */
export const changesIn = (listing: Uint8Array): Listed<Change> => {
  const fields = fieldsOf(listing)
  const found: Array<Change> = []
  let unnamed = 0
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [head, name] = [fields[at], fields[at + 1]]
    const [, oldMode, newMode, oldObject = "", newObject = "", status] =
      header.exec(head === undefined ? "" : (decoded(head) ?? "")) ?? []
    const path = name === undefined ? undefined : decoded(name)
    if (path === undefined) unnamed++
    else {
      const isLink = oldMode === linkMode || newMode === linkMode
      found.push({ path, oldObject, newObject, kind: kindOf(status), isLink })
    }
  }
  return { found, unnamed }
}

export const isWorkingTree = (object: string): boolean => /^0*$/.test(object)

/** `OBJECT SIZE` a line; one that is not there says so instead of its size. */
export const sizesIn = (listing: string): ReadonlyMap<string, number> =>
  new Map(
    listing.split("\n").flatMap((line) => {
      const [object, size] = line.split(" ")
      const bytes = Number(size)
      return object === undefined || !Number.isSafeInteger(bytes) ? [] : [[object, bytes] as const]
    })
  )

/** The beginning of a file's part of a diff, on a line of its own: no line of a file's content begins so. */
const partBegin = new TextEncoder().encode("\ndiff --git ")

const beginsAt = (bytes: Uint8Array, at: number): boolean =>
  partBegin.every((byte, index) => bytes[at + index] === byte)

/** At most so many bytes of a diff: whole files, from the first on. */
export const wholeFiles = (diff: Uint8Array, bytesMax: number): Uint8Array => {
  if (diff.length <= bytesMax) return diff
  for (let at = bytesMax; at > 0; at--) if (beginsAt(diff, at - 1)) return diff.subarray(0, at)
  return diff.subarray(0, 0)
}

/** How many files a diff shows. */
export const filesIn = (diff: Uint8Array): number => {
  if (diff.length === 0) return 0
  let files = 1
  let at = diff.indexOf(10)
  while (at !== -1) {
    if (beginsAt(diff, at)) files++
    at = diff.indexOf(10, at + 1)
  }
  return files
}
