// src/Agent.d.ts
import * as Context from "effect/Context";
import type * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import type * as Scope from "effect/Scope";
import type { RunContext, RunEnd } from "./ExternalChildRunner.ts";
export interface AgentShape {
    readonly run: (context: RunContext) => Effect.Effect<RunEnd, never, Scope.Scope>;
}
declare const Agent_base: Context.Reference<Option.Option<AgentShape>>;
export declare class Agent extends Agent_base {
}
export declare const layer: (agent: AgentShape) => Layer.Layer<never>;
export declare const layerNone: Layer.Layer<never>;
export {};

// src/AgentDirectory.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
export interface AgentEntry {
    readonly id: string;
    readonly protocol: string;
    readonly concurrentMax: number;
}
export declare const concurrentMaxDefault = 8;
declare const AgentDirectory_base: Context.Reference<ReadonlyMap<string, AgentEntry>>;
export declare class AgentDirectory extends AgentDirectory_base {
}
export declare const layer: (entries: ReadonlyArray<AgentEntry>) => Layer.Layer<never>;
export declare const layerNone: Layer.Layer<never>;
export {};

// src/AgentEvent.d.ts
import * as Schema from "effect/Schema";
import { RunId } from "./Ids.ts";
import { type Outcome } from "./Outcome.ts";
declare const AgentsEvent: Schema.Union<readonly [Schema.Struct<{
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
export declare const RunnerEvent: Schema.Union<readonly [Schema.Struct<{
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
}>]>;
export type RunnerEvent = typeof RunnerEvent.Type;
export type NestedEvent = typeof AgentsEvent.Type;
declare const RuntimeEvent: Schema.Union<readonly [Schema.Struct<{
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
export type RuntimeEvent = typeof RuntimeEvent.Type;
export declare const OwnEvent: Schema.Union<readonly [Schema.Struct<{
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
export type OwnEvent = typeof OwnEvent.Type;
export declare const SubAgentEvent: Schema.Struct<{
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
}>;
export type SubAgentEvent = typeof SubAgentEvent.Type;
export declare const AgentEvent: Schema.Union<readonly [Schema.Struct<{
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
}>]>;
export type AgentEvent = typeof AgentEvent.Type;
export type EventType = AgentEvent["type"];
export { isDurable } from "./internal/durable.ts";
export declare const terminalOf: (runId: RunId, outcome: Outcome, errorText: string | undefined) => OwnEvent;
export declare const isTerminalEvent: (event: AgentEvent) => boolean;

// src/AgentLimits.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
export interface AgentLimitsShape {
    readonly roundsMax: number;
    readonly toolCallsMax: number;
    readonly tokensMax: Option.Option<number>;
    readonly toolSeconds: number;
    readonly toolResultBytes: number;
    readonly parallelTools: number;
}
export declare const defaults: AgentLimitsShape;
declare const AgentLimits_base: Context.Reference<AgentLimitsShape>;
export declare class AgentLimits extends AgentLimits_base {
}
export declare const layer: (limits: AgentLimitsShape) => Layer.Layer<never>;
export {};

// src/AgentLoop.d.ts
import * as Layer from "effect/Layer";
import { SessionStore } from "./SessionStore.ts";
export declare const layer: Layer.Layer<never, never, SessionStore>;

// src/AgentTools.d.ts
import type { Prompt, Tool } from "effect/ai";
import * as Context from "effect/Context";
import type * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Schema from "effect/Schema";
import type * as Scope from "effect/Scope";
import type { RunContext } from "./ExternalChildRunner.ts";
import type { Session } from "./Session.ts";
export interface ToolCall {
    readonly toolCallId: string;
    readonly params: unknown;
    readonly run: RunContext;
    readonly progress: (detail: string) => Effect.Effect<void>;
}
export interface ToolAnswer {
    readonly isFailure: boolean;
    readonly result: unknown;
    readonly modelOutput?: Prompt.ToolResultPart["modelOutput"];
    readonly afterwards?: "rest";
}
export interface AgentTool {
    readonly name: string;
    readonly tool: Tool.Any;
    readonly repeatable: boolean;
    readonly parallel: boolean;
    readonly asksFirst: boolean;
    readonly call: (call: ToolCall) => Effect.Effect<ToolAnswer, never, Scope.Scope>;
}
declare const ToolSourceUnavailable_base: Schema.Class<ToolSourceUnavailable, Schema.TaggedStruct<"ToolSourceUnavailable", {
    readonly source: Schema.String;
    readonly problem: Schema.String;
}>, import("effect/Cause").YieldableError>;
export declare class ToolSourceUnavailable extends ToolSourceUnavailable_base {
    readonly retryable = true;
    get message(): string;
}
export interface ToolSource {
    readonly name: string;
    readonly toolsFor: (session: Session, missing: (unavailable: ToolSourceUnavailable) => Effect.Effect<void>) => Effect.Effect<ReadonlyArray<AgentTool>, ToolSourceUnavailable, Scope.Scope>;
}
declare const ToolSources_base: Context.Reference<readonly ToolSource[]>;
export declare class ToolSources extends ToolSources_base {
}
export declare const layer: (sources: ReadonlyArray<ToolSource>) => Layer.Layer<never>;
export {};

// src/CallSettings.d.ts
import * as Context from "effect/Context";
export interface CallSettingsShape {
    readonly maxOutputTokens?: number;
    readonly temperature?: number;
}
declare const CallSettings_base: Context.Reference<CallSettingsShape>;
export declare class CallSettings extends CallSettings_base {
}
export {};

// src/ChildCompletionHandler.d.ts
import * as Context from "effect/Context";
import type * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Schema from "effect/Schema";
import type { ChildCompletion } from "./SpawnJob.ts";
declare const CompletionNotHandled_base: Schema.Class<CompletionNotHandled, Schema.TaggedStruct<"CompletionNotHandled", {
    readonly handler: Schema.String;
    readonly cause: Schema.Defect;
}>, import("effect/Cause").YieldableError>;
export declare class CompletionNotHandled extends CompletionNotHandled_base {
    readonly retryable = true;
    get message(): string;
}
export interface ChildCompletionHandler {
    readonly name: string;
    readonly onChildCompleted: (completion: ChildCompletion) => Effect.Effect<void, CompletionNotHandled>;
}
declare const ChildCompletionHandlers_base: Context.Reference<readonly ChildCompletionHandler[]>;
export declare class ChildCompletionHandlers extends ChildCompletionHandlers_base {
}
export declare const layer: (handlers: ReadonlyArray<ChildCompletionHandler>) => Layer.Layer<never>;
export declare const layerNone: Layer.Layer<never>;
export {};

// src/Compaction.d.ts
import type { Prompt } from "effect/ai";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
export type Messages = ReadonlyArray<Prompt.Message>;
export type Strategy = (messages: Messages, charsMax: number) => Effect.Effect<Messages>;
export interface CompactionShape {
    readonly fromShare: number;
    readonly toShare: number;
    readonly strategy: Strategy;
}
export declare const keepEnds: Strategy;
export declare const defaults: CompactionShape;
declare const Compaction_base: Context.Reference<CompactionShape>;
export declare class Compaction extends Compaction_base {
}
export declare const layer: (compaction: CompactionShape) => Layer.Layer<never>;
export declare const estimatedTokens: (messages: Messages) => number;
export interface Crowded {
    readonly messages: Messages;
    readonly usedTokens: number;
    readonly contextTokensMax: number;
}
export declare const isDue: ({ fromShare }: CompactionShape, { contextTokensMax, usedTokens }: Omit<Crowded, "messages">) => boolean;
export declare const compacted: ({ contextTokensMax, messages, usedTokens }: Crowded) => Effect.Effect<Messages>;
export {};

// src/Execute.d.ts
import type * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Option from "effect/Option";
import type { AgentShape } from "./Agent.ts";
import type { ExternalChildRunner, RunEnd } from "./ExternalChildRunner.ts";
import * as Finalize from "./Finalize.ts";
import type { Flight } from "./internal/flights.ts";
import { LiveRun, type Verdict } from "./internal/liveRun.ts";
import { type ContextServices } from "./internal/runContext.ts";
import type { AcceptedJob } from "./internal/settlement.ts";
import * as Outcome from "./Outcome.ts";
import * as Recovery from "./Recovery.ts";
import * as Retry from "./Retry.ts";
import type { Session } from "./Session.ts";
import type { SpawnJob } from "./SpawnJob.ts";
import * as Watchdog from "./Watchdog.ts";
export interface ExecuteServices extends Finalize.FinalizeServices, ContextServices {
    readonly agent: Option.Option<AgentShape>;
    readonly runners: ReadonlyArray<ExternalChildRunner>;
    readonly policy: Watchdog.Policy;
    readonly grace: Duration.Duration;
    readonly retry: Retry.Policy;
    readonly recovery: Recovery.Rules;
    readonly hasChildrenInFlight: (session: Session) => boolean;
    readonly onLive: (live: LiveRun) => void;
    readonly mayRest: (session: Session) => boolean;
    readonly rest: (flight: Flight, live: LiveRun) => Effect.Effect<Option.Option<Ending>>;
    readonly onRateLimited: (flight: Flight, seconds: number) => Effect.Effect<void>;
}
export type Readiness = {
    readonly _tag: "Ready";
    readonly session: Session;
    readonly prompt: string;
} | {
    readonly _tag: "Settle";
    readonly session: Option.Option<Session>;
    readonly outcome: Outcome.Outcome;
};
export declare const readiness: ({ job }: Pick<Flight, "job">, session: Option.Option<Session>, prompt: Option.Option<string>) => Readiness;
export declare const judge: (verdict: Verdict, exit: Option.Option<Exit.Exit<RunEnd>>) => Outcome.Outcome;
export type Ending = {
    readonly _tag: "Settled";
    readonly accepted: ReadonlyArray<AcceptedJob>;
} | {
    readonly _tag: "Again";
    readonly job: SpawnJob;
    readonly session: Session;
    readonly mode: "resume" | "retry";
} | {
    readonly _tag: "Resting";
} | {
    readonly _tag: "Left";
};
export declare const settleUnbegun: (services: ExecuteServices, flight: Flight) => Effect.Effect<Ending, never, never>;
export declare const execute: (services: ExecuteServices, flight: Flight) => Effect.Effect<Ending>;

// src/ExternalChildRunner.d.ts
import * as Context from "effect/Context";
import type * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import type * as Scope from "effect/Scope";
import type { RunnerEvent } from "./AgentEvent.ts";
import type { ArtifactId } from "./Ids.ts";
import type { Ask, Steer, SteerMode } from "./Obligation.ts";
import type { RunnerOutcome } from "./Outcome.ts";
import type { ArtifactForm, Message, NamedArtifact, Session, Usage } from "./Session.ts";
import type { OpenToolCall, Resume, RunReport, SpawnJob } from "./SpawnJob.ts";
import type { BudgetExhausted } from "./TreeBudget.ts";
export interface Capabilities {
    readonly steer: boolean;
    readonly requests: boolean;
    readonly resume: boolean;
    readonly usage: boolean;
    readonly gracefulCancel: boolean;
}
export type StopMode = "graceful" | "abort";
export type StopCause = "cancel" | "detach";
export type Waiting = "request" | "children";
export interface Asking {
    readonly key: string;
    readonly ask: Ask;
}
export type Answer = {
    readonly _tag: "Approved";
    readonly text: Option.Option<string>;
} | {
    readonly _tag: "Denied";
    readonly text: Option.Option<string>;
} | {
    readonly _tag: "Answered";
    readonly text: string;
} | {
    readonly _tag: "Expired";
};
export interface RunInbox {
    readonly take: (hand: (message: Steer) => Effect.Effect<void, string>) => Effect.Effect<number>;
    readonly arrived: (mode: SteerMode) => Effect.Effect<void>;
}
export type Entry = Pick<Message, "role" | "text" | "hidden" | "content">;
export interface RunContext {
    readonly session: Session;
    readonly job: SpawnJob;
    readonly prompt: string;
    readonly resume: Option.Option<Resume>;
    readonly emit: (event: RunnerEvent) => Effect.Effect<void>;
    readonly append: (entry: Entry) => Effect.Effect<void>;
    readonly appendRound: (entries: ReadonlyArray<Entry>) => Effect.Effect<void>;
    readonly keep: (text: string, form?: ArtifactForm) => Effect.Effect<Option.Option<ArtifactId>>;
    readonly kept: (id: ArtifactId) => Effect.Effect<Option.Option<string>>;
    readonly whileWaiting: <A, E, R>(waiting: Waiting, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;
    readonly ask: (asking: Asking) => Effect.Effect<Answer>;
    readonly inbox: RunInbox;
    readonly report: (report: Pick<RunReport, "resume" | "usage" | "answeredBy" | "artifacts">) => Effect.Effect<void>;
    readonly admitCall: Effect.Effect<void, BudgetExhausted>;
    readonly onceOnly: <A, E, R>(call: Pick<OpenToolCall, "toolCallId" | "toolName">, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>;
    readonly stopMode: Effect.Effect<StopMode>;
    readonly stopCause: Effect.Effect<StopCause>;
    readonly aborted: Effect.Effect<void>;
}
export interface RunEnd {
    readonly outcome: RunnerOutcome;
    readonly usage: Option.Option<Usage>;
    readonly resume: Option.Option<string>;
    readonly artifacts: ReadonlyArray<NamedArtifact>;
}
export declare const ended: (outcome: RunnerOutcome) => RunEnd;
export interface ExternalChildRunner {
    readonly name: string;
    readonly capabilities: Capabilities;
    readonly shouldHandle: (session: Session) => boolean;
    readonly run: (context: RunContext) => Effect.Effect<RunEnd, never, Scope.Scope>;
}
declare const ExternalChildRunners_base: Context.Reference<readonly ExternalChildRunner[]>;
export declare class ExternalChildRunners extends ExternalChildRunners_base {
}
export declare const layer: (runners: ReadonlyArray<ExternalChildRunner>) => Layer.Layer<never>;
export declare const layerNone: Layer.Layer<never>;
export {};

// src/FeedReader.d.ts
import * as Effect from "effect/Effect";
import * as HttpClient from "effect/http/HttpClient";
import * as HttpClientRequest from "effect/http/HttpClientRequest";
import * as Option from "effect/Option";
import type * as Redacted from "effect/Redacted";
import type * as Scope from "effect/Scope";
import * as Stream from "effect/Stream";
import type { EventType } from "./AgentEvent.ts";
import * as EventStream from "./internal/eventStream.ts";
import { type Read } from "./internal/reconnecting.ts";
import type { FeedScope } from "./SessionStore.ts";
import type { FeedItem } from "./SubAgents.ts";
export { StreamRefused, StreamUnreadable } from "./internal/eventStream.ts";
export type { Entry, Frame, StreamError } from "./internal/eventStream.ts";
type Entry = EventStream.Entry;
type Frame = EventStream.Frame;
export interface Source<E> {
    readonly connect: (after: Option.Option<number>) => Effect.Effect<Stream.Stream<Frame, E>, E, Scope.Scope>;
    readonly mayMend: (error: E) => boolean;
}
export declare const readFeed: (after: Option.Option<number>, frame: Frame) => Read<Entry>;
export declare const make: <E>(options: {
    readonly source: Source<E>;
    readonly after: Option.Option<number>;
}) => Stream.Stream<Entry, E>;
export type Told<S> = {
    readonly _tag: "Snapshot";
    readonly snapshot: S;
} | {
    readonly _tag: "Entry";
    readonly entry: Entry;
} | {
    readonly _tag: "Lost";
} | {
    readonly _tag: "Resumed";
};
export declare const converge: <S extends {
    readonly number: number;
}, E>(options: {
    readonly source: Source<E>;
    readonly snapshot: Effect.Effect<S, E>;
}) => Stream.Stream<Told<S>, E>;
export declare const session: <E>(options: {
    readonly source: Source<E>;
    readonly after: Option.Option<number>;
    readonly isOver: Effect.Effect<boolean>;
}) => Stream.Stream<Entry, E>;
export declare const fromFeed: <E>(feed: (after: number) => Stream.Stream<FeedItem, E>) => Source<E>;
export declare const requestSource: (http: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest) => Source<EventStream.StreamError>;
export interface HttpOptions {
    readonly baseUrl: string;
    readonly token: Redacted.Redacted;
    readonly scope: FeedScope;
    readonly types: Option.Option<ReadonlyArray<EventType>>;
}
export declare const httpSource: (http: HttpClient.HttpClient, options: HttpOptions) => Source<EventStream.StreamError>;
export declare const fromHttp: (options: HttpOptions & {
    readonly after: Option.Option<number>;
}) => Stream.Stream<Entry, EventStream.StreamError, HttpClient.HttpClient>;

// src/FeedRetention.d.ts
import * as Context from "effect/Context";
import * as Duration from "effect/Duration";
import * as Layer from "effect/Layer";
import { SessionStore } from "./SessionStore.ts";
export interface FeedRetention {
    readonly maxAge: Duration.Duration;
    readonly maxEvents: number;
}
export declare const defaults: FeedRetention;
declare const CurrentFeedRetention_base: Context.Reference<FeedRetention>;
export declare class CurrentFeedRetention extends CurrentFeedRetention_base {
}
export declare const layer: (retention: FeedRetention) => Layer.Layer<never>;
export declare const layerSweep: Layer.Layer<never, never, SessionStore>;
export {};

// src/Finalize.d.ts
import * as Effect from "effect/Effect";
import * as Option from "effect/Option";
import type { Flight } from "./internal/flights.ts";
import { type Recorder } from "./internal/recorder.ts";
import { type AcceptedJob, type Reserve, type SettlementParts } from "./internal/settlement.ts";
import { type Outcome } from "./Outcome.ts";
import type { Outbox } from "./Outbox.ts";
import type { OpenJob } from "./SessionStore.ts";
import type { SessionStreamsShape } from "./SessionStreams.ts";
import type { RunReport, SpawnJob } from "./SpawnJob.ts";
export interface FinalizeServices {
    readonly recorder: Recorder["Service"];
    readonly streams: SessionStreamsShape;
    readonly outbox: Outbox["Service"];
    readonly closing: () => boolean;
    readonly parts: SettlementParts;
    readonly reserve: Reserve;
    readonly onDoubt: () => void;
}
export interface Remains {
    readonly report: RunReport;
    readonly state: OpenJob["state"];
}
export declare const finalize: (services: FinalizeServices, flight: Flight, session: Option.Option<{
    readonly id: string & import("effect/Brand").Brand<"SessionId">;
    readonly kind: "child" | "root";
    readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
    readonly depth: number;
    readonly title: string;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly outcome?: {
        readonly status: "completed";
        readonly reason: "done";
    } | {
        readonly status: "completed";
        readonly reason: "truncated";
        readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
    } | {
        readonly status: "error";
        readonly reason: "agent_failed";
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly detail?: string;
    } | {
        readonly status: "error";
        readonly reason: "refused";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "rate_limited";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "context_full";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "unavailable";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "auth_required";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "not_installed";
        readonly message: string;
        readonly program: string;
    } | {
        readonly status: "error";
        readonly reason: "protocol";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "budget";
        readonly message: string;
        readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
    } | {
        readonly status: "error";
        readonly reason: "lost";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "setup";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "defect";
        readonly message: string;
    } | {
        readonly status: "timeout";
        readonly reason: "total";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "timeout";
        readonly reason: "idle";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "tool";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly toolName: string;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "request";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "cancelled";
        readonly reason: "by_parent";
    } | {
        readonly status: "cancelled";
        readonly reason: "by_user";
    } | {
        readonly status: "cancelled";
        readonly reason: "shutdown";
    } | {
        readonly status: "cancelled";
        readonly reason: "before_launch";
    } | {
        readonly status: "skipped";
        readonly reason: "no_pending_message";
    };
    readonly profile?: string;
    readonly agent?: string;
    readonly model?: string;
    readonly modelRef?: {
        readonly provider: string;
        readonly model: string;
    };
    readonly workspace?: string;
    readonly tools?: {
        readonly allowed: readonly (readonly string[])[];
        readonly denied: readonly string[];
    };
    readonly budgets?: readonly {
        readonly tokens?: number;
        readonly costUsd?: number;
        readonly spawns?: number;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    }[];
    readonly requestKey?: string;
    readonly parentClose?: "abandon" | "cancel" | "drain";
    readonly recovery?: "resume" | "retry" | "settle";
    readonly conversation?: {
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly handle: string;
        readonly agentId: string;
        readonly protocol: string;
        readonly position: number;
    };
    readonly metadata: {
        readonly [x: string]: string;
    };
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly version: number;
}>, outcome: {
    readonly status: "completed";
    readonly reason: "done";
} | {
    readonly status: "completed";
    readonly reason: "truncated";
    readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
} | {
    readonly status: "error";
    readonly reason: "agent_failed";
    readonly message: string;
    readonly exitCode?: number;
    readonly signal?: string;
    readonly detail?: string;
} | {
    readonly status: "error";
    readonly reason: "refused";
    readonly message: string;
} | {
    readonly status: "error";
    readonly reason: "rate_limited";
    readonly message: string;
    readonly retryAfterSeconds?: number;
} | {
    readonly status: "error";
    readonly reason: "context_full";
    readonly message: string;
} | {
    readonly status: "error";
    readonly reason: "unavailable";
    readonly message: string;
    readonly retryAfterSeconds?: number;
} | {
    readonly status: "error";
    readonly reason: "auth_required";
    readonly message: string;
} | {
    readonly status: "error";
    readonly reason: "not_installed";
    readonly message: string;
    readonly program: string;
} | {
    readonly status: "error";
    readonly reason: "protocol";
    readonly message: string;
} | {
    readonly status: "error";
    readonly reason: "budget";
    readonly message: string;
    readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
} | {
    readonly status: "error";
    readonly reason: "lost";
    readonly message: string;
} | {
    readonly status: "error";
    readonly reason: "setup";
    readonly message: string;
} | {
    readonly status: "error";
    readonly reason: "defect";
    readonly message: string;
} | {
    readonly status: "timeout";
    readonly reason: "total";
    readonly elapsedSeconds: number;
    readonly limitSeconds: number;
} | {
    readonly status: "timeout";
    readonly reason: "idle";
    readonly elapsedSeconds: number;
    readonly limitSeconds: number;
    readonly setting?: string;
} | {
    readonly status: "timeout";
    readonly reason: "tool";
    readonly elapsedSeconds: number;
    readonly limitSeconds: number;
    readonly toolName: string;
    readonly setting?: string;
} | {
    readonly status: "timeout";
    readonly reason: "request";
    readonly elapsedSeconds: number;
    readonly limitSeconds: number;
} | {
    readonly status: "cancelled";
    readonly reason: "by_parent";
} | {
    readonly status: "cancelled";
    readonly reason: "by_user";
} | {
    readonly status: "cancelled";
    readonly reason: "shutdown";
} | {
    readonly status: "cancelled";
    readonly reason: "before_launch";
} | {
    readonly status: "skipped";
    readonly reason: "no_pending_message";
}, remains?: Remains | undefined) => Effect.Effect<Option.Option<readonly AcceptedJob[]>, never, never>;
export interface Continuation {
    readonly job: SpawnJob;
    readonly mode: "resume" | "retry";
    readonly outcome: Outcome;
}
export declare const goOn: (services: FinalizeServices, flight: Flight, session: {
    readonly id: string & import("effect/Brand").Brand<"SessionId">;
    readonly kind: "child" | "root";
    readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
    readonly depth: number;
    readonly title: string;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly outcome?: {
        readonly status: "completed";
        readonly reason: "done";
    } | {
        readonly status: "completed";
        readonly reason: "truncated";
        readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
    } | {
        readonly status: "error";
        readonly reason: "agent_failed";
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly detail?: string;
    } | {
        readonly status: "error";
        readonly reason: "refused";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "rate_limited";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "context_full";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "unavailable";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "auth_required";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "not_installed";
        readonly message: string;
        readonly program: string;
    } | {
        readonly status: "error";
        readonly reason: "protocol";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "budget";
        readonly message: string;
        readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
    } | {
        readonly status: "error";
        readonly reason: "lost";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "setup";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "defect";
        readonly message: string;
    } | {
        readonly status: "timeout";
        readonly reason: "total";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "timeout";
        readonly reason: "idle";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "tool";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly toolName: string;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "request";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "cancelled";
        readonly reason: "by_parent";
    } | {
        readonly status: "cancelled";
        readonly reason: "by_user";
    } | {
        readonly status: "cancelled";
        readonly reason: "shutdown";
    } | {
        readonly status: "cancelled";
        readonly reason: "before_launch";
    } | {
        readonly status: "skipped";
        readonly reason: "no_pending_message";
    };
    readonly profile?: string;
    readonly agent?: string;
    readonly model?: string;
    readonly modelRef?: {
        readonly provider: string;
        readonly model: string;
    };
    readonly workspace?: string;
    readonly tools?: {
        readonly allowed: readonly (readonly string[])[];
        readonly denied: readonly string[];
    };
    readonly budgets?: readonly {
        readonly tokens?: number;
        readonly costUsd?: number;
        readonly spawns?: number;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    }[];
    readonly requestKey?: string;
    readonly parentClose?: "abandon" | "cancel" | "drain";
    readonly recovery?: "resume" | "retry" | "settle";
    readonly conversation?: {
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly handle: string;
        readonly agentId: string;
        readonly protocol: string;
        readonly position: number;
    };
    readonly metadata: {
        readonly [x: string]: string;
    };
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly version: number;
}, continuation: Continuation, remains?: Remains | undefined) => Effect.Effect<Option.Option<{
    readonly id: string & import("effect/Brand").Brand<"SessionId">;
    readonly kind: "child" | "root";
    readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
    readonly depth: number;
    readonly title: string;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly outcome?: {
        readonly status: "completed";
        readonly reason: "done";
    } | {
        readonly status: "completed";
        readonly reason: "truncated";
        readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
    } | {
        readonly status: "error";
        readonly reason: "agent_failed";
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly detail?: string;
    } | {
        readonly status: "error";
        readonly reason: "refused";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "rate_limited";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "context_full";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "unavailable";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "auth_required";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "not_installed";
        readonly message: string;
        readonly program: string;
    } | {
        readonly status: "error";
        readonly reason: "protocol";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "budget";
        readonly message: string;
        readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
    } | {
        readonly status: "error";
        readonly reason: "lost";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "setup";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "defect";
        readonly message: string;
    } | {
        readonly status: "timeout";
        readonly reason: "total";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "timeout";
        readonly reason: "idle";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "tool";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly toolName: string;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "request";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "cancelled";
        readonly reason: "by_parent";
    } | {
        readonly status: "cancelled";
        readonly reason: "by_user";
    } | {
        readonly status: "cancelled";
        readonly reason: "shutdown";
    } | {
        readonly status: "cancelled";
        readonly reason: "before_launch";
    } | {
        readonly status: "skipped";
        readonly reason: "no_pending_message";
    };
    readonly profile?: string;
    readonly agent?: string;
    readonly model?: string;
    readonly modelRef?: {
        readonly provider: string;
        readonly model: string;
    };
    readonly workspace?: string;
    readonly tools?: {
        readonly allowed: readonly (readonly string[])[];
        readonly denied: readonly string[];
    };
    readonly budgets?: readonly {
        readonly tokens?: number;
        readonly costUsd?: number;
        readonly spawns?: number;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    }[];
    readonly requestKey?: string;
    readonly parentClose?: "abandon" | "cancel" | "drain";
    readonly recovery?: "resume" | "retry" | "settle";
    readonly conversation?: {
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly handle: string;
        readonly agentId: string;
        readonly protocol: string;
        readonly position: number;
    };
    readonly metadata: {
        readonly [x: string]: string;
    };
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly version: number;
}>, never, never>;
export interface Rest {
    readonly job: SpawnJob;
    readonly until: "woken" | "now";
}
export declare const suspend: (services: FinalizeServices, flight: Flight, session: {
    readonly id: string & import("effect/Brand").Brand<"SessionId">;
    readonly kind: "child" | "root";
    readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
    readonly depth: number;
    readonly title: string;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly outcome?: {
        readonly status: "completed";
        readonly reason: "done";
    } | {
        readonly status: "completed";
        readonly reason: "truncated";
        readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
    } | {
        readonly status: "error";
        readonly reason: "agent_failed";
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly detail?: string;
    } | {
        readonly status: "error";
        readonly reason: "refused";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "rate_limited";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "context_full";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "unavailable";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "auth_required";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "not_installed";
        readonly message: string;
        readonly program: string;
    } | {
        readonly status: "error";
        readonly reason: "protocol";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "budget";
        readonly message: string;
        readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
    } | {
        readonly status: "error";
        readonly reason: "lost";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "setup";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "defect";
        readonly message: string;
    } | {
        readonly status: "timeout";
        readonly reason: "total";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "timeout";
        readonly reason: "idle";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "tool";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly toolName: string;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "request";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "cancelled";
        readonly reason: "by_parent";
    } | {
        readonly status: "cancelled";
        readonly reason: "by_user";
    } | {
        readonly status: "cancelled";
        readonly reason: "shutdown";
    } | {
        readonly status: "cancelled";
        readonly reason: "before_launch";
    } | {
        readonly status: "skipped";
        readonly reason: "no_pending_message";
    };
    readonly profile?: string;
    readonly agent?: string;
    readonly model?: string;
    readonly modelRef?: {
        readonly provider: string;
        readonly model: string;
    };
    readonly workspace?: string;
    readonly tools?: {
        readonly allowed: readonly (readonly string[])[];
        readonly denied: readonly string[];
    };
    readonly budgets?: readonly {
        readonly tokens?: number;
        readonly costUsd?: number;
        readonly spawns?: number;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    }[];
    readonly requestKey?: string;
    readonly parentClose?: "abandon" | "cancel" | "drain";
    readonly recovery?: "resume" | "retry" | "settle";
    readonly conversation?: {
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly handle: string;
        readonly agentId: string;
        readonly protocol: string;
        readonly position: number;
    };
    readonly metadata: {
        readonly [x: string]: string;
    };
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly version: number;
}, args_3: Rest) => Effect.Effect<Option.Option<{
    readonly id: string & import("effect/Brand").Brand<"SessionId">;
    readonly kind: "child" | "root";
    readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
    readonly depth: number;
    readonly title: string;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly outcome?: {
        readonly status: "completed";
        readonly reason: "done";
    } | {
        readonly status: "completed";
        readonly reason: "truncated";
        readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
    } | {
        readonly status: "error";
        readonly reason: "agent_failed";
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly detail?: string;
    } | {
        readonly status: "error";
        readonly reason: "refused";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "rate_limited";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "context_full";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "unavailable";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "auth_required";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "not_installed";
        readonly message: string;
        readonly program: string;
    } | {
        readonly status: "error";
        readonly reason: "protocol";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "budget";
        readonly message: string;
        readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
    } | {
        readonly status: "error";
        readonly reason: "lost";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "setup";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "defect";
        readonly message: string;
    } | {
        readonly status: "timeout";
        readonly reason: "total";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "timeout";
        readonly reason: "idle";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "tool";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly toolName: string;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "request";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "cancelled";
        readonly reason: "by_parent";
    } | {
        readonly status: "cancelled";
        readonly reason: "by_user";
    } | {
        readonly status: "cancelled";
        readonly reason: "shutdown";
    } | {
        readonly status: "cancelled";
        readonly reason: "before_launch";
    } | {
        readonly status: "skipped";
        readonly reason: "no_pending_message";
    };
    readonly profile?: string;
    readonly agent?: string;
    readonly model?: string;
    readonly modelRef?: {
        readonly provider: string;
        readonly model: string;
    };
    readonly workspace?: string;
    readonly tools?: {
        readonly allowed: readonly (readonly string[])[];
        readonly denied: readonly string[];
    };
    readonly budgets?: readonly {
        readonly tokens?: number;
        readonly costUsd?: number;
        readonly spawns?: number;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    }[];
    readonly requestKey?: string;
    readonly parentClose?: "abandon" | "cancel" | "drain";
    readonly recovery?: "resume" | "retry" | "settle";
    readonly conversation?: {
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly handle: string;
        readonly agentId: string;
        readonly protocol: string;
        readonly position: number;
    };
    readonly metadata: {
        readonly [x: string]: string;
    };
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly version: number;
}>, never, never>;
export declare const leave: (services: FinalizeServices, flight: Flight) => Effect.Effect<void, never, never>;

// src/Ids.d.ts
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Schema from "effect/Schema";
export declare const SessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
export type SessionId = typeof SessionId.Type;
export declare const RunId: Schema.brand<Schema.NonEmptyString, "RunId">;
export type RunId = typeof RunId.Type;
export declare const WaitId: Schema.brand<Schema.NonEmptyString, "WaitId">;
export type WaitId = typeof WaitId.Type;
export declare const RequestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
export type RequestId = typeof RequestId.Type;
export declare const MessageId: Schema.brand<Schema.NonEmptyString, "MessageId">;
export type MessageId = typeof MessageId.Type;
export declare const ArtifactId: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
export type ArtifactId = typeof ArtifactId.Type;
declare const Entropy_base: Context.Reference<Effect.Effect<string, never, never>>;
export declare class Entropy extends Entropy_base {
}
export declare const digitsFromBytes: (bytes: Uint8Array) => string;
export declare const ordered: (entropy: Effect.Effect<string>) => Effect.Effect<string>;
export declare const makeSessionId: Effect.Effect<SessionId>;
export declare const makeRunId: Effect.Effect<RunId>;
export declare const makeWaitId: Effect.Effect<WaitId>;
export declare const makeRequestId: Effect.Effect<RequestId>;
export declare const makeMessageId: Effect.Effect<MessageId>;
export declare const makeArtifactId: Effect.Effect<ArtifactId>;
export {};

// src/Lifecycle.d.ts
import * as Option from "effect/Option";
import * as Result from "effect/Result";
import type { Waiting } from "./ExternalChildRunner.ts";
import type { RunId } from "./Ids.ts";
import { type Outcome } from "./Outcome.ts";
import { type Conversation, type Session, type SessionStatus } from "./Session.ts";
export type Command = {
    readonly _tag: "Queue";
    readonly runId: RunId;
} | {
    readonly _tag: "Begin";
    readonly runId: RunId;
    readonly model: string;
} | {
    readonly _tag: "Await";
    readonly runId: RunId;
    readonly waiting: Waiting;
} | {
    readonly _tag: "Resume";
    readonly runId: RunId;
} | {
    readonly _tag: "Retry";
    readonly runId: RunId;
    readonly nextRunId: RunId;
} | {
    readonly _tag: "Suspend";
    readonly runId: RunId;
    readonly nextRunId: RunId;
} | {
    readonly _tag: "Wake";
    readonly runId: RunId;
} | {
    readonly _tag: "Cancel";
} | {
    readonly _tag: "Settle";
    readonly runId: RunId;
    readonly outcome: Outcome;
    readonly left: Option.Option<Pick<Conversation, "handle" | "position">>;
};
export type Refusal = {
    readonly _tag: "AlreadyInFlight";
    readonly runId: RunId | undefined;
    readonly status: SessionStatus;
} | {
    readonly _tag: "NotCurrent";
    readonly status: SessionStatus;
};
export declare const decide: (session: Session, command: Command, nowMillis: number) => Result.Result<Session, Refusal>;

// src/Limits.d.ts
import * as Context from "effect/Context";
import * as Duration from "effect/Duration";
import * as Layer from "effect/Layer";
import * as Schema from "effect/Schema";
export declare const Limits: Schema.Struct<{
    readonly concurrent: Schema.Int;
    readonly perParent: Schema.Int;
    readonly depth: Schema.Int;
    readonly queue: Schema.Int;
    readonly backlog: Schema.Int;
}>;
export type Limits = typeof Limits.Type;
export declare const defaults: Limits;
declare const CurrentLimits_base: Context.Reference<{
    readonly concurrent: number;
    readonly perParent: number;
    readonly depth: number;
    readonly queue: number;
    readonly backlog: number;
}>;
export declare class CurrentLimits extends CurrentLimits_base {
}
declare const GraceTime_base: Context.Reference<Duration.Duration>;
export declare class GraceTime extends GraceTime_base {
}
export declare const layer: (limits: Limits) => Layer.Layer<never>;
export {};

// src/ModelFailure.d.ts
import type { AiError } from "effect/ai";
import * as Duration from "effect/Duration";
import * as Option from "effect/Option";
import * as Schema from "effect/Schema";
export declare const ModelFailureKind: Schema.Literals<readonly ["context_full", "overloaded", "cut_off"]>;
export type ModelFailureKind = typeof ModelFailureKind.Type;
export declare const ModelFailureFacts: Schema.Struct<{
    readonly kind: Schema.optionalKey<Schema.Literals<readonly ["context_full", "overloaded", "cut_off"]>>;
    readonly retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
}>;
export type ModelFailureFacts = typeof ModelFailureFacts.Type;
export declare const modelFailureKey = "offshoot";
export declare const factsOf: (error: AiError.AiError) => ModelFailureFacts;
export declare const isContextFull: (error: AiError.AiError) => boolean;
export declare const retryAfter: (error: AiError.AiError) => Option.Option<Duration.Duration>;

// src/Nearest.d.ts
import * as Option from "effect/Option";
export declare const nearest: (name: string, known: ReadonlyArray<string>) => Option.Option<string>;

// src/Obligation.d.ts
import * as Schema from "effect/Schema";
export declare const Policy: Schema.Literals<readonly ["all", "any", "first_error"]>;
export type Policy = typeof Policy.Type;
export declare const Wait: Schema.Struct<{
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly version: Schema.Int;
    readonly openedAtMillis: Schema.Int;
    readonly expiresAtMillis: Schema.Int;
    readonly kind: Schema.Literal<"wait">;
    readonly id: Schema.brand<Schema.NonEmptyString, "WaitId">;
    readonly policy: Schema.Literals<readonly ["all", "any", "first_error"]>;
    readonly children: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
    readonly closedAtMillis: Schema.optionalKey<Schema.Int>;
    readonly messageId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "MessageId">>;
}>;
export type Wait = typeof Wait.Type;
export declare const Ask: Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"question">;
    readonly question: Schema.String;
    readonly options: Schema.optionalKey<Schema.$Array<Schema.String>>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"permission">;
    readonly toolCallId: Schema.String;
    readonly toolName: Schema.String;
    readonly arguments: Schema.Unknown;
}>]>;
export type Ask = typeof Ask.Type;
export declare const RequestStatus: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
export type RequestStatus = typeof RequestStatus.Type;
export declare const GrantScope: Schema.Literals<readonly ["once", "session"]>;
export type GrantScope = typeof GrantScope.Type;
export declare const AnsweredBy: Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"user">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"rule">;
    readonly rule: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"deadline">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"run_ended">;
}>]>;
export type AnsweredBy = typeof AnsweredBy.Type;
export declare const Request: Schema.Struct<{
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly version: Schema.Int;
    readonly openedAtMillis: Schema.Int;
    readonly expiresAtMillis: Schema.Int;
    readonly kind: Schema.Literal<"request">;
    readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly key: Schema.String;
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
    readonly answeredAtMillis: Schema.optionalKey<Schema.Int>;
    readonly deliveredAtMillis: Schema.optionalKey<Schema.Int>;
}>;
export type Request = typeof Request.Type;
export declare const SteerMode: Schema.Literals<readonly ["queue", "interrupt"]>;
export type SteerMode = typeof SteerMode.Type;
export declare const ReceiptStatus: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
export type ReceiptStatus = typeof ReceiptStatus.Type;
export declare const Steer: Schema.Struct<{
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly version: Schema.Int;
    readonly openedAtMillis: Schema.Int;
    readonly expiresAtMillis: Schema.Int;
    readonly kind: Schema.Literal<"steer">;
    readonly id: Schema.brand<Schema.NonEmptyString, "MessageId">;
    readonly key: Schema.optionalKey<Schema.String>;
    readonly origin: Schema.Literals<readonly ["user", "parent", "runtime"]>;
    readonly mode: Schema.Literals<readonly ["queue", "interrupt"]>;
    readonly text: Schema.String;
    readonly hidden: Schema.Boolean;
    readonly status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
    readonly closedAtMillis: Schema.optionalKey<Schema.Int>;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly round: Schema.optionalKey<Schema.Int>;
    readonly reason: Schema.optionalKey<Schema.String>;
}>;
export type Steer = typeof Steer.Type;
export declare const Obligation: Schema.Union<readonly [Schema.Struct<{
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly version: Schema.Int;
    readonly openedAtMillis: Schema.Int;
    readonly expiresAtMillis: Schema.Int;
    readonly kind: Schema.Literal<"wait">;
    readonly id: Schema.brand<Schema.NonEmptyString, "WaitId">;
    readonly policy: Schema.Literals<readonly ["all", "any", "first_error"]>;
    readonly children: Schema.$Array<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly status: Schema.Literals<readonly ["open", "satisfied", "expired"]>;
    readonly closedAtMillis: Schema.optionalKey<Schema.Int>;
    readonly messageId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "MessageId">>;
}>, Schema.Struct<{
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly version: Schema.Int;
    readonly openedAtMillis: Schema.Int;
    readonly expiresAtMillis: Schema.Int;
    readonly kind: Schema.Literal<"request">;
    readonly id: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly key: Schema.String;
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
    readonly answeredAtMillis: Schema.optionalKey<Schema.Int>;
    readonly deliveredAtMillis: Schema.optionalKey<Schema.Int>;
}>, Schema.Struct<{
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly version: Schema.Int;
    readonly openedAtMillis: Schema.Int;
    readonly expiresAtMillis: Schema.Int;
    readonly kind: Schema.Literal<"steer">;
    readonly id: Schema.brand<Schema.NonEmptyString, "MessageId">;
    readonly key: Schema.optionalKey<Schema.String>;
    readonly origin: Schema.Literals<readonly ["user", "parent", "runtime"]>;
    readonly mode: Schema.Literals<readonly ["queue", "interrupt"]>;
    readonly text: Schema.String;
    readonly hidden: Schema.Boolean;
    readonly status: Schema.Literals<readonly ["queued", "delivered", "expired", "refused", "superseded"]>;
    readonly closedAtMillis: Schema.optionalKey<Schema.Int>;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly round: Schema.optionalKey<Schema.Int>;
    readonly reason: Schema.optionalKey<Schema.String>;
}>]>;
export type Obligation = typeof Obligation.Type;
export type Kind = Obligation["kind"];
export declare const keyOf: (obligation: Obligation) => string | undefined;
export declare const isOpen: (obligation: Obligation) => boolean;

// src/Offshoot.d.ts
import * as Layer from "effect/Layer";
import type { SessionStore, StoreError } from "./SessionStore.ts";
import * as SpawnScheduler from "./SpawnScheduler.ts";
import { SubAgents } from "./SubAgents.ts";
export declare const layer: Layer.Layer<SubAgents | SpawnScheduler.SpawnScheduler, StoreError, SessionStore>;

// src/Outbox.d.ts
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import { SessionStore, type StoreError } from "./SessionStore.ts";
import type { ChildCompletion } from "./SpawnJob.ts";
declare const Outbox_base: Context.ServiceClass<Outbox, "@offshoot/core/Outbox", {
    readonly handlers: ReadonlyArray<string>;
    readonly deliver: (completion: ChildCompletion) => Effect.Effect<void>;
}>;
export declare class Outbox extends Outbox_base {
}
export declare const layer: Layer.Layer<Outbox, StoreError, SessionStore>;
export {};

// src/Outcome.d.ts
import * as Schema from "effect/Schema";
export declare const TerminalStatus: Schema.Literals<readonly ["completed", "error", "timeout", "cancelled", "skipped"]>;
export type TerminalStatus = typeof TerminalStatus.Type;
export declare const Truncation: Schema.Literals<readonly ["length", "rounds", "tool_calls", "transcript"]>;
export type Truncation = typeof Truncation.Type;
export declare const Budget: Schema.Literals<readonly ["tokens", "cost", "spawns", "depth", "rounds", "tool_calls"]>;
export type Budget = typeof Budget.Type;
export declare const Outcome: Schema.Union<readonly [Schema.Struct<{
    readonly status: Schema.Literal<"completed">;
    readonly reason: Schema.Literal<"done">;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"completed">;
    readonly reason: Schema.Literal<"truncated">;
} & {
    limit: Schema.Literals<readonly ["length", "rounds", "tool_calls", "transcript"]>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"agent_failed">;
} & {
    message: Schema.String;
    exitCode: Schema.optionalKey<Schema.Int>;
    signal: Schema.optionalKey<Schema.String>;
    detail: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"refused">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"rate_limited">;
} & {
    message: Schema.String;
    retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"context_full">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"unavailable">;
} & {
    message: Schema.String;
    retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"auth_required">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"not_installed">;
} & {
    message: Schema.String;
    program: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"protocol">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"budget">;
} & {
    message: Schema.String;
    budget: Schema.Literals<readonly ["tokens", "cost", "spawns", "depth", "rounds", "tool_calls"]>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"lost">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"setup">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"error">;
    readonly reason: Schema.Literal<"defect">;
} & {
    message: Schema.String;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"timeout">;
    readonly reason: Schema.Literal<"total">;
} & {
    elapsedSeconds: Schema.Int;
    limitSeconds: Schema.Int;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"timeout">;
    readonly reason: Schema.Literal<"idle">;
} & {
    elapsedSeconds: Schema.Int;
    limitSeconds: Schema.Int;
    setting: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"timeout">;
    readonly reason: Schema.Literal<"tool">;
} & {
    elapsedSeconds: Schema.Int;
    limitSeconds: Schema.Int;
    toolName: Schema.String;
    setting: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"timeout">;
    readonly reason: Schema.Literal<"request">;
} & {
    elapsedSeconds: Schema.Int;
    limitSeconds: Schema.Int;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"cancelled">;
    readonly reason: Schema.Literal<"by_parent">;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"cancelled">;
    readonly reason: Schema.Literal<"by_user">;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"cancelled">;
    readonly reason: Schema.Literal<"shutdown">;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"cancelled">;
    readonly reason: Schema.Literal<"before_launch">;
}>, Schema.Struct<{
    readonly status: Schema.Literal<"skipped">;
    readonly reason: Schema.Literal<"no_pending_message">;
}>]>;
export type Outcome = typeof Outcome.Type;
export type Reason = Outcome["reason"];
export type RunnerOutcome = Extract<Outcome, {
    readonly status: "completed" | "error";
} | {
    readonly reason: "idle" | "tool";
}>;
export declare const CancelledBy: Schema.Literals<readonly ["by_parent", "by_user", "shutdown"]>;
export type CancelledBy = typeof CancelledBy.Type;
export declare const done: Outcome & RunnerOutcome;
export declare const cancelled: (by: CancelledBy) => Outcome;
export declare const beforeLaunch: Outcome;
export declare const noPendingMessage: Outcome;
export declare const errorText: (outcome: Outcome) => string | undefined;
export declare const retryable: (outcome: Outcome) => boolean;
export declare const hint: (outcome: Outcome) => string;

// src/Overview.d.ts
import type * as Option from "effect/Option";
import type { ListedModel } from "./ProviderRouter.ts";
import type { ModelRef, Usage } from "./Session.ts";
import type { Totals } from "./SessionStore.ts";
export interface ModelList {
    readonly fallback: Option.Option<ModelRef>;
    readonly models: ReadonlyArray<ListedModel>;
}
export interface Overview {
    readonly number: number;
    readonly slots: {
        readonly used: number;
        readonly max: number;
    };
    readonly queued: number;
    readonly backlog: number;
    readonly inFlight: number;
    readonly totals: Totals;
}
export interface OwnAndTree {
    readonly own: Usage;
    readonly tree: Usage;
}

// src/PlainText.d.ts
export declare const plain: (text: string) => string;
export interface Part {
    readonly text: string;
    readonly offset: number;
    readonly chars: number;
    readonly next: number | undefined;
}
export declare const partOf: (text: string, offset: number, charsMax: number) => Part;

// src/ProviderRouter.d.ts
import type { LanguageModel } from "effect/ai";
import * as Context from "effect/Context";
import type * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import * as Schema from "effect/Schema";
import { ModelRef } from "./Session.ts";
declare const ModelUnroutable_base: Schema.Class<ModelUnroutable, Schema.TaggedStruct<"ModelUnroutable", {
    readonly modelRef: Schema.Struct<{
        readonly provider: Schema.String;
        readonly model: Schema.String;
    }>;
    readonly missing: Schema.String;
}>, import("effect/Cause").YieldableError>;
export declare class ModelUnroutable extends ModelUnroutable_base {
    readonly retryable = false;
    get message(): string;
}
export declare const ResponseFacts: Schema.Struct<{
    readonly provider: Schema.optionalKey<Schema.String>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly costUsd: Schema.optionalKey<Schema.Finite>;
    readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
}>;
export type ResponseFacts = typeof ResponseFacts.Type;
export declare const responseFactsKey = "offshoot";
export interface RoutedModel {
    readonly modelRef: ModelRef;
    readonly providerType: string;
    readonly model: LanguageModel.LanguageModel;
    readonly isScripted: boolean;
    readonly contextTokensMax: Option.Option<number>;
    readonly outputTokensMax: Option.Option<number>;
}
export interface ListedModel {
    readonly name: string;
    readonly modelRef: ModelRef;
}
export interface ProviderRouterShape {
    readonly route: (ref: ModelRef) => Effect.Effect<RoutedModel, ModelUnroutable>;
    readonly defaultRef: Option.Option<ModelRef>;
    readonly providerTypeFor: (ref: ModelRef) => Option.Option<string>;
    readonly parse: (text: string) => Option.Option<ModelRef>;
    readonly models: ReadonlyArray<ListedModel>;
}
declare const ProviderRouter_base: Context.Reference<Option.Option<ProviderRouterShape>>;
export declare class ProviderRouter extends ProviderRouter_base {
}
export declare const layer: (router: ProviderRouterShape) => Layer.Layer<never>;
export declare const layerNone: Layer.Layer<never>;
export {};

// src/Recovery.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import type { RunId, SessionId } from "./Ids.ts";
import { type Outcome } from "./Outcome.ts";
import { type RecoveryPolicy, type Session, type Usage } from "./Session.ts";
import type { OpenJob } from "./SessionStore.ts";
import { type RunReport, type SpawnJob } from "./SpawnJob.ts";
declare const CurrentPolicy_base: Context.Reference<"resume" | "retry" | "settle">;
export declare class CurrentPolicy extends CurrentPolicy_base {
}
export declare const layer: (policy: RecoveryPolicy) => Layer.Layer<never>;
export declare const lostMax = 5;
export type Decision = {
    readonly _tag: "Requeue";
} | {
    readonly _tag: "Continue";
    readonly mode: "resume" | "retry";
} | {
    readonly _tag: "Settle";
    readonly outcome: Outcome;
};
export type CanResume = (session: Session, handle: string | undefined) => boolean;
export interface Rules {
    readonly policy: RecoveryPolicy;
    readonly canResume: CanResume;
}
export declare const toldBy: (job: SpawnJob, report: RunReport) => string | undefined;
export declare const handleOf: (job: SpawnJob, report: RunReport, session: Session) => string | undefined;
export declare const ofLaunched: (open: Pick<OpenJob, "job" | "report" | "session">, { canResume, policy }: Rules) => Decision;
export interface Standing {
    readonly hasOpenWait: (id: SessionId) => boolean;
    readonly isAlive: (job: SpawnJob) => boolean;
}
export interface Planned {
    readonly open: OpenJob;
    readonly decision: Decision;
}
export declare const plan: (open: ReadonlyArray<OpenJob>, rules: Rules, { hasOpenWait, isAlive }?: Standing) => ReadonlyArray<Planned>;
export declare const nextJob: (job: SpawnJob, next: {
    readonly runId: RunId;
    readonly mode: "resume" | "retry";
    readonly handle: string | undefined;
    readonly endedAtMillis: number;
    readonly notBeforeMillis: number | undefined;
    readonly ended: "lost" | "by_itself" | "suspended";
    readonly usage: Usage | undefined;
    readonly begunToolCalls: ReadonlyArray<string>;
}) => SpawnJob;
export {};

// src/RequestPolicy.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import type { RequestId } from "./Ids.ts";
import type { Ask } from "./Obligation.ts";
import { type Session } from "./Session.ts";
export type RuleDecision = "allow" | "deny" | "ask";
export interface Rule {
    readonly name: string;
    readonly tool?: string;
    readonly profile?: string;
    readonly agent?: string;
    readonly depthMin?: number;
    readonly depthMax?: number;
    readonly decision: RuleDecision;
}
export interface Policy {
    readonly deadlineSeconds: number;
    readonly rules: ReadonlyArray<Rule>;
}
export declare const defaults: Policy;
declare const CurrentPolicy_base: Context.Reference<Policy>;
export declare class CurrentPolicy extends CurrentPolicy_base {
}
export declare const layer: (policy: Policy) => Layer.Layer<never>;
export type Asker = Pick<Session, "profile" | "agent" | "depth" | "metadata">;
export type Granted = ReadonlyMap<string, RequestId>;
export declare const ruleOfGrant: (id: RequestId) => string;
export type Verdict = {
    readonly _tag: "Ask";
} | {
    readonly _tag: "Answer";
    readonly decision: "allow" | "deny";
    readonly rule: string;
};
export declare const decide: (rules: ReadonlyArray<Rule>, asker: Asker, ask: Ask, granted?: Granted) => Verdict;
export {};

// src/Retry.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import * as Schema from "effect/Schema";
import { type Outcome } from "./Outcome.ts";
import type { Metadata } from "./Session.ts";
export declare const Restart: Schema.Literals<readonly ["permanent", "transient", "temporary"]>;
export type Restart = typeof Restart.Type;
export interface Policy {
    readonly restart: Restart;
    readonly intensity: number;
    readonly periodSeconds: number;
    readonly backoffSeconds: number;
    readonly backoffMaxSeconds: number;
}
export declare const defaults: Policy;
declare const CurrentPolicy_base: Context.Reference<Policy>;
export declare class CurrentPolicy extends CurrentPolicy_base {
}
export declare const layer: (policy: Policy) => Layer.Layer<never>;
export declare const overrideKeys: {
    readonly restart: "child_retry.restart";
    readonly intensity: "child_retry.intensity";
    readonly periodSeconds: "child_retry.period_secs";
};
export declare const policyOf: (metadata: Metadata, base: Policy) => Policy;
export interface Ended {
    readonly outcome: Outcome;
    readonly failedAtMillis: ReadonlyArray<number>;
    readonly nowMillis: number;
    readonly chance: number;
}
export type Decision = {
    readonly _tag: "Settle";
} | {
    readonly _tag: "Again";
    readonly notBeforeMillis: number;
};
export declare const retryAfterSeconds: (outcome: Outcome) => number | undefined;
export declare const decide: (policy: Policy, ended: Ended) => Decision;
export {};

// src/Runs.d.ts
import type { RunnerEvent } from "./AgentEvent.ts";
import type { RunId } from "./Ids.ts";
export interface LastTool {
    readonly name: string;
    readonly phase: "begin" | "finished" | "error";
    readonly sinceMillis: number;
    readonly argument?: string;
}
export interface RunSnapshot {
    readonly runId: RunId;
    readonly runner: string;
    readonly startedAtMillis: number;
    readonly lastEventAtMillis: number | undefined;
    readonly rounds: number;
    readonly lastTool: LastTool | undefined;
    readonly budget: Extract<RunnerEvent, {
        readonly type: "token_budget_updated";
    }> | undefined;
}

// src/Session.d.ts
import * as Option from "effect/Option";
import * as Schema from "effect/Schema";
export declare const SessionStatus: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
export type SessionStatus = typeof SessionStatus.Type;
export declare const Metadata: Schema.$Record<Schema.String, Schema.String>;
export type Metadata = typeof Metadata.Type;
export declare const metadataKeys: {
    readonly lastRunStatus: "last_run_status";
    readonly lastRunError: "last_run_error";
    readonly runtimeKind: "runtime.kind";
    readonly externalAgentId: "external.agent_id";
    readonly externalProtocol: "external.protocol";
    readonly providerName: "provider_name";
};
export declare const ParentClose: Schema.Literals<readonly ["cancel", "drain", "abandon"]>;
export type ParentClose = typeof ParentClose.Type;
export declare const RecoveryPolicy: Schema.Literals<readonly ["resume", "retry", "settle"]>;
export type RecoveryPolicy = typeof RecoveryPolicy.Type;
export declare const ModelRef: Schema.Struct<{
    readonly provider: Schema.String;
    readonly model: Schema.String;
}>;
export type ModelRef = typeof ModelRef.Type;
export declare const Conversation: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly handle: Schema.String;
    readonly agentId: Schema.String;
    readonly protocol: Schema.String;
    readonly position: Schema.Int;
}>;
export type Conversation = typeof Conversation.Type;
export declare const Session: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly kind: Schema.Literals<readonly ["root", "child"]>;
    readonly parentId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly rootId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly depth: Schema.Int;
    readonly title: Schema.String;
    readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly outcome: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly status: Schema.Literal<"completed">;
        readonly reason: Schema.Literal<"done">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"completed">;
        readonly reason: Schema.Literal<"truncated">;
    } & {
        limit: Schema.Literals<readonly ["length", "rounds", "tool_calls", "transcript"]>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"agent_failed">;
    } & {
        message: Schema.String;
        exitCode: Schema.optionalKey<Schema.Int>;
        signal: Schema.optionalKey<Schema.String>;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"refused">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"rate_limited">;
    } & {
        message: Schema.String;
        retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"context_full">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"unavailable">;
    } & {
        message: Schema.String;
        retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"auth_required">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"not_installed">;
    } & {
        message: Schema.String;
        program: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"protocol">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"budget">;
    } & {
        message: Schema.String;
        budget: Schema.Literals<readonly ["tokens", "cost", "spawns", "depth", "rounds", "tool_calls"]>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"lost">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"setup">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"defect">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"total">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"idle">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
        setting: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"tool">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
        toolName: Schema.String;
        setting: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"request">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"by_parent">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"by_user">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"shutdown">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"before_launch">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"skipped">;
        readonly reason: Schema.Literal<"no_pending_message">;
    }>]>>;
    readonly profile: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.String>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly modelRef: Schema.optionalKey<Schema.Struct<{
        readonly provider: Schema.String;
        readonly model: Schema.String;
    }>>;
    readonly workspace: Schema.optionalKey<Schema.String>;
    readonly tools: Schema.optionalKey<Schema.Struct<{
        readonly allowed: Schema.$Array<Schema.$Array<Schema.NonEmptyString>>;
        readonly denied: Schema.$Array<Schema.NonEmptyString>;
    }>>;
    readonly budgets: Schema.optionalKey<Schema.$Array<Schema.Struct<{
        readonly tokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly spawns: Schema.optionalKey<Schema.Int>;
        readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    }>>>;
    readonly requestKey: Schema.optionalKey<Schema.String>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
    readonly conversation: Schema.optionalKey<Schema.Struct<{
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly handle: Schema.String;
        readonly agentId: Schema.String;
        readonly protocol: Schema.String;
        readonly position: Schema.Int;
    }>>;
    readonly metadata: Schema.$Record<Schema.String, Schema.String>;
    readonly createdAtMillis: Schema.Int;
    readonly updatedAtMillis: Schema.Int;
    readonly version: Schema.Int;
}>;
export type Session = typeof Session.Type;
export declare const externalAgentOf: ({ metadata }: Pick<Session, "metadata">) => Option.Option<Pick<Conversation, "agentId" | "protocol">>;
export declare const conversationOf: (session: Pick<Session, "conversation" | "metadata">) => Option.Option<Conversation>;
export { isInFlight, isTerminal } from "./internal/statuses.ts";
export declare const Role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
export type Role = typeof Role.Type;
export declare const Message: Schema.Struct<{
    readonly id: Schema.brand<Schema.NonEmptyString, "MessageId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly role: Schema.Literals<readonly ["user", "assistant", "system", "tool"]>;
    readonly text: Schema.String;
    readonly hidden: Schema.Boolean;
    readonly content: Schema.optionalKey<Schema.Unknown>;
    readonly createdAtMillis: Schema.Int;
}>;
export type Message = typeof Message.Type;
export declare const ArtifactForm: Schema.Struct<{
    readonly mediaType: Schema.optionalKey<Schema.String>;
    readonly encoding: Schema.optionalKey<Schema.Literal<"base64">>;
}>;
export type ArtifactForm = typeof ArtifactForm.Type;
export declare const Artifact: Schema.Struct<{
    readonly mediaType: Schema.optionalKey<Schema.String>;
    readonly encoding: Schema.optionalKey<Schema.Literal<"base64">>;
    readonly id: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly text: Schema.String;
    readonly createdAtMillis: Schema.Int;
}>;
export type Artifact = typeof Artifact.Type;
export declare const NamedArtifact: Schema.Union<readonly [Schema.Struct<{
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
export type NamedArtifact = typeof NamedArtifact.Type;
export interface StoredMessage extends Message {
    readonly position: number;
}
export declare const figures: readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"];
export type Figure = (typeof figures)[number];
export declare const Usage: Schema.Struct<{
    readonly inputTokens: Schema.optionalKey<Schema.Int>;
    readonly outputTokens: Schema.optionalKey<Schema.Int>;
    readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
    readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
    readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
    readonly costUsd: Schema.optionalKey<Schema.Finite>;
    readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
    readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
}>;
export type Usage = typeof Usage.Type;

// src/SessionStore.d.ts
import * as Context from "effect/Context";
import type * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type * as Option from "effect/Option";
import type { AgentEvent, EventType } from "./AgentEvent.ts";
import type { ArtifactId, RunId, SessionId } from "./Ids.ts";
import type { Kind, Obligation, Request } from "./Obligation.ts";
import type { Artifact, Message, Session, SessionStatus, StoredMessage, Usage } from "./Session.ts";
import type { ChildCompletion, RunReport, SpawnJob } from "./SpawnJob.ts";
import type { StoreError } from "./StoreError.ts";
export { ObligationConflict, ObligationKeyTaken, RequestKeyTaken, StorageUnavailable, StoreError, StoreErrorReason, VersionConflict } from "./StoreError.ts";
export type Change = {
    readonly _tag: "SessionCreated";
    readonly session: Session;
} | {
    readonly _tag: "SessionChanged";
    readonly session: Session;
} | {
    readonly _tag: "SessionDeleted";
    readonly sessionId: SessionId;
} | {
    readonly _tag: "MessageAppended";
    readonly message: Message;
} | {
    readonly _tag: "ArtifactKept";
    readonly artifact: Artifact;
} | {
    readonly _tag: "JobAccepted";
    readonly job: SpawnJob;
} | {
    readonly _tag: "JobLaunched";
    readonly runId: RunId;
} | {
    readonly _tag: "JobReported";
    readonly runId: RunId;
    readonly report: RunReport;
} | {
    readonly _tag: "JobReplaced";
    readonly runId: RunId;
    readonly job: SpawnJob;
} | {
    readonly _tag: "JobSettled";
    readonly completion: ChildCompletion;
    readonly handlers: ReadonlyArray<string>;
} | {
    readonly _tag: "CompletionAcknowledged";
    readonly runId: RunId;
    readonly handler: string;
} | {
    readonly _tag: "CompletionTold";
    readonly runId: RunId;
} | {
    readonly _tag: "ObligationOpened";
    readonly obligation: Obligation;
} | {
    readonly _tag: "ObligationChanged";
    readonly obligation: Obligation;
} | {
    readonly _tag: "EventRecorded";
    readonly sessionId: SessionId;
    readonly event: AgentEvent;
};
export type Transition = ReadonlyArray<Change>;
export interface RecordedEvent {
    readonly number: number;
    readonly sessionId: SessionId;
    readonly atMillis: number;
    readonly event: AgentEvent;
}
export interface OpenJob {
    readonly job: SpawnJob;
    readonly state: "queued" | "launched";
    readonly report: RunReport;
    readonly session: Option.Option<Session>;
    readonly ancestors: ReadonlyArray<SessionId>;
}
export interface StoredCompletion extends ChildCompletion {
    readonly told: boolean;
}
export interface TreeUsage {
    readonly own: Usage;
    readonly tree: Usage;
    readonly open: Usage;
    readonly spawned: number;
    readonly inFlight: number;
}
export interface SessionUse {
    readonly sessionId: SessionId;
    readonly own: Usage | undefined;
    readonly removed: Usage | undefined;
}
export interface Totals {
    readonly statuses: ReadonlyArray<{
        readonly status: SessionStatus;
        readonly sessions: number;
    }>;
    readonly usage: Usage;
}
export interface SessionFilter {
    readonly kind?: Session["kind"];
    readonly rootId?: SessionId;
    readonly parentId?: SessionId;
    readonly status?: SessionStatus;
}
export interface SessionQuery {
    readonly filter: SessionFilter;
    readonly before: Option.Option<SessionId>;
    readonly limit: number;
}
export type FeedScope = {
    readonly _tag: "All";
} | {
    readonly _tag: "Session";
    readonly sessionId: SessionId;
} | {
    readonly _tag: "Subtree";
    readonly sessionId: SessionId;
};
export interface EventQuery {
    readonly after: number;
    readonly limit: number;
    readonly scope: FeedScope;
    readonly types: Option.Option<ReadonlyArray<EventType>>;
}
export interface EventPage {
    readonly events: ReadonlyArray<RecordedEvent>;
    readonly upTo: number;
    readonly oldest: number;
    readonly head: number;
}
export interface ObligationQuery {
    readonly kind: Kind;
    readonly state: "open" | "closed" | "any";
    readonly scope: FeedScope;
    readonly after: Option.Option<Obligation["id"]>;
    readonly limit: number;
}
export interface Snapshot {
    readonly number: number;
    readonly sessions: ReadonlyArray<Session>;
    readonly truncated: boolean;
    readonly requests: ReadonlyArray<Request>;
}
export interface Retention {
    readonly olderThanMillis: number;
    readonly keepMax: number;
}
export interface FeedBounds {
    readonly oldest: number;
    readonly head: number;
}
type Read<A> = Effect.Effect<A, StoreError>;
export interface SessionStoreShape {
    readonly commit: (transition: Transition) => Effect.Effect<ReadonlyArray<number>, StoreError>;
    readonly session: (id: SessionId) => Read<Option.Option<Session>>;
    readonly sessionByRequestKey: (parentId: Option.Option<SessionId>, requestKey: string) => Read<Option.Option<Session>>;
    readonly sessions: (query: SessionQuery) => Read<ReadonlyArray<Session>>;
    readonly treeUsage: (id: SessionId) => Read<TreeUsage>;
    readonly usages: (ids: ReadonlyArray<SessionId>) => Read<ReadonlyArray<SessionUse>>;
    readonly totals: Read<Totals>;
    readonly childCount: (parentId: SessionId) => Read<number>;
    readonly messages: (query: {
        readonly sessionId: SessionId;
        readonly after: number;
        readonly limit: number;
    }) => Read<ReadonlyArray<StoredMessage>>;
    readonly recentMessages: (query: {
        readonly sessionId: SessionId;
        readonly before: Option.Option<number>;
        readonly limit: number;
    }) => Read<ReadonlyArray<StoredMessage>>;
    readonly answer: (sessionId: SessionId, runId: RunId) => Read<ReadonlyArray<StoredMessage>>;
    readonly artifact: (id: ArtifactId) => Read<Option.Option<Artifact>>;
    readonly openJobs: Read<ReadonlyArray<OpenJob>>;
    readonly completion: (runId: RunId) => Read<Option.Option<StoredCompletion>>;
    readonly undeliveredLines: (handler: string) => Read<ReadonlyArray<SessionId>>;
    readonly undelivered: (query: {
        readonly handler: string;
        readonly line: SessionId;
        readonly limit: number;
    }) => Read<ReadonlyArray<ChildCompletion>>;
    readonly obligation: (id: Obligation["id"]) => Read<Option.Option<Obligation>>;
    readonly obligationByKey: (kind: Kind, sessionId: SessionId, key: string) => Read<Option.Option<Obligation>>;
    readonly obligations: (query: ObligationQuery) => Read<ReadonlyArray<Obligation>>;
    readonly events: (query: EventQuery) => Read<EventPage>;
    readonly recentEvents: (sessionId: SessionId, limit: number) => Read<ReadonlyArray<RecordedEvent>>;
    readonly feedBounds: Read<FeedBounds>;
    readonly snapshot: (query: {
        readonly within: Option.Option<SessionId>;
        readonly limit: number;
    }) => Read<Snapshot>;
    readonly trimFeed: (retention: Retention) => Effect.Effect<"more" | "done", StoreError>;
    readonly ready: Effect.Effect<void, StoreError>;
}
declare const SessionStore_base: Context.ServiceClass<SessionStore, "@offshoot/core/SessionStore", SessionStoreShape>;
export declare class SessionStore extends SessionStore_base {
}
export declare const layerMemory: Layer.Layer<SessionStore>;

// src/SessionStreams.d.ts
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import type * as Scope from "effect/Scope";
import type { AgentEvent } from "./AgentEvent.ts";
import type { SessionId } from "./Ids.ts";
export declare const liveBufferMax = 1000;
export interface Published {
    readonly ordinal: number;
    readonly durableHead: number;
    readonly origin: SessionId;
    readonly number: Option.Option<number>;
    readonly event: AgentEvent;
}
export type StreamScope = "session" | "subtree";
export interface Subscription {
    readonly from: number;
    readonly take: Effect.Effect<ReadonlyArray<Published>>;
    readonly ring: () => void;
    readonly poll: Effect.Effect<ReadonlyArray<Published>>;
}
export interface SessionStreamsShape {
    readonly hasReaders: (sessionId: SessionId, scope: StreamScope) => boolean;
    readonly publish: (sessionId: SessionId, scope: StreamScope, origin: SessionId, number: Option.Option<number>, event: AgentEvent) => number;
    readonly subscribe: (sessionId: SessionId, scope: StreamScope) => Effect.Effect<Subscription, never, Scope.Scope>;
}
declare const SessionStreams_base: Context.ServiceClass<SessionStreams, "@offshoot/core/SessionStreams", SessionStreamsShape>;
export declare class SessionStreams extends SessionStreams_base {
}
export declare const layer: Layer.Layer<SessionStreams>;
export {};

// src/Spawn.d.ts
import * as Effect from "effect/Effect";
import type { AgentEntry } from "./AgentDirectory.ts";
import * as Ids from "./Ids.ts";
import type { Budgets } from "./internal/budgets.ts";
import { type Built, type Recorder } from "./internal/recorder.ts";
import type { Limits } from "./Limits.ts";
import { type SessionStoreShape, StoreError } from "./SessionStore.ts";
import type { SessionStreamsShape } from "./SessionStreams.ts";
import type { SpawnSchedulerShape } from "./SpawnScheduler.ts";
import type { SubagentProfilesShape } from "./SubagentProfile.ts";
import { AgentNotConfigured, AgentUnknown, AlreadyRunning, DepthExceeded, ParentNotAccepting, type QueuePlace, type RootRequest, type Spawned, type SpawnRequest } from "./SubAgents.ts";
import type { TreeLimits } from "./TreeBudget.ts";
export interface SpawnServices {
    readonly store: SessionStoreShape;
    readonly commit: Recorder["Service"]["commit"];
    readonly streams: SessionStreamsShape;
    readonly scheduler: SpawnSchedulerShape;
    readonly limits: Limits;
    readonly directory: ReadonlyMap<string, AgentEntry>;
    readonly hasAgent: boolean;
    readonly profiles: SubagentProfilesShape;
    readonly budgets: Budgets["Service"];
    readonly rootLimits: TreeLimits;
}
export declare const titleOf: (title: string | undefined, prompt: string | undefined) => string;
export declare const spawn: (services: SpawnServices, parentId: Ids.SessionId, request: SpawnRequest) => Effect.Effect<Spawned, AgentUnknown | import("./TreeBudget.ts").BudgetExhausted | DepthExceeded | ParentNotAccepting | import("./SubagentProfile.ts").ProfileUnknown | import("./SubAgents.ts").QueueFull | import("./SubAgents.ts").SchedulerClosed | import("./SubAgents.ts").SessionNotFound | StoreError | ({
    readonly reason: import("./StoreError.ts").RequestKeyTaken;
} & StoreError & {
    readonly reason: import("./StoreError.ts").RequestKeyTaken;
}), never>;
export declare const createRoot: (services: SpawnServices, request: RootRequest) => Effect.Effect<{
    readonly id: string & import("effect/Brand").Brand<"SessionId">;
    readonly kind: "child" | "root";
    readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
    readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
    readonly depth: number;
    readonly title: string;
    readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
    readonly runId?: string & import("effect/Brand").Brand<"RunId">;
    readonly outcome?: {
        readonly status: "completed";
        readonly reason: "done";
    } | {
        readonly status: "completed";
        readonly reason: "truncated";
        readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
    } | {
        readonly status: "error";
        readonly reason: "agent_failed";
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly detail?: string;
    } | {
        readonly status: "error";
        readonly reason: "refused";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "rate_limited";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "context_full";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "unavailable";
        readonly message: string;
        readonly retryAfterSeconds?: number;
    } | {
        readonly status: "error";
        readonly reason: "auth_required";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "not_installed";
        readonly message: string;
        readonly program: string;
    } | {
        readonly status: "error";
        readonly reason: "protocol";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "budget";
        readonly message: string;
        readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
    } | {
        readonly status: "error";
        readonly reason: "lost";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "setup";
        readonly message: string;
    } | {
        readonly status: "error";
        readonly reason: "defect";
        readonly message: string;
    } | {
        readonly status: "timeout";
        readonly reason: "total";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "timeout";
        readonly reason: "idle";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "tool";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
        readonly toolName: string;
        readonly setting?: string;
    } | {
        readonly status: "timeout";
        readonly reason: "request";
        readonly elapsedSeconds: number;
        readonly limitSeconds: number;
    } | {
        readonly status: "cancelled";
        readonly reason: "by_parent";
    } | {
        readonly status: "cancelled";
        readonly reason: "by_user";
    } | {
        readonly status: "cancelled";
        readonly reason: "shutdown";
    } | {
        readonly status: "cancelled";
        readonly reason: "before_launch";
    } | {
        readonly status: "skipped";
        readonly reason: "no_pending_message";
    };
    readonly profile?: string;
    readonly agent?: string;
    readonly model?: string;
    readonly modelRef?: {
        readonly provider: string;
        readonly model: string;
    };
    readonly workspace?: string;
    readonly tools?: {
        readonly allowed: readonly (readonly string[])[];
        readonly denied: readonly string[];
    };
    readonly budgets?: readonly {
        readonly tokens?: number;
        readonly costUsd?: number;
        readonly spawns?: number;
        readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
    }[];
    readonly requestKey?: string;
    readonly parentClose?: "abandon" | "cancel" | "drain";
    readonly recovery?: "resume" | "retry" | "settle";
    readonly conversation?: {
        readonly runId: string & import("effect/Brand").Brand<"RunId">;
        readonly handle: string;
        readonly agentId: string;
        readonly protocol: string;
        readonly position: number;
    };
    readonly metadata: {
        readonly [x: string]: string;
    };
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly version: number;
}, AgentUnknown | import("./SubagentProfile.ts").ProfileUnknown | StoreError | ({
    readonly reason: import("./StoreError.ts").RequestKeyTaken;
} & StoreError & {
    readonly reason: import("./StoreError.ts").RequestKeyTaken;
}), never>;
export type Opening = (runId: Ids.RunId, nowMillis: number) => Built;
export declare const rerun: (services: SpawnServices, id: Ids.SessionId, opening?: Opening) => Effect.Effect<{
    session: {
        readonly id: string & import("effect/Brand").Brand<"SessionId">;
        readonly kind: "child" | "root";
        readonly parentId?: string & import("effect/Brand").Brand<"SessionId">;
        readonly rootId: string & import("effect/Brand").Brand<"SessionId">;
        readonly depth: number;
        readonly title: string;
        readonly status: "awaiting_request" | "cancelled" | "cancelling" | "completed" | "error" | "idle" | "pending" | "running" | "skipped" | "timeout" | "waiting_for_children";
        readonly runId?: string & import("effect/Brand").Brand<"RunId">;
        readonly outcome?: {
            readonly status: "completed";
            readonly reason: "done";
        } | {
            readonly status: "completed";
            readonly reason: "truncated";
            readonly limit: "length" | "rounds" | "tool_calls" | "transcript";
        } | {
            readonly status: "error";
            readonly reason: "agent_failed";
            readonly message: string;
            readonly exitCode?: number;
            readonly signal?: string;
            readonly detail?: string;
        } | {
            readonly status: "error";
            readonly reason: "refused";
            readonly message: string;
        } | {
            readonly status: "error";
            readonly reason: "rate_limited";
            readonly message: string;
            readonly retryAfterSeconds?: number;
        } | {
            readonly status: "error";
            readonly reason: "context_full";
            readonly message: string;
        } | {
            readonly status: "error";
            readonly reason: "unavailable";
            readonly message: string;
            readonly retryAfterSeconds?: number;
        } | {
            readonly status: "error";
            readonly reason: "auth_required";
            readonly message: string;
        } | {
            readonly status: "error";
            readonly reason: "not_installed";
            readonly message: string;
            readonly program: string;
        } | {
            readonly status: "error";
            readonly reason: "protocol";
            readonly message: string;
        } | {
            readonly status: "error";
            readonly reason: "budget";
            readonly message: string;
            readonly budget: "cost" | "depth" | "rounds" | "spawns" | "tokens" | "tool_calls";
        } | {
            readonly status: "error";
            readonly reason: "lost";
            readonly message: string;
        } | {
            readonly status: "error";
            readonly reason: "setup";
            readonly message: string;
        } | {
            readonly status: "error";
            readonly reason: "defect";
            readonly message: string;
        } | {
            readonly status: "timeout";
            readonly reason: "total";
            readonly elapsedSeconds: number;
            readonly limitSeconds: number;
        } | {
            readonly status: "timeout";
            readonly reason: "idle";
            readonly elapsedSeconds: number;
            readonly limitSeconds: number;
            readonly setting?: string;
        } | {
            readonly status: "timeout";
            readonly reason: "tool";
            readonly elapsedSeconds: number;
            readonly limitSeconds: number;
            readonly toolName: string;
            readonly setting?: string;
        } | {
            readonly status: "timeout";
            readonly reason: "request";
            readonly elapsedSeconds: number;
            readonly limitSeconds: number;
        } | {
            readonly status: "cancelled";
            readonly reason: "by_parent";
        } | {
            readonly status: "cancelled";
            readonly reason: "by_user";
        } | {
            readonly status: "cancelled";
            readonly reason: "shutdown";
        } | {
            readonly status: "cancelled";
            readonly reason: "before_launch";
        } | {
            readonly status: "skipped";
            readonly reason: "no_pending_message";
        };
        readonly profile?: string;
        readonly agent?: string;
        readonly model?: string;
        readonly modelRef?: {
            readonly provider: string;
            readonly model: string;
        };
        readonly workspace?: string;
        readonly tools?: {
            readonly allowed: readonly (readonly string[])[];
            readonly denied: readonly string[];
        };
        readonly budgets?: readonly {
            readonly tokens?: number;
            readonly costUsd?: number;
            readonly spawns?: number;
            readonly sessionId: string & import("effect/Brand").Brand<"SessionId">;
        }[];
        readonly requestKey?: string;
        readonly parentClose?: "abandon" | "cancel" | "drain";
        readonly recovery?: "resume" | "retry" | "settle";
        readonly conversation?: {
            readonly runId: string & import("effect/Brand").Brand<"RunId">;
            readonly handle: string;
            readonly agentId: string;
            readonly protocol: string;
            readonly position: number;
        };
        readonly metadata: {
            readonly [x: string]: string;
        };
        readonly createdAtMillis: number;
        readonly updatedAtMillis: number;
        readonly version: number;
    };
    runId: string & import("effect/Brand").Brand<"RunId">;
    place: QueuePlace;
}, AgentNotConfigured | AlreadyRunning | ParentNotAccepting | import("./SubAgents.ts").QueueFull | import("./SubAgents.ts").SchedulerClosed | import("./SubAgents.ts").SessionNotFound | StoreError, never>;

// src/SpawnJob.d.ts
import * as Schema from "effect/Schema";
import { RunId } from "./Ids.ts";
export declare const Resume: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly handle: Schema.optionalKey<Schema.String>;
    readonly cutOff: Schema.optionalKey<Schema.$Array<Schema.String>>;
}>;
export type Resume = typeof Resume.Type;
export declare const EarlierTry: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly endedAtMillis: Schema.Int;
}>;
export type EarlierTry = typeof EarlierTry.Type;
export declare const SpawnJob: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly model: Schema.String;
    readonly disabledTools: Schema.optionalKey<Schema.$Array<Schema.String>>;
    readonly acceptedAtMillis: Schema.Int;
    readonly firstRunId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly ownerRunId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly tries: Schema.optionalKey<Schema.$Array<Schema.Struct<{
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly endedAtMillis: Schema.Int;
    }>>>;
    readonly lost: Schema.optionalKey<Schema.Int>;
    readonly notBeforeMillis: Schema.optionalKey<Schema.Int>;
    readonly spent: Schema.optionalKey<Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
        readonly costSource: Schema.optionalKey<Schema.Literals<readonly ["provider", "estimated"]>>;
        readonly atLeast: Schema.optionalKey<Schema.$Array<Schema.Literals<readonly ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"]>>>;
    }>>;
    readonly resume: Schema.optionalKey<Schema.Struct<{
        readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
        readonly handle: Schema.optionalKey<Schema.String>;
        readonly cutOff: Schema.optionalKey<Schema.$Array<Schema.String>>;
    }>>;
    readonly traceparent: Schema.optionalKey<Schema.String>;
}>;
export type SpawnJob = typeof SpawnJob.Type;
export declare const jobIdOf: (job: SpawnJob) => RunId;
export declare const OpenToolCall: Schema.Struct<{
    readonly toolCallId: Schema.String;
    readonly toolName: Schema.String;
    readonly sinceMillis: Schema.Int;
}>;
export type OpenToolCall = typeof OpenToolCall.Type;
export declare const RunReport: Schema.Struct<{
    readonly resume: Schema.optionalKey<Schema.String>;
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
    readonly answeredBy: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
    readonly openToolCalls: Schema.optionalKey<Schema.$Array<Schema.Struct<{
        readonly toolCallId: Schema.String;
        readonly toolName: Schema.String;
        readonly sinceMillis: Schema.Int;
    }>>>;
    readonly begunToolCalls: Schema.optionalKey<Schema.$Array<Schema.String>>;
}>;
export type RunReport = typeof RunReport.Type;
export declare const ChildCompletion: Schema.Struct<{
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
    readonly parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly childSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly outcome: Schema.Union<readonly [Schema.Struct<{
        readonly status: Schema.Literal<"completed">;
        readonly reason: Schema.Literal<"done">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"completed">;
        readonly reason: Schema.Literal<"truncated">;
    } & {
        limit: Schema.Literals<readonly ["length", "rounds", "tool_calls", "transcript"]>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"agent_failed">;
    } & {
        message: Schema.String;
        exitCode: Schema.optionalKey<Schema.Int>;
        signal: Schema.optionalKey<Schema.String>;
        detail: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"refused">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"rate_limited">;
    } & {
        message: Schema.String;
        retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"context_full">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"unavailable">;
    } & {
        message: Schema.String;
        retryAfterSeconds: Schema.optionalKey<Schema.Finite>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"auth_required">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"not_installed">;
    } & {
        message: Schema.String;
        program: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"protocol">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"budget">;
    } & {
        message: Schema.String;
        budget: Schema.Literals<readonly ["tokens", "cost", "spawns", "depth", "rounds", "tool_calls"]>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"lost">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"setup">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"error">;
        readonly reason: Schema.Literal<"defect">;
    } & {
        message: Schema.String;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"total">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"idle">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
        setting: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"tool">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
        toolName: Schema.String;
        setting: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"timeout">;
        readonly reason: Schema.Literal<"request">;
    } & {
        elapsedSeconds: Schema.Int;
        limitSeconds: Schema.Int;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"by_parent">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"by_user">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"shutdown">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"cancelled">;
        readonly reason: Schema.Literal<"before_launch">;
    }>, Schema.Struct<{
        readonly status: Schema.Literal<"skipped">;
        readonly reason: Schema.Literal<"no_pending_message">;
    }>]>;
    readonly answerRunId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "RunId">>;
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
    readonly completedAtMillis: Schema.Int;
}>;
export type ChildCompletion = typeof ChildCompletion.Type;

