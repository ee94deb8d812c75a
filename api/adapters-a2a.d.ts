// src/A2aAgent.d.ts
import * as Schema from "effect/Schema";
export declare const protocol = "a2a";
export declare const Binding: Schema.Literals<readonly ["JSONRPC", "HTTP+JSON", "GRPC"]>;
export type Binding = typeof Binding.Type;
export declare const bindingsDefault: ReadonlyArray<Binding>;
export declare const Address: Schema.String;
export declare const VariableName: Schema.String;
export declare const Auth: Schema.Union<readonly [Schema.Struct<{
    readonly type: Schema.Literal<"bearer">;
    readonly tokenRef: Schema.String;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"apiKey">;
    readonly keyRef: Schema.String;
    readonly header: Schema.optionalKey<Schema.String>;
}>, Schema.Struct<{
    readonly type: Schema.Literal<"clientCredentials">;
    readonly tokenUrl: Schema.String;
    readonly clientId: Schema.NonEmptyString;
    readonly clientSecretRef: Schema.String;
    readonly scopes: Schema.optionalKey<Schema.$Array<Schema.NonEmptyString>>;
}>]>;
export type Auth = typeof Auth.Type;
export declare const Tls: Schema.Struct<{
    readonly certFile: Schema.optionalKey<Schema.NonEmptyString>;
    readonly keyFile: Schema.optionalKey<Schema.NonEmptyString>;
    readonly caFile: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type Tls = typeof Tls.Type;
export declare const TrustedKey: Schema.Struct<{
    readonly keyFile: Schema.NonEmptyString;
    readonly keyId: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type TrustedKey = typeof TrustedKey.Type;
export declare const RemoteLimits: Schema.Struct<{
    readonly idleSeconds: Schema.optionalKey<Schema.Int>;
    readonly stalledSeconds: Schema.optionalKey<Schema.Int>;
    readonly unreachableSeconds: Schema.optionalKey<Schema.Int>;
}>;
export declare const A2aAgent: Schema.Struct<{
    readonly protocol: Schema.Literal<"a2a">;
    readonly cardUrl: Schema.String;
    readonly authRef: Schema.optionalKey<Schema.String>;
    readonly auth: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
        readonly type: Schema.Literal<"bearer">;
        readonly tokenRef: Schema.String;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"apiKey">;
        readonly keyRef: Schema.String;
        readonly header: Schema.optionalKey<Schema.String>;
    }>, Schema.Struct<{
        readonly type: Schema.Literal<"clientCredentials">;
        readonly tokenUrl: Schema.String;
        readonly clientId: Schema.NonEmptyString;
        readonly clientSecretRef: Schema.String;
        readonly scopes: Schema.optionalKey<Schema.$Array<Schema.NonEmptyString>>;
    }>]>>;
    readonly credentialOrigins: Schema.optionalKey<Schema.$Array<Schema.String>>;
    readonly tls: Schema.optionalKey<Schema.Struct<{
        readonly certFile: Schema.optionalKey<Schema.NonEmptyString>;
        readonly keyFile: Schema.optionalKey<Schema.NonEmptyString>;
        readonly caFile: Schema.optionalKey<Schema.NonEmptyString>;
    }>>;
    readonly bindings: Schema.optionalKey<Schema.NonEmptyArray<Schema.Literals<readonly ["JSONRPC", "HTTP+JSON", "GRPC"]>>>;
    readonly tenant: Schema.optionalKey<Schema.NonEmptyString>;
    readonly skill: Schema.optionalKey<Schema.NonEmptyString>;
    readonly allowPrivate: Schema.optionalKey<Schema.Boolean>;
    readonly signature: Schema.optionalKey<Schema.Literals<readonly ["ignore", "prefer", "require"]>>;
    readonly trustedKeys: Schema.optionalKey<Schema.$Array<Schema.Struct<{
        readonly keyFile: Schema.NonEmptyString;
        readonly keyId: Schema.optionalKey<Schema.NonEmptyString>;
    }>>>;
    readonly push: Schema.optionalKey<Schema.Boolean>;
    readonly limits: Schema.optionalKey<Schema.Struct<{
        readonly idleSeconds: Schema.optionalKey<Schema.Int>;
        readonly stalledSeconds: Schema.optionalKey<Schema.Int>;
        readonly unreachableSeconds: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly concurrent: Schema.optionalKey<Schema.Int>;
}>;
export type A2aAgent = typeof A2aAgent.Type;
export declare const wellKnown = "/.well-known/agent-card.json";
export declare const cardAddress: ({ cardUrl }: Pick<A2aAgent, "cardUrl">) => string;
export declare const trustsWithCredentials: ({ cardUrl, credentialOrigins }: Pick<A2aAgent, "cardUrl" | "credentialOrigins">, address: string) => boolean;
export declare const authOf: ({ auth, authRef }: Pick<A2aAgent, "auth" | "authRef">) => Auth | undefined;

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
