// src/Api.d.ts
import * as Schema from "effect/Schema";
import * as HttpApi from "effect/http-api/HttpApi";
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint";
import * as HttpApiGroup from "effect/http-api/HttpApiGroup";
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware";
import * as HttpApiSchema from "effect/http-api/HttpApiSchema";
import * as Problems from "./Problems.ts";
import * as Wire from "./Wire.ts";
declare const Refusals_base: HttpApiMiddleware.ServiceClass<Refusals, "@offshoot/server/Refusals", {
    requires: never;
    provides: never;
    error: readonly [typeof Problems.InvalidRequest, typeof Problems.MalformedJson, typeof Problems.Unauthorized, typeof Problems.HostNotAllowed, typeof Problems.OriginNotAllowed, typeof Problems.PageHeaderMissing, typeof Problems.BodyTooLarge, typeof Problems.UnsupportedMediaType, typeof Problems.InternalFailure, typeof Problems.ShuttingDown, typeof Problems.TooBusy];
    clientError: never;
    requiredForClient: false;
    security: never;
}, HttpApiMiddleware.HttpApiMiddleware<never, readonly [typeof Problems.InvalidRequest, typeof Problems.MalformedJson, typeof Problems.Unauthorized, typeof Problems.HostNotAllowed, typeof Problems.OriginNotAllowed, typeof Problems.PageHeaderMissing, typeof Problems.BodyTooLarge, typeof Problems.UnsupportedMediaType, typeof Problems.InternalFailure, typeof Problems.ShuttingDown, typeof Problems.TooBusy], never>>;
export declare class Refusals extends Refusals_base {
}
declare const SessionsGroup_base: HttpApiGroup.HttpApiGroup<"sessions", HttpApiEndpoint.HttpApiEndpoint<"artifact", "GET", "/v1/sessions/:id/artifacts/:artifactId", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
    artifactId: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly mediaType: Schema.String;
    readonly encoding: Schema.Literals<readonly ["utf-8", "base64"]>;
    readonly text: Schema.String;
    readonly createdAt: Schema.String;
}>>, Schema.toCodecJson<typeof Problems.ArtifactNotFound | typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"cancel", "POST", "/v1/sessions/:id/cancel", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, Schema.toCodecJson<Schema.Null | Schema.Struct<{
    readonly mode: Schema.optionalKey<Schema.Literals<readonly ["graceful", "abort"]>>;
    readonly cascade: Schema.optionalKey<Schema.Boolean>;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly cancelled: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.NotInFlight | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"children", "GET", "/v1/sessions/:id/children", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, Schema.toCodecStringTree<Schema.Struct<{
    limit: Schema.optionalKey<Schema.Int>;
    cursor: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"create", "POST", "/v1/sessions", never, never, Schema.toCodecJson<Schema.Null | Schema.Struct<{
    readonly title: Schema.optionalKey<Schema.String>;
    readonly prompt: Schema.optionalKey<Schema.NonEmptyString>;
    readonly profile: Schema.optionalKey<Schema.NonEmptyString>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly tools: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"inherit">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"allow">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deny">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>]>>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly workspace: Schema.optionalKey<Schema.NonEmptyString>;
    readonly metadata: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.String>>;
    readonly requestKey: Schema.optionalKey<Schema.NonEmptyString>;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly kind: Schema.Literals<readonly ["root", "child"]>;
    readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly depth: Schema.Int;
    readonly title: Schema.String;
    readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
    readonly reason: Schema.optionalKey<Schema.String>;
    readonly error: Schema.optionalKey<Schema.String>;
    readonly profile: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.String>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly workspace: Schema.optionalKey<Schema.String>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
    readonly metadata: Schema.$Record<Schema.String, Schema.String>;
    readonly createdAt: Schema.String;
    readonly updatedAt: Schema.String;
    readonly version: Schema.Int;
    readonly run: Schema.optionalKey<Schema.Struct<{
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly startedAt: Schema.String;
        readonly lastEventAt: Schema.optionalKey<Schema.String>;
        readonly rounds: Schema.Int;
        readonly lastTool: Schema.optionalKey<Schema.Struct<{
            readonly name: Schema.String;
            readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
            readonly since: Schema.String;
            readonly argument: Schema.optionalKey<Schema.String>;
        }>>;
    }>>;
    readonly place: Schema.optionalKey<Schema.Struct<{
        readonly position: Schema.Int;
        readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
    }>>;
    readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"queued">;
    } & {
        position: Schema.Int;
        reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"retrying">;
    } & {
        notBefore: Schema.String;
        tries: Schema.Int;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"request">;
    } & {
        requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool">;
    } & {
        toolName: Schema.String;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"children">;
    } & {
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"stopping">;
    } & {
        since: Schema.String;
    }>]>>;
    readonly usage: Schema.optionalKey<Schema.Struct<{
        readonly own: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
        readonly tree: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>>;
}>>, Schema.toCodecJson<typeof Problems.Conflict | typeof Problems.AgentUnknown | typeof Problems.ProfileUnknown | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"get", "GET", "/v1/sessions/:id", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly kind: Schema.Literals<readonly ["root", "child"]>;
    readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly depth: Schema.Int;
    readonly title: Schema.String;
    readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
    readonly reason: Schema.optionalKey<Schema.String>;
    readonly error: Schema.optionalKey<Schema.String>;
    readonly profile: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.String>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly workspace: Schema.optionalKey<Schema.String>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
    readonly metadata: Schema.$Record<Schema.String, Schema.String>;
    readonly createdAt: Schema.String;
    readonly updatedAt: Schema.String;
    readonly version: Schema.Int;
    readonly run: Schema.optionalKey<Schema.Struct<{
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly startedAt: Schema.String;
        readonly lastEventAt: Schema.optionalKey<Schema.String>;
        readonly rounds: Schema.Int;
        readonly lastTool: Schema.optionalKey<Schema.Struct<{
            readonly name: Schema.String;
            readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
            readonly since: Schema.String;
            readonly argument: Schema.optionalKey<Schema.String>;
        }>>;
    }>>;
    readonly place: Schema.optionalKey<Schema.Struct<{
        readonly position: Schema.Int;
        readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
    }>>;
    readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"queued">;
    } & {
        position: Schema.Int;
        reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"retrying">;
    } & {
        notBefore: Schema.String;
        tries: Schema.Int;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"request">;
    } & {
        requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool">;
    } & {
        toolName: Schema.String;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"children">;
    } & {
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"stopping">;
    } & {
        since: Schema.String;
    }>]>>;
    readonly usage: Schema.optionalKey<Schema.Struct<{
        readonly own: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
        readonly tree: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"list", "GET", "/v1/sessions", never, Schema.toCodecStringTree<Schema.Struct<{
    root: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    parent: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    status: Schema.optionalKey<Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>>;
    limit: Schema.optionalKey<Schema.Int>;
    cursor: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>>, Schema.toCodecJson<typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"messages", "GET", "/v1/sessions/:id/messages", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, Schema.toCodecStringTree<Schema.Struct<{
    after: Schema.optionalKey<Schema.Int>;
    limit: Schema.optionalKey<Schema.Int>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "MessageId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
        readonly role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
        readonly text: Schema.String;
        readonly hidden: Schema.Boolean;
        readonly position: Schema.Int;
        readonly createdAt: Schema.String;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"remove", "DELETE", "/v1/sessions/:id", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, never, never, Schema.toCodecJson<HttpApiSchema.NoContent>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"result", "GET", "/v1/sessions/:id/result", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    readonly reason: Schema.String;
    readonly error: Schema.optionalKey<Schema.String>;
    readonly text: Schema.String;
    readonly textTruncated: Schema.optionalKey<Schema.Boolean>;
    readonly usage: Schema.optionalKey<Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>>;
    readonly retryable: Schema.Boolean;
    readonly resume: Schema.optionalKey<Schema.String>;
    readonly artifacts: Schema.optionalKey<Schema.$Array<Schema.Union<readonly [Schema.Struct<{
        readonly kind: Schema.Literal<"text">;
        readonly name: Schema.String;
        readonly id: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
        readonly mediaType: Schema.String;
        readonly bytes: Schema.Int;
        readonly missing: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly kind: Schema.Literal<"place">;
        readonly name: Schema.String;
        readonly location: Schema.String;
        readonly details: Schema.$Record<Schema.String, Schema.String>;
    }>]>>>;
    readonly hint: Schema.String;
    readonly details: Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Finite]>>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.NotSettled | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"run", "POST", "/v1/sessions/:id/run", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly session: Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly position: Schema.Int;
}>>, Schema.toCodecJson<HttpApiSchema.encodeToWithHeaders<typeof Problems.QueueFull, typeof Problems.QueueFull, {
    "retry-after": Schema.Int;
}> | typeof Problems.SessionNotFound | typeof Problems.AlreadyRunning | typeof Problems.ParentNotAccepting | typeof Problems.Conflict | typeof Problems.AgentNotConfigured | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"spawn", "POST", "/v1/sessions/:id/children", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly title: Schema.optionalKey<Schema.String>;
    readonly prompt: Schema.NonEmptyString;
    readonly profile: Schema.optionalKey<Schema.NonEmptyString>;
    readonly agent: Schema.optionalKey<Schema.NonEmptyString>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly disabledTools: Schema.optionalKey<Schema.$Array<Schema.NonEmptyString>>;
    readonly tools: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"inherit">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"allow">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deny">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>]>>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly workspace: Schema.optionalKey<Schema.NonEmptyString>;
    readonly metadata: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.String>>;
    readonly requestKey: Schema.optionalKey<Schema.NonEmptyString>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly session: Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly position: Schema.Int;
}>>, Schema.toCodecJson<HttpApiSchema.encodeToWithHeaders<typeof Problems.QueueFull, typeof Problems.QueueFull, {
    "retry-after": Schema.Int;
}> | typeof Problems.SessionNotFound | typeof Problems.ParentNotAccepting | typeof Problems.Conflict | typeof Problems.DepthExceeded | typeof Problems.AgentUnknown | typeof Problems.ProfileUnknown | typeof Problems.BudgetExhausted | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"tree", "GET", "/v1/sessions/:id/tree", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Codec<Wire.Tree, Wire.TreeEncoded, never, never>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"usage", "GET", "/v1/sessions/:id/usage", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly own: Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>;
    readonly tree: Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>;
    readonly spawned: Schema.Int;
    readonly inFlight: Schema.Int;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"wait", "POST", "/v1/sessions/:id/wait", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, Schema.toCodecJson<Schema.Null | Schema.Struct<{
    readonly children: Schema.optionalKey<Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>>;
    readonly policy: Schema.optionalKey<Schema.Literals<readonly ["all", "any", "first_error"]>>;
    readonly mode: Schema.optionalKey<Schema.Literals<readonly ["answer", "wake"]>>;
    readonly timeoutSeconds: Schema.optionalKey<Schema.Finite>;
    readonly leaseSeconds: Schema.optionalKey<Schema.Finite>;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly state: Schema.Literals<readonly ["satisfied", "pending"]>;
    readonly children: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly wait: Schema.optionalKey<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "WaitId">;
        readonly status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
        readonly policy: Schema.Literals<readonly ["all", "any", "first_error"]>;
        readonly children: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly openedAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly closedAt: Schema.optionalKey<Schema.String>;
        readonly messageId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "MessageId">>;
    }>>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.WaitOpen | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never>, false>;
