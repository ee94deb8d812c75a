/** A tool call in one line: what it is called with, as far as people need it to know which one it is. */
/** Enough to tell one call from another; what a tool is given may be a file. */
const argumentMax = 200

/** Members by which a call is known, in the order in which they tell most. */
const tellingMembers = ["command", "cmd", "path", "file_path", "filePath", "pattern", "query", "url", "prompt", "title"]

const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : Array.isArray(value) && value.every((part) => typeof part === "string")
      ? value.join(" ")
      : ""

const memberOf = (value: object, key: string): unknown => Object.entries(value).find(([name]) => name === key)?.[1]

/** What a tool is called with, in short: its most telling argument, else the first that is a text. */
export const inShort = (given: unknown): string => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return textOf(given).slice(0, argumentMax)
  const telling = tellingMembers.map((key) => textOf(memberOf(given, key)))
  const any = Object.values(given).map(textOf)
  return ([...telling, ...any].find((text) => text !== "") ?? "").slice(0, argumentMax)
}