// src/SpawnRequest.d.ts
import * as Schema from "effect/Schema";
export declare const RootRequest: Schema.Struct<{
    readonly title: Schema.optionalKey<Schema.String>;
    readonly prompt: Schema.optionalKey<Schema.NonEmptyString>;
    readonly profile: Schema.optionalKey<Schema.String>;
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
    readonly workspace: Schema.optionalKey<Schema.String>;
    readonly metadata: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
    readonly requestKey: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type RootRequest = typeof RootRequest.Type;
export declare const SpawnRequest: Schema.Struct<{
    readonly title: Schema.optionalKey<Schema.String>;
    readonly prompt: Schema.NonEmptyString;
    readonly profile: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.NonEmptyString>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly disabledTools: Schema.optionalKey<Schema.$Array<Schema.String>>;
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
    readonly workspace: Schema.optionalKey<Schema.String>;
    readonly metadata: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
    readonly requestKey: Schema.optionalKey<Schema.NonEmptyString>;
    readonly parentClose: Schema.optionalKey<Schema.Literals<readonly ["cancel", "drain", "abandon"]>>;
    readonly recovery: Schema.optionalKey<Schema.Literals<readonly ["resume", "retry", "settle"]>>;
}>;
export type SpawnRequest = typeof SpawnRequest.Type;

// src/SpawnScheduler.d.ts
import * as Context from "effect/Context";
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import * as Schema from "effect/Schema";
import { type StopMode } from "./ExternalChildRunner.ts";
import type { RunId, SessionId } from "./Ids.ts";
import { Budgets } from "./internal/budgets.ts";
import { CurrentFlights, type Flight } from "./internal/flights.ts";
import { Inbox } from "./internal/inbox.ts";
import { Recorder, type Show } from "./internal/recorder.ts";
import { Requests } from "./internal/requests.ts";
import type { AcceptedJob } from "./internal/settlement.ts";
import { Waits } from "./internal/waits.ts";
import type { CancelledBy } from "./Outcome.ts";
import { Outbox } from "./Outbox.ts";
import type { Session } from "./Session.ts";
import type { StoreError, Transition } from "./SessionStore.ts";
import { SessionStreams } from "./SessionStreams.ts";
import { type SpawnJob } from "./SpawnJob.ts";
import { AlreadyRunning, QueueFull, type QueuePlace, SchedulerClosed } from "./SubAgents.ts";
export interface Acceptance {
    readonly job: SpawnJob;
    readonly session: Session;
    readonly ancestors: ReadonlyArray<SessionId>;
    readonly changes: Transition;
    readonly show: Show;
    readonly epoch: number;
}
declare const AncestryChanged_base: Schema.Class<AncestryChanged, Schema.TaggedStruct<"AncestryChanged", {}>, import("effect/Cause").YieldableError>;
export declare class AncestryChanged extends AncestryChanged_base {
    readonly retryable = true;
    get message(): string;
}
export interface SpawnSchedulerShape {
    readonly enqueue: (acceptance: Acceptance) => Effect.Effect<void, QueueFull | SchedulerClosed | AlreadyRunning | AncestryChanged | StoreError>;
    readonly accept: (acceptance: Acceptance) => Effect.Effect<QueuePlace, QueueFull | SchedulerClosed | AlreadyRunning | AncestryChanged | StoreError>;
    readonly cancelEpoch: () => number;
    readonly noteCancel: () => void;
    readonly refuse: (id: SessionId) => () => void;
    readonly flight: (childId: SessionId) => Option.Option<Flight>;
    readonly flightsBelow: (id: SessionId) => ReadonlyArray<Flight>;
    readonly hasChildrenInFlight: (id: SessionId) => boolean;
    readonly ownerUnder: (parentId: SessionId) => Option.Option<RunId>;
    readonly watch: (id: SessionId, tell: (settled: Flight) => void) => () => void;
    readonly place: (runId: RunId) => Option.Option<QueuePlace>;
    readonly adopt: (accepted: ReadonlyArray<AcceptedJob>) => Effect.Effect<void>;
    readonly release: (id: SessionId) => Effect.Effect<void>;
    readonly stop: (flight: Flight, by: CancelledBy, mode: StopMode) => Effect.Effect<void>;
    readonly settled: (flight: Flight) => Effect.Effect<void>;
    readonly drain: (patience: Duration.Duration) => Effect.Effect<void>;
    readonly counts: Effect.Effect<SchedulerCounts>;
}
export interface SchedulerCounts {
    readonly inFlight: number;
    readonly running: number;
    readonly backlog: number;
}
declare const SpawnScheduler_base: Context.ServiceClass<SpawnScheduler, "@offshoot/core/SpawnScheduler", SpawnSchedulerShape>;
export declare class SpawnScheduler extends SpawnScheduler_base {
}
type Needed = Recorder | SessionStreams | Outbox | CurrentFlights | Inbox | Requests | Waits | Budgets;
export declare const layer: Layer.Layer<SpawnScheduler, StoreError, Needed>;
export {};

// src/StoreError.d.ts
import * as Schema from "effect/Schema";
declare const VersionConflict_base: Schema.Class<VersionConflict, Schema.TaggedStruct<"VersionConflict", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly expectedVersion: Schema.Int;
}>, import("effect/Cause").YieldableError>;
export declare class VersionConflict extends VersionConflict_base {
    readonly retryable = true;
    get message(): string;
}
declare const RequestKeyTaken_base: Schema.Class<RequestKeyTaken, Schema.TaggedStruct<"RequestKeyTaken", {
    readonly parentSessionId: Schema.optionalKey<Schema.brand<Schema.NonEmptyString, "SessionId">>;
    readonly requestKey: Schema.String;
}>, import("effect/Cause").YieldableError>;
export declare class RequestKeyTaken extends RequestKeyTaken_base {
    readonly retryable = false;
    get message(): string;
}
declare const ObligationConflict_base: Schema.Class<ObligationConflict, Schema.TaggedStruct<"ObligationConflict", {
    readonly obligationId: Schema.String;
    readonly expectedVersion: Schema.Int;
}>, import("effect/Cause").YieldableError>;
export declare class ObligationConflict extends ObligationConflict_base {
    readonly retryable = true;
    get message(): string;
}
declare const ObligationKeyTaken_base: Schema.Class<ObligationKeyTaken, Schema.TaggedStruct<"ObligationKeyTaken", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly key: Schema.String;
}>, import("effect/Cause").YieldableError>;
export declare class ObligationKeyTaken extends ObligationKeyTaken_base {
    readonly retryable = false;
    get message(): string;
}
declare const StorageUnavailable_base: Schema.Class<StorageUnavailable, Schema.TaggedStruct<"StorageUnavailable", {
    readonly condition: Schema.Literals<readonly ["full", "read_only", "locked", "corrupt", "closed", "io"]>;
    readonly cause: Schema.Defect;
}>, import("effect/Cause").YieldableError>;
export declare class StorageUnavailable extends StorageUnavailable_base {
    get retryable(): boolean;
    get message(): string;
}
export declare const StoreErrorReason: Schema.Union<readonly [typeof VersionConflict, typeof RequestKeyTaken, typeof ObligationConflict, typeof ObligationKeyTaken, typeof StorageUnavailable]>;
declare const StoreError_base: Schema.Class<StoreError, Schema.TaggedStruct<"StoreError", {
    readonly operation: Schema.String;
    readonly reason: Schema.Union<readonly [typeof VersionConflict, typeof RequestKeyTaken, typeof ObligationConflict, typeof ObligationKeyTaken, typeof StorageUnavailable]>;
}>, import("effect/Cause").YieldableError>;
export declare class StoreError extends StoreError_base {
    get retryable(): boolean;
    get message(): string;
}
export {};