export declare class SessionsGroup extends SessionsGroup_base {
}
declare const StreamsGroup_base: HttpApiGroup.HttpApiGroup<"streams", HttpApiEndpoint.HttpApiEndpoint<"events", "GET", "/v1/sessions/:id/events", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, Schema.toCodecStringTree<Schema.Struct<{
    subtree: Schema.optionalKey<Schema.Literals<readonly ["", "true", "1", "false", "0"]>>;
    since: Schema.optionalKey<Schema.Int>;
    until: Schema.optionalKey<Schema.Literals<readonly ["settled", "deleted"]>>;
}>>, never, Schema.toCodecStringTree<Schema.Struct<{
    "last-event-id": Schema.optionalKey<Schema.Int>;
}>>, HttpApiSchema.StreamSse<HttpApiSchema.SseEventFromData<Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"token">;
} & {
    content: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"reasoning_token">;
} & {
    content: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_start">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    arguments: Schema.Unknown;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_complete">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    result: Schema.Unknown;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_error">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    error: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_lifecycle">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    phase: Schema.String;
    detail: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"runner_progress">;
} & {
    round: Schema.Int;
    detail: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"runner_output">;
} & {
    channel: Schema.String;
    content: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"token_budget_updated">;
} & {
    usedTokens: Schema.Int;
    limitTokens: Schema.optionalKey<Schema.Int>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"budget_exceeded">;
} & {
    budget: Schema.String;
    message: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"task_list_changed">;
} & {
    tasks: Schema.$Array<Schema.Struct<{
        readonly title: Schema.String;
        readonly status: Schema.String;
    }>>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"file_changed">;
} & {
    path: Schema.String;
    change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
    toolCallId: Schema.optionalKey<Schema.String>;
    diff: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"usage_updated">;
} & {
    usage: Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"nested_agent_event">;
} & {
    nestedId: Schema.String;
    title: Schema.optionalKey<Schema.String>;
    event: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"reasoning_token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_start">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        arguments: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_complete">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        result: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_error">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        error: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_lifecycle">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        phase: Schema.String;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_progress">;
    } & {
        round: Schema.Int;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_output">;
    } & {
        channel: Schema.String;
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"token_budget_updated">;
    } & {
        usedTokens: Schema.Int;
        limitTokens: Schema.optionalKey<Schema.Int>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"budget_exceeded">;
    } & {
        budget: Schema.String;
        message: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"task_list_changed">;
    } & {
        tasks: Schema.$Array<Schema.Struct<{
            readonly title: Schema.String;
            readonly status: Schema.String;
        }>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"file_changed">;
    } & {
        path: Schema.String;
        change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
        toolCallId: Schema.optionalKey<Schema.String>;
        diff: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"usage_updated">;
    } & {
        usage: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_created">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    title: Schema.String;
    agent: Schema.optionalKey<Schema.String>;
    profile: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_title_updated">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    title: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_cleared">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_deleted">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_status_changed">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"message_appended">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
    role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"execution_started">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    startedAt: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"run_retried">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
    mode: Schema.Literals<readonly ["retry", "resume"]>;
    tries: Schema.Int;
    reason: Schema.String;
    message: Schema.optionalKey<Schema.String>;
    notBefore: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"run_suspended">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_outcome_unknown">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"clarification_needed">;
} & {
    requestId: Schema.String;
    question: Schema.String;
    options: Schema.optionalKey<Schema.$Array<Schema.String>>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_approval_requested">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    requestId: Schema.String;
    arguments: Schema.Unknown;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"approval_changed">;
} & {
    requestId: Schema.String;
    status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
    by: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"wait_changed">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    waitId: Schema.brand<Schema.NonEmptyString, "WaitId">;
    status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"message_receipt_changed">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
    status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
    mode: Schema.Literals<readonly ["queue", "interrupt"]>;
    round: Schema.optionalKey<Schema.Int>;
    reason: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"complete">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    reason: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"cancelled">;
} & {
    runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    reason: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"error">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    reason: Schema.String;
    message: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_started">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    title: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_heartbeat">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    timestamp: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_completed">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    reason: Schema.String;
    error: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"lagged">;
} & {
    missed: Schema.Int;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"feed_reset">;
} & {
    oldest: Schema.Int;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_event">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    event: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"reasoning_token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_start">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        arguments: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_complete">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        result: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_error">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        error: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_lifecycle">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        phase: Schema.String;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_progress">;
    } & {
        round: Schema.Int;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_output">;
    } & {
        channel: Schema.String;
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"token_budget_updated">;
    } & {
        usedTokens: Schema.Int;
        limitTokens: Schema.optionalKey<Schema.Int>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"budget_exceeded">;
    } & {
        budget: Schema.String;
        message: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"task_list_changed">;
    } & {
        tasks: Schema.$Array<Schema.Struct<{
            readonly title: Schema.String;
            readonly status: Schema.String;
        }>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"file_changed">;
    } & {
        path: Schema.String;
        change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
        toolCallId: Schema.optionalKey<Schema.String>;
        diff: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"usage_updated">;
    } & {
        usage: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"nested_agent_event">;
    } & {
        nestedId: Schema.String;
        title: Schema.optionalKey<Schema.String>;
        event: Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"token">;
        } & {
            content: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"reasoning_token">;
        } & {
            content: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_start">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            arguments: Schema.Unknown;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_complete">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            result: Schema.Unknown;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_error">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            error: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_lifecycle">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            phase: Schema.String;
            detail: Schema.optionalKey<Schema.String>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"runner_progress">;
        } & {
            round: Schema.Int;
            detail: Schema.optionalKey<Schema.String>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"runner_output">;
        } & {
            channel: Schema.String;
            content: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"token_budget_updated">;
        } & {
            usedTokens: Schema.Int;
            limitTokens: Schema.optionalKey<Schema.Int>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"budget_exceeded">;
        } & {
            budget: Schema.String;
            message: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"task_list_changed">;
        } & {
            tasks: Schema.$Array<Schema.Struct<{
                readonly title: Schema.String;
                readonly status: Schema.String;
            }>>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"file_changed">;
        } & {
            path: Schema.String;
            change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
            toolCallId: Schema.optionalKey<Schema.String>;
            diff: Schema.optionalKey<Schema.String>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"usage_updated">;
        } & {
            usage: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_created">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        title: Schema.String;
        agent: Schema.optionalKey<Schema.String>;
        profile: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_title_updated">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        title: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_cleared">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_deleted">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_status_changed">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"message_appended">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
        role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"execution_started">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        startedAt: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_retried">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
        mode: Schema.Literals<readonly ["retry", "resume"]>;
        tries: Schema.Int;
        reason: Schema.String;
        message: Schema.optionalKey<Schema.String>;
        notBefore: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_suspended">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_outcome_unknown">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"clarification_needed">;
    } & {
        requestId: Schema.String;
        question: Schema.String;
        options: Schema.optionalKey<Schema.$Array<Schema.String>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_approval_requested">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        requestId: Schema.String;
        arguments: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"approval_changed">;
    } & {
        requestId: Schema.String;
        status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
        by: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"wait_changed">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        waitId: Schema.brand<Schema.NonEmptyString, "WaitId">;
        status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"message_receipt_changed">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
        status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
        mode: Schema.Literals<readonly ["queue", "interrupt"]>;
        round: Schema.optionalKey<Schema.Int>;
        reason: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"complete">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
        reason: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"cancelled">;
    } & {
        runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
        reason: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"error">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
        reason: Schema.String;
        message: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"sub_agent_started">;
    } & {
        parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        title: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"sub_agent_heartbeat">;
    } & {
        parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        timestamp: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"sub_agent_completed">;
    } & {
        parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
        reason: Schema.String;
        error: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"lagged">;
    } & {
        missed: Schema.Int;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"feed_reset">;
    } & {
        oldest: Schema.Int;
    }>]>;
}>]>>, Schema.Never, {
    readonly type: "token";
    readonly content: string;
} | {
    readonly type: "reasoning_token";
    readonly content: string;
} | {
    readonly type: "tool_start";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly arguments: unknown;
} | {
    readonly type: "tool_complete";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly result: unknown;
} | {
    readonly type: "tool_error";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly error: string;
} | {
    readonly type: "tool_lifecycle";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly phase: string;
    readonly detail?: string;
} | {
    readonly type: "runner_progress";
    readonly round: number;
    readonly detail?: string;
} | {
    readonly type: "runner_output";
    readonly channel: string;
    readonly content: string;
} | {
    readonly type: "token_budget_updated";
    readonly usedTokens: number;
    readonly limitTokens?: number;
} | {
    readonly type: "budget_exceeded";
    readonly budget: string;
    readonly message: string;
} | {
    readonly type: "task_list_changed";
    readonly tasks: readonly {
        readonly title: string;
        readonly status: string;
    }[];
} | {
    readonly type: "file_changed";
    readonly path: string;
    readonly change: "added" | "deleted" | "modified" | "moved";
    readonly toolCallId?: string;
    readonly diff?: string;
} | {
    readonly type: "usage_updated";
    readonly usage: {
        readonly inputTokens?: number;
        readonly outputTokens?: number;
        readonly cacheReadTokens?: number;
        readonly cacheWriteTokens?: number;
        readonly reasoningTokens?: number;
        readonly costUsd?: number;
        readonly costSource?: "estimated" | "provider";
        readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
    };
} | {
    readonly type: "nested_agent_event";
    readonly nestedId: string;
    readonly title?: string;
    readonly event: {
        readonly type: "token";
        readonly content: string;
    } | {
        readonly type: "reasoning_token";
        readonly content: string;
    } | {
        readonly type: "tool_start";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly arguments: unknown;
    } | {
        readonly type: "tool_complete";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly result: unknown;
    } | {
        readonly type: "tool_error";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly error: string;
    } | {
        readonly type: "tool_lifecycle";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly phase: string;
        readonly detail?: string;
    } | {
        readonly type: "runner_progress";
        readonly round: number;
        readonly detail?: string;
    } | {
        readonly type: "runner_output";
        readonly channel: string;
        readonly content: string;
    } | {
        readonly type: "token_budget_updated";
        readonly usedTokens: number;
        readonly limitTokens?: number;
    } | {
        readonly type: "budget_exceeded";
        readonly budget: string;
        readonly message: string;
    } | {
        readonly type: "task_list_changed";
        readonly tasks: readonly {
            readonly title: string;
            readonly status: string;
        }[];
    } | {
        readonly type: "file_changed";
        readonly path: string;
        readonly change: "added" | "deleted" | "modified" | "moved";
        readonly toolCallId?: string;
        readonly diff?: string;
    } | {
        readonly type: "usage_updated";
        readonly usage: {
            readonly inputTokens?: number;
            readonly outputTokens?: number;
            readonly cacheReadTokens?: number;
            readonly cacheWriteTokens?: number;
            readonly reasoningTokens?: number;
            readonly costUsd?: number;
            readonly costSource?: "estimated" | "provider";
            readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
        };
    };
} | {
    readonly type: "session_created";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly parentSessionId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly title: string;
    readonly agent?: string;
    readonly profile?: string;
} | {
    readonly type: "session_title_updated";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly title: string;
} | {
    readonly type: "session_cleared";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
} | {
    readonly type: "session_deleted";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
} | {
    readonly type: "session_status_changed";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
} | {
    readonly type: "message_appended";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
    readonly role: "assistant" | "system" | "tool" | "user";
} | {
    readonly type: "execution_started";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly startedAt: string;
} | {
    readonly type: "run_retried";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
    readonly mode: "resume" | "retry";
    readonly tries: number;
    readonly reason: string;
    readonly message?: string;
    readonly notBefore?: string;
} | {
    readonly type: "run_suspended";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
} | {
    readonly type: "tool_outcome_unknown";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
} | {
    readonly type: "clarification_needed";
    readonly requestId: string;
    readonly question: string;
    readonly options?: readonly string[];
} | {
    readonly type: "tool_approval_requested";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly requestId: string;
    readonly arguments: unknown;
} | {
    readonly type: "approval_changed";
    readonly requestId: string;
    readonly status: "answered" | "approved" | "delivery_failed" | "denied" | "expired" | "pending";
    readonly by?: string;
} | {
    readonly type: "wait_changed";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly waitId: string & import("effect/Brand").Brand<"WaitId">;
    readonly status: "expired" | "open" | "satisfied";
} | {
    readonly type: "message_receipt_changed";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
    readonly status: "delivered" | "expired" | "queued" | "refused" | "superseded";
    readonly mode: "interrupt" | "queue";
    readonly round?: number;
    readonly reason?: string;
} | {
    readonly type: "complete";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
    readonly reason: string;
} | {
    readonly type: "cancelled";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly reason: string;
} | {
    readonly type: "error";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
    readonly reason: string;
    readonly message: string;
} | {
    readonly type: "sub_agent_started";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly title?: string;
} | {
    readonly type: "sub_agent_heartbeat";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly timestamp: string;
} | {
    readonly type: "sub_agent_completed";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
    readonly reason: string;
    readonly error?: string;
} | {
    readonly type: "lagged";
    readonly missed: number;
} | {
    readonly type: "feed_reset";
    readonly oldest: number;
} | {
    readonly type: "sub_agent_event";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly event: {
        readonly type: "token";
        readonly content: string;
    } | {
        readonly type: "reasoning_token";
        readonly content: string;
    } | {
        readonly type: "tool_start";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly arguments: unknown;
    } | {
        readonly type: "tool_complete";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly result: unknown;
    } | {
        readonly type: "tool_error";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly error: string;
    } | {
        readonly type: "tool_lifecycle";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly phase: string;
        readonly detail?: string;
    } | {
        readonly type: "runner_progress";
        readonly round: number;
        readonly detail?: string;
    } | {
        readonly type: "runner_output";
        readonly channel: string;
        readonly content: string;
    } | {
        readonly type: "token_budget_updated";
        readonly usedTokens: number;
        readonly limitTokens?: number;
    } | {
        readonly type: "budget_exceeded";
        readonly budget: string;
        readonly message: string;
    } | {
        readonly type: "task_list_changed";
        readonly tasks: readonly {
            readonly title: string;
            readonly status: string;
        }[];
    } | {
        readonly type: "file_changed";
        readonly path: string;
        readonly change: "added" | "deleted" | "modified" | "moved";
        readonly toolCallId?: string;
        readonly diff?: string;
    } | {
        readonly type: "usage_updated";
        readonly usage: {
            readonly inputTokens?: number;
            readonly outputTokens?: number;
            readonly cacheReadTokens?: number;
            readonly cacheWriteTokens?: number;
            readonly reasoningTokens?: number;
            readonly costUsd?: number;
            readonly costSource?: "estimated" | "provider";
            readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
        };
    } | {
        readonly type: "nested_agent_event";
        readonly nestedId: string;
        readonly title?: string;
        readonly event: {
            readonly type: "token";
            readonly content: string;
        } | {
            readonly type: "reasoning_token";
            readonly content: string;
        } | {
            readonly type: "tool_start";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly arguments: unknown;
        } | {
            readonly type: "tool_complete";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly result: unknown;
        } | {
            readonly type: "tool_error";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly error: string;
        } | {
            readonly type: "tool_lifecycle";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly phase: string;
            readonly detail?: string;
        } | {
            readonly type: "runner_progress";
            readonly round: number;
            readonly detail?: string;
        } | {
            readonly type: "runner_output";
            readonly channel: string;
            readonly content: string;
        } | {
            readonly type: "token_budget_updated";
            readonly usedTokens: number;
            readonly limitTokens?: number;
        } | {
            readonly type: "budget_exceeded";
            readonly budget: string;
            readonly message: string;
        } | {
            readonly type: "task_list_changed";
            readonly tasks: readonly {
                readonly title: string;
                readonly status: string;
            }[];
        } | {
            readonly type: "file_changed";
            readonly path: string;
            readonly change: "added" | "deleted" | "modified" | "moved";
            readonly toolCallId?: string;
            readonly diff?: string;
        } | {
            readonly type: "usage_updated";
            readonly usage: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
                readonly reasoningTokens?: number;
                readonly costUsd?: number;
                readonly costSource?: "estimated" | "provider";
                readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
            };
        };
    } | {
        readonly type: "session_created";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly parentSessionId?: string & import("effect/Brand").Brand<"SessionId">;
        readonly title: string;
        readonly agent?: string;
        readonly profile?: string;
    } | {
        readonly type: "session_title_updated";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly title: string;
    } | {
        readonly type: "session_cleared";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    } | {
        readonly type: "session_deleted";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    } | {
        readonly type: "session_status_changed";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    } | {
        readonly type: "message_appended";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
        readonly role: "assistant" | "system" | "tool" | "user";
    } | {
        readonly type: "execution_started";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly startedAt: string;
    } | {
        readonly type: "run_retried";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
        readonly mode: "resume" | "retry";
        readonly tries: number;
        readonly reason: string;
        readonly message?: string;
        readonly notBefore?: string;
    } | {
        readonly type: "run_suspended";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
    } | {
        readonly type: "tool_outcome_unknown";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
    } | {
        readonly type: "clarification_needed";
        readonly requestId: string;
        readonly question: string;
        readonly options?: readonly string[];
    } | {
        readonly type: "tool_approval_requested";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly requestId: string;
        readonly arguments: unknown;
    } | {
        readonly type: "approval_changed";
        readonly requestId: string;
        readonly status: "answered" | "approved" | "delivery_failed" | "denied" | "expired" | "pending";
        readonly by?: string;
    } | {
        readonly type: "wait_changed";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly waitId: string & import("effect/Brand").Brand<"WaitId">;
        readonly status: "expired" | "open" | "satisfied";
    } | {
        readonly type: "message_receipt_changed";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
        readonly status: "delivered" | "expired" | "queued" | "refused" | "superseded";
        readonly mode: "interrupt" | "queue";
        readonly round?: number;
        readonly reason?: string;
    } | {
        readonly type: "complete";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
        readonly reason: string;
    } | {
        readonly type: "cancelled";
        readonly runId?: string & import("effect/Brand").Brand<"RunId">;
        readonly reason: string;
    } | {
        readonly type: "error";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
        readonly reason: string;
        readonly message: string;
    } | {
        readonly type: "sub_agent_started";
        readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly title?: string;
    } | {
        readonly type: "sub_agent_heartbeat";
        readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly timestamp: string;
    } | {
        readonly type: "sub_agent_completed";
        readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
        readonly reason: string;
        readonly error?: string;
    } | {
        readonly type: "lagged";
        readonly missed: number;
    } | {
        readonly type: "feed_reset";
        readonly oldest: number;
    };
}>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"feed", "GET", "/v1/feed", never, Schema.toCodecStringTree<Schema.Struct<{
    readonly since: Schema.optionalKey<Schema.Int>;
    readonly session: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly subtree: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly types: Schema.optionalKey<Schema.decodeTo<Schema.$Array<Schema.Literals<readonly ("approval_changed" | "budget_exceeded" | "cancelled" | "clarification_needed" | "complete" | "error" | "execution_started" | "feed_reset" | "file_changed" | "lagged" | "message_appended" | "message_receipt_changed" | "nested_agent_event" | "reasoning_token" | "run_retried" | "run_suspended" | "runner_output" | "runner_progress" | "session_cleared" | "session_created" | "session_deleted" | "session_status_changed" | "session_title_updated" | "sub_agent_completed" | "sub_agent_event" | "sub_agent_heartbeat" | "sub_agent_started" | "task_list_changed" | "token" | "token_budget_updated" | "tool_approval_requested" | "tool_complete" | "tool_error" | "tool_lifecycle" | "tool_outcome_unknown" | "tool_start" | "usage_updated" | "wait_changed")[]>>, Schema.decodeTo<Schema.$Array<Schema.String>, Schema.String, never, never>, never, never>>;
}>>, never, Schema.toCodecStringTree<Schema.Struct<{
    "last-event-id": Schema.optionalKey<Schema.Int>;
}>>, HttpApiSchema.StreamSse<HttpApiSchema.SseEventFromData<Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"token">;
} & {
    content: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"reasoning_token">;
} & {
    content: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_start">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    arguments: Schema.Unknown;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_complete">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    result: Schema.Unknown;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_error">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    error: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_lifecycle">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    phase: Schema.String;
    detail: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"runner_progress">;
} & {
    round: Schema.Int;
    detail: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"runner_output">;
} & {
    channel: Schema.String;
    content: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"token_budget_updated">;
} & {
    usedTokens: Schema.Int;
    limitTokens: Schema.optionalKey<Schema.Int>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"budget_exceeded">;
} & {
    budget: Schema.String;
    message: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"task_list_changed">;
} & {
    tasks: Schema.$Array<Schema.Struct<{
        readonly title: Schema.String;
        readonly status: Schema.String;
    }>>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"file_changed">;
} & {
    path: Schema.String;
    change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
    toolCallId: Schema.optionalKey<Schema.String>;
    diff: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"usage_updated">;
} & {
    usage: Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"nested_agent_event">;
} & {
    nestedId: Schema.String;
    title: Schema.optionalKey<Schema.String>;
    event: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"reasoning_token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_start">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        arguments: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_complete">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        result: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_error">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        error: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_lifecycle">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        phase: Schema.String;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_progress">;
    } & {
        round: Schema.Int;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_output">;
    } & {
        channel: Schema.String;
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"token_budget_updated">;
    } & {
        usedTokens: Schema.Int;
        limitTokens: Schema.optionalKey<Schema.Int>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"budget_exceeded">;
    } & {
        budget: Schema.String;
        message: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"task_list_changed">;
    } & {
        tasks: Schema.$Array<Schema.Struct<{
            readonly title: Schema.String;
            readonly status: Schema.String;
        }>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"file_changed">;
    } & {
        path: Schema.String;
        change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
        toolCallId: Schema.optionalKey<Schema.String>;
        diff: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"usage_updated">;
    } & {
        usage: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_created">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    title: Schema.String;
    agent: Schema.optionalKey<Schema.String>;
    profile: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_title_updated">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    title: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_cleared">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_deleted">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"session_status_changed">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"message_appended">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
    role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"execution_started">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    startedAt: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"run_retried">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
    mode: Schema.Literals<readonly ["retry", "resume"]>;
    tries: Schema.Int;
    reason: Schema.String;
    message: Schema.optionalKey<Schema.String>;
    notBefore: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"run_suspended">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_outcome_unknown">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"clarification_needed">;
} & {
    requestId: Schema.String;
    question: Schema.String;
    options: Schema.optionalKey<Schema.$Array<Schema.String>>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool_approval_requested">;
} & {
    toolCallId: Schema.String;
    toolName: Schema.String;
    requestId: Schema.String;
    arguments: Schema.Unknown;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"approval_changed">;
} & {
    requestId: Schema.String;
    status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
    by: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"wait_changed">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    waitId: Schema.brand<Schema.NonEmptyString, "WaitId">;
    status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"message_receipt_changed">;
} & {
    sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
    status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
    mode: Schema.Literals<readonly ["queue", "interrupt"]>;
    round: Schema.optionalKey<Schema.Int>;
    reason: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"complete">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    reason: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"cancelled">;
} & {
    runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    reason: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"error">;
} & {
    runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    reason: Schema.String;
    message: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_started">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    title: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_heartbeat">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    timestamp: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_completed">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    reason: Schema.String;
    error: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"lagged">;
} & {
    missed: Schema.Int;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"feed_reset">;
} & {
    oldest: Schema.Int;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"sub_agent_event">;
} & {
    parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    event: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"reasoning_token">;
    } & {
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_start">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        arguments: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_complete">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        result: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_error">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        error: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_lifecycle">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        phase: Schema.String;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_progress">;
    } & {
        round: Schema.Int;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"runner_output">;
    } & {
        channel: Schema.String;
        content: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"token_budget_updated">;
    } & {
        usedTokens: Schema.Int;
        limitTokens: Schema.optionalKey<Schema.Int>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"budget_exceeded">;
    } & {
        budget: Schema.String;
        message: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"task_list_changed">;
    } & {
        tasks: Schema.$Array<Schema.Struct<{
            readonly title: Schema.String;
            readonly status: Schema.String;
        }>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"file_changed">;
    } & {
        path: Schema.String;
        change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
        toolCallId: Schema.optionalKey<Schema.String>;
        diff: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"usage_updated">;
    } & {
        usage: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"nested_agent_event">;
    } & {
        nestedId: Schema.String;
        title: Schema.optionalKey<Schema.String>;
        event: Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"token">;
        } & {
            content: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"reasoning_token">;
        } & {
            content: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_start">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            arguments: Schema.Unknown;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_complete">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            result: Schema.Unknown;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_error">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            error: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool_lifecycle">;
        } & {
            toolCallId: Schema.String;
            toolName: Schema.String;
            phase: Schema.String;
            detail: Schema.optionalKey<Schema.String>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"runner_progress">;
        } & {
            round: Schema.Int;
            detail: Schema.optionalKey<Schema.String>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"runner_output">;
        } & {
            channel: Schema.String;
            content: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"token_budget_updated">;
        } & {
            usedTokens: Schema.Int;
            limitTokens: Schema.optionalKey<Schema.Int>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"budget_exceeded">;
        } & {
            budget: Schema.String;
            message: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"task_list_changed">;
        } & {
            tasks: Schema.$Array<Schema.Struct<{
                readonly title: Schema.String;
                readonly status: Schema.String;
            }>>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"file_changed">;
        } & {
            path: Schema.String;
            change: Schema.Literals<readonly ["added", "modified", "deleted", "moved"]>;
            toolCallId: Schema.optionalKey<Schema.String>;
            diff: Schema.optionalKey<Schema.String>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"usage_updated">;
        } & {
            usage: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_created">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        title: Schema.String;
        agent: Schema.optionalKey<Schema.String>;
        profile: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_title_updated">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        title: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_cleared">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_deleted">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"session_status_changed">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"message_appended">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
        role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"execution_started">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        startedAt: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_retried">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
        mode: Schema.Literals<readonly ["retry", "resume"]>;
        tries: Schema.Int;
        reason: Schema.String;
        message: Schema.optionalKey<Schema.String>;
        notBefore: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_suspended">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        nextRunId: Schema.brand<Schema.NonEmptyString, "RunId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_outcome_unknown">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"clarification_needed">;
    } & {
        requestId: Schema.String;
        question: Schema.String;
        options: Schema.optionalKey<Schema.$Array<Schema.String>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool_approval_requested">;
    } & {
        toolCallId: Schema.String;
        toolName: Schema.String;
        requestId: Schema.String;
        arguments: Schema.Unknown;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"approval_changed">;
    } & {
        requestId: Schema.String;
        status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
        by: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"wait_changed">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        waitId: Schema.brand<Schema.NonEmptyString, "WaitId">;
        status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"message_receipt_changed">;
    } & {
        sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
        status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
        mode: Schema.Literals<readonly ["queue", "interrupt"]>;
        round: Schema.optionalKey<Schema.Int>;
        reason: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"complete">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
        reason: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"cancelled">;
    } & {
        runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
        reason: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"error">;
    } & {
        runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
        reason: Schema.String;
        message: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"sub_agent_started">;
    } & {
        parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        title: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"sub_agent_heartbeat">;
    } & {
        parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        timestamp: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"sub_agent_completed">;
    } & {
        parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
        reason: Schema.String;
        error: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"lagged">;
    } & {
        missed: Schema.Int;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"feed_reset">;
    } & {
        oldest: Schema.Int;
    }>]>;
}>]>>, Schema.Never, {
    readonly type: "token";
    readonly content: string;
} | {
    readonly type: "reasoning_token";
    readonly content: string;
} | {
    readonly type: "tool_start";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly arguments: unknown;
} | {
    readonly type: "tool_complete";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly result: unknown;
} | {
    readonly type: "tool_error";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly error: string;
} | {
    readonly type: "tool_lifecycle";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly phase: string;
    readonly detail?: string;
} | {
    readonly type: "runner_progress";
    readonly round: number;
    readonly detail?: string;
} | {
    readonly type: "runner_output";
    readonly channel: string;
    readonly content: string;
} | {
    readonly type: "token_budget_updated";
    readonly usedTokens: number;
    readonly limitTokens?: number;
} | {
    readonly type: "budget_exceeded";
    readonly budget: string;
    readonly message: string;
} | {
    readonly type: "task_list_changed";
    readonly tasks: readonly {
        readonly title: string;
        readonly status: string;
    }[];
} | {
    readonly type: "file_changed";
    readonly path: string;
    readonly change: "added" | "deleted" | "modified" | "moved";
    readonly toolCallId?: string;
    readonly diff?: string;
} | {
    readonly type: "usage_updated";
    readonly usage: {
        readonly inputTokens?: number;
        readonly outputTokens?: number;
        readonly cacheReadTokens?: number;
        readonly cacheWriteTokens?: number;
        readonly reasoningTokens?: number;
        readonly costUsd?: number;
        readonly costSource?: "estimated" | "provider";
        readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
    };
} | {
    readonly type: "nested_agent_event";
    readonly nestedId: string;
    readonly title?: string;
    readonly event: {
        readonly type: "token";
        readonly content: string;
    } | {
        readonly type: "reasoning_token";
        readonly content: string;
    } | {
        readonly type: "tool_start";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly arguments: unknown;
    } | {
        readonly type: "tool_complete";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly result: unknown;
    } | {
        readonly type: "tool_error";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly error: string;
    } | {
        readonly type: "tool_lifecycle";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly phase: string;
        readonly detail?: string;
    } | {
        readonly type: "runner_progress";
        readonly round: number;
        readonly detail?: string;
    } | {
        readonly type: "runner_output";
        readonly channel: string;
        readonly content: string;
    } | {
        readonly type: "token_budget_updated";
        readonly usedTokens: number;
        readonly limitTokens?: number;
    } | {
        readonly type: "budget_exceeded";
        readonly budget: string;
        readonly message: string;
    } | {
        readonly type: "task_list_changed";
        readonly tasks: readonly {
            readonly title: string;
            readonly status: string;
        }[];
    } | {
        readonly type: "file_changed";
        readonly path: string;
        readonly change: "added" | "deleted" | "modified" | "moved";
        readonly toolCallId?: string;
        readonly diff?: string;
    } | {
        readonly type: "usage_updated";
        readonly usage: {
            readonly inputTokens?: number;
            readonly outputTokens?: number;
            readonly cacheReadTokens?: number;
            readonly cacheWriteTokens?: number;
            readonly reasoningTokens?: number;
            readonly costUsd?: number;
            readonly costSource?: "estimated" | "provider";
            readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
        };
    };
} | {
    readonly type: "session_created";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly parentSessionId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly title: string;
    readonly agent?: string;
    readonly profile?: string;
} | {
    readonly type: "session_title_updated";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly title: string;
} | {
    readonly type: "session_cleared";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
} | {
    readonly type: "session_deleted";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
} | {
    readonly type: "session_status_changed";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
} | {
    readonly type: "message_appended";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
    readonly role: "assistant" | "system" | "tool" | "user";
} | {
    readonly type: "execution_started";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly startedAt: string;
} | {
    readonly type: "run_retried";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
    readonly mode: "resume" | "retry";
    readonly tries: number;
    readonly reason: string;
    readonly message?: string;
    readonly notBefore?: string;
} | {
    readonly type: "run_suspended";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
} | {
    readonly type: "tool_outcome_unknown";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
} | {
    readonly type: "clarification_needed";
    readonly requestId: string;
    readonly question: string;
    readonly options?: readonly string[];
} | {
    readonly type: "tool_approval_requested";
    readonly toolCallId: string;
    readonly toolName: string;
    readonly requestId: string;
    readonly arguments: unknown;
} | {
    readonly type: "approval_changed";
    readonly requestId: string;
    readonly status: "answered" | "approved" | "delivery_failed" | "denied" | "expired" | "pending";
    readonly by?: string;
} | {
    readonly type: "wait_changed";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly waitId: string & import("effect/Brand").Brand<"WaitId">;
    readonly status: "expired" | "open" | "satisfied";
} | {
    readonly type: "message_receipt_changed";
    readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
    readonly status: "delivered" | "expired" | "queued" | "refused" | "superseded";
    readonly mode: "interrupt" | "queue";
    readonly round?: number;
    readonly reason?: string;
} | {
    readonly type: "complete";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
    readonly reason: string;
} | {
    readonly type: "cancelled";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly reason: string;
} | {
    readonly type: "error";
    readonly runId: string & import("effect/Brand").Brand<"RunId">;
    readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
    readonly reason: string;
    readonly message: string;
} | {
    readonly type: "sub_agent_started";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly title?: string;
} | {
    readonly type: "sub_agent_heartbeat";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly timestamp: string;
} | {
    readonly type: "sub_agent_completed";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
    readonly reason: string;
    readonly error?: string;
} | {
    readonly type: "lagged";
    readonly missed: number;
} | {
    readonly type: "feed_reset";
    readonly oldest: number;
} | {
    readonly type: "sub_agent_event";
    readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
    readonly event: {
        readonly type: "token";
        readonly content: string;
    } | {
        readonly type: "reasoning_token";
        readonly content: string;
    } | {
        readonly type: "tool_start";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly arguments: unknown;
    } | {
        readonly type: "tool_complete";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly result: unknown;
    } | {
        readonly type: "tool_error";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly error: string;
    } | {
        readonly type: "tool_lifecycle";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly phase: string;
        readonly detail?: string;
    } | {
        readonly type: "runner_progress";
        readonly round: number;
        readonly detail?: string;
    } | {
        readonly type: "runner_output";
        readonly channel: string;
        readonly content: string;
    } | {
        readonly type: "token_budget_updated";
        readonly usedTokens: number;
        readonly limitTokens?: number;
    } | {
        readonly type: "budget_exceeded";
        readonly budget: string;
        readonly message: string;
    } | {
        readonly type: "task_list_changed";
        readonly tasks: readonly {
            readonly title: string;
            readonly status: string;
        }[];
    } | {
        readonly type: "file_changed";
        readonly path: string;
        readonly change: "added" | "deleted" | "modified" | "moved";
        readonly toolCallId?: string;
        readonly diff?: string;
    } | {
        readonly type: "usage_updated";
        readonly usage: {
            readonly inputTokens?: number;
            readonly outputTokens?: number;
            readonly cacheReadTokens?: number;
            readonly cacheWriteTokens?: number;
            readonly reasoningTokens?: number;
            readonly costUsd?: number;
            readonly costSource?: "estimated" | "provider";
            readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
        };
    } | {
        readonly type: "nested_agent_event";
        readonly nestedId: string;
        readonly title?: string;
        readonly event: {
            readonly type: "token";
            readonly content: string;
        } | {
            readonly type: "reasoning_token";
            readonly content: string;
        } | {
            readonly type: "tool_start";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly arguments: unknown;
        } | {
            readonly type: "tool_complete";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly result: unknown;
        } | {
            readonly type: "tool_error";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly error: string;
        } | {
            readonly type: "tool_lifecycle";
            readonly toolCallId: string;
            readonly toolName: string;
            readonly phase: string;
            readonly detail?: string;
        } | {
            readonly type: "runner_progress";
            readonly round: number;
            readonly detail?: string;
        } | {
            readonly type: "runner_output";
            readonly channel: string;
            readonly content: string;
        } | {
            readonly type: "token_budget_updated";
            readonly usedTokens: number;
            readonly limitTokens?: number;
        } | {
            readonly type: "budget_exceeded";
            readonly budget: string;
            readonly message: string;
        } | {
            readonly type: "task_list_changed";
            readonly tasks: readonly {
                readonly title: string;
                readonly status: string;
            }[];
        } | {
            readonly type: "file_changed";
            readonly path: string;
            readonly change: "added" | "deleted" | "modified" | "moved";
            readonly toolCallId?: string;
            readonly diff?: string;
        } | {
            readonly type: "usage_updated";
            readonly usage: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
                readonly reasoningTokens?: number;
                readonly costUsd?: number;
                readonly costSource?: "estimated" | "provider";
                readonly atLeast?: readonly ("cacheReadTokens" | "cacheWriteTokens" | "costUsd" | "inputTokens" | "outputTokens" | "reasoningTokens")[];
            };
        };
    } | {
        readonly type: "session_created";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly parentSessionId?: string & import("effect/Brand").Brand<"SessionId">;
        readonly title: string;
        readonly agent?: string;
        readonly profile?: string;
    } | {
        readonly type: "session_title_updated";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly title: string;
    } | {
        readonly type: "session_cleared";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    } | {
        readonly type: "session_deleted";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    } | {
        readonly type: "session_status_changed";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    } | {
        readonly type: "message_appended";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
        readonly role: "assistant" | "system" | "tool" | "user";
    } | {
        readonly type: "execution_started";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly startedAt: string;
    } | {
        readonly type: "run_retried";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
        readonly mode: "resume" | "retry";
        readonly tries: number;
        readonly reason: string;
        readonly message?: string;
        readonly notBefore?: string;
    } | {
        readonly type: "run_suspended";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly nextRunId: string & import("effect/Brand").Brand<"RunId">;
    } | {
        readonly type: "tool_outcome_unknown";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
    } | {
        readonly type: "clarification_needed";
        readonly requestId: string;
        readonly question: string;
        readonly options?: readonly string[];
    } | {
        readonly type: "tool_approval_requested";
        readonly toolCallId: string;
        readonly toolName: string;
        readonly requestId: string;
        readonly arguments: unknown;
    } | {
        readonly type: "approval_changed";
        readonly requestId: string;
        readonly status: "answered" | "approved" | "delivery_failed" | "denied" | "expired" | "pending";
        readonly by?: string;
    } | {
        readonly type: "wait_changed";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly waitId: string & import("effect/Brand").Brand<"WaitId">;
        readonly status: "expired" | "open" | "satisfied";
    } | {
        readonly type: "message_receipt_changed";
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly messageId: string & import("effect/Brand").Brand<"MessageId">;
        readonly status: "delivered" | "expired" | "queued" | "refused" | "superseded";
        readonly mode: "interrupt" | "queue";
        readonly round?: number;
        readonly reason?: string;
    } | {
        readonly type: "complete";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
        readonly reason: string;
    } | {
        readonly type: "cancelled";
        readonly runId?: string & import("effect/Brand").Brand<"RunId">;
        readonly reason: string;
    } | {
        readonly type: "error";
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
        readonly reason: string;
        readonly message: string;
    } | {
        readonly type: "sub_agent_started";
        readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly title?: string;
    } | {
        readonly type: "sub_agent_heartbeat";
        readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly timestamp: string;
    } | {
        readonly type: "sub_agent_completed";
        readonly parentSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly childSessionId: string & import("effect/Brand").Brand<"SessionId">;
        readonly status: "cancelled" | "completed" | "error" | "skipped" | "timeout";
        readonly reason: string;
        readonly error?: string;
    } | {
        readonly type: "lagged";
        readonly missed: number;
    } | {
        readonly type: "feed_reset";
        readonly oldest: number;
    };
}>, Schema.toCodecJson<typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"snapshot", "GET", "/v1/snapshot", never, Schema.toCodecStringTree<Schema.Struct<{
    subtree: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    limit: Schema.optionalKey<Schema.Int>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly number: Schema.Int;
    readonly sessions: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly truncated: Schema.Boolean;
    readonly requests: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly ask: Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"question">;
            readonly question: Schema.String;
            readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"permission">;
            readonly toolCallId: Schema.String;
            readonly toolName: Schema.String;
            readonly arguments: Schema.Unknown;
        }>]>;
        readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
        readonly openedAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"user">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"rule">;
            readonly rule: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"deadline">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"run_ended">;
        }>]>>;
        readonly text: Schema.optionalKey<Schema.String>;
        readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
    }>>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never>, false>;
