// src/McpConnection.d.ts
import * as Effect from "effect/Effect";
import type * as FileSystem from "effect/FileSystem";
import type * as ChildProcessSpawner from "effect/process/ChildProcessSpawner";
import * as Scope from "effect/Scope";
import { ConnectFailed } from "./internal/connectFailed.ts";
import type { CallRefused, ConnectionLost, Progress } from "./internal/sdkSession.ts";
import type { ServerDefinition } from "./ServerDefinition.ts";
import { type ListedTool } from "./ToolListing.ts";
export interface Listing {
    readonly tools: ReadonlyArray<ListedTool>;
    readonly unusable: ReadonlyArray<string>;
}
export type Condition = {
    readonly type: "idle";
} | {
    readonly type: "connected";
} | {
    readonly type: "failed";
    readonly problem: string;
};
export interface McpConnection {
    readonly definition: ServerDefinition;
    readonly listing: Effect.Effect<Listing, ConnectFailed>;
    readonly call: (tool: string, params: Readonly<Record<string, unknown>>, onProgress: (progress: Progress) => void) => Effect.Effect<unknown, ConnectFailed | CallRefused | ConnectionLost>;
    readonly condition: Effect.Effect<Condition>;
}
type Services = ChildProcessSpawner.ChildProcessSpawner | FileSystem.FileSystem;
export declare const make: (definition: ServerDefinition, clientVersion: string) => Effect.Effect<McpConnection, never, Scope.Scope | Services>;
export {};

// src/McpSettings.d.ts
import * as Schema from "effect/Schema";
export declare const serverNameCharsMax = 32;
export declare const variableNames: import("effect/SchemaAST").Filter<Readonly<Record<string, unknown>>>;
declare const VariableValue: Schema.Union<readonly [Schema.String, Schema.Struct<{
    readonly ref: Schema.NonEmptyString;
}>]>;
export type VariableValue = typeof VariableValue.Type;
declare const HeaderReference: Schema.Struct<{
    readonly ref: Schema.NonEmptyString;
    readonly prefix: Schema.optionalKey<Schema.String>;
}>;
export type HeaderValue = string | typeof HeaderReference.Type;
export declare const Approve: Schema.Literals<readonly ["never", "destructive", "always"]>;
export type Approve = typeof Approve.Type;
export declare const Annotations: Schema.Literals<readonly ["believed", "ignored"]>;
export type Annotations = typeof Annotations.Type;
declare const policyFields: {
    approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
    annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
    startSeconds: Schema.optionalKey<Schema.Finite>;
    callSeconds: Schema.optionalKey<Schema.Finite>;
};
export declare const StdioServer: Schema.Struct<{
    readonly approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
    readonly annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
    readonly startSeconds: Schema.optionalKey<Schema.Finite>;
    readonly callSeconds: Schema.optionalKey<Schema.Finite>;
    readonly type: Schema.optionalKey<Schema.Literal<"stdio">>;
    readonly command: Schema.NonEmptyString;
    readonly args: Schema.optionalKey<Schema.$Array<Schema.String>>;
    readonly env: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
    }>]>>>;
    readonly cwd: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type StdioServer = typeof StdioServer.Type;