// src/SubAgentTool.d.ts
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { SubAgentsShape } from "./SubAgents.ts";
export declare const name = "SubAgent";
export declare const open: (facade: SubAgentsShape) => Effect.Effect<void>;
export declare const layer: Layer.Layer<never>;

// src/SubAgents.d.ts
import * as Context from "effect/Context";
import type * as Duration from "effect/Duration";
import type * as Effect from "effect/Effect";
import type * as Option from "effect/Option";
import * as Schema from "effect/Schema";
import type * as Stream from "effect/Stream";
import type { AgentEvent } from "./AgentEvent.ts";
import type { StopMode } from "./ExternalChildRunner.ts";
import { ArtifactId, type MessageId, RequestId, RunId, SessionId } from "./Ids.ts";
import { type GrantScope, type Policy, type Request, type Steer, type SteerMode, type Wait } from "./Obligation.ts";
import type { CancelledBy, Outcome } from "./Outcome.ts";
import type { ModelList, Overview, OwnAndTree } from "./Overview.ts";
import type { ChildReport } from "./internal/wakeMessage.ts";
import type { RunSnapshot } from "./Runs.ts";
import { type Artifact, type NamedArtifact, type Session, type StoredMessage, type Usage } from "./Session.ts";
import type { EventQuery, FeedBounds, FeedScope, RecordedEvent, SessionQuery, StoreError, TreeUsage } from "./SessionStore.ts";
import type { ProfileUnknown } from "./SubagentProfile.ts";
import type { RootRequest, SpawnRequest } from "./SpawnRequest.ts";
import type { BudgetExhausted } from "./TreeBudget.ts";
export type { ModelList, Overview, OwnAndTree } from "./Overview.ts";
export { RootRequest, SpawnRequest } from "./SpawnRequest.ts";
declare const SessionNotFound_base: Schema.Class<SessionNotFound, Schema.TaggedStruct<"SessionNotFound", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>, import("effect/Cause").YieldableError>;
export declare class SessionNotFound extends SessionNotFound_base {
    readonly retryable = false;
    get message(): string;
}
declare const QueueFull_base: Schema.Class<QueueFull, Schema.TaggedStruct<"QueueFull", {
    readonly backlogMax: Schema.Int;
    readonly retryAfterSeconds: Schema.Int;
}>, import("effect/Cause").YieldableError>;
export declare class QueueFull extends QueueFull_base {
    readonly retryable = true;
    get message(): string;
}
declare const SchedulerClosed_base: Schema.Class<SchedulerClosed, Schema.TaggedStruct<"SchedulerClosed", {}>, import("effect/Cause").YieldableError>;
export declare class SchedulerClosed extends SchedulerClosed_base {
    readonly retryable = true;
    get message(): string;
}
declare const DepthExceeded_base: Schema.Class<DepthExceeded, Schema.TaggedStruct<"DepthExceeded", {
    readonly parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly depth: Schema.Int;
    readonly depthMax: Schema.Int;
}>, import("effect/Cause").YieldableError>;
export declare class DepthExceeded extends DepthExceeded_base {
    readonly retryable = false;
    get message(): string;
}
declare const ParentNotAccepting_base: Schema.Class<ParentNotAccepting, Schema.TaggedStruct<"ParentNotAccepting", {
    readonly parentSessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}>, import("effect/Cause").YieldableError>;
