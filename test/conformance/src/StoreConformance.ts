/**
 * The behaviour that every `SessionStore` must have, as one suite: an adapter
 * runs it with one call, and each test builds the layer anew, over an empty
 * store.
 *
 * Not here: what survives the end of a process. That is an adapter's own to
 * prove, with a process of its own.
 */
import { describe, it } from "@effect/vitest"
import { SessionStore } from "@offshoot/core"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Commits from "./internal/storeCommits.ts"
import * as Feed from "./internal/storeFeed.ts"
import * as Jobs from "./internal/storeJobs.ts"
import * as Obligations from "./internal/storeObligations.ts"
import * as Reads from "./internal/storeReads.ts"
import type { Test } from "./internal/storeTests.ts"
import * as TreeUsage from "./internal/storeTreeUsage.ts"
import * as Trim from "./internal/storeTrim.ts"

export interface Subject<E> {
  /** An empty store, another one each time it is built. */
  readonly layer: Layer.Layer<SessionStore.SessionStore, E>
}

/** Runs every test against stores that `subject.layer` builds. */
export const suite = <E>(name: string, subject: Subject<E>): void => {
  const test: Test = (title, body) =>
    it.effect(title, () => Effect.provide(Effect.flatMap(SessionStore.SessionStore, body), subject.layer))
  describe(`${name}: a session store`, () => {
    describe("commit", () => Commits.commits(test))
    describe("commits at the same time", () => Commits.concurrency(test))
    describe("request keys", () => Commits.requestKeys(test))
    describe("sessions", () => Reads.sessionQueries(test))
    describe("tools of sessions", () => Reads.toolScopes(test))
    describe("usage of trees", () => TreeUsage.treeUsage(test))
    describe("usage of many sessions", () => TreeUsage.usages(test))
    describe("messages", () => Reads.transcripts(test))
    describe("contents of messages", () => Reads.messageContents(test))
    describe("artifacts", () => Reads.artifacts(test))
    describe("jobs and completions", () => Jobs.jobs(test))
    describe("open jobs", () => Jobs.openJobs(test))
    describe("tries of a job", () => Jobs.tries(test))
    describe("deliveries", () => Jobs.deliveries(test))
    describe("obligations", () => Obligations.changes(test))
    describe("obligations at the same time", () => Obligations.concurrency(test))
    describe("lists of obligations", () => Obligations.lists(test))
    describe("deletion", () => Reads.deletion(test))
    describe("events", () => Feed.feed(test))
    describe("pages of the feed", () => Feed.pages(test))
    describe("snapshots", () => Feed.snapshots(test))
    describe("trimming", () => Trim.retention(test))
    describe("what trimming keeps", () => Trim.floors(test))
  })
}