export declare class StreamsGroup extends StreamsGroup_base {
}
declare const MessagesGroup_base: HttpApiGroup.HttpApiGroup<"messages", HttpApiEndpoint.HttpApiEndpoint<"inbox", "GET", "/v1/sessions/:id/inbox", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, Schema.toCodecStringTree<Schema.Struct<{
    status: Schema.optionalKey<Schema.Literals<readonly ["open", "any"]>>;
    limit: Schema.optionalKey<Schema.Int>;
    cursor: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "MessageId">>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly origin: Schema.Literals<readonly ["user", "parent", "runtime"]>;
        readonly mode: Schema.Literals<readonly ["queue", "interrupt"]>;
        readonly text: Schema.String;
        readonly hidden: Schema.Boolean;
        readonly status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
        readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
        readonly round: Schema.optionalKey<Schema.Int>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly sentAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly closedAt: Schema.optionalKey<Schema.String>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"send", "POST", "/v1/sessions/:id/messages", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly text: Schema.NonEmptyString;
    readonly mode: Schema.optionalKey<Schema.Literals<readonly ["queue", "interrupt"]>>;
    readonly key: Schema.optionalKey<Schema.NonEmptyString>;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly origin: Schema.Literals<readonly ["user", "parent", "runtime"]>;
    readonly mode: Schema.Literals<readonly ["queue", "interrupt"]>;
    readonly text: Schema.String;
    readonly hidden: Schema.Boolean;
    readonly status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly round: Schema.optionalKey<Schema.Int>;
    readonly reason: Schema.optionalKey<Schema.String>;
    readonly sentAt: Schema.String;
    readonly expiresAt: Schema.String;
    readonly closedAt: Schema.optionalKey<Schema.String>;
}>>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.ParentNotAccepting | typeof Problems.SteerRefused | typeof Problems.Conflict | typeof Problems.AgentNotConfigured | typeof Problems.QueueFull | typeof Problems.InboxFull | typeof Problems.StorageUnavailable>, never, never>, false>;
export declare class MessagesGroup extends MessagesGroup_base {
}
declare const RequestsGroup_base: HttpApiGroup.HttpApiGroup<"requests", HttpApiEndpoint.HttpApiEndpoint<"answer", "POST", "/v1/requests/:id", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "RequestId">;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly decision: Schema.Literals<readonly ["approve", "deny", "answer"]>;
    readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
    readonly text: Schema.optionalKey<Schema.NonEmptyString>;
}>>, never, Schema.toCodecJson<Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly ask: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"question">;
        readonly question: Schema.String;
        readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"permission">;
        readonly toolCallId: Schema.String;
        readonly toolName: Schema.String;
        readonly arguments: Schema.Unknown;
    }>]>;
    readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
    readonly openedAt: Schema.String;
    readonly expiresAt: Schema.String;
    readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"user">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"rule">;
        readonly rule: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deadline">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_ended">;
    }>]>>;
    readonly text: Schema.optionalKey<Schema.String>;
    readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
}>>, Schema.toCodecJson<typeof Problems.RequestNotFound | typeof Problems.RequestClosed | typeof Problems.Conflict | typeof Problems.DecisionMismatch | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"get", "GET", "/v1/requests/:id", Schema.toCodecStringTree<Schema.Struct<{
    id: Schema.brand<Schema.NonEmptyString, "RequestId">;
}>>, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly ask: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"question">;
        readonly question: Schema.String;
        readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"permission">;
        readonly toolCallId: Schema.String;
        readonly toolName: Schema.String;
        readonly arguments: Schema.Unknown;
    }>]>;
    readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
    readonly openedAt: Schema.String;
    readonly expiresAt: Schema.String;
    readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"user">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"rule">;
        readonly rule: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deadline">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_ended">;
    }>]>>;
    readonly text: Schema.optionalKey<Schema.String>;
    readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
}>>, Schema.toCodecJson<typeof Problems.RequestNotFound | typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"list", "GET", "/v1/requests", never, Schema.toCodecStringTree<Schema.Struct<{
    readonly status: Schema.optionalKey<Schema.Literals<readonly ["open", "closed", "any"]>>;
    readonly session: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly subtree: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly limit: Schema.optionalKey<Schema.Int>;
    readonly cursor: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RequestId">>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly ask: Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"question">;
            readonly question: Schema.String;
            readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"permission">;
            readonly toolCallId: Schema.String;
            readonly toolName: Schema.String;
            readonly arguments: Schema.Unknown;
        }>]>;
        readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
        readonly openedAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"user">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"rule">;
            readonly rule: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"deadline">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"run_ended">;
        }>]>>;
        readonly text: Schema.optionalKey<Schema.String>;
        readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>>, Schema.toCodecJson<typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never>, false>;