export declare class ParentNotAccepting extends ParentNotAccepting_base {
    readonly retryable = false;
    get message(): string;
}
declare const AlreadyRunning_base: Schema.Class<AlreadyRunning, Schema.TaggedStruct<"AlreadyRunning", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly runId: Schema.brand<Schema.NonEmptyString, "RunId">;
}>, import("effect/Cause").YieldableError>;
export declare class AlreadyRunning extends AlreadyRunning_base {
    readonly retryable = false;
    get message(): string;
}
declare const NotInFlight_base: Schema.Class<NotInFlight, Schema.TaggedStruct<"NotInFlight", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly status: Schema.Literals<readonly ["idle", "pending", "running", "awaiting_request", "waiting_for_children", "cancelling", "completed", "error", "timeout", "cancelled", "skipped"]>;
}>, import("effect/Cause").YieldableError>;
export declare class NotInFlight extends NotInFlight_base {
    readonly retryable = false;
    get message(): string;
}
declare const AgentNotConfigured_base: Schema.Class<AgentNotConfigured, Schema.TaggedStruct<"AgentNotConfigured", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>, import("effect/Cause").YieldableError>;
export declare class AgentNotConfigured extends AgentNotConfigured_base {
    readonly retryable = false;
    get message(): string;
}
declare const AgentUnknown_base: Schema.Class<AgentUnknown, Schema.TaggedStruct<"AgentUnknown", {
    readonly agent: Schema.String;
    readonly known: Schema.$Array<Schema.String>;
}>, import("effect/Cause").YieldableError>;
export declare class AgentUnknown extends AgentUnknown_base {
    readonly retryable = false;
    get message(): string;
}
declare const WaitOpen_base: Schema.Class<WaitOpen, Schema.TaggedStruct<"WaitOpen", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly waitId: Schema.brand<Schema.NonEmptyString, "WaitId">;
}>, import("effect/Cause").YieldableError>;
export declare class WaitOpen extends WaitOpen_base {
    readonly retryable = false;
    get message(): string;
}
declare const SteerRefused_base: Schema.Class<SteerRefused, Schema.TaggedStruct<"SteerRefused", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly reason: Schema.Literals<readonly ["runner_cannot_steer", "stopping"]>;
}>, import("effect/Cause").YieldableError>;
export declare class SteerRefused extends SteerRefused_base {
    readonly retryable = false;
    get message(): string;
}
declare const InboxFull_base: Schema.Class<InboxFull, Schema.TaggedStruct<"InboxFull", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly messagesMax: Schema.Int;
    readonly bytesMax: Schema.Int;
}>, import("effect/Cause").YieldableError>;
export declare class InboxFull extends InboxFull_base {
    readonly retryable = true;
    get message(): string;
}
declare const ArtifactNotFound_base: Schema.Class<ArtifactNotFound, Schema.TaggedStruct<"ArtifactNotFound", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly artifactId: Schema.brand<Schema.NonEmptyString, "ArtifactId">;
}>, import("effect/Cause").YieldableError>;
export declare class ArtifactNotFound extends ArtifactNotFound_base {
    readonly retryable = false;
    get message(): string;
}
declare const RequestNotFound_base: Schema.Class<RequestNotFound, Schema.TaggedStruct<"RequestNotFound", {
    readonly requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
}>, import("effect/Cause").YieldableError>;
export declare class RequestNotFound extends RequestNotFound_base {
    readonly retryable = false;
    get message(): string;
}
declare const RequestClosed_base: Schema.Class<RequestClosed, Schema.TaggedStruct<"RequestClosed", {
    readonly requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly status: Schema.Literals<readonly ["pending", "approved", "denied", "answered", "expired", "delivery_failed"]>;
}>, import("effect/Cause").YieldableError>;
export declare class RequestClosed extends RequestClosed_base {
    readonly retryable = false;
    get message(): string;
}
declare const DecisionMismatch_base: Schema.Class<DecisionMismatch, Schema.TaggedStruct<"DecisionMismatch", {
    readonly requestId: Schema.brand<Schema.NonEmptyString, "RequestId">;
    readonly type: Schema.Literals<readonly ["question", "permission"]>;
}>, import("effect/Cause").YieldableError>;
export declare class DecisionMismatch extends DecisionMismatch_base {
    readonly retryable = false;
    get message(): string;
}
export interface UpdateRequest {
    readonly title?: string;
    readonly model?: string;
    readonly prompt?: string;
}
export interface QueuePlace {
    readonly position: number;
    readonly reason: "launching" | "concurrent_limit" | "parent_limit" | "agent_limit" | "launch_queue" | "retry_backoff";
}
export interface Spawned {
    readonly session: Session;
    readonly runId: RunId;
    readonly place: QueuePlace;
}
export type Hold = {
    readonly _tag: "Queued";
    readonly place: QueuePlace;
    readonly sinceMillis: number;
} | {
    readonly _tag: "Retrying";
    readonly notBeforeMillis: number;
    readonly tries: number;
} | {
    readonly _tag: "Request";
    readonly requestId: RequestId;
    readonly sinceMillis: number;
} | {
    readonly _tag: "Tool";
    readonly toolName: string;
    readonly sinceMillis: number;
} | {
    readonly _tag: "Children";
    readonly sinceMillis: number;
} | {
    readonly _tag: "Stopping";
    readonly sinceMillis: number;
};
export interface SessionView {
    readonly session: Session;
    readonly run: Option.Option<RunSnapshot>;
    readonly place: Option.Option<QueuePlace>;
    readonly hold: Option.Option<Hold>;
}
export interface SessionTree {
    readonly view: SessionView;
    readonly children: ReadonlyArray<SessionTree>;
}
export interface CancelRequest {
    readonly mode: StopMode;
    readonly by: CancelledBy;
    readonly reach: "session" | "subtree";
}
export interface CancelReceipt {
    readonly cancelled: ReadonlyArray<SessionId>;
}
export interface SessionResult {
    readonly sessionId: SessionId;
    readonly runId: RunId;
    readonly outcome: Outcome;
    readonly text: string;
    readonly textTruncated: boolean;
    readonly usage: Option.Option<Usage>;
    readonly resume: Option.Option<string>;
    readonly artifacts: ReadonlyArray<NamedArtifact>;
}
export interface WaitRequest {
    readonly children: ReadonlyArray<SessionId>;
    readonly policy: Policy;
    readonly timeout: Duration.Input;
}
export interface WakeRequest {
    readonly children: ReadonlyArray<SessionId>;
    readonly policy: Policy;
    readonly lease: Option.Option<Duration.Duration>;
}
export interface CollectRequest {
    readonly children: ReadonlyArray<SessionId>;
    readonly policy: Policy;
}
export type { ChildReport, Excerpt } from "./internal/wakeMessage.ts";
export interface Collected {
    readonly state: "satisfied" | "pending";
    readonly children: ReadonlyArray<ChildReport>;
    readonly unnamed: number;
}
export interface SendRequest {
    readonly text: string;
    readonly mode: SteerMode;
    readonly key: Option.Option<string>;
    readonly origin: "user" | "parent";
}
export type Decision = {
    readonly _tag: "Approve";
    readonly text: Option.Option<string>;
    readonly scope?: GrantScope;
} | {
    readonly _tag: "Deny";
    readonly text: Option.Option<string>;
} | {
    readonly _tag: "Answer";
    readonly text: string;
};
export interface RequestsQuery {
    readonly state: "open" | "closed" | "any";
    readonly scope: FeedScope;
    readonly after: Option.Option<RequestId>;
    readonly limit: number;
}
export interface WaitAnswer {
    readonly state: "satisfied" | "pending";
    readonly children: ReadonlyArray<SessionView>;
}
export interface StreamItem {
    readonly number: Option.Option<number>;
    readonly event: AgentEvent;
}
export interface EventsRequest {
    readonly scope: "session" | "subtree";
    readonly after: Option.Option<number>;
    readonly until?: "settled" | "deleted";
}
export type FeedQuery = Pick<EventQuery, "after" | "scope" | "types">;
export type FeedItem = {
    readonly _tag: "Event";
    readonly recorded: RecordedEvent;
} | {
    readonly _tag: "Reset";
    readonly oldest: number;
} | {
    readonly _tag: "Passed";
    readonly upTo: number;
};
export interface SnapshotQuery {
    readonly within: Option.Option<SessionId>;
    readonly limit: number;
}
export interface TreeSnapshot {
    readonly number: number;
    readonly sessions: ReadonlyArray<SessionView>;
    readonly truncated: boolean;
    readonly requests: ReadonlyArray<Request>;
}
export interface SubAgentsShape {
    readonly createRoot: (request: RootRequest) => Effect.Effect<Session, ProfileUnknown | AgentUnknown | StoreError>;
    readonly spawn: (parentId: SessionId, request: SpawnRequest) => Effect.Effect<Spawned, SessionNotFound | QueueFull | SchedulerClosed | DepthExceeded | ParentNotAccepting | AgentUnknown | ProfileUnknown | BudgetExhausted | StoreError>;
    readonly run: (id: SessionId) => Effect.Effect<Spawned, SessionNotFound | QueueFull | SchedulerClosed | AlreadyRunning | AgentNotConfigured | ParentNotAccepting | StoreError>;
    readonly update: (id: SessionId, request: UpdateRequest) => Effect.Effect<Session, SessionNotFound | AlreadyRunning | StoreError>;
    readonly cancel: (id: SessionId, request: CancelRequest) => Effect.Effect<CancelReceipt, SessionNotFound | NotInFlight | StoreError>;
    readonly remove: (id: SessionId) => Effect.Effect<void, SessionNotFound | StoreError>;
    readonly session: (id: SessionId) => Effect.Effect<SessionView, SessionNotFound | StoreError>;
    readonly sessions: (query: SessionQuery) => Effect.Effect<ReadonlyArray<SessionView>, StoreError>;
    readonly tree: (id: SessionId) => Effect.Effect<SessionTree, SessionNotFound | StoreError>;
    readonly messages: (id: SessionId, page: {
        readonly after: number;
        readonly limit: number;
    }) => Effect.Effect<ReadonlyArray<StoredMessage>, SessionNotFound | StoreError>;
    readonly usage: (id: SessionId) => Effect.Effect<TreeUsage, SessionNotFound | StoreError>;
    readonly result: (id: SessionId) => Effect.Effect<Option.Option<SessionResult>, SessionNotFound | StoreError>;
    readonly artifact: (id: SessionId, artifactId: ArtifactId) => Effect.Effect<Artifact, SessionNotFound | ArtifactNotFound | StoreError>;
    readonly wakeWhen: (parentId: SessionId, request: WakeRequest) => Effect.Effect<Wait, SessionNotFound | WaitOpen | StoreError>;
    readonly collect: (parentId: SessionId, request: CollectRequest) => Effect.Effect<Collected, SessionNotFound | StoreError>;
    readonly lastWait: (parentId: SessionId) => Effect.Effect<Option.Option<Wait>, SessionNotFound | StoreError>;
    readonly send: (id: SessionId, request: SendRequest) => Effect.Effect<Steer, SessionNotFound | SteerRefused | InboxFull | QueueFull | SchedulerClosed | AgentNotConfigured | ParentNotAccepting | StoreError>;
    readonly sent: (id: SessionId, page: {
        readonly state: "open" | "any";
        readonly after: Option.Option<MessageId>;
        readonly limit: number;
    }) => Effect.Effect<ReadonlyArray<Steer>, SessionNotFound | StoreError>;
    readonly requests: (query: RequestsQuery) => Effect.Effect<ReadonlyArray<Request>, StoreError>;
    readonly request: (id: RequestId) => Effect.Effect<Request, RequestNotFound | StoreError>;
    readonly answer: (id: RequestId, decision: Decision) => Effect.Effect<Request, RequestNotFound | RequestClosed | DecisionMismatch | StoreError>;
    readonly wait: (parentId: SessionId, request: WaitRequest) => Effect.Effect<WaitAnswer, SessionNotFound | StoreError>;
    readonly events: (id: SessionId, request: EventsRequest) => Stream.Stream<StreamItem, SessionNotFound | StoreError>;
    readonly feed: (query: FeedQuery) => Stream.Stream<FeedItem, StoreError>;
    readonly snapshot: (query: SnapshotQuery) => Effect.Effect<TreeSnapshot, SessionNotFound | StoreError>;
    readonly feedBounds: Effect.Effect<FeedBounds, StoreError>;
    readonly usages: (snapshot: TreeSnapshot) => Effect.Effect<ReadonlyMap<SessionId, OwnAndTree>, StoreError>;
    readonly overview: Effect.Effect<Overview, StoreError>;
    readonly models: Effect.Effect<ModelList>;
}
declare const SubAgents_base: Context.ServiceClass<SubAgents, "@offshoot/core/SubAgents", SubAgentsShape>;
export declare class SubAgents extends SubAgents_base {
}

