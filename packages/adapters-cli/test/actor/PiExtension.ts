/**
 * The extensions of pi, as far as one can ask through them: a module that was
 * given by `--extension` is loaded and run as pi does it; without one, every
 * call that is asked for is confirmed.
 */
import * as NodePath from "node:path"
import * as NodeURL from "node:url"
import { type Fields, at, idOf, textAt } from "./Json.ts"
import type { Stage } from "./Stage.ts"
import { Asks, type ToolCall } from "./Voice.ts"

type Handler = (event: Fields, context: { readonly ui: ExtensionUi }) => unknown

/** What an extension shows, over this wire. */
interface ExtensionUi {
  readonly notify: (message: string, notifyType?: string) => void
  readonly select: (title: string, options: ReadonlyArray<string>) => Promise<string | undefined>
  readonly confirm: (title: string, message: string) => Promise<boolean>
  readonly input: (title: string, placeholder?: string) => Promise<string | undefined>
}

const isFunction = (value: unknown): value is (...args: ReadonlyArray<unknown>) => unknown =>
  typeof value === "function"

export class PiExtension {
  private readonly stage: Stage
  private readonly dialogs = new Asks<Fields>()
  private readonly handlers = new Map<string, Array<Handler>>()

  constructor(stage: Stage) {
    this.stage = stage
  }

  /** A dialog; its answer as it came. Whether there is an answer is the client's. */
  dialog(fields: Fields, id: string = idOf("ui_")): Promise<Fields> {
    this.stage.wire.send({ type: "extension_ui_request", id, ...fields })
    return this.dialogs.wait(id)
  }

  answered(frame: Fields): void {
    this.dialogs.answer(textAt(frame, "id"), frame)
  }

  dismiss(): void {
    this.dialogs.drop()
  }

  private async value(fields: Fields): Promise<string | undefined> {
    const value = at(await this.dialog(fields), "value")
    return typeof value === "string" ? value : undefined
  }

  private readonly ui: ExtensionUi = {
    notify: (message, notifyType) =>
      this.stage.wire.send({ type: "extension_ui_request", id: idOf("ui_"), method: "notify", message, notifyType }),
    select: (title, options) => this.value({ method: "select", title, options }),
    confirm: async (title, message) =>
      at(await this.dialog({ method: "confirm", title, message }), "confirmed") === true,
    input: (title, placeholder) => this.value({ method: "input", title, placeholder })
  }

  /** Loads what was given, and tells it that the session starts. */
  async load(): Promise<void> {
    const path = this.stage.argument("--extension") ?? this.stage.argument("-e")
    if (path === undefined) return
    const loaded: unknown = await import(NodeURL.pathToFileURL(NodePath.resolve(path)).href)
    const extend = at({ ...Object(loaded) }, "default")
    if (!isFunction(extend)) return
    extend({
      on: (event: string, handler: Handler) => {
        this.handlers.set(event, [...(this.handlers.get(event) ?? []), handler])
      }
    })
    for (const handler of this.handlers.get("session_start") ?? []) {
      await handler({ type: "session_start" }, { ui: this.ui })
    }
  }

  /** Why the call must not be made; undefined: it may. */
  async blocks(tool: ToolCall): Promise<string | undefined> {
    const handlers = this.handlers.get("tool_call")
    if (handlers === undefined) {
      const asked = { method: "confirm", title: `Run ${tool.name}?`, message: JSON.stringify(tool.input) }
      const isConfirmed = at(await this.dialog(asked, tool.id), "confirmed") === true
      return isConfirmed ? undefined : "Blocked by user"
    }
    const event = { type: "tool_call", toolCallId: tool.id, toolName: tool.name, input: tool.input }
    for (const handler of handlers) {
      const verdict = await handler(event, { ui: this.ui })
      if (at(verdict, "block") === true) return textAt(verdict, "reason")
    }
    return undefined
  }
}