export declare class RequestsGroup extends RequestsGroup_base {
}
declare const OverviewGroup_base: HttpApiGroup.HttpApiGroup<"overview", HttpApiEndpoint.HttpApiEndpoint<"demo", "POST", "/v1/demo", never, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly session: Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>;
}>>, Schema.toCodecJson<typeof Problems.DemoNotPossible>, never, never> | HttpApiEndpoint.HttpApiEndpoint<"overview", "GET", "/v1/overview", never, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly version: Schema.String;
    readonly number: Schema.Int;
    readonly slots: Schema.Struct<{
        readonly used: Schema.Int;
        readonly max: Schema.Int;
    }>;
    readonly queued: Schema.Int;
    readonly backlog: Schema.Int;
    readonly why: Schema.optionalKey<Schema.String>;
    readonly demo: Schema.Boolean;
    readonly totals: Schema.Struct<{
        readonly sessions: Schema.Int;
        readonly inFlight: Schema.Int;
        readonly statuses: Schema.$Record<Schema.String, Schema.Int>;
        readonly usage: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>;
}>>, Schema.toCodecJson<typeof Problems.Conflict | typeof Problems.StorageUnavailable>, never, never>, false>;
export declare class OverviewGroup extends OverviewGroup_base {
}
declare const SignInGroup_base: HttpApiGroup.HttpApiGroup<"signIn", HttpApiEndpoint.HttpApiEndpoint<"login", "POST", "/v1/login", never, never, never, never, Schema.toCodecJson<HttpApiSchema.NoContent>, never, never, never> | HttpApiEndpoint.HttpApiEndpoint<"logout", "POST", "/v1/logout", never, never, never, never, Schema.toCodecJson<HttpApiSchema.NoContent>, never, never, never>, false>;
export declare class SignInGroup extends SignInGroup_base {
}
declare const AgentsGroup_base: HttpApiGroup.HttpApiGroup<"agents", HttpApiEndpoint.HttpApiEndpoint<"list", "GET", "/v1/agents", never, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.String;
        readonly title: Schema.optionalKey<Schema.String>;
        readonly protocol: Schema.String;
        readonly concurrentMax: Schema.Int;
        readonly configured: Schema.Boolean;
        readonly state: Schema.Literals<readonly ["ready", "not_ready", "missing", "unknown"]>;
        readonly version: Schema.optionalKey<Schema.String>;
        readonly lacks: Schema.$Array<Schema.String>;
        readonly mend: Schema.optionalKey<Schema.String>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
    readonly inProcess: Schema.Boolean;
}>>, never, never, never> | HttpApiEndpoint.HttpApiEndpoint<"models", "GET", "/v1/models", never, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly reference: Schema.String;
        readonly alias: Schema.optionalKey<Schema.String>;
    }>>;
    readonly fallback: Schema.optionalKey<Schema.String>;
}>>, never, never, never> | HttpApiEndpoint.HttpApiEndpoint<"profiles", "GET", "/v1/profiles", never, Schema.toCodecStringTree<Schema.Struct<{
    workspace: Schema.optionalKey<Schema.NonEmptyString>;
}>>, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly name: Schema.String;
        readonly description: Schema.String;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly source: Schema.String;
    }>>;
    readonly problems: Schema.$Array<Schema.Struct<{
        readonly name: Schema.optionalKey<Schema.String>;
        readonly source: Schema.String;
        readonly line: Schema.optionalKey<Schema.Int>;
        readonly column: Schema.optionalKey<Schema.Int>;
        readonly message: Schema.String;
    }>>;
}>>, never, never, never>, false>;
export declare class AgentsGroup extends AgentsGroup_base {
}
declare const LargeBody_base: HttpApiMiddleware.ServiceClass<LargeBody, "@offshoot/server/LargeBody", {
    requires: never;
    provides: never;
    error: never;
    clientError: never;
    requiredForClient: false;
    security: never;
}, HttpApiMiddleware.HttpApiMiddleware<never, never, never>>;
export declare class LargeBody extends LargeBody_base {
}
declare const AgUiGroup_base: HttpApiGroup.HttpApiGroup<"agui", HttpApiEndpoint.HttpApiEndpoint<"run", "POST", "/agui", never, never, Schema.toCodecJson<Schema.Struct<{
    readonly threadId: Schema.NonEmptyString;
    readonly runId: Schema.NonEmptyString;
    readonly protocolVersion: Schema.optionalKey<Schema.String>;
    readonly messages: Schema.$Array<Schema.Struct<{
        readonly id: Schema.NonEmptyString;
        readonly role: Schema.String;
        readonly content: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.$Array<Schema.Struct<{
            readonly type: Schema.String;
            readonly text: Schema.optionalKey<Schema.String>;
        }>>, Schema.$Record<Schema.String, Schema.Unknown>]>>;
        readonly toolCalls: Schema.optionalKey<Schema.$Array<Schema.Struct<{
            readonly id: Schema.String;
            readonly function: Schema.Struct<{
                readonly name: Schema.String;
                readonly arguments: Schema.String;
            }>;
        }>>>;
        readonly toolCallId: Schema.optionalKey<Schema.String>;
        readonly subagentRunId: Schema.optionalKey<Schema.String>;
        readonly metadata: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Unknown>>;
    }>>;
    readonly resume: Schema.optionalKey<Schema.$Array<Schema.Struct<{
        readonly interruptId: Schema.String;
        readonly status: Schema.Literals<readonly ["resolved", "cancelled"]>;
        readonly payload: Schema.optionalKey<Schema.Unknown>;
    }>>>;
    readonly tools: Schema.optionalKey<Schema.$Array<Schema.Unknown>>;
    readonly context: Schema.optionalKey<Schema.$Array<Schema.Unknown>>;
    readonly state: Schema.optionalKey<Schema.Unknown>;
    readonly forwardedProps: Schema.optionalKey<Schema.Unknown>;
}>>, never, HttpApiSchema.StreamSse<HttpApiSchema.SseEventFromData<Schema.$Record<Schema.String, Schema.Unknown>>, Schema.Never, {
    readonly [x: string]: unknown;
}>, Schema.toCodecJson<typeof Problems.SessionNotFound | typeof Problems.Conflict | typeof Problems.AgentUnknown | typeof Problems.ProfileUnknown | typeof Problems.StorageUnavailable>, LargeBody, never>, false>;
export declare class AgUiGroup extends AgUiGroup_base {
}
declare const ServiceGroup_base: HttpApiGroup.HttpApiGroup<"service", HttpApiEndpoint.HttpApiEndpoint<"health", "GET", "/healthz", never, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly status: Schema.Literal<"ok">;
}>>, never, never, never> | HttpApiEndpoint.HttpApiEndpoint<"ready", "GET", "/readyz", never, never, never, never, Schema.toCodecJson<Schema.Struct<{
    readonly status: Schema.Literal<"ready">;
}>>, Schema.toCodecJson<typeof Problems.NotReady>, never, never>, false>;
export declare class ServiceGroup extends ServiceGroup_base {
}
declare const Api_base: HttpApi.HttpApi<"offshoot">;
export declare class Api extends Api_base {
}
export {};

