/**
 * A text onto the clipboard or into a file, by the browser's own means.
 *
 * @stability unstable
 */
import * as Actions from "../Actions.ts"

/** A name of a file and nothing else, whatever a child called it. */
const fileName = (name: string): string => name.replaceAll(/[^\w.-]+/g, "_").slice(-100) || "download"

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))

/** Saved as bytes: the browser shows none of it. */
export const download = (name: string, text: string, encoding: string): void => {
  const blob = new Blob([encoding === "base64" ? bytesOf(text) : text], { type: "application/octet-stream" })
  const address = URL.createObjectURL(blob)
  const anchor = document.createElement("a")
  anchor.href = address
  anchor.download = fileName(name)
  anchor.click()
  URL.revokeObjectURL(address)
}

export const copy = async (text: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
    Actions.say("Copied.")
  } catch {
    Actions.say("The browser does not let this page copy: download it instead.")
  }
}
