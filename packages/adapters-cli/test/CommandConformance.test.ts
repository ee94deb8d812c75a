import { type CommandAgent, CommandRunner, ProcessTable } from "@offshoot/adapters-cli"
import { Outcome, Session } from "@offshoot/core"
import * as RunHarness from "@offshoot/core/testing/RunHarness"
import { suite } from "@offshoot/test-conformance/RunnerConformance"
import * as Duration from "effect/Duration"
import * as NodeProcess from "node:process"
import { instanceOf, layerOf, live } from "./machine.ts"

const session = RunHarness.externalSession("script", "command")

/** The prompt is the program: a shell script. */
const agent: CommandAgent.CommandAgent = {
  protocol: "command",
  command: ["/bin/sh", "-c", "{prompt}"],
  graceSeconds: 3600
}

const agentFailed = { status: "error", reason: "agent_failed" } as const
const within = Duration.seconds(20)

const misbehaviours = [
  { name: "kills itself", session, prompt: "echo half; kill -9 $$", expect: agentFailed, within },
  {
    name: "ends while a fork of its own holds its output open",
    session,
    prompt: "sleep 100000 & echo done",
    expect: Outcome.done,
    within
  }
]

const run = (name: string, table: typeof ProcessTable.layer, hangs: string) => {
  const instance = instanceOf("conformance")
  suite(name, {
    layer: layerOf(instance, NodeProcess.env, table),
    runner: CommandRunner.make({ agentId: "script", agent }),
    capabilities: { steer: false, requests: false, resume: false, usage: false, gracefulCancel: true },
    live: live(instance),
    foreign: [
      RunHarness.externalSession("other", "command"),
      RunHarness.externalSession("script", "acp"),
      RunHarness.externalSession("script", "command", { metadata: { [Session.metadataKeys.runtimeKind]: "internal" } })
    ],
    completes: { session, prompt: "printf 'one '; printf 'two'", answer: "one two" },
    fails: { session, prompt: "echo broken >&2; exit 3" },
    noisy: {
      session,
      prompt: "i=0; while [ $i -lt 5000 ]; do echo $i; echo $i >&2; i=$((i + 1)); done",
      answer: Array.from({ length: 5000 }, (_, index) => `${index}\n`).join("")
    },
    hangs: { session, prompt: hangs, ready: "ready\n" },
    polite: {
      session,
      // The child says it: a fork that has not begun its own program yet would take SIGTERM for the shell's trap.
      prompt: "trap 'echo farewell; exit 0' TERM; sh -c 'echo ready; exec sleep 100000' & wait",
      ready: "ready\n",
      stopping: "farewell\n"
    },
    stubborn: {
      session,
      prompt: "trap 'echo no' TERM; echo ready; while :; do sleep 100000 & wait $!; done",
      ready: "ready\n",
      stopping: "no\n"
    },
    speaks: { session, prompt: "printf 'one ready'; sleep 100000", said: "one ready", ready: "ready" },
    misbehaves: misbehaviours
  })
}

run("command", ProcessTable.layer, "sleep 100000 & setsid sleep 100000 & echo ready; wait")

// Where no marks can be read a program that stays in its group is held all the same.
run("command, without a table of processes", ProcessTable.layerNone, "sleep 100000 & echo ready; wait")