// src/App.d.ts
import * as NodeServices from "@effect/platform-node/NodeServices";
import { CliHost, ProcessTable, ProgramLauncher } from "@offshoot/adapters-cli";
import { SessionStore, type SpawnScheduler, type SubAgents } from "@offshoot/core";
import { Recording, type Script } from "@offshoot/providers";
import { DataDirectory } from "@offshoot/store-sql";
import * as Effect from "effect/Effect";
import * as HttpServer from "effect/http/HttpServer";
import * as Layer from "effect/Layer";
import * as Redacted from "effect/Redacted";
import type * as Closing from "./internal/closing.ts";
import type * as Traffic from "./internal/traffic.ts";
import * as Server from "./Server.ts";
import * as Settings from "./Settings.ts";
export declare const tokenOf: (settings: Settings.Settings) => Redacted.Redacted;
export declare const processes: (settings: Settings.Settings) => Layer.Layer<CliHost.CliHost | ProcessTable.ProcessTable | ProgramLauncher.ProgramLauncher | NodeServices.NodeServices, never, never>;
export type Services = HttpServer.HttpServer | SubAgents.SubAgents | SpawnScheduler.SpawnScheduler | SessionStore.SessionStore | Closing.Closing | Traffic.Traffic;
export declare const layer: (settings: Settings.Settings, token: Redacted.Redacted) => Layer.Layer<Services, Server.ListenFailed | SessionStore.StoreError | DataDirectory.DataDirectoryUnavailable | Script.ScriptInvalid | Recording.RecordingUnusable>;
export declare const addresses: (settings: Settings.Settings) => Effect.Effect<{
    announced: string;
    local: string;
}, never, HttpServer.HttpServer>;

// src/Client.d.ts
import { type AgentEvent, FeedReader, type Ids, type SessionStore } from "@offshoot/core";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as HttpClient from "effect/http/HttpClient";
import * as HttpApiClient from "effect/http-api/HttpApiClient";
import * as Layer from "effect/Layer";
import type * as Redacted from "effect/Redacted";
import type * as Stream from "effect/Stream";
import { Api } from "./Api.ts";
import * as Wire from "./Wire.ts";
export interface Connection {
    readonly baseUrl: string;
    readonly token: Redacted.Redacted;
}
export declare const StreamRefused: typeof FeedReader.StreamRefused;
export type StreamRefused = FeedReader.StreamRefused;
export type StreamError = FeedReader.StreamError;
export type Followed = Pick<FeedReader.Entry, "number" | "event">;
export type FeedEntry = FeedReader.Entry;
export interface EventsOptions {
    readonly subtree?: boolean;
    readonly since?: number;
    readonly until?: "settled" | "deleted";
}
export interface FeedOptions {
    readonly since?: number;
    readonly scope?: SessionStore.FeedScope;
    readonly types?: ReadonlyArray<AgentEvent.EventType>;
}
type Calls = HttpApiClient.ForApi<typeof Api>;
export type ConvergeError = StreamError | Effect.Error<ReturnType<Calls["streams"]["snapshot"]>>;
export interface ClientShape {
    readonly calls: Calls;
    readonly events: (id: Ids.SessionId, options?: EventsOptions) => Stream.Stream<Followed, StreamError>;
    readonly feed: (options?: FeedOptions) => Stream.Stream<FeedEntry, StreamError>;
    readonly converge: (id: Ids.SessionId) => Stream.Stream<FeedReader.Told<Wire.Snapshot>, ConvergeError>;
}
declare const Client_base: Context.ServiceClass<Client, "@offshoot/server/Client", ClientShape>;
export declare class Client extends Client_base {
}
export declare const make: (connection: Connection) => Effect.Effect<ClientShape, never, HttpClient.HttpClient>;
export declare const layer: (connection: Connection) => Layer.Layer<Client, never, HttpClient.HttpClient>;
export {};

// src/Discovery.d.ts
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Option from "effect/Option";
import type * as PlatformError from "effect/PlatformError";
import * as Schema from "effect/Schema";
import type * as Scope from "effect/Scope";
export declare const Found: Schema.Struct<{
    readonly url: Schema.String;
    readonly token: Schema.String;
    readonly pid: Schema.Int;
    readonly version: Schema.String;
}>;
export type Found = typeof Found.Type;
export declare const fileName = "server.json";
export declare const find: (dataDir: string) => Effect.Effect<Option.Option<Found>, never, FileSystem.FileSystem>;
export declare const publish: (dataDir: string, found: Found) => Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Scope.Scope>;

