/**
 * The HTTP contract: every call with its parameters, answers and problems.
 *
 * Only a description. `Server` serves it, `Client` calls it, and
 * `/openapi.json` is made from it. Unknown body members and unknown query
 * parameters are refused, so that a misspelt one is not silently ignored.
 * The two streams are declared for the document; their frames are written by
 * `Sse` (comments and `retry:` have no place in a schema).
 *
 * @stability unstable
 */
import { AgentEvent, Ids, Session } from "@offshoot/core"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { RunInput } from "./agui/RunInput.ts"
import * as Problems from "./Problems.ts"
import * as Wire from "./Wire.ts"
import { AgentList, ModelList, ProfileList } from "./WireAgents.ts"
import * as WireArtifact from "./WireArtifact.ts"
import * as WireOverview from "./WireOverview.ts"
import * as WireWait from "./WireWait.ts"

/**
 * Renders what a request can be refused with before its handler runs. Declared
 * on the whole contract, so that the document and the client know these
 * problems for every call.
 */
export class Refusals extends HttpApiMiddleware.Service<Refusals>()("@offshoot/server/Refusals", {
  error: Problems.general
}) {}

const id = { id: Ids.SessionId }

const Limit = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Wire.pageMax }))

/** A feed number: 0 is before the first one. */
const Cursor = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** `?subtree` alone means yes. */
const Flag = Schema.Literals(["", "true", "1", "false", "0"])

const EventType = Schema.Literals(Wire.durableTypes)

const commaSeparated = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(Schema.String),
    SchemaTransformation.transform({
      decode: (list: string): ReadonlyArray<string> => list.split(",").map((entry) => entry.trim()),
      encode: (entries) => entries.join(",")
    })
  )
)

/** `?types=complete,error`: types that the feed can carry. */
const EventTypes = commaSeparated.pipe(
  Schema.decodeTo(Schema.Array(EventType), SchemaTransformation.passthrough({ strict: false }))
)

const oneScope = Schema.makeFilter(
  ({ session, subtree }: { readonly session?: Ids.SessionId; readonly subtree?: Ids.SessionId }) =>
    session === undefined || subtree === undefined
      ? undefined
      : { path: ["subtree"], issue: "name a session or a subtree, not both" }
)

/** A session's own stream, or those of it and of everything below it. */
const FeedQuery = Schema.Struct({
  since: Schema.optionalKey(Cursor),
  session: Schema.optionalKey(Ids.SessionId),
  subtree: Schema.optionalKey(Ids.SessionId),
  types: Schema.optionalKey(EventTypes)
}).check(oneScope)

const lastEventId = { "last-event-id": Schema.optionalKey(Cursor) }

const found = [Problems.SessionNotFound, ...Problems.ofRecord] as const
const launched = [...found, Problems.QueueFullAnswer, Problems.ParentNotAccepting] as const

/** Every group under `/v1` needs the token. */
const tokenNeeded = { security: [{ token: [] }] }

const tokenScheme = {
  token: { type: "http", scheme: "bearer", description: "Printed at the server's start, or set with OFFSHOOT_TOKEN" }
}

