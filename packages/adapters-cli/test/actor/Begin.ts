/** Chooses the voice, and lets it begin. */
import * as NodeProcess from "node:process"
import { Stage } from "./Stage.ts"
import type { Voice } from "./Voice.ts"
import { writeAll } from "./Wire.ts"

const voiceOf = async (name: string): Promise<Voice | undefined> => {
  if (name === "claude") return (await import("./ClaudeVoice.ts")).voice
  if (name === "codex") return (await import("./CodexVoice.ts")).voice
  if (name === "pi") return (await import("./PiVoice.ts")).voice
  if (name === "opencode") return (await import("./OpencodeVoice.ts")).voice
  return (await import("./AcpVoice.ts")).acpVoice(name)
}

const [name = "", ...args] = NodeProcess.argv.slice(2)
const stage = new Stage(args, NodeProcess.env)

/** Words, and nothing else. */
const leave = (channel: 1 | 2, words: string, code: number): never => {
  writeAll(channel, Buffer.from(`${words}\n`))
  return stage.exit(code)
}

const begin = (voice: Voice): void => {
  if (stage.has("exit-at-start")) leave(2, "the program cannot start", 1)
  if (args.includes("--version")) leave(voice.version.channel === "stdout" ? 1 : 2, voice.version.text, 0)
  voice.start(stage)
}

const voice = await voiceOf(name)
if (voice === undefined) leave(2, `no such voice: ${name}`, 2)
else begin(voice)