export declare const HttpServer: Schema.Struct<{
    readonly approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
    readonly annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
    readonly startSeconds: Schema.optionalKey<Schema.Finite>;
    readonly callSeconds: Schema.optionalKey<Schema.Finite>;
    readonly type: Schema.optionalKey<Schema.Literals<readonly ["http", "streamable-http", "sse"]>>;
    readonly url: Schema.String;
    readonly headers: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
        readonly prefix: Schema.optionalKey<Schema.String>;
    }>]>>>;
}>;
export type HttpServer = typeof HttpServer.Type;
export declare const McpServer: Schema.Union<readonly [Schema.Struct<{
    readonly approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
    readonly annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
    readonly startSeconds: Schema.optionalKey<Schema.Finite>;
    readonly callSeconds: Schema.optionalKey<Schema.Finite>;
    readonly type: Schema.optionalKey<Schema.Literal<"stdio">>;
    readonly command: Schema.NonEmptyString;
    readonly args: Schema.optionalKey<Schema.$Array<Schema.String>>;
    readonly env: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
    }>]>>>;
    readonly cwd: Schema.optionalKey<Schema.NonEmptyString>;
}>, Schema.Struct<{
    readonly approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
    readonly annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
    readonly startSeconds: Schema.optionalKey<Schema.Finite>;
    readonly callSeconds: Schema.optionalKey<Schema.Finite>;
    readonly type: Schema.optionalKey<Schema.Literals<readonly ["http", "streamable-http", "sse"]>>;
    readonly url: Schema.String;
    readonly headers: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
        readonly prefix: Schema.optionalKey<Schema.String>;
    }>]>>>;
}>]>;
export type McpServer = typeof McpServer.Type;
export declare const schemaFor: (entry: unknown) => Schema.Decoder<McpServer>;
export declare const serversMax = 64;
export declare const McpSettings: Schema.Struct<{
    readonly mcpServers: Schema.$Record<Schema.String, Schema.Union<readonly [Schema.Struct<{
        readonly approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
        readonly annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
        readonly startSeconds: Schema.optionalKey<Schema.Finite>;
        readonly callSeconds: Schema.optionalKey<Schema.Finite>;
        readonly type: Schema.optionalKey<Schema.Literal<"stdio">>;
        readonly command: Schema.NonEmptyString;
        readonly args: Schema.optionalKey<Schema.$Array<Schema.String>>;
        readonly env: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
            readonly ref: Schema.NonEmptyString;
        }>]>>>;
        readonly cwd: Schema.optionalKey<Schema.NonEmptyString>;
    }>, Schema.Struct<{
        readonly approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
        readonly annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
        readonly startSeconds: Schema.optionalKey<Schema.Finite>;
        readonly callSeconds: Schema.optionalKey<Schema.Finite>;
        readonly type: Schema.optionalKey<Schema.Literals<readonly ["http", "streamable-http", "sse"]>>;
        readonly url: Schema.String;
        readonly headers: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
            readonly ref: Schema.NonEmptyString;
            readonly prefix: Schema.optionalKey<Schema.String>;
        }>]>>>;
    }>]>>;
    readonly trust: Schema.$Array<Schema.String>;
    readonly mcpProjects: Schema.Struct<{
        approve: Schema.optionalKey<Schema.Literals<readonly ["never", "destructive", "always"]>>;
        annotations: Schema.optionalKey<Schema.Literals<readonly ["believed", "ignored"]>>;
        startSeconds: Schema.optionalKey<Schema.Finite>;
        callSeconds: Schema.optionalKey<Schema.Finite>;
    }>;
}>;
export type McpSettings = typeof McpSettings.Type;
export declare const none: McpSettings;
export interface ServerPolicy {
    readonly approve: Approve;
    readonly annotations: Annotations;
    readonly startSeconds: number;
    readonly callSeconds: number;
}
export declare const policyOf: (given: { readonly [K in keyof typeof policyFields]?: (typeof policyFields)[K]["Type"]; }, annotationsDefault: Annotations) => ServerPolicy;
export {};

// src/McpTools.d.ts
import { AgentTools } from "@offshoot/core";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Scope from "effect/Scope";
import * as McpConnection from "./McpConnection.ts";
import type { McpSettings } from "./McpSettings.ts";
import type { Origin, Surroundings } from "./ServerDefinition.ts";
export interface Options extends Surroundings {
    readonly settings: McpSettings;
    readonly clientVersion: string;
}
export interface ServerState {
    readonly name: string;
    readonly origin: Origin;
    readonly state: McpConnection.Condition | {
        readonly type: "off";
        readonly problem: string;
    };
}
declare const McpTools_base: Context.ServiceClass<McpTools, "@offshoot/adapters-mcp/McpTools", {
    readonly source: AgentTools.ToolSource;
    readonly servers: (workspace: string | undefined) => Effect.Effect<ReadonlyArray<ServerState>>;
}>;
export declare class McpTools extends McpTools_base {
}
export declare const make: (options: Options) => Effect.Effect<{
    readonly source: AgentTools.ToolSource;
    readonly servers: (workspace: string | undefined) => Effect.Effect<ReadonlyArray<ServerState>>;
}, never, import("effect/Path").Path | Scope.Scope | (import("effect/process/ChildProcessSpawner").ChildProcessSpawner | import("effect/FileSystem").FileSystem)>;
export declare const layer: (options: Options) => Layer.Layer<McpTools, never, import("effect/Path").Path | (import("effect/process/ChildProcessSpawner").ChildProcessSpawner | import("effect/FileSystem").FileSystem)>;
export {};

