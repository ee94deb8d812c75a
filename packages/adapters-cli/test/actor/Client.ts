/**
 * What a test of the actor does on the other side of a wire, for any protocol:
 * one client per voice, as small as can be.
 */
import { Driver } from "./Driver.ts"
import type { Fields } from "./Json.ts"
import type { VoiceName } from "./Parts.ts"
import type { Grammar } from "./Shape.ts"

export type Answer = "approved" | "denied" | "cancelled"

export interface Client {
  readonly voice: VoiceName
  readonly grammar: Grammar
  /** The arguments with which the program speaks this wire, in front of what a test adds. */
  readonly args: ReadonlyArray<string>
  /** Variables that it needs for that. */
  readonly env?: Readonly<Record<string, string>>
  /** Everything before the first prompt. `resume`: the conversation to go on with. */
  readonly open: (driver: Driver, resume: string | undefined) => Promise<void>
  /** Arguments that go on with a conversation, where arguments say it. */
  readonly resumeArgs: (resume: string) => ReadonlyArray<string>
  readonly prompt: (driver: Driver, text: string) => void
  readonly message: (driver: Driver, text: string) => void
  readonly interrupt: (driver: Driver) => void
  readonly isAsk: (frame: Fields) => boolean
  readonly answer: (driver: Driver, ask: Fields, answer: Answer) => void
  /** Answers a question with a text. */
  readonly reply: (driver: Driver, question: Fields, text: string) => void
  readonly isEnd: (frame: Fields) => boolean
  /** The text that a frame adds to the answer. */
  readonly says: (frame: Fields) => string
}

/** The answer that these frames are. */
export const said = (client: Client, frames: ReadonlyArray<Fields>): string => frames.map(client.says).join("")

/** Returns once the answer holds these words. */
export const untilSaid = async (client: Client, driver: Driver, words: string): Promise<void> => {
  await driver.frame(() => said(client, driver.frames).includes(words))
}

/** How a turn is met. */
export interface Meeting {
  readonly args?: ReadonlyArray<string>
  readonly actor?: string
  readonly env?: Record<string, string>
  readonly resume?: string
  readonly answer?: Answer
  readonly meanwhile?: (driver: Driver) => Promise<unknown>
}

/** Runs a program that speaks to `use`; nothing of it is left when it returns. */
export const withDriver = async <A>(
  client: Client,
  meeting: Meeting,
  use: (driver: Driver) => Promise<A>
): Promise<A> => {
  const args = [
    ...(meeting.args ?? client.args),
    ...(meeting.resume === undefined ? [] : client.resumeArgs(meeting.resume))
  ]
  const driver = new Driver(client.voice, args, meeting.actor ?? "", { ...client.env, ...meeting.env })
  try {
    return await use(driver)
  } finally {
    driver.kill()
  }
}

const answering = async (client: Client, driver: Driver, answer: Answer): Promise<void> => {
  const ask = await driver.frame((frame) => client.isAsk(frame) || client.isEnd(frame))
  if (client.isAsk(ask)) client.answer(driver, ask, answer)
}

/** Plays one turn to its end; returns all frames. */
export const turn = (client: Client, script: string, meeting: Meeting = {}): Promise<ReadonlyArray<Fields>> =>
  withDriver(client, meeting, async (driver) => {
    await client.open(driver, meeting.resume)
    client.prompt(driver, script)
    await Promise.all([
      meeting.answer === undefined ? undefined : answering(client, driver, meeting.answer),
      meeting.meanwhile?.(driver)
    ])
    await driver.frame(client.isEnd)
    return [...driver.frames]
  })