export class SessionsGroup extends HttpApiGroup.make("sessions")
  .add(
    HttpApiEndpoint.post("create", "/sessions", {
      payload: [Wire.NewSession, Schema.Null],
      success: Wire.WireSession.pipe(HttpApiSchema.status(201)),
      error: [Problems.AgentUnknown, Problems.ProfileUnknown, ...Problems.ofRecord]
    }).annotate(OpenApi.Summary, "A new root session"),
    HttpApiEndpoint.get("list", "/sessions", {
      query: {
        root: Schema.optionalKey(Ids.SessionId),
        parent: Schema.optionalKey(Ids.SessionId),
        status: Schema.optionalKey(Session.SessionStatus),
        limit: Schema.optionalKey(Limit),
        cursor: Schema.optionalKey(Ids.SessionId)
      },
      success: Wire.SessionList,
      error: Problems.ofRecord
    }).annotate(OpenApi.Summary, "Sessions, newest first"),
    HttpApiEndpoint.get("get", "/sessions/:id", { params: id, success: Wire.WireSession, error: found }).annotate(
      OpenApi.Summary,
      "One session, with its live run"
    ),
    HttpApiEndpoint.delete("remove", "/sessions/:id", {
      params: id,
      success: HttpApiSchema.NoContent,
      error: found
    }).annotate(OpenApi.Summary, "Cancel the subtree, wait until it has settled, then delete it"),
    HttpApiEndpoint.post("run", "/sessions/:id/run", {
      params: id,
      success: Wire.Accepted.pipe(HttpApiSchema.status(202)),
      error: [...launched, Problems.AlreadyRunning, Problems.AgentNotConfigured]
    }).annotate(OpenApi.Summary, "Run a session"),
    HttpApiEndpoint.post("spawn", "/sessions/:id/children", {
      params: id,
      payload: Wire.NewChild,
      success: Wire.Accepted.pipe(HttpApiSchema.status(202)),
      error: [
        ...launched,
        Problems.DepthExceeded,
        Problems.AgentUnknown,
        Problems.ProfileUnknown,
        Problems.BudgetExhausted
      ]
    }).annotate(OpenApi.Summary, "Spawn a child: durable once answered"),
    HttpApiEndpoint.get("children", "/sessions/:id/children", {
      params: id,
      query: { limit: Schema.optionalKey(Limit), cursor: Schema.optionalKey(Ids.SessionId) },
      success: Wire.SessionList,
      error: found
    }).annotate(OpenApi.Summary, "The children of a session, newest first"),
    HttpApiEndpoint.get("tree", "/sessions/:id/tree", { params: id, success: Wire.Tree, error: found }).annotate(
      OpenApi.Summary,
      "A session and everything below it"
    ),
    HttpApiEndpoint.get("messages", "/sessions/:id/messages", {
      params: id,
      query: { after: Schema.optionalKey(Cursor), limit: Schema.optionalKey(Limit) },
      success: Wire.MessageList,
      error: found
    }).annotate(OpenApi.Summary, "The transcript, in order"),
    HttpApiEndpoint.get("usage", "/sessions/:id/usage", {
      params: id,
      success: Wire.TreeUsage,
      error: found
    }).annotate(OpenApi.Summary, "What a session and everything below it used"),
    HttpApiEndpoint.get("result", "/sessions/:id/result", {
      params: id,
      success: Wire.Result,
      error: [...found, Problems.NotSettled]
    }).annotate(OpenApi.Summary, "How the last run ended and what it left"),
    HttpApiEndpoint.get("artifact", "/sessions/:id/artifacts/:artifactId", {
      params: { ...id, artifactId: Ids.ArtifactId },
      success: WireArtifact.Artifact,
      error: [...found, Problems.ArtifactNotFound]
    }).annotate(OpenApi.Summary, "A text that a run of the session kept, whole"),
    HttpApiEndpoint.post("wait", "/sessions/:id/wait", {
      params: id,
      payload: [WireWait.WaitBody, Schema.Null],
      success: WireWait.WaitAnswer,
      error: [...found, Problems.WaitOpen]
    }).annotate(OpenApi.Summary, "Wait until children have settled, or be woken when they have"),
    HttpApiEndpoint.post("cancel", "/sessions/:id/cancel", {
      params: id,
      payload: [Wire.CancelBody, Schema.Null],
      success: Wire.CancelReceipt.pipe(HttpApiSchema.status(202)),
      error: [...found, Problems.NotInFlight]
    }).annotate(OpenApi.Summary, "Wish that a session and its subtree stop")
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

export class StreamsGroup extends HttpApiGroup.make("streams")
  .add(
    HttpApiEndpoint.get("events", "/sessions/:id/events", {
      params: id,
      query: {
        subtree: Schema.optionalKey(Flag),
        since: Schema.optionalKey(Cursor),
        until: Schema.optionalKey(Schema.Literals(["settled", "deleted"]))
      },
      headers: lastEventId,
      success: HttpApiSchema.StreamSse({ data: AgentEvent.AgentEvent }),
      error: found
    }).annotate(
      OpenApi.Summary,
      "A session's stream: replay, then everything as it happens, until it has settled or, if asked for, is deleted"
    ),
    HttpApiEndpoint.get("feed", "/feed", {
      query: FeedQuery,
      headers: lastEventId,
      success: HttpApiSchema.StreamSse({ data: AgentEvent.AgentEvent }),
      error: Problems.ofRecord
    }).annotate(OpenApi.Summary, "Every durable event from a number on, for ever"),
    HttpApiEndpoint.get("snapshot", "/snapshot", {
      query: {
        subtree: Schema.optionalKey(Ids.SessionId),
        limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: Wire.snapshotMax })))
      },
      success: Wire.Snapshot,
      error: found
    }).annotate(OpenApi.Summary, "Sessions, newest first, with the feed number that they are true at")
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