// src/ServerDefinition.d.ts
import * as Redacted from "effect/Redacted";
import * as Result from "effect/Result";
import { type McpServer, type ServerPolicy } from "./McpSettings.ts";
export type Environment = Readonly<Record<string, string | undefined>>;
export type Origin = {
    readonly type: "settings";
} | {
    readonly type: "project";
    readonly path: string;
};
export type Target = {
    readonly type: "stdio";
    readonly command: string;
    readonly args: ReadonlyArray<string>;
    readonly env: Readonly<Record<string, Redacted.Redacted>>;
    readonly cwd: string | undefined;
} | {
    readonly type: "http" | "sse";
    readonly url: Redacted.Redacted;
    readonly headers: Readonly<Record<string, Redacted.Redacted>>;
};
export interface ServerDefinition {
    readonly name: string;
    readonly origin: Origin;
    readonly target: Target;
    readonly policy: ServerPolicy;
    readonly workspace: string | undefined;
    readonly secrets: ReadonlyArray<Redacted.Redacted>;
}
export declare const isOrdinary: (name: string) => boolean;
export declare const environmentOf: (parent: Environment, given: Readonly<Record<string, string>>, mark: Readonly<Record<string, string>>) => Readonly<Record<string, Redacted.Redacted>>;
export declare const placeOf: (name: string, origin: Origin) => string;
export declare const redactedRecord: (values: Readonly<Record<string, string>>) => Readonly<Record<string, Redacted.Redacted>>;
export interface Surroundings {
    readonly environment: Environment;
    readonly mark: Readonly<Record<string, string>>;
}
export declare const ofSettings: (name: string, server: McpServer, workspace: string | undefined, surroundings: Surroundings) => Result.Result<ServerDefinition, string>;

// src/ToolListing.d.ts
import * as Option from "effect/Option";
import * as Result from "effect/Result";
import type { ServerPolicy } from "./McpSettings.ts";
export declare const decodePage: (input: unknown, options?: import("effect/SchemaAST").ParseOptions) => Option.Option<{
    readonly tools: readonly unknown[];
    readonly nextCursor?: string | null | undefined;
}>;
export declare const pagesMax = 100;
export declare const toolsMax = 2000;
declare const decodeHints: (input: unknown, options?: import("effect/SchemaAST").ParseOptions) => Option.Option<{
    readonly readOnlyHint?: boolean | undefined;
    readonly destructiveHint?: boolean | undefined;
    readonly idempotentHint?: boolean | undefined;
}>;
type Hints = Option.Option.Value<ReturnType<typeof decodeHints>>;
export interface ListedTool {
    readonly name: string;
    readonly description: string | undefined;
    readonly inputSchema: Readonly<Record<string, unknown>>;
    readonly repeatable: boolean;
    readonly parallel: boolean;
    readonly asksFirst: boolean;
}
export declare const treatmentOf: (hints: Hints, policy: ServerPolicy) => Pick<ListedTool, "repeatable" | "parallel" | "asksFirst">;
export declare const readTool: (raw: unknown, policy: ServerPolicy) => Result.Result<ListedTool, string>;
export {};

// src/WorkspaceTrust.d.ts
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Path from "effect/Path";
export interface WorkspaceTrust {
    readonly covers: (realPath: string) => boolean;
}
export declare const make: (folders: readonly string[]) => Effect.Effect<WorkspaceTrust, never, FileSystem.FileSystem | Path.Path>;

// src/index.d.ts
export * as McpSettings from "./McpSettings.ts";
export * as McpTools from "./McpTools.ts";
export * as WorkspaceTrust from "./WorkspaceTrust.ts";