// src/Environment.d.ts
import * as Context from "effect/Context";
declare const Environment_base: Context.Reference<Readonly<Record<string, string | undefined>>>;
export declare class Environment extends Environment_base {
}
export {};

// src/Problems.d.ts
import * as Schema from "effect/Schema";
import * as HttpApiError from "effect/http-api/HttpApiError";
import * as HttpApiSchema from "effect/http-api/HttpApiSchema";
export declare const typePrefix = "urn:offshoot:problem:";
export declare const RequestIssue: Schema.Struct<{
    readonly path: Schema.$Array<Schema.Union<readonly [Schema.String, Schema.Int]>>;
    readonly message: Schema.String;
}>;
export type RequestIssue = typeof RequestIssue.Type;
declare const InvalidRequest_base: HttpApiError.ProblemClass<InvalidRequest, "InvalidRequest", "urn:offshoot:problem:invalid_request", 400, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly errors: Schema.$Array<Schema.Struct<{
        readonly path: Schema.$Array<Schema.Union<readonly [Schema.String, Schema.Int]>>;
        readonly message: Schema.String;
    }>>;
}, {}>;
export declare class InvalidRequest extends InvalidRequest_base {
}
declare const MalformedJson_base: HttpApiError.ProblemClass<MalformedJson, "MalformedJson", "urn:offshoot:problem:malformed_json", 400, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly line: Schema.Int;
    readonly column: Schema.Int;
}, {}>;
export declare class MalformedJson extends MalformedJson_base {
}
declare const Unauthorized_base: HttpApiError.ProblemClass<Unauthorized, "Unauthorized", "urn:offshoot:problem:unauthorized", 401, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class Unauthorized extends Unauthorized_base {
}
declare const HostNotAllowed_base: HttpApiError.ProblemClass<HostNotAllowed, "HostNotAllowed", "urn:offshoot:problem:host_not_allowed", 403, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class HostNotAllowed extends HostNotAllowed_base {
}
declare const OriginNotAllowed_base: HttpApiError.ProblemClass<OriginNotAllowed, "OriginNotAllowed", "urn:offshoot:problem:origin_not_allowed", 403, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class OriginNotAllowed extends OriginNotAllowed_base {
}
declare const DemoNotPossible_base: HttpApiError.ProblemClass<DemoNotPossible, "DemoNotPossible", "urn:offshoot:problem:demo_not_possible", 409, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class DemoNotPossible extends DemoNotPossible_base {
}
declare const PageHeaderMissing_base: HttpApiError.ProblemClass<PageHeaderMissing, "PageHeaderMissing", "urn:offshoot:problem:page_header_missing", 403, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class PageHeaderMissing extends PageHeaderMissing_base {
}
declare const RequestNotFound_base: HttpApiError.ProblemClass<RequestNotFound, "RequestNotFound", "urn:offshoot:problem:request_not_found", 404, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly requestId: Schema.String;
}, {}>;
export declare class RequestNotFound extends RequestNotFound_base {
}
declare const ArtifactNotFound_base: HttpApiError.ProblemClass<ArtifactNotFound, "ArtifactNotFound", "urn:offshoot:problem:artifact_not_found", 404, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly artifactId: Schema.String;
}, {}>;
export declare class ArtifactNotFound extends ArtifactNotFound_base {
}
declare const NotFound_base: HttpApiError.ProblemClass<NotFound, "NotFound", "urn:offshoot:problem:not_found", 404, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class NotFound extends NotFound_base {
}
declare const SessionNotFound_base: HttpApiError.ProblemClass<SessionNotFound, "SessionNotFound", "urn:offshoot:problem:session_not_found", 404, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
}, {}>;
export declare class SessionNotFound extends SessionNotFound_base {
}
declare const MethodNotAllowed_base: HttpApiError.ProblemClass<MethodNotAllowed, "MethodNotAllowed", "urn:offshoot:problem:method_not_allowed", 405, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly allow: Schema.$Array<Schema.String>;
}, {}>;
export declare class MethodNotAllowed extends MethodNotAllowed_base {
}
declare const NotSettled_base: HttpApiError.ProblemClass<NotSettled, "NotSettled", "urn:offshoot:problem:not_settled", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly sessionStatus: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}, {}>;
export declare class NotSettled extends NotSettled_base {
}
declare const AlreadyRunning_base: HttpApiError.ProblemClass<AlreadyRunning, "AlreadyRunning", "urn:offshoot:problem:already_running", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly runId: Schema.String;
}, {}>;
export declare class AlreadyRunning extends AlreadyRunning_base {
}
declare const NotInFlight_base: HttpApiError.ProblemClass<NotInFlight, "NotInFlight", "urn:offshoot:problem:not_in_flight", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly sessionStatus: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}, {}>;
export declare class NotInFlight extends NotInFlight_base {
}
declare const ParentNotAccepting_base: HttpApiError.ProblemClass<ParentNotAccepting, "ParentNotAccepting", "urn:offshoot:problem:parent_not_accepting", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly sessionStatus: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}, {}>;
export declare class ParentNotAccepting extends ParentNotAccepting_base {
}
declare const RequestClosed_base: HttpApiError.ProblemClass<RequestClosed, "RequestClosed", "urn:offshoot:problem:request_closed", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly requestId: Schema.String;
    readonly requestStatus: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
}, {}>;
export declare class RequestClosed extends RequestClosed_base {
}
declare const SteerRefused_base: HttpApiError.ProblemClass<SteerRefused, "SteerRefused", "urn:offshoot:problem:steer_refused", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly reason: Schema.Literals<readonly ["runner_cannot_steer", "stopping"]>;
}, {}>;
export declare class SteerRefused extends SteerRefused_base {
}
declare const WaitOpen_base: HttpApiError.ProblemClass<WaitOpen, "WaitOpen", "urn:offshoot:problem:wait_open", 409, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly waitId: Schema.String;
}, {}>;
export declare class WaitOpen extends WaitOpen_base {
}
declare const Conflict_base: HttpApiError.ProblemClass<Conflict, "Conflict", "urn:offshoot:problem:conflict", 409, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class Conflict extends Conflict_base {
}
declare const BodyTooLarge_base: HttpApiError.ProblemClass<BodyTooLarge, "BodyTooLarge", "urn:offshoot:problem:body_too_large", 413, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly bodyBytesMax: Schema.Int;
}, {}>;
export declare class BodyTooLarge extends BodyTooLarge_base {
}
declare const UnsupportedMediaType_base: HttpApiError.ProblemClass<UnsupportedMediaType, "UnsupportedMediaType", "urn:offshoot:problem:unsupported_media_type", 415, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class UnsupportedMediaType extends UnsupportedMediaType_base {
}
declare const DepthExceeded_base: HttpApiError.ProblemClass<DepthExceeded, "DepthExceeded", "urn:offshoot:problem:depth_exceeded", 422, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly depth: Schema.Int;
    readonly depthMax: Schema.Int;
}, {}>;
export declare class DepthExceeded extends DepthExceeded_base {
}
declare const DecisionMismatch_base: HttpApiError.ProblemClass<DecisionMismatch, "DecisionMismatch", "urn:offshoot:problem:decision_mismatch", 422, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly requestId: Schema.String;
    readonly ask: Schema.Literals<readonly ["question", "permission"]>;
}, {}>;
export declare class DecisionMismatch extends DecisionMismatch_base {
}
declare const AgentUnknown_base: HttpApiError.ProblemClass<AgentUnknown, "AgentUnknown", "urn:offshoot:problem:agent_unknown", 422, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly agent: Schema.String;
    readonly known: Schema.$Array<Schema.String>;
}, {}>;
export declare class AgentUnknown extends AgentUnknown_base {
}
declare const ProfileUnknown_base: HttpApiError.ProblemClass<ProfileUnknown, "ProfileUnknown", "urn:offshoot:problem:profile_unknown", 422, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly profile: Schema.String;
    readonly known: Schema.$Array<Schema.String>;
}, {}>;
export declare class ProfileUnknown extends ProfileUnknown_base {
}
declare const BudgetExhausted_base: HttpApiError.ProblemClass<BudgetExhausted, "BudgetExhausted", "urn:offshoot:problem:budget_exhausted", 422, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly budget: Schema.Literals<readonly ["tokens", "cost", "spawns"]>;
    readonly limit: Schema.Finite;
    readonly used: Schema.Finite;
    readonly reserved: Schema.Finite;
}, {}>;
export declare class BudgetExhausted extends BudgetExhausted_base {
}
declare const AgentNotConfigured_base: HttpApiError.ProblemClass<AgentNotConfigured, "AgentNotConfigured", "urn:offshoot:problem:agent_not_configured", 422, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
}, {}>;
export declare class AgentNotConfigured extends AgentNotConfigured_base {
}
declare const QueueFull_base: HttpApiError.ProblemClass<QueueFull, "QueueFull", "urn:offshoot:problem:queue_full", 429, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly backlogMax: Schema.Int;
    readonly retryAfterSeconds: Schema.Int;
}, {}>;
export declare class QueueFull extends QueueFull_base {
}
export declare const QueueFullAnswer: HttpApiSchema.encodeToWithHeaders<typeof QueueFull, typeof QueueFull, {
    "retry-after": Schema.Int;
}>;
declare const InboxFull_base: HttpApiError.ProblemClass<InboxFull, "InboxFull", "urn:offshoot:problem:inbox_full", 429, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly sessionId: Schema.String;
    readonly messagesMax: Schema.Int;
    readonly bytesMax: Schema.Int;
}, {}>;
export declare class InboxFull extends InboxFull_base {
}
declare const InternalFailure_base: HttpApiError.ProblemClass<InternalFailure, "InternalFailure", "urn:offshoot:problem:internal", 500, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly logId: Schema.String;
}, {}>;
export declare class InternalFailure extends InternalFailure_base {
}
declare const ShuttingDown_base: HttpApiError.ProblemClass<ShuttingDown, "ShuttingDown", "urn:offshoot:problem:shutting_down", 503, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class ShuttingDown extends ShuttingDown_base {
}
declare const TooBusy_base: HttpApiError.ProblemClass<TooBusy, "TooBusy", "urn:offshoot:problem:too_busy", 503, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly what: Schema.Literals<readonly ["requests", "streams"]>;
    readonly openMax: Schema.Int;
}, {}>;
export declare class TooBusy extends TooBusy_base {
}
declare const StorageUnavailable_base: HttpApiError.ProblemClass<StorageUnavailable, "StorageUnavailable", "urn:offshoot:problem:storage_unavailable", 503, {
    readonly detail: Schema.String;
    readonly hint: Schema.String;
    readonly condition: Schema.String;
    readonly retryable: Schema.Boolean;
}, {}>;
export declare class StorageUnavailable extends StorageUnavailable_base {
}
declare const NotReady_base: HttpApiError.ProblemClass<NotReady, "NotReady", "urn:offshoot:problem:not_ready", 503, {
    detail: Schema.String;
    hint: Schema.String;
}, {}>;
export declare class NotReady extends NotReady_base {
}
export declare const general: readonly [typeof InvalidRequest, typeof MalformedJson, typeof Unauthorized, typeof HostNotAllowed, typeof OriginNotAllowed, typeof PageHeaderMissing, typeof BodyTooLarge, typeof UnsupportedMediaType, typeof InternalFailure, typeof ShuttingDown, typeof TooBusy];
export declare const ofRecord: readonly [typeof Conflict, typeof StorageUnavailable];
export {};

// src/Server.d.ts
import type { SessionStore, SubAgents } from "@offshoot/core";
import * as Duration from "effect/Duration";
import * as HttpServer from "effect/http/HttpServer";
import * as Layer from "effect/Layer";
import type * as Redacted from "effect/Redacted";
import * as Runtime from "effect/Runtime";
import * as Schema from "effect/Schema";
import * as Closing from "./internal/closing.ts";
import * as Traffic from "./internal/traffic.ts";
export interface ServerOptions {
    readonly host: string;
    readonly port: number;
    readonly token: Redacted.Redacted;
    readonly allowedHosts: ReadonlyArray<string>;
    readonly allowedOrigins: ReadonlyArray<string>;
    readonly streamsMax: number;
    readonly requestsMax: number;
    readonly bodyBytesMax: number;
    readonly largeBodyBytesMax: number;
    readonly heartbeatEvery: Duration.Duration;
    readonly shutdownGrace: Duration.Duration;
    readonly pageFolder: string;
}
export declare const defaults: Omit<ServerOptions, "host" | "port" | "token">;
declare const ListenFailed_base: Schema.Class<ListenFailed, Schema.TaggedStruct<"ListenFailed", {
    readonly host: Schema.String;
    readonly port: Schema.Int;
    readonly condition: Schema.Literals<readonly ["port_in_use", "not_permitted", "not_an_address_here", "other"]>;
    readonly cause: Schema.Defect;
}>, import("effect/Cause").YieldableError>;
export declare class ListenFailed extends ListenFailed_base {
    readonly retryable = false;
    readonly [Runtime.errorExitCode] = 2;
    get message(): string;
}
export declare const layer: (options: ServerOptions) => Layer.Layer<HttpServer.HttpServer | Closing.Closing | Traffic.Traffic, ListenFailed, SubAgents.SubAgents | SessionStore.SessionStore>;
export {};