// src/SubagentProfile.d.ts
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
export declare const Ignored: Schema.Struct<{
    readonly what: Schema.String;
    readonly why: Schema.String;
}>;
export type Ignored = typeof Ignored.Type;
export declare const SubagentProfile: Schema.Struct<{
    readonly name: Schema.NonEmptyString;
    readonly description: Schema.String;
    readonly systemPrompt: Schema.String;
    readonly tools: Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"inherit">;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"allow">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"deny">;
        readonly tools: Schema.$Array<Schema.NonEmptyString>;
    }>]>;
    readonly model: Schema.optionalKey<Schema.String>;
    readonly agent: Schema.optionalKey<Schema.String>;
    readonly roundsMax: Schema.optionalKey<Schema.Int>;
    readonly source: Schema.String;
    readonly ignored: Schema.$Array<Schema.Struct<{
        readonly what: Schema.String;
        readonly why: Schema.String;
    }>>;
}>;
export type SubagentProfile = typeof SubagentProfile.Type;
export declare const ProfileProblem: Schema.Struct<{
    readonly name: Schema.optionalKey<Schema.String>;
    readonly source: Schema.String;
    readonly line: Schema.optionalKey<Schema.Int>;
    readonly column: Schema.optionalKey<Schema.Int>;
    readonly message: Schema.String;
}>;
export type ProfileProblem = typeof ProfileProblem.Type;
export interface ProfileList {
    readonly profiles: ReadonlyArray<SubagentProfile>;
    readonly problems: ReadonlyArray<ProfileProblem>;
}
export interface SubagentProfilesShape {
    readonly list: (workspace: Option.Option<string>) => Effect.Effect<ProfileList>;
}
export declare const builtin: ReadonlyArray<SubagentProfile>;
export declare const fallback: SubagentProfile;
declare const SubagentProfiles_base: Context.Reference<SubagentProfilesShape>;
export declare class SubagentProfiles extends SubagentProfiles_base {
}
export declare const layer: (profiles: SubagentProfilesShape) => Layer.Layer<never>;
declare const ProfileUnknown_base: Schema.Class<ProfileUnknown, Schema.TaggedStruct<"ProfileUnknown", {
    readonly name: Schema.String;
    readonly known: Schema.$Array<Schema.String>;
    readonly problem: Schema.optionalKey<Schema.Struct<{
        readonly name: Schema.optionalKey<Schema.String>;
        readonly source: Schema.String;
        readonly line: Schema.optionalKey<Schema.Int>;
        readonly column: Schema.optionalKey<Schema.Int>;
        readonly message: Schema.String;
    }>>;
}>, import("effect/Cause").YieldableError>;
export declare class ProfileUnknown extends ProfileUnknown_base {
    readonly retryable = false;
    get message(): string;
}
export declare const find: (list: ProfileList, name: string) => Option.Option<SubagentProfile>;
export declare const resolve: (list: ProfileList, name: string | undefined) => Result.Result<SubagentProfile, ProfileUnknown>;
export {};