/** Messages to sessions, and what became of each. */
export class MessagesGroup extends HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.post("send", "/sessions/:id/messages", {
      params: id,
      payload: Wire.NewMessage,
      success: Wire.Receipt.pipe(HttpApiSchema.status(202)),
      // One status has one shape of headers: here `retryAfterSeconds` is in the body only.
      error: [
        ...found,
        Problems.QueueFull,
        Problems.InboxFull,
        Problems.ParentNotAccepting,
        Problems.AgentNotConfigured,
        Problems.SteerRefused
      ]
    }).annotate(
      OpenApi.Summary,
      "Send a message: a live run takes it at its next safe point, another one begins with it"
    ),
    HttpApiEndpoint.get("inbox", "/sessions/:id/inbox", {
      params: id,
      query: {
        status: Schema.optionalKey(Schema.Literals(["open", "any"])),
        limit: Schema.optionalKey(Limit),
        cursor: Schema.optionalKey(Ids.MessageId)
      },
      success: Wire.ReceiptList,
      error: found
    }).annotate(OpenApi.Summary, "What became of the messages to a session, oldest first")
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

const requestId = { id: Ids.RequestId }

const RequestsQuery = Schema.Struct({
  status: Schema.optionalKey(Schema.Literals(["open", "closed", "any"])),
  session: Schema.optionalKey(Ids.SessionId),
  subtree: Schema.optionalKey(Ids.SessionId),
  limit: Schema.optionalKey(Limit),
  cursor: Schema.optionalKey(Ids.RequestId)
}).check(oneScope)

