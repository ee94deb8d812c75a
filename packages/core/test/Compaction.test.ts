import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Prompt } from "effect/ai"
import * as Compaction from "../src/Compaction.ts"
import { dropMiddle } from "../src/internal/dropMiddle.ts"
import { charsOf } from "../src/internal/promptSize.ts"

type Messages = Compaction.Messages

const system = Prompt.systemMessage({ content: "You are a coder." })
const user = (text: string) => Prompt.userMessage({ content: [Prompt.textPart({ text })] })
const says = (text: string) => Prompt.assistantMessage({ content: [Prompt.textPart({ text })] })

/** A round of some calls, each with a result of so many characters. */
const round = (name: string, resultChars: ReadonlyArray<number>): Messages => [
  Prompt.assistantMessage({
    content: [
      Prompt.textPart({ text: `${name} begins` }),
      ...resultChars.map((_, index) =>
        Prompt.toolCallPart({
          id: `${name}_${index}`,
          name: "read_file",
          params: { path: "a.ts" },
          providerExecuted: false
        })
      )
    ]
  }),
  Prompt.toolMessage({
    content: resultChars.map((chars, index) =>
      Prompt.toolResultPart({
        id: `${name}_${index}`,
        name: "read_file",
        isFailure: false,
        result: "x".repeat(chars),
        providerExecuted: false
      })
    )
  })
]

/** What a provider refuses: a call without its result right after it, a result without its call, no user before an answer. */
const faults = (messages: Messages): ReadonlyArray<string> => {
  const found: Array<string> = []
  let open = new Set<string>()
  messages.forEach((message, index) => {
    if (message.role === "tool") {
      for (const part of message.content) {
        if (part.type === "tool-result" && !open.delete(part.id))
          found.push(`result ${part.id} at ${index} answers nothing`)
      }
      return
    }
    if (open.size > 0) found.push(`calls ${[...open].join()} before ${index} have no result`)
    open = new Set()
    if (message.role === "assistant") {
      if (!messages.slice(0, index).some(({ role }) => role === "user")) found.push(`an answer at ${index} to nobody`)
      for (const part of message.content) if (part.type === "tool-call") open.add(part.id)
    }
  })
  return open.size > 0 ? [...found, "calls at the end have no result"] : found
}

const textOf = (messages: Messages): string =>
  messages
    .flatMap((message): ReadonlyArray<Prompt.Part> => (message.role === "system" ? [] : message.content))
    .map((part) => (part.type === "text" ? part.text : part.type === "tool-result" ? String(part.result) : ""))
    .join("\n")

/** A repeatable source of small numbers. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const transcript = (seed: number): Messages => {
  const next = numbers(seed)
  const messages: Array<Prompt.Message> = next(2) === 0 ? [system] : []
  messages.push(user("u".repeat(next(500))))
  const length = next(40)
  for (let index = 0; index < length; index++) {
    const kind = next(5)
    if (kind === 0) messages.push(says("a".repeat(next(2_000))), user("and then?"))
    else if (kind === 1) messages.push(says("thinking aloud"))
    else
      messages.push(
        ...round(
          `r${index}`,
          Array.from({ length: 1 + next(4) }, () => next(5_000))
        )
      )
  }
  return messages
}

describe("a transcript that is made shorter", () => {
  it("stays valid, gets no longer, and keeps its instructions, the user's first and last words and the last round", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const messages = transcript(seed)
      assert.deepStrictEqual(faults(messages), [])
      for (const share of [0, 0.1, 0.4, 0.9, 1]) {
        const charsMax = Math.floor(charsOf(messages) * share)
        const short = dropMiddle(messages, charsMax)
        const about = `seed ${seed}, share ${share}`
        assert.deepStrictEqual(faults(short), [], about)
        // a transcript of a few small rounds may grow by the note that replaces one
        assert.isAtMost(charsOf(short), charsOf(messages) + 400, about)
        const users = messages.filter(({ role }) => role === "user")
        assert.isTrue(textOf(short).includes(textOf(users.slice(0, 1))), about)
        assert.include(
          short,
          users.at(-1) === users[0] ? short.find(({ role }) => role === "user") : users.at(-1),
          about
        )
        assert.strictEqual(short.at(-1), messages.at(-1), about)
        if (messages[0] === system) assert.strictEqual(short[0], system, about)
      }
    }
  })

  it("reaches its size whenever what must stay allows it", () => {
    const messages = [
      system,
      user("go"),
      ...Array.from({ length: 50 }, (_, index) => round(`r${index}`, [3_000])).flat()
    ]
    for (const charsMax of [12_000, 20_000, 60_000, 120_000]) {
      assert.isAtMost(charsOf(dropMiddle(messages, charsMax)), charsMax)
    }
  })

  it("loses old results first, and says how large they were", () => {
    const messages = [
      user("go"),
      ...round("old", [9_000, 10]),
      ...round("a", [100]),
      ...round("b", [100]),
      ...round("c", [100])
    ]
    const short = dropMiddle(messages, 3_000)
    assert.lengthOf(short, messages.length)
    assert.match(textOf(short), /\[The result of about 90\d\d characters is left out here/)
    assert.include(textOf(short), "x".repeat(10))
  })

  it("then loses its middle, and tells the model which calls it held", () => {
    const rounds = Array.from({ length: 30 }, (_, index) => round(`r${index}`, [300, 300])).flat()
    const short = dropMiddle([user("go"), ...rounds], 4_000)
    assert.include(
      textOf(short),
      "messages that stood after this one are left out. It held these tool calls: read_file "
    )
    assert.include(textOf(short), "r29 begins")
    assert.notInclude(textOf(short), "r3 begins")
    const again = dropMiddle([...short, ...rounds.slice(0, 20)], 4_000)
    assert.lengthOf(textOf(again).match(/To save room, messages/g) ?? [], 1)
  })

  it("that fits is the same one", () => {
    const messages = [system, user("go")]
    assert.strictEqual(dropMiddle(messages, 1_000), messages)
  })
})

describe("when it is made shorter", () => {
  it("from four fifths of the context on", () => {
    assert.isFalse(Compaction.isDue(Compaction.defaults, { usedTokens: 79_999, contextTokensMax: 100_000 }))
    assert.isTrue(Compaction.isDue(Compaction.defaults, { usedTokens: 80_000, contextTokensMax: 100_000 }))
  })

  it.effect("it comes down to two fifths, counted as the provider counted, by the strategy of the process", () =>
    Effect.gen(function* () {
      const messages = [user("go"), ...Array.from({ length: 100 }, (_, index) => round(`r${index}`, [2_000])).flat()]
      const short = yield* Compaction.compacted({ messages, usedTokens: 80_000, contextTokensMax: 100_000 })
      assert.isAtMost(charsOf(short) / (charsOf(messages) / 80_000), 40_000)
      const asked: Array<number> = []
      const strategy: Compaction.Strategy = (given, charsMax) =>
        Effect.sync(() => {
          asked.push(charsMax)
          return given.slice(0, 1)
        })
      const own = yield* Effect.provide(
        Compaction.compacted({ messages, usedTokens: Compaction.estimatedTokens(messages), contextTokensMax: 1_000 }),
        Compaction.layer({ ...Compaction.defaults, strategy })
      )
      assert.strictEqual(own[0], messages[0])
      assert.isTrue(asked.every((chars) => chars > 1_590 && chars <= 1_600))
    })
  )
})