// src/Telemetry.d.ts
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import * as Tracer from "effect/Tracer";
declare const Content_base: Context.Reference<"omitted" | "recorded">;
export declare class Content extends Content_base {
}
export declare const layerContent: (content: "omitted" | "recorded") => Layer.Layer<never>;
export declare const isOn: Effect.Effect<boolean>;
export declare const traceparentOf: ({ sampled, spanId, traceId }: Tracer.AnySpan) => string;
export declare const spanOf: (traceparent: string) => Option.Option<Tracer.ExternalSpan>;
export declare const traceparent: Effect.Effect<Option.Option<string>>;
export declare const environment: Effect.Effect<Readonly<Record<string, string>>>;
export {};

// src/ToolNaming.d.ts
export type Work = "read" | "search" | "write" | "shell" | "fetch" | "webSearch" | "spawn";
export declare const usual: {
    readonly [W in Work]: ReadonlyArray<string>;
};

// src/ToolPolicy.d.ts
import * as Schema from "effect/Schema";
export declare const ToolPolicy: Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"inherit">;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"allow">;
    readonly tools: Schema.$Array<Schema.NonEmptyString>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"deny">;
    readonly tools: Schema.$Array<Schema.NonEmptyString>;
}>]>;
export type ToolPolicy = typeof ToolPolicy.Type;
export declare const inherit: ToolPolicy;
export declare const ToolScope: Schema.Struct<{
    readonly allowed: Schema.$Array<Schema.$Array<Schema.NonEmptyString>>;
    readonly denied: Schema.$Array<Schema.NonEmptyString>;
}>;
export type ToolScope = typeof ToolScope.Type;
export declare const everything: ToolScope;
export declare const matches: (pattern: string, toolName: string) => boolean;
export declare const permits: (scope: ToolScope, toolName: string) => boolean;
export declare const narrow: (scope: ToolScope, policy: ToolPolicy, disabledTools: ReadonlyArray<string>) => ToolScope;