/** What children ask, and the answers. */
export class RequestsGroup extends HttpApiGroup.make("requests")
  .add(
    HttpApiEndpoint.get("list", "/requests", {
      query: RequestsQuery,
      success: Wire.RequestList,
      error: Problems.ofRecord
    }).annotate(OpenApi.Summary, "What children ask, oldest first: the open ones, unless the query says otherwise"),
    HttpApiEndpoint.get("get", "/requests/:id", {
      params: requestId,
      success: Wire.WireRequest,
      error: [Problems.RequestNotFound, ...Problems.ofRecord]
    }).annotate(OpenApi.Summary, "One request, with its answer"),
    HttpApiEndpoint.post("answer", "/requests/:id", {
      params: requestId,
      payload: Wire.DecisionBody,
      success: Wire.WireRequest,
      error: [Problems.RequestNotFound, Problems.RequestClosed, Problems.DecisionMismatch, ...Problems.ofRecord]
    }).annotate(OpenApi.Summary, "Answer a request: once; the same answer again is harmless")
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

export class OverviewGroup extends HttpApiGroup.make("overview")
  .add(
    HttpApiEndpoint.get("overview", "/overview", {
      success: WireOverview.Overview,
      error: Problems.ofRecord
    }).annotate(OpenApi.Summary, "How much there is, runs and waits, and what it used"),
    HttpApiEndpoint.post("demo", "/demo", {
      success: WireOverview.DemoStarted.pipe(HttpApiSchema.status(202)),
      error: [Problems.DemoNotPossible]
    }).annotate(OpenApi.Summary, "Play the demo tree once more")
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

/** How the page of this server, which cannot keep a token, comes to a cookie for it. */
export class SignInGroup extends HttpApiGroup.make("signIn")
  .add(
    HttpApiEndpoint.post("login", "/login", { success: HttpApiSchema.NoContent }).annotate(
      OpenApi.Summary,
      "Trade the token for a cookie that reads, and that changes together with `Offshoot-Page: 1`"
    ),
    HttpApiEndpoint.post("logout", "/logout", { success: HttpApiSchema.NoContent }).annotate(
      OpenApi.Summary,
      "End the sign-in of the cookie"
    )
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

export class AgentsGroup extends HttpApiGroup.make("agents")
  .add(
    HttpApiEndpoint.get("list", "/agents", { success: AgentList }).annotate(
      OpenApi.Summary,
      "The agents of the configuration and of this machine, what they lack, and whether there is one in this process"
    ),
    HttpApiEndpoint.get("profiles", "/profiles", {
      query: { workspace: Schema.optionalKey(Wire.Workspace) },
      success: ProfileList
    }).annotate(OpenApi.Summary, "The roles that a child may have, in a workspace when one is named"),
    HttpApiEndpoint.get("models", "/models", { success: ModelList }).annotate(
      OpenApi.Summary,
      "The models that the configuration names"
    )
  )
  .prefix("/v1")
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

/** Lets the body of a call be larger than others: a client of AG-UI sends its whole thread each time. */
export class LargeBody extends HttpApiMiddleware.Service<LargeBody>()("@offshoot/server/LargeBody") {}

/**
 * AG-UI 1.0 for pages of others. Its input may have members that are not known
 * here: the protocol wants them left out, not refused.
 */
export class AgUiGroup extends HttpApiGroup.make("agui")
  .add(
    HttpApiEndpoint.post("run", "/agui", {
      payload: RunInput,
      success: HttpApiSchema.StreamSse({ data: Schema.Record(Schema.String, Schema.Unknown) }),
      error: [...found, Problems.AgentUnknown, Problems.ProfileUnknown]
    })
      .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "ignore", errors: "all" })
      .annotate(OpenApi.Summary, "A run of a thread as events of AG-UI 1.0; the thread is a root session")
  )
  .middleware(LargeBody)
  .annotateEndpoints(OpenApi.Override, tokenNeeded) {}

export class ServiceGroup extends HttpApiGroup.make("service").add(
  HttpApiEndpoint.get("health", "/healthz", { success: Wire.Health }).annotate(
    OpenApi.Summary,
    "The process answers; no token"
  ),
  HttpApiEndpoint.get("ready", "/readyz", { success: Wire.Readiness, error: Problems.NotReady }).annotate(
    OpenApi.Summary,
    "The store can be written and the server is not stopping; no token"
  )
) {}

export class Api extends HttpApi.make("offshoot")
  .add(SessionsGroup)
  .add(MessagesGroup)
  .add(RequestsGroup)
  .add(StreamsGroup)
  .add(SignInGroup)
  .add(AgentsGroup)
  .add(AgUiGroup)
  .add(OverviewGroup)
  .add(ServiceGroup)
  .middleware(Refusals)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Offshoot",
      version: "1",
      description:
        "The sub-agent runtime: spawn, look, wait, cancel, follow. Every call but /healthz and /readyz " +
        "needs `Authorization: Bearer <token>`. Errors are RFC 9457 problem documents.",
      transform: (document) => ({
        ...document,
        components: { ...document["components"], securitySchemes: tokenScheme }
      })
    })
  ) {}
