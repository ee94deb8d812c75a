/** What a line tells the model to do, and where in it a conversation stands. */
import { assert, describe, it } from "@effect/vitest"
import { ModelServer, Script } from "@offshoot/test-real"
import * as Option from "effect/Option"

const partsOf = (line: string) =>
  Option.match(Script.parse(line), {
    onNone: () => "no script",
    onSome: ({ steps }) =>
      steps
        .map((step) =>
          step.type === "failure"
            ? `${step.status}x${step.times ?? "all"}/${step.retryAfterSeconds ?? "-"}`
            : [...step.parts.map(({ type }) => type), step.stop].join("+")
        )
        .join(" ")
  })

describe("a script", () => {
  it.each([
    ["say hello", "text+end"],
    ["  say hello  ", "text+end"],
    ["shell echo a && echo b ; true ;; say done", "tool+end text+end"],
    ["think hmm ++ say a ++ write notes.txt some words", "thought+text+tool+end"],
    ["hold gate ++ say after", "hold+text+end"],
    ["hang", "text+hold+end"],
    ["say half ++ cut", "text+length"],
    ["say no ++ refuse", "text+refusal"],
    ["say half ++ drop", "text+drop+end"],
    ["status 429", "429xall/-"],
    ["status 529 times 2 after 1 ;; say hi", "529x2/1 text+end"],
    ['call Task {"prompt":"x"}', "tool+end"],
    ["call Task {", "no script"],
    ["big many", "no script"],
    ["big 999999999999", "no script"],
    ["please say hello", "no script"],
    ["say a ;; dance", "no script"],
    ["constructor x", "no script"],
    ["", "no script"]
  ])("reads %j as %s", (line, expected) => assert.strictEqual(partsOf(line), expected))

  it("is the last line that is one, whatever stands around it", () => {
    const said = "Context:\nsay old\n<reminder>\nplease say nothing\n</reminder>\nsay new\n\nThank you."
    assert.deepStrictEqual(
      Option.map(Script.find(said), ({ line }) => line),
      Option.some("say new")
    )
  })

  it("has a big text of exactly the bytes that are asked for", () => {
    for (const bytes of [0, 1, 63, 64, 65, 10_000]) assert.strictEqual(Buffer.byteLength(Script.bigText(bytes)), bytes)
  })

  it.each([
    [0, 0, 500],
    [0, 1, 500],
    [0, 2, "text"],
    [1, 2, "tool"],
    [2, 2, 429],
    [2, 9, 429]
  ])("after %i answers and %i failures goes on with %s", (answered, failed, expected) => {
    const script = Option.getOrThrow(Script.parse("status 500 times 2 ;; say a ;; shell b ;; status 429"))
    const step = Option.getOrThrow(Script.stepAt(script, answered, failed))
    assert.strictEqual(step.type === "failure" ? step.status : step.parts[0]?.type, expected)
  })

  it.each([
    ["say a", 1, "nothing"],
    ["say a ++ cut", 1, "length"],
    ["say a ++ cut", 3, "length"],
    ["say a ++ cut ;; say b", 1, "end"],
    ["say a ++ cut ;; say b", 2, "nothing"]
  ])("of %j has after %i answers one that ends with %s", (line, answered, expected) => {
    const step = Script.stepAt(Option.getOrThrow(Script.parse(line)), answered, 0)
    assert.strictEqual(
      Option.match(step, { onNone: () => "nothing", onSome: (found) => (found.type === "answer" ? found.stop : "") }),
      expected
    )
  })
})

describe("a conversation", () => {
  type Role = "user" | "model" | "tool"
  const turns: ReadonlyArray<readonly [string, ReadonlyArray<readonly [Role, string]>, string]> = [
    ["stands at the start when nothing was answered", [["user", "say a"]], "say a/0"],
    [
      "counts the answers since its last script",
      [
        ["user", "say old"],
        ["model", "old"],
        ["user", "shell x ;; say b"],
        ["model", ""],
        ["tool", ""]
      ],
      "shell x ;; say b/1"
    ],
    [
      "is not led astray by what a program adds to a result",
      [
        ["user", "shell x ;; say b"],
        ["model", ""],
        ["tool", ""],
        ["user", "a reminder"]
      ],
      "shell x ;; say b/1"
    ],
    [
      "follows a message that comes in the middle of a turn",
      [
        ["user", "shell x ;; say b"],
        ["model", ""],
        ["tool", ""],
        ["user", "The user says:\nsay steered"]
      ],
      "say steered/0"
    ],
    [
      "is the program's own once it speaks in the user's name",
      [
        ["user", "say a"],
        ["model", "a"],
        ["user", "Sum this up."]
      ],
      "none"
    ],
    [
      "goes on when the program asks for the rest of an answer that broke off",
      [
        ["user", "say a ++ cut ;; say b"],
        ["model", "a"],
        ["user", "Go on."]
      ],
      "say a ++ cut ;; say b/1"
    ],
    [
      "is over when the rest has come too",
      [
        ["user", "say a ++ cut ;; say b"],
        ["model", "a"],
        ["user", "Go on."],
        ["model", "b"],
        ["user", "Sum this up."]
      ],
      "none"
    ]
  ]
  it.each(turns)("%s", (_, said, expected) => {
    const stands = ModelServer.standing({ turns: said.map(([role, text]) => ({ role, text })) })
    assert.strictEqual(
      Option.match(stands, { onNone: () => "none", onSome: ({ answered, script }) => `${script.line}/${answered}` }),
      expected
    )
  })
})