// src/ToolkitTools.d.ts
import { Tool } from "effect/ai";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Option from "effect/Option";
import * as Stream from "effect/Stream";
import type { ToolAnswer, ToolCall, ToolSource } from "./AgentTools.ts";
declare const CurrentToolCall_base: Context.Reference<Option.Option<ToolCall>>;
export declare class CurrentToolCall extends CurrentToolCall_base {
}
interface Result {
    readonly encodedResult: unknown;
    readonly modelOutput?: ToolAnswer["modelOutput"] | undefined;
    readonly isFailure: boolean;
    readonly preliminary: boolean;
    readonly result: unknown;
}
interface Handled<R, F> {
    readonly tools: Readonly<Record<string, Tool.Any>>;
    handle(name: string, params: unknown, toolCallId?: string): Effect.Effect<Stream.Stream<Result, F, R>, F, R>;
}
export declare const fromToolkit: <R, F, E, H>(name: string, toolkit: Effect.Effect<Handled<R, F>, E, H>) => Effect.Effect<ToolSource, E, H | R>;
export {};

// src/TreeBudget.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import * as Schema from "effect/Schema";
import type { Outcome } from "./Outcome.ts";
export declare const Dimension: Schema.Literals<readonly ["tokens", "cost", "spawns"]>;
export type Dimension = typeof Dimension.Type;
export declare const TreeLimits: Schema.Struct<{
    readonly tokens: Schema.optionalKey<Schema.Int>;
    readonly costUsd: Schema.optionalKey<Schema.Finite>;
    readonly spawns: Schema.optionalKey<Schema.Int>;
}>;
export type TreeLimits = typeof TreeLimits.Type;
export declare const HeldBudget: Schema.Struct<{
    readonly tokens: Schema.optionalKey<Schema.Int>;
    readonly costUsd: Schema.optionalKey<Schema.Finite>;
    readonly spawns: Schema.optionalKey<Schema.Int>;
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
}>;
export type HeldBudget = typeof HeldBudget.Type;
declare const DefaultLimits_base: Context.Reference<{
    readonly tokens?: number;
    readonly costUsd?: number;
    readonly spawns?: number;
}>;
export declare class DefaultLimits extends DefaultLimits_base {
}
export declare const layer: (limits: TreeLimits) => Layer.Layer<never>;
declare const BudgetExhausted_base: Schema.Class<BudgetExhausted, Schema.TaggedStruct<"BudgetExhausted", {
    readonly sessionId: Schema.brand<Schema.NonEmptyString, "SessionId">;
    readonly budget: Schema.Literals<readonly ["tokens", "cost", "spawns"]>;
    readonly limit: Schema.Finite;
    readonly used: Schema.Finite;
    readonly reserved: Schema.Finite;
    readonly asked: Schema.optionalKey<Schema.Finite>;
}>, import("effect/Cause").YieldableError>;
export declare class BudgetExhausted extends BudgetExhausted_base {
    readonly retryable = false;
    get message(): string;
    get outcome(): Extract<Outcome, {
        readonly reason: "budget";
    }>;
}
export {};

