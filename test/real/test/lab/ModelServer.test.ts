/** The model server as its clients see it, on each of its wires. */
import { assert, describe, it } from "@effect/vitest"
import { ModelServer } from "@offshoot/test-real"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"

interface Wire {
  readonly name: string
  readonly path: string
  /** The body of a conversation of one message, with a shell tool. */
  readonly body: (said: string) => unknown
  /** A piece of the text as it stands in the stream. */
  readonly piece: (text: string) => string
  /** What a call of the shell tool has in it. */
  readonly call: string
  readonly end: string
}

const wires: ReadonlyArray<Wire> = [
  {
    name: "anthropic",
    path: "/v1/messages?beta=true",
    body: (content) => ({ model: "m", stream: true, tools: [{ name: "Bash" }], messages: [{ role: "user", content }] }),
    piece: (text) => `"text_delta","text":"${text}"`,
    call: '"name":"Bash"',
    end: '"message_stop"'
  },
  {
    name: "responses",
    path: "/v1/responses",
    body: (text) => ({
      model: "m",
      stream: true,
      tools: [{ type: "function", name: "exec_command" }],
      input: [{ type: "message", role: "user", content: [{ type: "input_text", text }] }]
    }),
    piece: (text) => `"delta":"${text}"`,
    call: '"name":"exec_command"',
    end: '"response.completed"'
  },
  {
    name: "chat",
    path: "/v1/chat/completions",
    body: (content) => ({
      model: "m",
      stream: true,
      tools: [{ type: "function", function: { name: "bash" } }],
      messages: [
        { role: "system", content: "say nothing" },
        { role: "user", content }
      ]
    }),
    piece: (text) => `"content":"${text}"`,
    call: '"name":"bash"',
    end: "[DONE]"
  },
  {
    name: "gemini",
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    body: (text) => ({
      contents: [{ role: "user", parts: [{ text }] }],
      tools: [{ functionDeclarations: [{ name: "run_shell_command" }] }]
    }),
    piece: (text) => `"text":"${text}"`,
    call: '"name":"run_shell_command"',
    end: '"finishReason":"STOP"'
  }
]

const post = (wire: Wire, said: string) =>
  Effect.gen(function* () {
    const { url } = yield* ModelServer.ModelServer
    const client = yield* HttpClient.HttpClient
    return yield* client.execute(
      HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(url + wire.path), wire.body(said))
    )
  })

const textOf = (wire: Wire, said: string) => Effect.flatMap(post(wire, said), (response) => response.text)

const layer = Layer.mergeAll(ModelServer.layer, NodeHttpClient.layerFetch)

describe.each(wires)("the wire $name", (wire) => {
  it.live("streams a text in pieces, to its end", () =>
    Effect.gen(function* () {
      const text = yield* textOf(wire, "say one two")
      assert.include(text, wire.piece("one "))
      assert.include(text, wire.piece("two"))
      assert.include(text, wire.end)
    }).pipe(Effect.provide(layer))
  )

  it.live("calls the shell tool that is offered", () =>
    Effect.gen(function* () {
      const text = yield* textOf(wire, "shell pwd ;; say never")
      assert.include(text, wire.call)
      assert.notInclude(text, "never")
    }).pipe(Effect.provide(layer))
  )

  it.live("fails as often as the script says, with when to try again", () =>
    Effect.gen(function* () {
      const failed = yield* post(wire, "status 429 times 1 after 7 ;; say ok")
      assert.strictEqual(failed.status, 429)
      assert.strictEqual(failed.headers["retry-after"], "7")
      assert.include(yield* textOf(wire, "status 429 times 1 after 7 ;; say ok"), wire.piece("ok"))
    }).pipe(Effect.provide(layer))
  )

  it.live("holds an answer in the middle until it is released", () =>
    Effect.gen(function* () {
      const server = yield* ModelServer.ModelServer
      const answer = yield* Effect.forkChild(textOf(wire, "say before ++ hold gate ++ say after"))
      yield* server.awaitHeld("gate")
      assert.isUndefined(answer.pollUnsafe())
      yield* server.release("gate")
      assert.include(yield* Fiber.join(answer), wire.piece("after"))
    }).pipe(Effect.provide(layer))
  )

  it.live("notices when nobody waits any more for an answer that hangs", () =>
    Effect.gen(function* () {
      const server = yield* ModelServer.ModelServer
      const answer = yield* Effect.forkChild(
        Effect.flatMap(post(wire, "hang"), (response) => Stream.runDrain(response.stream))
      )
      yield* server.awaitHeld("hang")
      yield* Fiber.interrupt(answer)
      yield* server.awaitLeft("hang")
      assert.strictEqual((yield* server.requests).length, 1)
    }).pipe(Effect.provide(layer))
  )
})