// src/Settings.d.ts
import type { McpSettings } from "@offshoot/adapters-mcp";
import { type AgentDirectory, AgentLimits, Compaction, Limits, RequestPolicy, Retry, type Session, type TreeBudget } from "@offshoot/core";
import { type ProviderSettings, type Recording } from "@offshoot/providers";
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Option from "effect/Option";
import * as Redacted from "effect/Redacted";
import * as Result from "effect/Result";
import * as Runtime from "effect/Runtime";
import * as Schema from "effect/Schema";
import type { AgentSetting } from "./internal/agentSettings.ts";
import type { Problem } from "./internal/configFile.ts";
export type { AgentSetting, Problem };
export interface WatchdogSettings {
    readonly checkSeconds: number;
    readonly totalSeconds: number;
    readonly idleSeconds: number;
}
export interface FeedSettings {
    readonly maxAgeHours: number;
    readonly maxEvents: number;
}
export interface AgentSettings {
    readonly limits: AgentLimits.AgentLimitsShape;
    readonly compaction: Compaction.CompactionShape;
}
export interface Settings {
    readonly server: {
        readonly host: string;
        readonly port: number;
        readonly token: Option.Option<Redacted.Redacted>;
        readonly allowedOrigins: ReadonlyArray<string>;
    };
    readonly dataDir: string;
    readonly models: ProviderSettings.ProviderSettings;
    readonly scripts: ReadonlyArray<string>;
    readonly agent: AgentSettings;
    readonly mcp: McpSettings.McpSettings;
    readonly agents: ReadonlyArray<AgentSetting>;
    readonly agentsBy: "configured" | "found";
    readonly limits: Limits.Limits;
    readonly budget: TreeBudget.TreeLimits;
    readonly watchdog: WatchdogSettings;
    readonly recovery: Session.RecoveryPolicy;
    readonly retry: Retry.Policy;
    readonly requests: RequestPolicy.Policy;
    readonly feed: FeedSettings;
    readonly shutdown: {
        readonly drainSeconds: number;
    };
    readonly record: Option.Option<Recording.Options>;
    readonly demo: boolean;
    readonly configFile: Option.Option<string>;
}
export interface Flags {
    readonly host?: string;
    readonly port?: number;
    readonly token?: Redacted.Redacted;
    readonly dataDir?: string;
    readonly config?: string;
    readonly demo?: boolean;
    readonly record?: Recording.Options;
    readonly allowRemote?: boolean;
}
export interface ConfigText {
    readonly path: string;
    readonly text: string;
}
export interface Sources {
    readonly flags: Flags;
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly file: Option.Option<ConfigText>;
    readonly cwd: string;
}
declare const SettingsInvalid_base: Schema.Class<SettingsInvalid, Schema.TaggedStruct<"SettingsInvalid", {
    readonly problems: Schema.$Array<Schema.Struct<{
        readonly path: Schema.String;
        readonly message: Schema.String;
    }>>;
}>, import("effect/Cause").YieldableError>;
export declare class SettingsInvalid extends SettingsInvalid_base {
    readonly retryable = false;
    readonly [Runtime.errorExitCode] = 2;
    get message(): string;
}
declare const environmentNames: readonly ["OFFSHOOT_HOST", "OFFSHOOT_PORT", "OFFSHOOT_TOKEN", "OFFSHOOT_URL", "OFFSHOOT_DATA_DIR", "OFFSHOOT_CONFIG", "OFFSHOOT_DATABASE_URL", "OFFSHOOT_DEMO", "OFFSHOOT_SUBAGENT_PROFILES_FILE"];
type EnvironmentKey = (typeof environmentNames)[number];
export declare const isLoopback: (host: string) => boolean;
export declare const variable: (environment: Sources["environment"], name: EnvironmentKey) => string | undefined;
export declare const resolve: (sources: Sources) => Result.Result<Settings, SettingsInvalid>;
export declare const directoryOf: (settings: Settings) => ReadonlyArray<AgentDirectory.AgentEntry>;
export declare const load: (flags: Flags) => Effect.Effect<Settings, SettingsInvalid, FileSystem.FileSystem>;

// src/TreeLines.d.ts
import { Session } from "@offshoot/core";
import { type TreeNode, type TreeState } from "@offshoot/core/TreeView";
type SessionStatus = Session.SessionStatus;
export interface Canvas {
    readonly columns: number;
    readonly rows: number;
    readonly colour: boolean;
    readonly nowMillis: number;
}
export declare const wordOf: (status: SessionStatus) => string;
export declare const detailOf: (state: TreeState, node: TreeNode, nowMillis: number) => string;
export declare const render: (state: TreeState, canvas: Canvas) => ReadonlyArray<string>;
export declare const transition: (before: TreeState, after: TreeState, id: string, clock: {
    readonly nowMillis: number;
    readonly sinceMillis: number;
}) => string | undefined;
export declare const table: (heading: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>, canvas: Pick<Canvas, "columns" | "colour">) => ReadonlyArray<string>;
export declare const outcomes: (state: TreeState, canvas: Pick<Canvas, "columns" | "colour" | "nowMillis">) => ReadonlyArray<string>;
export {};

// src/Wire.d.ts
import { AgentEvent, Ids, Obligation, type Runs, Session, type SessionStore, type SubAgents } from "@offshoot/core";
import * as Schema from "effect/Schema";
import { isoTime } from "./internal/isoTime.ts";
export declare const Workspace: Schema.NonEmptyString;
export declare const pageDefault = 50;
export declare const pageMax = 200;
export declare const snapshotMax = 10000;
export declare const snapshotDefault = 1000;
export declare const NewSession: Schema.Struct<{
    readonly title: Schema.optionalKey<Schema.String>;
    readonly prompt: Schema.optionalKey<Schema.NonEmptyString>;
    readonly profile: Schema.optionalKey<Schema.NonEmptyString>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly tools: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"inherit">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"allow">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deny">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>]>>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly workspace: Schema.optionalKey<Schema.NonEmptyString>;
    readonly metadata: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.String>>;
    readonly requestKey: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type NewSession = typeof NewSession.Type;
export declare const NewChild: Schema.Struct<{
    readonly title: Schema.optionalKey<Schema.String>;
    readonly prompt: Schema.NonEmptyString;
    readonly profile: Schema.optionalKey<Schema.NonEmptyString>;
    readonly agent: Schema.optionalKey<Schema.NonEmptyString>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly disabledTools: Schema.optionalKey<Schema.$Array<Schema.NonEmptyString>>;
    readonly tools: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"inherit">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"allow">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deny">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>]>>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly workspace: Schema.optionalKey<Schema.NonEmptyString>;
    readonly metadata: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.String>>;
    readonly requestKey: Schema.optionalKey<Schema.NonEmptyString>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
}>;
export type NewChild = typeof NewChild.Type;
export declare const CancelBody: Schema.Struct<{
    readonly mode: Schema.optionalKey<Schema.Literals<readonly ["graceful", "abort"]>>;
    readonly cascade: Schema.optionalKey<Schema.Boolean>;
}>;
export type CancelBody = typeof CancelBody.Type;
export declare const NewMessage: Schema.Struct<{
    readonly text: Schema.NonEmptyString;
    readonly mode: Schema.optionalKey<Schema.Literals<readonly ["queue", "interrupt"]>>;
    readonly key: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type NewMessage = typeof NewMessage.Type;
export declare const DecisionBody: Schema.Struct<{
    readonly decision: Schema.Literals<readonly ["approve", "deny", "answer"]>;
    readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
    readonly text: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type DecisionBody = typeof DecisionBody.Type;
export declare const WireRun: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly startedAt: Schema.String;
    readonly lastEventAt: Schema.optionalKey<Schema.String>;
    readonly rounds: Schema.Int;
    readonly lastTool: Schema.optionalKey<Schema.Struct<{
        readonly name: Schema.String;
        readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
        readonly since: Schema.String;
        readonly argument: Schema.optionalKey<Schema.String>;
    }>>;
}>;
export type WireRun = typeof WireRun.Type;
export declare const WireSession: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly kind: Schema.Literals<readonly ["root", "child"]>;
    readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly depth: Schema.Int;
    readonly title: Schema.String;
    readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
    readonly reason: Schema.optionalKey<Schema.String>;
    readonly error: Schema.optionalKey<Schema.String>;
    readonly profile: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.String>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly workspace: Schema.optionalKey<Schema.String>;
    readonly budget: Schema.optionalKey<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
    readonly metadata: Schema.$Record<Schema.String, Schema.String>;
    readonly createdAt: Schema.String;
    readonly updatedAt: Schema.String;
    readonly version: Schema.Int;
    readonly run: Schema.optionalKey<Schema.Struct<{
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly startedAt: Schema.String;
        readonly lastEventAt: Schema.optionalKey<Schema.String>;
        readonly rounds: Schema.Int;
        readonly lastTool: Schema.optionalKey<Schema.Struct<{
            readonly name: Schema.String;
            readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
            readonly since: Schema.String;
            readonly argument: Schema.optionalKey<Schema.String>;
        }>>;
    }>>;
    readonly place: Schema.optionalKey<Schema.Struct<{
        readonly position: Schema.Int;
        readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
    }>>;
    readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"queued">;
    } & {
        position: Schema.Int;
        reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"retrying">;
    } & {
        notBefore: Schema.String;
        tries: Schema.Int;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"request">;
    } & {
        requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"tool">;
    } & {
        toolName: Schema.String;
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"children">;
    } & {
        since: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"stopping">;
    } & {
        since: Schema.String;
    }>]>>;
    readonly usage: Schema.optionalKey<Schema.Struct<{
        readonly own: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
        readonly tree: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>>;
}>;
export type WireSession = typeof WireSession.Type;
export declare const SessionList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>;
export type SessionList = typeof SessionList.Type;
export declare const Accepted: Schema.Struct<{
    readonly session: Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly position: Schema.Int;
}>;
export type Accepted = typeof Accepted.Type;
export interface Tree {
    readonly session: WireSession;
    readonly children: ReadonlyArray<Tree>;
}
export interface TreeEncoded {
    readonly session: typeof WireSession.Encoded;
    readonly children: ReadonlyArray<TreeEncoded>;
}
export declare const Tree: Schema.Codec<Tree, TreeEncoded>;
export declare const WireMessage: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "MessageId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
    readonly text: Schema.String;
    readonly hidden: Schema.Boolean;
    readonly position: Schema.Int;
    readonly createdAt: Schema.String;
}>;
export type WireMessage = typeof WireMessage.Type;
export declare const MessageList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "MessageId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
        readonly role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
        readonly text: Schema.String;
        readonly hidden: Schema.Boolean;
        readonly position: Schema.Int;
        readonly createdAt: Schema.String;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>;
export type MessageList = typeof MessageList.Type;
export declare const Result: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly status: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
    readonly reason: Schema.String;
    readonly error: Schema.optionalKey<Schema.String>;
    readonly text: Schema.String;
    readonly textTruncated: Schema.optionalKey<Schema.Boolean>;
    readonly usage: Schema.optionalKey<Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>>;
    readonly retryable: Schema.Boolean;
    readonly resume: Schema.optionalKey<Schema.String>;
    readonly artifacts: Schema.optionalKey<Schema.$Array<Schema.Union<readonly [Schema.Struct<{
        readonly kind: Schema.Literal<"text">;
        readonly name: Schema.String;
        readonly id: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
        readonly mediaType: Schema.String;
        readonly bytes: Schema.Int;
        readonly missing: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly kind: Schema.Literal<"place">;
        readonly name: Schema.String;
        readonly location: Schema.String;
        readonly details: Schema.$Record<Schema.String, Schema.String>;
    }>]>>>;
    readonly hint: Schema.String;
    readonly details: Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Finite]>>;
}>;
export type Result = typeof Result.Type;
export declare const TreeUsage: Schema.Struct<{
    readonly own: Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>;
    readonly tree: Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>;
    readonly spawned: Schema.Int;
    readonly inFlight: Schema.Int;
}>;
export type TreeUsage = typeof TreeUsage.Type;
export declare const CancelReceipt: Schema.Struct<{
    readonly cancelled: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
}>;
export type CancelReceipt = typeof CancelReceipt.Type;
export declare const WireRequest: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly ask: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"question">;
        readonly question: Schema.String;
        readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"permission">;
        readonly toolCallId: Schema.String;
        readonly toolName: Schema.String;
        readonly arguments: Schema.Unknown;
    }>]>;
    readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
    readonly openedAt: Schema.String;
    readonly expiresAt: Schema.String;
    readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"user">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"rule">;
        readonly rule: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deadline">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"run_ended">;
    }>]>>;
    readonly text: Schema.optionalKey<Schema.String>;
    readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
}>;
export type WireRequest = typeof WireRequest.Type;
export declare const RequestList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly ask: Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"question">;
            readonly question: Schema.String;
            readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"permission">;
            readonly toolCallId: Schema.String;
            readonly toolName: Schema.String;
            readonly arguments: Schema.Unknown;
        }>]>;
        readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
        readonly openedAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"user">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"rule">;
            readonly rule: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"deadline">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"run_ended">;
        }>]>>;
        readonly text: Schema.optionalKey<Schema.String>;
        readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>;
