/** What a client of AG-UI is told of our events, in words. */
import { assert, describe, it } from "@effect/vitest"
import { type AgentEvent, Ids } from "@offshoot/core"
import * as Calls from "../src/agui/Calls.ts"
import { childrenMax } from "../src/agui/Children.ts"
import type * as Narration from "../src/agui/Narration.ts"
import { merged } from "../src/agui/Speech.ts"
import { json } from "./aguiReading.ts"
import {
  rootId,
  runId,
  begin,
  hearAll,
  eventsOf,
  wrapped,
  started,
  completed,
  token,
  thought,
  call,
  toolStart,
  toolDone,
  toolError,
  wrote,
  complete,
  receipt,
  asks
} from "./aguiHearing.ts"

/** An event in a few words. */
const inWords = (told: Narration.Told): string => {
  if (told._tag !== "Event") return told._tag === "NotTaken" ? `NotTaken ${told.status}` : told._tag
  const { event } = told
  const by = "subagentRunId" in event && event.subagentRunId !== undefined ? ` @${event.subagentRunId}` : ""
  switch (event.type) {
    case "TEXT_MESSAGE_START":
      return `text ${event.messageId}${by}`
    case "TEXT_MESSAGE_CONTENT":
      return `+${event.delta}${by}`
    case "TEXT_MESSAGE_END":
      return `end ${event.messageId}${by}${event.metadata === undefined ? "" : ` ${JSON.stringify(event.metadata)}`}`
    case "REASONING_MESSAGE_CONTENT":
      return `thinks ${event.delta}${by}`
    case "TOOL_CALL_START":
      return `call ${event.toolCallId} ${event.toolCallName}${by}`
    case "TOOL_CALL_ARGS":
      return `args ${event.delta.slice(0, 40)}${by}`
    case "TOOL_CALL_RESULT":
      return `result ${event.toolCallId} ${typeof event.content === "string" ? event.content.slice(0, 40) : ""}${by}`
    case "SUBAGENT_STARTED":
      return `begins ${event.subagentRunId} ${event.name}${event.parentSubagentRunId === undefined ? "" : ` in ${event.parentSubagentRunId}`}`
    case "SUBAGENT_FINISHED":
      return `ends ${event.subagentRunId} ${event.outcome?.type ?? ""}`
    case "SUBAGENT_ERROR":
      return `fails ${event.subagentRunId} ${event.code ?? ""}: ${event.message}`
    case "ACTIVITY_SNAPSHOT":
      return `shows ${event.messageId} ${JSON.stringify(event.content)}${by}`
    case "ACTIVITY_DELTA":
      return `changes ${event.messageId} ${JSON.stringify(event.patch)}${by}`
    case "CUSTOM":
      return `custom ${event.name}${by}`
    default:
      return `${event.type}${by}`
  }
}

