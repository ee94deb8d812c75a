import { assert, describe, it } from "@effect/vitest"
import { Ids } from "@offshoot/core"
import { artifactLine } from "../src/internal/artifactLines.ts"
import type * as WireArtifact from "../src/WireArtifact.ts"

const id = Ids.ArtifactId.make("art_1")

describe("a line about what a child left", () => {
  it.each<[WireArtifact.Named, string]>([
    [
      { kind: "text", name: "changes.diff", id, mediaType: "text/x-diff", bytes: 12 },
      "  changes.diff: 12 bytes, GET /v1/sessions/ses_a/artifacts/art_1"
    ],
    [
      { kind: "text", name: "changes.diff", id, mediaType: "text/x-diff", bytes: 12, missing: "2 large files" },
      "  changes.diff: 12 bytes, without 2 large files, GET /v1/sessions/ses_a/artifacts/art_1"
    ],
    [
      { kind: "place", name: "worktree", location: "/trees/a", details: { branch: "b", because: "changed files" } },
      "  worktree: /trees/a, branch b, because changed files"
    ],
    [
      { kind: "place", name: "w\u001b[31m", location: "/trees/\na", details: { branch: "\u202eb" } },
      "  w: /trees/ a, branch b"
    ]
  ])("of %o is %s", (artifact, line) => {
    assert.strictEqual(artifactLine(Ids.SessionId.make("ses_a"), artifact), line)
  })
})
