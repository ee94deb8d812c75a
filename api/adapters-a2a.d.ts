// src/A2aAgent.d.ts
import * as Schema from "effect/Schema";
export declare const protocol = "a2a";
export declare const Binding: Schema.Literals<readonly ["JSONRPC", "HTTP+JSON"]>;
export type Binding = typeof Binding.Type;
export declare const bindingsDefault: ReadonlyArray<Binding>;
export declare const A2aAgent: Schema.Struct<{
    readonly protocol: Schema.Literal<"a2a">;
    readonly url: Schema.String;
    readonly cardUrl: Schema.optionalKey<Schema.String>;
    readonly authRef: Schema.optionalKey<Schema.String>;
    readonly bindings: Schema.optionalKey<Schema.NonEmptyArray<Schema.Literals<readonly ["JSONRPC", "HTTP+JSON"]>>>;
    readonly tenant: Schema.optionalKey<Schema.NonEmptyString>;
    readonly skill: Schema.optionalKey<Schema.NonEmptyString>;
    readonly concurrent: Schema.optionalKey<Schema.Int>;
}>;
export type A2aAgent = typeof A2aAgent.Type;
export declare const cardAddress: (agent: A2aAgent) => string;
export declare const trustsWithToken: (agent: A2aAgent, address: string) => boolean;

// src/TaskOutcome.d.ts
import { Outcome } from "@offshoot/core";
import * as Option from "effect/Option";
import * as Schema from "effect/Schema";
export declare const TaskState: Schema.Literals<readonly ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_AUTH_REQUIRED", "TASK_STATE_COMPLETED", "TASK_STATE_FAILED", "TASK_STATE_CANCELED", "TASK_STATE_REJECTED"]>;
export type TaskState = typeof TaskState.Type;
export declare const taskState: (written: string) => Option.Option<TaskState>;
export type Progress = {
    readonly _tag: "Working";
    readonly status: "running";
} | {
    readonly _tag: "Waiting";
    readonly status: "awaiting_request";
    readonly wants: "input" | "authorization";
} | {
    readonly _tag: "Settled";
    readonly status: Outcome.RunnerOutcome["status"];
    readonly outcome: Outcome.RunnerOutcome;
};
export declare const progress: (state: string, said?: string) => Progress;
export declare const afterLoss: (lastState: Option.Option<string>, said?: string) => Outcome.RunnerOutcome;

// src/index.d.ts
export * as A2aAgent from "./A2aAgent.ts";
export * as TaskOutcome from "./TaskOutcome.ts";