describe("what is told of an event", () => {
  it.each<readonly [string, Partial<Narration.Narration>, ReadonlyArray<AgentEvent.AgentEvent>, ReadonlyArray<string>]>(
    [
      ["words are one message", {}, [token("a"), token("b")], ["text p-1", "+a", "+b"]],
      ["no words are nothing", {}, [token("")], []],
      [
        "a thought ends the text before it, and the other way round",
        {},
        [token("a"), thought("b"), token("c")],
        [
          "text p-1",
          "+a",
          "end p-1",
          "REASONING_START",
          "REASONING_MESSAGE_START",
          "thinks b",
          "REASONING_MESSAGE_END",
          "REASONING_END",
          "text p-3",
          "+c"
        ]
      ],
      [
        "a call ends the text, comes whole, and is answered once",
        {},
        [token("a"), toolStart, toolDone, toolStart],
        [
          "text p-1",
          "+a",
          "end p-1",
          "call c look",
          'args {"at":1}',
          "TOOL_CALL_END",
          'result c {"ok":true}',
          "call c#2 look",
          'args {"at":1}',
          "TOOL_CALL_END"
        ]
      ],
      [
        "a call that is open is not begun again",
        {},
        [toolStart, toolStart],
        ["call c look", 'args {"at":1}', "TOOL_CALL_END"]
      ],
      [
        "a call that failed is answered, and one that was never shown is shown with its answer",
        {},
        [toolError],
        ["call c look", "args {}", "TOOL_CALL_END", "result c no"]
      ],
      [
        "a call that the client has from an earlier run is only answered",
        { calls: Calls.known(["c", "x"], new Set(["c"])) },
        [toolStart, toolDone, { type: "tool_start", toolCallId: "x", toolName: "look", arguments: {} }],
        ['result c {"ok":true}', "call x#2 look", "args {}", "TOOL_CALL_END"]
      ],
      [
        "an entry of the transcript is known to the client with the text that it ends",
        {},
        [token("a"), wrote("e1"), wrote("t", "tool"), toolStart],
        [
          "text p-1",
          "+a",
          "Recorded",
          'end p-1 {"offshoot":{"upTo":"e1"}}',
          "call c look",
          'args {"at":1}',
          "TOOL_CALL_END"
        ]
      ],
      [
        "after something was missed, each entry is followed by a snapshot",
        {},
        [token("a"), { type: "lagged", missed: 3 }, token("b"), wrote("e1"), token("c"), wrote("e2")],
        [
          "text p-1",
          "+a",
          "end p-1",
          "custom offshoot.lagged",
          "Snapshot",
          "text p-2",
          "+b",
          "end p-2",
          "Recorded",
          "Snapshot",
          "text p-3",
          "+c",
          "end p-3",
          "Recorded",
          "Snapshot"
        ]
      ],
      [
        "what a run said in vain is taken back",
        { runId: "run_1" },
        [
          token("a"),
          { type: "run_retried", runId, nextRunId: Ids.RunId.make("run_2"), mode: "retry", tries: 1, reason: "lost" },
          complete,
          { ...complete, runId: Ids.RunId.make("run_2") }
        ],
        ["text p-1", "+a", "TakenBack", "end p-1", "custom offshoot.run_retried", "Snapshot", "Ended"]
      ],
      [
        "somebody else's message is told in its place, and so is what follows",
        {},
        [token("a"), wrote("u", "user"), wrote("e")],
        ["text p-1", "+a", "end p-1", "Snapshot", "Recorded", "Snapshot"]
      ],
      ["the client's own is not", { own: new Set(["u"]) }, [wrote("u", "user")], []],
      ["an end is the run's", {}, [complete], ["Ended"]],
      ["an end of another run is not", { runId: "run_2" }, [complete], []],
      [
        "nor one before the message was taken",
        { onTheWay: new Set(["m"]) },
        [complete, receipt("delivered"), complete],
        ["Ended"]
      ],
      ["a message that is not taken ends it", { onTheWay: new Set(["m"]) }, [receipt("expired")], ["NotTaken expired"]],
      ["what is asked is looked up, of children too", {}, [asks, wrapped("a", asks)], ["Asked", "Asked"]],
      [
        "a child speaks in its own name, also when it was not announced",
        {},
        [
          started("a"),
          wrapped("a", token("x")),
          wrapped("b", token("y"), "a"),
          wrapped("a", toolStart),
          completed("a")
        ],
        [
          "begins a title of a",
          "text p-a-1 @a",
          "+x @a",
          "begins b b in a",
          "text p-b-1 @b",
          "+y @b",
          "end p-a-1 @a",
          "call a:c look @a",
          'args {"at":1} @a',
          "TOOL_CALL_END @a",
          "result a:c (no result was told) @a",
          "ends a success"
        ]
      ],
      [
        "a child that failed says why; one that runs again is another invocation",
        {},
        [started("a"), completed("a", "error"), started("a"), wrapped("a", token("x"))],
        [
          "begins a title of a",
          "fails a agent_failed: no luck",
          "begins a/2 title of a",
          "text p-a/2-1 @a/2",
          "+x @a/2"
        ]
      ],
      [
        "a nested agent begins with its first word and ends with its owner",
        {},
        [
          started("a"),
          wrapped("a", {
            type: "nested_agent_event",
            nestedId: "n",
            title: "inner",
            event: { type: "token", content: "z" }
          }),
          completed("a")
        ],
        [
          "begins a title of a",
          "begins a~n inner in a",
          "text p-a~n-1 @a~n",
          "+z @a~n",
          "end p-a~n-1 @a~n",
          "ends a~n ",
          "ends a success"
        ]
      ],
      [
        "a client that knows no sub-agents sees where children stand",
        { children: "activities" },
        [started("a"), wrapped("a", token("x")), completed("a", "error"), completed("b")],
        [
          'shows child:a {"sessionId":"a","parentSessionId":"root","title":"title of a","status":"running"}',
          'changes child:a [{"op":"replace","path":"/status","value":"error"},{"op":"add","path":"/reason","value":"agent_failed"},{"op":"add","path":"/error","value":"no luck"}]'
        ]
      ],
      [
        "what has no word of the protocol is custom or an activity",
        {},
        [
          { type: "task_list_changed", tasks: [{ title: "t", status: "open" }] },
          { type: "file_changed", path: "f", change: "added" },
          { type: "execution_started", runId, sessionId: rootId, startedAt: "" },
          { type: "session_title_updated", sessionId: rootId, title: "t" },
          { type: "runner_output", channel: "stderr", content: "noise" },
          { type: "usage_updated", usage: { outputTokens: 1 } }
        ],
        [
          'shows tasks:root {"tasks":[{"title":"t","status":"open"}]}',
          "custom offshoot.file_changed",
          "custom offshoot.run",
          "custom offshoot.title"
        ]
      ],
      ["a deleted session ends the run", {}, [{ type: "session_deleted", sessionId: rootId }], ["Deleted"]]
    ]
  )("%s", (_name, options, events, expected) => {
    assert.deepStrictEqual(hearAll(begin(options), events)[1].map(inWords), expected)
  })

  it("arguments that are larger than anybody reads are still JSON", () => {
    const large: AgentEvent.OwnEvent = { type: "tool_start", ...call, arguments: { text: "x".repeat(200_000) } }
    const args = eventsOf(hearAll(begin(), [large])[1]).find(({ type }) => type === "TOOL_CALL_ARGS")
    assert(args?.type === "TOOL_CALL_ARGS")
    assert.isBelow(args.delta.length, 100_000)
    assert.strictEqual(json(args.delta)["truncated"], true)
  })

  it("children past the bound are not shown, and cost nothing", () => {
    const many = Array.from({ length: childrenMax + 5 }, (_, index) => started(`c${index}`))
    const [state, told] = hearAll(begin(), many)
    assert.strictEqual(told.length, childrenMax)
    assert.strictEqual(state.shown.active.size, childrenMax)
  })

  it("words that are ready together are sent together, up to a bound", () => {
    const told = hearAll(
      begin(),
      Array.from({ length: 300 }, () => token("x".repeat(1_000)))
    )[1]
    const fewer = merged(eventsOf(told))
    assert.isBelow(fewer.length, 10)
    const text = fewer.map((event) => (event.type === "TEXT_MESSAGE_CONTENT" ? event.delta : "")).join("")
    assert.strictEqual(text.length, 300_000)
  })
})
