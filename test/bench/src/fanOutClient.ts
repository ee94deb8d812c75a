/**
 * Many SSE readers of one stream, in a process of their own so that their work
 * is not the server's. Prints a line when all are open, and one when all have
 * seen the end: how many frames, and how many events they were told they missed.
 */
import * as Http from "node:http"

const [url = "", token = "", count = "1"] = process.argv.slice(2)

interface Reader {
  frames: number
  missed: number
}

const open = (reader: Reader, onOpen: () => void, onEnd: () => void): void => {
  Http.get(url, { headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" } }, (response) => {
    let rest = ""
    response.setEncoding("utf8")
    onOpen()
    response.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) {
        if (!line.startsWith("data:")) continue
        reader.frames += 1
        if (line.includes('"lagged"')) reader.missed += Number(/"missed":(\d+)/.exec(line)?.[1] ?? 0)
        if (line.includes('"sub_agent_completed"')) onEnd()
      }
    })
  })
}

const readers = Array.from({ length: Number(count) }, (): Reader => ({ frames: 0, missed: 0 }))
let opened = 0
let ended = 0

const total = (of: (reader: Reader) => number): number => readers.reduce((sum, reader) => sum + of(reader), 0)

for (const reader of readers) {
  open(
    reader,
    () => {
      opened += 1
      if (opened === readers.length) process.stdout.write("open\n")
    },
    () => {
      ended += 1
      if (ended < readers.length) return
      process.stdout.write(`${JSON.stringify({ frames: total((r) => r.frames), missed: total((r) => r.missed) })}\n`)
      process.exit(0)
    }
  )
}