export type RequestList = typeof RequestList.Type;
export declare const Receipt: Schema.Struct<{
    readonly messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly origin: Schema.Literals<readonly ["user", "parent", "runtime"]>;
    readonly mode: Schema.Literals<readonly ["queue", "interrupt"]>;
    readonly text: Schema.String;
    readonly hidden: Schema.Boolean;
    readonly status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly round: Schema.optionalKey<Schema.Int>;
    readonly reason: Schema.optionalKey<Schema.String>;
    readonly sentAt: Schema.String;
    readonly expiresAt: Schema.String;
    readonly closedAt: Schema.optionalKey<Schema.String>;
}>;
export type Receipt = typeof Receipt.Type;
export declare const ReceiptList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly messageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly origin: Schema.Literals<readonly ["user", "parent", "runtime"]>;
        readonly mode: Schema.Literals<readonly ["queue", "interrupt"]>;
        readonly text: Schema.String;
        readonly hidden: Schema.Boolean;
        readonly status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
        readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
        readonly round: Schema.optionalKey<Schema.Int>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly sentAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly closedAt: Schema.optionalKey<Schema.String>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
}>;
export type ReceiptList = typeof ReceiptList.Type;
export declare const Snapshot: Schema.Struct<{
    readonly number: Schema.Int;
    readonly sessions: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly truncated: Schema.Boolean;
    readonly requests: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly ask: Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"question">;
            readonly question: Schema.String;
            readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"permission">;
            readonly toolCallId: Schema.String;
            readonly toolName: Schema.String;
            readonly arguments: Schema.Unknown;
        }>]>;
        readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
        readonly openedAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly by: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"user">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"rule">;
            readonly rule: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"deadline">;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"run_ended">;
        }>]>>;
        readonly text: Schema.optionalKey<Schema.String>;
        readonly scope: Schema.optionalKey<Schema.Literals<readonly ["once", "session"]>>;
    }>>;
}>;
export type Snapshot = typeof Snapshot.Type;
export declare const Health: Schema.Struct<{
    readonly status: Schema.Literal<"ok">;
}>;
export declare const Readiness: Schema.Struct<{
    readonly status: Schema.Literal<"ready">;
}>;
export declare const durableTypes: ReadonlyArray<AgentEvent.EventType>;
export declare const feedMembers: {
    streamId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    at: Schema.String;
};
export { isoTime };
export declare const run: (snapshot: Runs.RunSnapshot) => WireRun;
export declare const record: (stored: Session.Session) => WireSession;
export declare const session: (view: SubAgents.SessionView) => WireSession;
export declare const accepted: (spawned: SubAgents.Spawned) => Accepted;
export declare const tree: (node: SubAgents.SessionTree) => Tree;
export declare const message: (stored: Session.StoredMessage) => WireMessage;
export declare const treeUsage: ({ inFlight, own, spawned, tree }: SessionStore.TreeUsage) => TreeUsage;
export declare const result: (settled: SubAgents.SessionResult) => Result;
export declare const request: (asked: Obligation.Request) => WireRequest;
export declare const receipt: (sent: Obligation.Steer) => Receipt;
export declare const snapshot: (taken: SubAgents.TreeSnapshot, usages?: ReadonlyMap<Ids.SessionId, SubAgents.OwnAndTree>) => Snapshot;
export declare const page: <A, B>(read: ReadonlyArray<A>, limit: number, show: (entry: A) => B, cursorOf: (entry: A) => string) => {
    readonly items: ReadonlyArray<B>;
    readonly nextCursor?: string;
};

// src/WireAgents.d.ts
import { type SubAgents, SubagentProfile } from "@offshoot/core";
import * as Schema from "effect/Schema";
export declare const Agent: Schema.Struct<{
    readonly id: Schema.String;
    readonly title: Schema.optionalKey<Schema.String>;
    readonly protocol: Schema.String;
    readonly concurrentMax: Schema.Int;
    readonly configured: Schema.Boolean;
    readonly state: Schema.Literals<readonly ["ready", "not_ready", "missing", "unknown"]>;
    readonly version: Schema.optionalKey<Schema.String>;
    readonly lacks: Schema.$Array<Schema.String>;
    readonly mend: Schema.optionalKey<Schema.String>;
}>;
export type Agent = typeof Agent.Type;
export declare const AgentList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly id: Schema.String;
        readonly title: Schema.optionalKey<Schema.String>;
        readonly protocol: Schema.String;
        readonly concurrentMax: Schema.Int;
        readonly configured: Schema.Boolean;
        readonly state: Schema.Literals<readonly ["ready", "not_ready", "missing", "unknown"]>;
        readonly version: Schema.optionalKey<Schema.String>;
        readonly lacks: Schema.$Array<Schema.String>;
        readonly mend: Schema.optionalKey<Schema.String>;
    }>>;
    readonly nextCursor: Schema.optionalKey<Schema.String>;
    readonly inProcess: Schema.Boolean;
}>;
export declare const Profile: Schema.Struct<{
    readonly name: Schema.String;
    readonly description: Schema.String;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.String>;
    readonly source: Schema.String;
}>;
export type Profile = typeof Profile.Type;
export declare const ProfileList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly name: Schema.String;
        readonly description: Schema.String;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly source: Schema.String;
    }>>;
    readonly problems: Schema.$Array<Schema.Struct<{
        readonly name: Schema.optionalKey<Schema.String>;
        readonly source: Schema.String;
        readonly line: Schema.optionalKey<Schema.Int>;
        readonly column: Schema.optionalKey<Schema.Int>;
        readonly message: Schema.String;
    }>>;
}>;
export type ProfileList = typeof ProfileList.Type;
export declare const Model: Schema.Struct<{
    readonly reference: Schema.String;
    readonly alias: Schema.optionalKey<Schema.String>;
}>;
export declare const ModelList: Schema.Struct<{
    readonly items: Schema.$Array<Schema.Struct<{
        readonly reference: Schema.String;
        readonly alias: Schema.optionalKey<Schema.String>;
    }>>;
    readonly fallback: Schema.optionalKey<Schema.String>;
}>;
export type ModelList = typeof ModelList.Type;
export declare const profiles: (list: SubagentProfile.ProfileList) => ProfileList;
export declare const models: ({ fallback, models: listed }: SubAgents.ModelList) => ModelList;

// src/WireArtifact.d.ts
import { Session } from "@offshoot/core";
import * as Schema from "effect/Schema";
export declare const Named: Schema.Union<readonly [Schema.Struct<{
    readonly kind: Schema.Literal<"text">;
    readonly name: Schema.String;
    readonly id: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
    readonly mediaType: Schema.String;
    readonly bytes: Schema.Int;
    readonly missing: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly kind: Schema.Literal<"place">;
    readonly name: Schema.String;
    readonly location: Schema.String;
    readonly details: Schema.$Record<Schema.String, Schema.String>;
}>]>;
export type Named = typeof Named.Type;
export declare const Artifact: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly mediaType: Schema.String;
    readonly encoding: Schema.Literals<readonly ["utf-8", "base64"]>;
    readonly text: Schema.String;
    readonly createdAt: Schema.String;
}>;
export type Artifact = typeof Artifact.Type;
export declare const artifact: (kept: Session.Artifact) => Artifact;

// src/WireHold.d.ts
import { type SubAgents } from "@offshoot/core";
import * as Schema from "effect/Schema";
export declare const Place: Schema.Struct<{
    readonly position: Schema.Int;
    readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
}>;
export type Place = typeof Place.Type;
export declare const WireHold: Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"queued">;
} & {
    position: Schema.Int;
    reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
    since: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"retrying">;
} & {
    notBefore: Schema.String;
    tries: Schema.Int;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"request">;
} & {
    requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
    since: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"tool">;
} & {
    toolName: Schema.String;
    since: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"children">;
} & {
    since: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"stopping">;
} & {
    since: Schema.String;
}>]>;
export type WireHold = typeof WireHold.Type;
export declare const hold: (holds: SubAgents.Hold) => WireHold;

// src/WireOverview.d.ts
import { type SubAgents } from "@offshoot/core";
import * as Schema from "effect/Schema";
export declare const Overview: Schema.Struct<{
    readonly version: Schema.String;
    readonly number: Schema.Int;
    readonly slots: Schema.Struct<{
        readonly used: Schema.Int;
        readonly max: Schema.Int;
    }>;
    readonly queued: Schema.Int;
    readonly backlog: Schema.Int;
    readonly why: Schema.optionalKey<Schema.String>;
    readonly demo: Schema.Boolean;
    readonly totals: Schema.Struct<{
        readonly sessions: Schema.Int;
        readonly inFlight: Schema.Int;
        readonly statuses: Schema.$Record<Schema.String, Schema.Int>;
        readonly usage: Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
            readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
        }>;
    }>;
}>;
export type Overview = typeof Overview.Type;
export declare const DemoStarted: Schema.Struct<{
    readonly session: Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>;
}>;
export declare const whyQueued: ({ backlog, queued, slots }: Pick<SubAgents.Overview, "backlog" | "queued" | "slots">) => string | undefined;
export declare const overview: (now: SubAgents.Overview, more: {
    readonly version: string;
    readonly demo: "possible" | "not_now";
}) => Overview;

// src/WireWait.d.ts
import { Obligation, type SubAgents } from "@offshoot/core";
import * as Schema from "effect/Schema";
export declare const waitSecondsDefault = 30;
export declare const WaitBody: Schema.Struct<{
    readonly children: Schema.optionalKey<Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>>;
    readonly policy: Schema.optionalKey<Schema.Literals<readonly ["all", "any", "first_error"]>>;
    readonly mode: Schema.optionalKey<Schema.Literals<readonly ["answer", "wake"]>>;
    readonly timeoutSeconds: Schema.optionalKey<Schema.Finite>;
    readonly leaseSeconds: Schema.optionalKey<Schema.Finite>;
}>;
export type WaitBody = typeof WaitBody.Type;
export declare const WireWait: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "WaitId">;
    readonly status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
    readonly policy: Schema.Literals<readonly ["all", "any", "first_error"]>;
    readonly children: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly openedAt: Schema.String;
    readonly expiresAt: Schema.String;
    readonly closedAt: Schema.optionalKey<Schema.String>;
    readonly messageId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "MessageId">>;
}>;
export type WireWait = typeof WireWait.Type;
export declare const WaitAnswer: Schema.Struct<{
    readonly state: Schema.Literals<readonly ["satisfied", "pending"]>;
    readonly children: Schema.$Array<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly kind: Schema.Literals<readonly ["root", "child"]>;
        readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
        readonly depth: Schema.Int;
        readonly title: Schema.String;
        readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
        readonly reason: Schema.optionalKey<Schema.String>;
        readonly error: Schema.optionalKey<Schema.String>;
        readonly profile: Schema.optionalKey<Schema.String>;
        readonly agent: Schema.optionalKey<Schema.String>;
        readonly model: Schema.optionalKey<Schema.String>;
        readonly workspace: Schema.optionalKey<Schema.String>;
        readonly budget: Schema.optionalKey<Schema.Struct<{
            readonly tokens: Schema.optionalKey<Schema.Int>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
            readonly spawns: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
        readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
        readonly metadata: Schema.$Record<Schema.String, Schema.String>;
        readonly createdAt: Schema.String;
        readonly updatedAt: Schema.String;
        readonly version: Schema.Int;
        readonly run: Schema.optionalKey<Schema.Struct<{
            readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
            readonly startedAt: Schema.String;
            readonly lastEventAt: Schema.optionalKey<Schema.String>;
            readonly rounds: Schema.Int;
            readonly lastTool: Schema.optionalKey<Schema.Struct<{
                readonly name: Schema.String;
                readonly phase: Schema.Literals<readonly ["begin", "finished", "error"]>;
                readonly since: Schema.String;
                readonly argument: Schema.optionalKey<Schema.String>;
            }>>;
        }>>;
        readonly place: Schema.optionalKey<Schema.Struct<{
            readonly position: Schema.Int;
            readonly reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
        }>>;
        readonly hold: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly type: Schema.Literal<"queued">;
        } & {
            position: Schema.Int;
            reason: Schema.Literals<readonly ["launching", "concurrent_limit", "parent_limit", "agent_limit", "launch_queue", "retry_backoff"]>;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"retrying">;
        } & {
            notBefore: Schema.String;
            tries: Schema.Int;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"request">;
        } & {
            requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"tool">;
        } & {
            toolName: Schema.String;
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"children">;
        } & {
            since: Schema.String;
        }>, Schema.Struct<{
            readonly type: Schema.Literal<"stopping">;
        } & {
            since: Schema.String;
        }>]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly own: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
            readonly tree: Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly costUsd: Schema.optionalKey<Schema.Finite>;
                readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
                readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
            }>;
        }>>;
    }>>;
    readonly wait: Schema.optionalKey<Schema.Struct<{
        readonly id: Schema.brand<Schema.NonEmptyString, "WaitId">;
        readonly status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
        readonly policy: Schema.Literals<readonly ["all", "any", "first_error"]>;
        readonly children: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
        readonly openedAt: Schema.String;
        readonly expiresAt: Schema.String;
        readonly closedAt: Schema.optionalKey<Schema.String>;
        readonly messageId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "MessageId">>;
    }>>;
}>;
export type WaitAnswer = typeof WaitAnswer.Type;
export declare const waitAnswer: (answer: SubAgents.WaitAnswer) => WaitAnswer;
export declare const wait: (recorded: Obligation.Wait) => WireWait;

// src/index.d.ts
export * as Api from "./Api.ts";
export * as App from "./App.ts";
export * as Client from "./Client.ts";
export * as Discovery from "./Discovery.ts";
export * as Environment from "./Environment.ts";
export * as Problems from "./Problems.ts";
export * as Server from "./Server.ts";
export * as Settings from "./Settings.ts";
export * as TreeLines from "./TreeLines.ts";
export * as Wire from "./Wire.ts";
export * as WireAgents from "./WireAgents.ts";
export * as WireOverview from "./WireOverview.ts";
export * as WireArtifact from "./WireArtifact.ts";
export * as WireHold from "./WireHold.ts";
export * as WireWait from "./WireWait.ts";