// src/TreeState.d.ts
import type { Ask } from "./Obligation.ts";
import type { SessionStatus, Usage } from "./Session.ts";
import * as HashMap from "effect/HashMap";
export declare const nodesMax = 10000;
export type Activity = {
    readonly _tag: "Nothing";
} | {
    readonly _tag: "Tool";
    readonly toolCallId: string;
    readonly name: string;
    readonly argument?: string;
} | {
    readonly _tag: "Request";
    readonly requestId: string;
    readonly question: string;
};
export interface Output {
    readonly channel: string;
    readonly tail: string;
}
export interface Place {
    readonly position: number;
    readonly reason?: string;
}
export interface Used {
    readonly own: Usage;
    readonly tree: Usage;
}
export interface TreeNode {
    readonly id: string;
    readonly parentId: string | undefined;
    readonly title: string;
    readonly agent: string | undefined;
    readonly profile: string | undefined;
    readonly model: string | undefined;
    readonly status: SessionStatus;
    readonly reason: string | undefined;
    readonly error: string | undefined;
    readonly startedAtMillis: number;
    readonly settledAtMillis: number | undefined;
    readonly sinceMillis: number;
    readonly heartbeatAtMillis: number | undefined;
    readonly activity: Activity;
    readonly output: Output;
    readonly place: Place | undefined;
    readonly usage: Used | undefined;
    readonly children: ReadonlyArray<string>;
}
export interface OpenRequest {
    readonly id: string;
    readonly sessionId: string;
    readonly ask: Ask;
    readonly openedAtMillis: number;
    readonly expiresAtMillis: number | undefined;
}
export interface TreeState {
    readonly rootId: string;
    readonly nodes: HashMap.HashMap<string, TreeNode>;
    readonly requests: HashMap.HashMap<string, OpenRequest>;
    readonly unseen: number;
    readonly missed: number;
    readonly number: number;
    readonly early: HashMap.HashMap<string, Output>;
    readonly connection: "live" | "lost";
}
export declare const forestId = "";
export declare const silent: Output;
export declare const nothing: Activity;
export declare const fresh: (id: string, parentId: string | undefined, title: string, atMillis: number) => TreeNode;
export declare const start: (root: {
    readonly id: string;
    readonly title: string;
}, atMillis: number) => TreeState;
export declare const startForest: (atMillis: number) => TreeState;
export declare const nodeOf: (state: TreeState, id: string) => TreeNode | undefined;
export declare const grow: (state: TreeState, node: TreeNode) => TreeState;
export declare const update: (state: TreeState, id: string, change: (node: TreeNode) => TreeNode) => TreeState;
export declare const requestOf: (state: TreeState, id: string) => OpenRequest | undefined;
export declare const openRequest: (state: TreeState, request: OpenRequest) => TreeState;
export declare const withdraw: (state: TreeState, id: string) => TreeState;
export declare const withdrawOf: (state: TreeState, sessionId: string) => TreeState;
export declare const requestsOf: (state: TreeState) => ReadonlyArray<OpenRequest>;
export declare const prune: (state: TreeState, id: string) => TreeState;
export declare const walk: (state: TreeState) => Generator<TreeNode>;
export declare const counts: (state: TreeState) => ReadonlyMap<SessionStatus, number>;

// src/TreeView.d.ts
import type { AgentEvent } from "./AgentEvent.ts";
import type { Ask } from "./Obligation.ts";
import type { SessionStatus } from "./Session.ts";
import { type OpenRequest, type Place, type TreeState, type Used } from "./TreeState.ts";
export { counts, forestId, nodeOf, nodesMax, requestOf, requestsOf, start, startForest, walk } from "./TreeState.ts";
export type { Activity, OpenRequest, Output, Place, TreeNode, TreeState, Used } from "./TreeState.ts";
export declare const outputMax = 1024;
export interface Known {
    readonly id: string;
    readonly parentId?: string;
    readonly title: string;
    readonly agent?: string;
    readonly profile?: string;
    readonly model?: string;
    readonly status: SessionStatus;
    readonly reason?: string;
    readonly error?: string;
    readonly createdAtMillis: number;
    readonly updatedAtMillis: number;
    readonly sinceMillis?: number;
    readonly place?: Place;
    readonly tool?: {
        readonly name: string;
        readonly argument?: string;
    };
    readonly usage?: Used;
    readonly request?: {
        readonly requestId: string;
        readonly question: string;
    };
    readonly answer?: string;
}
export interface Level {
    readonly number: number;
    readonly truncated: boolean;
    readonly isPart?: boolean;
    readonly sessions: ReadonlyArray<Known>;
    readonly requests?: ReadonlyArray<OpenRequest>;
}
export interface Recorded {
    readonly number: number;
    readonly streamId: string;
    readonly event: AgentEvent;
}
export { inShort } from "./internal/inShort.ts";
export declare const mayUse: (toolName: string) => string;
export declare const questionOf: (ask: Ask) => string;
export declare const recorded: (state: TreeState, { event, number, streamId }: Recorded, atMillis: number) => TreeState;
export declare const heard: (state: TreeState, event: AgentEvent, atMillis: number, streamId?: string) => TreeState;
export declare const learn: (state: TreeState, sessions: ReadonlyArray<Known>) => TreeState;
export declare const level: (state: TreeState, snapshot: Level) => TreeState;
export declare const connected: (state: TreeState, connection: TreeState["connection"]) => TreeState;
export declare const subjectOf: ({ event, streamId }: Recorded) => string;

// src/TreeWords.d.ts
import type { SessionStatus } from "./Session.ts";
export interface Look {
    readonly icon: string;
    readonly word: string;
}
export declare const lookOf: (status: SessionStatus) => Look;
interface Place {
    readonly position: number;
    readonly reason?: string;
}
export declare const whyQueuedShort: (place: Place | undefined) => string;
export declare const whyQueued: (place: Place | undefined) => string;
export {};

// src/UsageSum.d.ts
import { type Usage } from "./Session.ts";
import type { OpenJob } from "./SessionStore.ts";
import type { ChildCompletion, SpawnJob } from "./SpawnJob.ts";
type OpenJobUse = Pick<OpenJob, "job" | "report" | "state">;
export declare const untold: Usage;
export declare const add: (a: Usage, b: Usage) => Usage;
export declare const total: (parts: Iterable<Usage>) => Usage;
export declare const spentBy: ({ spent, tries }: SpawnJob, usage: Usage | undefined) => Usage;
export declare const ofJob: (job: SpawnJob, last: {
    readonly usage: Usage | undefined;
} | "not_begun") => Usage | undefined;
export declare const ofCompletion: ({ outcome, usage }: ChildCompletion) => Usage | undefined;
export declare const ofOpenJob: ({ job, report, state }: OpenJobUse) => Usage | undefined;
export declare const tokensOf: ({ inputTokens, outputTokens }: Usage) => number;
export {};

// src/WaitPolicy.d.ts
import { type SessionStatus } from "./Session.ts";
import type { Policy } from "./Obligation.ts";
export declare const suffices: (policy: Policy, status: SessionStatus) => boolean;
export declare const isSatisfied: (policy: Policy, statuses: ReadonlyArray<SessionStatus>) => boolean;

// src/Watchdog.d.ts
import * as Context from "effect/Context";
import * as Deferred from "effect/Deferred";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { Outcome } from "./Outcome.ts";
import type { Metadata } from "./Session.ts";
export interface Policy {
    readonly checkSeconds: number;
    readonly totalSeconds: number;
    readonly idleSeconds: number;
    readonly toolSeconds: number;
    readonly requestSeconds: number;
    readonly waits: "counted" | "excluded";
}
export declare const defaults: Policy;
declare const CurrentPolicy_base: Context.Reference<Policy>;
export declare class CurrentPolicy extends CurrentPolicy_base {
}
export declare const layer: (policy: Policy) => Layer.Layer<never>;
export declare const overrideKeys: {
    readonly checkSeconds: "child_watchdog.check_interval_secs";
    readonly totalSeconds: "child_watchdog.max_total_secs";
    readonly idleSeconds: "child_watchdog.max_idle_secs";
    readonly toolSeconds: "child_watchdog.max_tool_secs";
    readonly requestSeconds: "child_watchdog.max_request_secs";
    readonly waits: "child_watchdog.waits";
};
export declare const policyOf: (metadata: Metadata, base: Policy) => Policy;
export type Open = {
    readonly _tag: "Nothing";
} | {
    readonly _tag: "Tool";
    readonly name: string;
    readonly sinceMillis: number;
} | {
    readonly _tag: "Request";
    readonly sinceMillis: number;
} | {
    readonly _tag: "Children";
};
export interface Vitals {
    readonly startedAtMillis: number;
    readonly lastActivityAtMillis: number;
    readonly waitedMillis: number;
    readonly open: Open;
}
export type Timeout = Extract<Outcome, {
    readonly status: "timeout";
}>;
export declare const decide: (policy: Policy, vitals: Vitals, nowMillis: number) => Timeout | undefined;
export interface Guarded {
    readonly policy: Policy;
    readonly vitals: () => Vitals;
    readonly nowMillis: () => number;
}
export declare const guard: <A>(guarded: Guarded, verdict: Deferred.Deferred<A | Timeout>) => Effect.Effect<A | Timeout>;
export {};

// src/index.d.ts
export * as Agent from "./Agent.ts";
export * as AgentDirectory from "./AgentDirectory.ts";
export * as AgentLoop from "./AgentLoop.ts";
export * as AgentLimits from "./AgentLimits.ts";
export * as AgentTools from "./AgentTools.ts";
export * as AgentEvent from "./AgentEvent.ts";
export * as CallSettings from "./CallSettings.ts";
export * as Compaction from "./Compaction.ts";
export * as ChildCompletionHandler from "./ChildCompletionHandler.ts";
export * as Execute from "./Execute.ts";
export * as ExternalChildRunner from "./ExternalChildRunner.ts";
export * as FeedReader from "./FeedReader.ts";
export * as FeedRetention from "./FeedRetention.ts";
export * as Finalize from "./Finalize.ts";
export * as Ids from "./Ids.ts";
export * as Lifecycle from "./Lifecycle.ts";
export * as Limits from "./Limits.ts";
export * as Nearest from "./Nearest.ts";
export * as ModelFailure from "./ModelFailure.ts";
export * as Obligation from "./Obligation.ts";
export * as Offshoot from "./Offshoot.ts";
export * as Outbox from "./Outbox.ts";
export * as Outcome from "./Outcome.ts";
export * as Overview from "./Overview.ts";
export * as PlainText from "./PlainText.ts";
export * as ProviderRouter from "./ProviderRouter.ts";
export * as Recovery from "./Recovery.ts";
export * as RequestPolicy from "./RequestPolicy.ts";
export * as Retry from "./Retry.ts";
export * as Runs from "./Runs.ts";
export * as Session from "./Session.ts";
export * as SessionStore from "./SessionStore.ts";
export * as SessionStreams from "./SessionStreams.ts";
export * as Spawn from "./Spawn.ts";
export * as SpawnJob from "./SpawnJob.ts";
export * as SpawnScheduler from "./SpawnScheduler.ts";
export * as SubAgentTool from "./SubAgentTool.ts";
export * as SubAgents from "./SubAgents.ts";
export * as SubagentProfile from "./SubagentProfile.ts";
export * as ToolNaming from "./ToolNaming.ts";
export * as Telemetry from "./Telemetry.ts";
export * as ToolPolicy from "./ToolPolicy.ts";
export * as ToolkitTools from "./ToolkitTools.ts";
export * as TreeBudget from "./TreeBudget.ts";
export * as UsageSum from "./UsageSum.ts";
export * as WaitPolicy from "./WaitPolicy.ts";
export * as Watchdog from "./Watchdog.ts";
export * as StoreError from "./StoreError.ts";

// src/testing/RunHarness.d.ts
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import * as Scope from "effect/Scope";
import type { RunnerEvent } from "../AgentEvent.ts";
import type { Answer, Asking, ExternalChildRunner, RunContext, RunEnd, Waiting } from "../ExternalChildRunner.ts";
import { ArtifactId } from "../Ids.ts";
import type { SteerMode } from "../Obligation.ts";
import { type Artifact, type ArtifactForm, type Metadata, type Session } from "../Session.ts";
import type { Resume, RunReport } from "../SpawnJob.ts";
import { type Receipt } from "./standIns.ts";
type Entry = Parameters<RunContext["append"]>[0];
export type { Receipt } from "./standIns.ts";
export type Kept = Pick<Artifact, "text"> & ArtifactForm;
export interface Call {
    readonly toolName: string;
    readonly ended: boolean;
}
export interface Counts {
    readonly running: number;
    readonly waiting: number;
    readonly late: number;
}
export interface RunHarness {
    readonly context: RunContext;
    readonly events: Effect.Effect<ReadonlyArray<RunnerEvent>>;
    readonly entries: Effect.Effect<ReadonlyArray<Entry>>;
    readonly waits: Effect.Effect<ReadonlyArray<Waiting>>;
    readonly answer: Effect.Effect<string>;
    readonly counts: Effect.Effect<Counts>;
    readonly awaitEvent: (takes: (event: RunnerEvent) => boolean) => Effect.Effect<RunnerEvent>;
    readonly awaitAnswer: (part: string) => Effect.Effect<void>;
    readonly asks: Effect.Effect<ReadonlyArray<Asking>>;
    readonly awaitAsk: (key: string) => Effect.Effect<Asking>;
    readonly answerAsk: (key: string, answer: Answer) => Effect.Effect<void>;
    readonly send: (text: string, mode: SteerMode) => Effect.Effect<void>;
    readonly receipts: Effect.Effect<ReadonlyArray<Receipt>>;
    readonly awaitTaken: Effect.Effect<void>;
    readonly inboxTouched: Effect.Effect<number>;
    readonly report: Effect.Effect<RunReport>;
    readonly kept: Effect.Effect<ReadonlyMap<ArtifactId, Kept>>;
    readonly calls: Effect.Effect<ReadonlyArray<Call>>;
    readonly abort: Effect.Effect<void>;
    readonly detach: Effect.Effect<void>;
    readonly run: (runner: ExternalChildRunner) => Effect.Effect<RunEnd>;
    readonly start: (runner: ExternalChildRunner) => Effect.Effect<Started, never, Scope.Scope>;
}
export interface Started {
    readonly fiber: Fiber.Fiber<RunEnd>;
    readonly closeScope: Effect.Effect<void>;
    readonly cancel: Effect.Effect<void>;
}
export declare const externalSession: (agentId: string, protocol: string, fields?: Partial<Session> & {
    readonly metadata?: Metadata;
}) => Session;
export interface Given {
    readonly session: Session;
    readonly runId: string;
    readonly prompt: string;
    readonly resume?: Resume;
    readonly follows?: Resume;
}
export declare const make: (given: Given) => Effect.Effect<RunHarness>;

// src/testing/ScriptedRunner.d.ts
import type * as Layer from "effect/Layer";
import type * as ExternalChildRunner from "../ExternalChildRunner.ts";
export interface Census {
    open: number;
    started: number;
}
export interface Options {
    readonly agent: string;
    readonly census: Census;
    readonly capabilities?: Partial<ExternalChildRunner.Capabilities>;
}
export declare const make: (options: Options) => ExternalChildRunner.ExternalChildRunner;
export declare const protocol = "scripted";
export declare const directory: (agent: string) => Layer.Layer<never>;

// src/testing/standIns.d.ts
import * as Effect from "effect/Effect";
import type { Answer, Asking, RunContext, RunInbox } from "../ExternalChildRunner.ts";
import { type SessionId } from "../Ids.ts";
import type { ReceiptStatus, SteerMode } from "../Obligation.ts";
export declare class Watched {
    private readonly watchers;
    changed(): void;
    until<A>(look: () => A | undefined): Effect.Effect<A>;
}
export declare class StandInRequests {
    readonly asked: Array<Asking>;
    private readonly answers;
    private readonly watched;
    constructor(watched: Watched);
    ask(whileWaiting: RunContext["whileWaiting"]): RunContext["ask"];
    answer(key: string, answer: Answer): Effect.Effect<void>;
    private answerTo;
}
export interface Receipt {
    readonly text: string;
    readonly status: ReceiptStatus;
    readonly reason: string | undefined;
}
export declare class StandInInbox {
    touched: number;
    private readonly messages;
    private readonly watched;
    private readonly sessionId;
    constructor(watched: Watched, sessionId: SessionId);
    receipts(): ReadonlyArray<Receipt>;
    send(text: string, mode: SteerMode): void;
    readonly inbox: RunInbox;
    private waits;
}
