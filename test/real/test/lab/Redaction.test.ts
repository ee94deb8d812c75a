/** What a transcript says of the machine that it was recorded on: nothing. */
import { assert, describe, it } from "@effect/vitest"
import { Redaction } from "@offshoot/test-real"

const redactor = () =>
  Redaction.make({
    place: { folder: "/home/ann/.cache/offshoot-real/runs/9-a/claude-x" },
    cache: "/home/ann/.cache/offshoot-real",
    repository: "/home/ann/src/offshoot",
    home: "/home/ann",
    host: "anns-box",
    port: 41234,
    pid: 31337
  })

const first = "8f14e45f-ceea-467f-a1b2-0123456789ab"
const second = "01a22e8c-11f6-78f1-a0df-6bf176da2ac3"

describe("a redacted transcript", () => {
  it.each([
    ['{"cwd":"/home/ann/.cache/offshoot-real/runs/9-a/claude-x/repo"}', '{"cwd":"/place/repo"}'],
    ["projects/-home-ann--cache-offshoot-real-runs-9-a-claude-x-repo/", "projects/-place-repo/"],
    ["--home-ann-.cache-offshoot-real-runs-9-a-claude-x-repo--", "--place-repo--"],
    ["/home/ann/.cache/offshoot-real/pi-1/node_modules", "/programs/pi-1/node_modules"],
    ["/home/ann/src/offshoot/node_modules/.bin", "/offshoot/node_modules/.bin"],
    ["/home/ann/.gitconfig and /home/anna", "/home/tester/.gitconfig and /home/anna"],
    ["http://127.0.0.1:41234/v1", "http://127.0.0.1:4010/v1"],
    ['{"serverName":"anns-box","pid":31337,"n":313371}', '{"serverName":"host","pid":4242,"n":313371}'],
    [
      `${first} ${second} ${first}`,
      "00000000-0000-4000-8000-000000000001 00000000-0000-4000-8000-000000000002 00000000-0000-4000-8000-000000000001"
    ]
  ])("has %s as %s", (text, expected) => assert.strictEqual(redactor().text(text), expected))

  it.each([
    ["/home/bob/x", ["/home/bob/x"]],
    ['"/tmp/cc-socks/1.sock"', ["/tmp/cc-socks/1.sock"]],
    ["/workflows is a command", []],
    ["/place/home/.claude and /place/tmp/x and /home/tester/y", []]
  ])("in %s still has the paths %j", (text, left) => assert.deepStrictEqual(redactor().leftovers(text), left))
})
