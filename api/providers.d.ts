// src/AiSdkModel.d.ts
import type { JSONObject, LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { LanguageModel } from "effect/ai";
import * as Option from "effect/Option";
import * as ModelFault from "./ModelFault.ts";
import * as Pricing from "./Pricing.ts";
import type { ModelCalls, ModelRequest, ProviderKind } from "./ProviderKind.ts";
export interface Dialect extends ModelFault.Recogniser {
    readonly codecTransformer: LanguageModel.CodecTransformer;
    readonly prepare: (call: LanguageModelV4CallOptions) => LanguageModelV4CallOptions;
    readonly costUsd: (answer: Answer) => Option.Option<number>;
    readonly facts: (model: string) => Pricing.ModelFacts;
}
export interface Answer {
    readonly usage: JSONObject;
    readonly headers: Readonly<Record<string, string>>;
}
export declare const plain: Dialect;
export interface Connection {
    readonly name: string;
    readonly baseURL?: string;
    readonly apiKey?: string;
    readonly headers: Record<string, string>;
    readonly fetch: typeof globalThis.fetch;
}
export interface Kind {
    readonly type: string;
    readonly keyVariable: Option.Option<string>;
    readonly baseUrl: ProviderKind["baseUrl"];
    readonly dialect: Dialect;
    readonly model: (connection: Connection, request: ModelRequest) => LanguageModelV4;
}
export declare const kind: ({ baseUrl, dialect, keyVariable, model, type }: Kind) => ProviderKind;
export declare const provider: (type: string, keyVariable: string, model: Kind["model"]) => ProviderKind;
interface Bridge {
    readonly model: LanguageModelV4;
    readonly request: ModelRequest;
    readonly dialect: Dialect;
}
export declare const make: (bridge: Bridge) => ModelCalls;
export {};

// src/Fallback.d.ts
import type { AiError } from "effect/ai";
import type { ModelCalls } from "./ProviderKind.ts";
export declare const isElsewhereAnswerable: ({ reason }: AiError.AiError) => boolean;
export declare const inOrder: (first: ModelCalls, others: ReadonlyArray<ModelCalls>) => ModelCalls;

// src/ModelFault.d.ts
import { AiError } from "effect/ai";
import * as Option from "effect/Option";
import * as Redacted from "effect/Redacted";
export interface Fault {
    readonly status: Option.Option<number>;
    readonly codes: ReadonlyArray<string>;
    readonly message: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly origin: "provider" | "network" | "here";
}
export type FaultKind = "auth_invalid" | "auth_missing" | "auth_denied" | "rate_limited" | "quota" | "context_full" | "refused" | "invalid" | "overloaded" | "down" | "unreachable" | "cut_off" | "garbled";
export interface Recogniser {
    readonly kindOf: (fault: Fault) => Option.Option<FaultKind>;
    readonly retryAfterSeconds: (fault: Fault) => Option.Option<number>;
}
export declare const faultOf: (cause: unknown) => Fault;
export declare const cutOff: Fault;
export declare const brokenOff: (cause: unknown) => Fault;
export declare const kindOf: (fault: Fault, recogniser: Recogniser) => FaultKind;
export declare const masking: (secrets: ReadonlyArray<Redacted.Redacted>) => ((text: string) => string);
export interface Circumstances {
    readonly recogniser: Recogniser;
    readonly mask: (text: string) => string;
    readonly nowMillis: number;
    readonly url: string;
}
export declare const reasonOf: (fault: Fault, { mask, nowMillis, recogniser, url }: Circumstances) => AiError.AiErrorReason;

// src/Pricing.d.ts
import type { Response } from "effect/ai";
import * as Option from "effect/Option";
import type { Price } from "./ProviderSettings.ts";
export interface LongPrice {
    readonly aboveInputTokens: number;
    readonly price: Price;
}
export interface ModelFacts {
    readonly price: Option.Option<Price>;
    readonly longPrice: Option.Option<LongPrice>;
    readonly contextTokensMax: Option.Option<number>;
    readonly outputTokensMax: Option.Option<number>;
}
export declare const nothingKnown: ModelFacts;
export interface Cost {
    readonly costUsd: number;
    readonly costSource: "provider" | "estimated";
}
type Usage = typeof Response.Usage.Encoded;
export declare const estimate: ({ inputTokens, outputTokens }: Usage, price: Price) => Option.Option<number>;
export declare const priceFor: ({ longPrice, price }: ModelFacts, { inputTokens }: Usage) => Option.Option<Price>;
export declare const costOf: (told: Option.Option<number>, usage: Usage, facts: ModelFacts) => Option.Option<Cost>;
export interface KnownModel {
    readonly price: Price;
    readonly long?: LongPrice;
    readonly contextTokensMax: number;
    readonly outputTokensMax: number;
}
export declare const lookup: (table: Readonly<Record<string, KnownModel>>, model: string) => ModelFacts;
export {};

// src/ProviderKind.d.ts
import type { ProviderRouter, Session } from "@offshoot/core";
import type * as Effect from "effect/Effect";
import type { LanguageModel } from "effect/ai";
import type * as Option from "effect/Option";
import type * as Redacted from "effect/Redacted";
import type * as Schema from "effect/Schema";
import type { ModelSettings } from "./ProviderSettings.ts";
export type ModelCalls = Parameters<typeof LanguageModel.make>[0];
export interface ModelRequest {
    readonly modelRef: Session.ModelRef;
    readonly baseUrl: Option.Option<string>;
    readonly apiKey: Option.Option<Redacted.Redacted>;
    readonly headers: Readonly<Record<string, Redacted.Redacted>>;
    readonly options: Readonly<Record<string, Schema.Json>>;
    readonly settings: ModelSettings;
}
export interface ProviderModel {
    readonly calls: ModelCalls;
    readonly contextTokensMax: Option.Option<number>;
    readonly outputTokensMax: Option.Option<number>;
}
export interface ProviderKind {
    readonly type: string;
    readonly keyVariable: Option.Option<string>;
    readonly baseUrl: "known" | "required";
    readonly isScripted: boolean;
    readonly open: (request: ModelRequest) => Effect.Effect<ProviderModel, ProviderRouter.ModelUnroutable>;
}

// src/ProviderKinds.d.ts
import type { ProviderKind } from "./ProviderKind.ts";
export declare const builtin: ReadonlyArray<ProviderKind>;

// src/ProviderSettings.d.ts
import * as Schema from "effect/Schema";
export declare const ProviderEntry: Schema.Struct<{
    readonly type: Schema.NonEmptyString;
    readonly baseUrl: Schema.optionalKey<Schema.String>;
    readonly apiKeyRef: Schema.optionalKey<Schema.String>;
    readonly headers: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
    readonly headerRefs: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
    readonly options: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>>;
}>;
export type ProviderEntry = typeof ProviderEntry.Type;
export declare const Price: Schema.Struct<{
    readonly inputUsd: Schema.Finite;
    readonly outputUsd: Schema.Finite;
    readonly cacheReadUsd: Schema.optionalKey<Schema.Finite>;
    readonly cacheWriteUsd: Schema.optionalKey<Schema.Finite>;
}>;
export type Price = typeof Price.Type;
export declare const ModelSettings: Schema.Struct<{
    readonly contextTokensMax: Schema.optionalKey<Schema.Int>;
    readonly outputTokensMax: Schema.optionalKey<Schema.Int>;
    readonly temperature: Schema.optionalKey<Schema.Finite>;
    readonly price: Schema.optionalKey<Schema.Struct<{
        readonly inputUsd: Schema.Finite;
        readonly outputUsd: Schema.Finite;
        readonly cacheReadUsd: Schema.optionalKey<Schema.Finite>;
        readonly cacheWriteUsd: Schema.optionalKey<Schema.Finite>;
    }>>;
    readonly providerOptions: Schema.optionalKey<Schema.$Record<Schema.String, Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>>>;
}>;
export type ModelSettings = typeof ModelSettings.Type;
export declare const Models: Schema.Struct<{
    readonly default: Schema.optionalKey<Schema.NonEmptyString>;
    readonly aliases: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
    readonly fallbacks: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.$Array<Schema.NonEmptyString>>>;
    readonly settings: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.Struct<{
        readonly contextTokensMax: Schema.optionalKey<Schema.Int>;
        readonly outputTokensMax: Schema.optionalKey<Schema.Int>;
        readonly temperature: Schema.optionalKey<Schema.Finite>;
        readonly price: Schema.optionalKey<Schema.Struct<{
            readonly inputUsd: Schema.Finite;
            readonly outputUsd: Schema.Finite;
            readonly cacheReadUsd: Schema.optionalKey<Schema.Finite>;
            readonly cacheWriteUsd: Schema.optionalKey<Schema.Finite>;
        }>>;
        readonly providerOptions: Schema.optionalKey<Schema.$Record<Schema.String, Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>>>;
    }>>>;
}>;
export type Models = typeof Models.Type;
export declare const ProviderSettings: Schema.Struct<{
    readonly providers: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Struct<{
        readonly type: Schema.NonEmptyString;
        readonly baseUrl: Schema.optionalKey<Schema.String>;
        readonly apiKeyRef: Schema.optionalKey<Schema.String>;
        readonly headers: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
        readonly headerRefs: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
        readonly options: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>>;
    }>>>;
    readonly models: Schema.optionalKey<Schema.Struct<{
        readonly default: Schema.optionalKey<Schema.NonEmptyString>;
        readonly aliases: Schema.optionalKey<Schema.$Record<Schema.String, Schema.String>>;
        readonly fallbacks: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.$Array<Schema.NonEmptyString>>>;
        readonly settings: Schema.optionalKey<Schema.$Record<Schema.NonEmptyString, Schema.Struct<{
            readonly contextTokensMax: Schema.optionalKey<Schema.Int>;
            readonly outputTokensMax: Schema.optionalKey<Schema.Int>;
            readonly temperature: Schema.optionalKey<Schema.Finite>;
            readonly price: Schema.optionalKey<Schema.Struct<{
                readonly inputUsd: Schema.Finite;
                readonly outputUsd: Schema.Finite;
                readonly cacheReadUsd: Schema.optionalKey<Schema.Finite>;
                readonly cacheWriteUsd: Schema.optionalKey<Schema.Finite>;
            }>>;
            readonly providerOptions: Schema.optionalKey<Schema.$Record<Schema.String, Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>>>;
        }>>>;
    }>>;
}>;
export type ProviderSettings = typeof ProviderSettings.Type;

// src/Recording.d.ts
import type { Session } from "@offshoot/core";
import { AiError, type LanguageModel, type Response } from "effect/ai";
import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Redacted from "effect/Redacted";
import * as Schema from "effect/Schema";
import * as Stream from "effect/Stream";
import * as RecordedCall from "./internal/recordedCall.ts";
import type { ModelCalls, ProviderKind } from "./ProviderKind.ts";
declare const RecordingUnusable_base: Schema.Class<RecordingUnusable, Schema.TaggedStruct<"RecordingUnusable", {
    readonly path: Schema.String;
    readonly problem: Schema.String;
}>, Cause.YieldableError>;
export declare class RecordingUnusable extends RecordingUnusable_base {
    readonly retryable = false;
    get message(): string;
}
export interface Options {
    readonly path: string;
    readonly content: RecordedCall.Content;
}
export interface Recorder {
    readonly around: (calls: ModelCalls, modelRef: Session.ModelRef, secrets: ReadonlyArray<Redacted.Redacted>) => ModelCalls;
    readonly kind: (kind: ProviderKind) => ProviderKind;
}
export declare const record: (args_0: Options) => Effect.Effect<Recorder, RecordingUnusable, FileSystem.FileSystem>;
export declare const replay: (path: string) => Effect.Effect<{
    readonly generateText: (options: LanguageModel.ProviderOptions) => Effect.Effect<Array<Response.PartEncoded>, AiError.AiError, import("effect/ai/IdGenerator").IdGenerator>;
    readonly streamText: (options: LanguageModel.ProviderOptions) => Stream.Stream<Response.StreamPartEncoded, AiError.AiError, import("effect/ai/IdGenerator").IdGenerator>;
    readonly codecTransformer?: LanguageModel.CodecTransformer | undefined;
    readonly supportsSystemMessagesInHistory?: Effect.Effect<boolean> | undefined;
}, RecordingUnusable, FileSystem.FileSystem>;
export declare const kind: (calls: ModelCalls) => ProviderKind;
export {};

// src/Router.d.ts
import { ProviderRouter } from "@offshoot/core";
import type * as Layer from "effect/Layer";
import type { ProviderKind } from "./ProviderKind.ts";
import type { ProviderSettings } from "./ProviderSettings.ts";
export interface Options {
    readonly settings: ProviderSettings;
    readonly kinds: ReadonlyArray<ProviderKind>;
    readonly environment: Readonly<Record<string, string | undefined>>;
}
export interface Problem {
    readonly path: string;
    readonly message: string;
}
export declare const make: (options: Options) => ProviderRouter.ProviderRouterShape;
export declare const layer: (options: Options) => Layer.Layer<never>;
export declare const problems: (settings: ProviderSettings, kinds: ReadonlyArray<ProviderKind>) => ReadonlyArray<Problem>;

// src/Script.d.ts
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
export declare const ToolCall: Schema.Struct<{
    readonly name: Schema.NonEmptyString;
    readonly label: Schema.optionalKey<Schema.String>;
    readonly params: Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>;
    readonly repeat: Schema.optionalKey<Schema.Int>;
}>;
export type ToolCall = typeof ToolCall.Type;
export declare const Failure: Schema.Struct<{
    readonly kind: Schema.Literals<readonly ["rateLimited", "overloaded", "authentication", "contextFull", "refused", "malformed", "cutOff"]>;
    readonly retryAfterMs: Schema.optionalKey<Schema.Int>;
    readonly message: Schema.optionalKey<Schema.String>;
}>;
export type Failure = typeof Failure.Type;
export declare const Usage: Schema.Struct<{
    readonly inputTokens: Schema.optionalKey<Schema.Int>;
    readonly outputTokens: Schema.optionalKey<Schema.Int>;
    readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
    readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
    readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
}>;
export type Usage = typeof Usage.Type;
export declare const Step: Schema.Struct<{
    readonly pauseMs: Schema.optionalKey<Schema.Int>;
    readonly reasoning: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.NonEmptyArray<Schema.String>]>>;
    readonly text: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.NonEmptyArray<Schema.String>]>>;
    readonly pieceMs: Schema.optionalKey<Schema.Int>;
    readonly toolCalls: Schema.optionalKey<Schema.NonEmptyArray<Schema.Struct<{
        readonly name: Schema.NonEmptyString;
        readonly label: Schema.optionalKey<Schema.String>;
        readonly params: Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>;
        readonly repeat: Schema.optionalKey<Schema.Int>;
    }>>>;
    readonly error: Schema.optionalKey<Schema.Struct<{
        readonly kind: Schema.Literals<readonly ["rateLimited", "overloaded", "authentication", "contextFull", "refused", "malformed", "cutOff"]>;
        readonly retryAfterMs: Schema.optionalKey<Schema.Int>;
        readonly message: Schema.optionalKey<Schema.String>;
    }>>;
    readonly hang: Schema.optionalKey<Schema.Literal<true>>;
    readonly finish: Schema.optionalKey<Schema.Literals<["stop", "length", "content-filter", "tool-calls", "error", "pause", "other", "unknown"]>>;
    readonly usage: Schema.optionalKey<Schema.Struct<{
        readonly inputTokens: Schema.optionalKey<Schema.Int>;
        readonly outputTokens: Schema.optionalKey<Schema.Int>;
        readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
        readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
    }>>;
    readonly costUsd: Schema.optionalKey<Schema.Finite>;
}>;
export type Step = typeof Step.Type;
export declare const Match: Schema.Union<readonly [Schema.Struct<{
    readonly exact: Schema.String;
}>, Schema.Struct<{
    readonly contains: Schema.NonEmptyString;
}>, Schema.Struct<{
    readonly startsWith: Schema.NonEmptyString;
}>]>;
export type Match = typeof Match.Type;
export declare const Conversation: Schema.Struct<{
    readonly name: Schema.NonEmptyString;
    readonly when: Schema.optionalKey<Schema.Struct<{
        readonly system: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly exact: Schema.String;
        }>, Schema.Struct<{
            readonly contains: Schema.NonEmptyString;
        }>, Schema.Struct<{
            readonly startsWith: Schema.NonEmptyString;
        }>]>>;
        readonly user: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
            readonly exact: Schema.String;
        }>, Schema.Struct<{
            readonly contains: Schema.NonEmptyString;
        }>, Schema.Struct<{
            readonly startsWith: Schema.NonEmptyString;
        }>]>>;
    }>>;
    readonly steps: Schema.NonEmptyArray<Schema.Struct<{
        readonly pauseMs: Schema.optionalKey<Schema.Int>;
        readonly reasoning: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.NonEmptyArray<Schema.String>]>>;
        readonly text: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.NonEmptyArray<Schema.String>]>>;
        readonly pieceMs: Schema.optionalKey<Schema.Int>;
        readonly toolCalls: Schema.optionalKey<Schema.NonEmptyArray<Schema.Struct<{
            readonly name: Schema.NonEmptyString;
            readonly label: Schema.optionalKey<Schema.String>;
            readonly params: Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>;
            readonly repeat: Schema.optionalKey<Schema.Int>;
        }>>>;
        readonly error: Schema.optionalKey<Schema.Struct<{
            readonly kind: Schema.Literals<readonly ["rateLimited", "overloaded", "authentication", "contextFull", "refused", "malformed", "cutOff"]>;
            readonly retryAfterMs: Schema.optionalKey<Schema.Int>;
            readonly message: Schema.optionalKey<Schema.String>;
        }>>;
        readonly hang: Schema.optionalKey<Schema.Literal<true>>;
        readonly finish: Schema.optionalKey<Schema.Literals<["stop", "length", "content-filter", "tool-calls", "error", "pause", "other", "unknown"]>>;
        readonly usage: Schema.optionalKey<Schema.Struct<{
            readonly inputTokens: Schema.optionalKey<Schema.Int>;
            readonly outputTokens: Schema.optionalKey<Schema.Int>;
            readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
            readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
        }>>;
        readonly costUsd: Schema.optionalKey<Schema.Finite>;
    }>>;
    readonly atEnd: Schema.optionalKey<Schema.Literals<readonly ["say", "fail", "again"]>>;
}>;
export type Conversation = typeof Conversation.Type;
export declare const Script: Schema.Struct<{
    readonly name: Schema.String;
    readonly contextTokensMax: Schema.optionalKey<Schema.Int>;
    readonly outputTokensMax: Schema.optionalKey<Schema.Int>;
    readonly conversations: Schema.NonEmptyArray<Schema.Struct<{
        readonly name: Schema.NonEmptyString;
        readonly when: Schema.optionalKey<Schema.Struct<{
            readonly system: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
                readonly exact: Schema.String;
            }>, Schema.Struct<{
                readonly contains: Schema.NonEmptyString;
            }>, Schema.Struct<{
                readonly startsWith: Schema.NonEmptyString;
            }>]>>;
            readonly user: Schema.optionalKey<Schema.Union<readonly [Schema.Struct<{
                readonly exact: Schema.String;
            }>, Schema.Struct<{
                readonly contains: Schema.NonEmptyString;
            }>, Schema.Struct<{
                readonly startsWith: Schema.NonEmptyString;
            }>]>>;
        }>>;
        readonly steps: Schema.NonEmptyArray<Schema.Struct<{
            readonly pauseMs: Schema.optionalKey<Schema.Int>;
            readonly reasoning: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.NonEmptyArray<Schema.String>]>>;
            readonly text: Schema.optionalKey<Schema.Union<readonly [Schema.String, Schema.NonEmptyArray<Schema.String>]>>;
            readonly pieceMs: Schema.optionalKey<Schema.Int>;
            readonly toolCalls: Schema.optionalKey<Schema.NonEmptyArray<Schema.Struct<{
                readonly name: Schema.NonEmptyString;
                readonly label: Schema.optionalKey<Schema.String>;
                readonly params: Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>;
                readonly repeat: Schema.optionalKey<Schema.Int>;
            }>>>;
            readonly error: Schema.optionalKey<Schema.Struct<{
                readonly kind: Schema.Literals<readonly ["rateLimited", "overloaded", "authentication", "contextFull", "refused", "malformed", "cutOff"]>;
                readonly retryAfterMs: Schema.optionalKey<Schema.Int>;
                readonly message: Schema.optionalKey<Schema.String>;
            }>>;
            readonly hang: Schema.optionalKey<Schema.Literal<true>>;
            readonly finish: Schema.optionalKey<Schema.Literals<["stop", "length", "content-filter", "tool-calls", "error", "pause", "other", "unknown"]>>;
            readonly usage: Schema.optionalKey<Schema.Struct<{
                readonly inputTokens: Schema.optionalKey<Schema.Int>;
                readonly outputTokens: Schema.optionalKey<Schema.Int>;
                readonly reasoningTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheReadTokens: Schema.optionalKey<Schema.Int>;
                readonly cacheWriteTokens: Schema.optionalKey<Schema.Int>;
            }>>;
            readonly costUsd: Schema.optionalKey<Schema.Finite>;
        }>>;
        readonly atEnd: Schema.optionalKey<Schema.Literals<readonly ["say", "fail", "again"]>>;
    }>>;
}>;
export type Script = typeof Script.Type;
declare const ScriptInvalid_base: Schema.Class<ScriptInvalid, Schema.TaggedStruct<"ScriptInvalid", {
    readonly source: Schema.String;
    readonly problems: Schema.$Array<Schema.String>;
}>, import("effect/Cause").YieldableError>;
export declare class ScriptInvalid extends ScriptInvalid_base {
    readonly retryable = false;
    get message(): string;
}
export declare const decode: (value: unknown, source: string) => Result.Result<Script, ScriptInvalid>;
export declare const parse: (text: string, source: string) => Result.Result<Script, ScriptInvalid>;
export declare const load: (path: string) => Effect.Effect<{
    readonly name: string;
    readonly contextTokensMax?: number;
    readonly outputTokensMax?: number;
    readonly conversations: readonly [{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }, ...{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: Schema.Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }[]];
}, ScriptInvalid, FileSystem.FileSystem>;
export {};

// src/Scripted.d.ts
import { ProviderRouter } from "@offshoot/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type { ProviderKind } from "./ProviderKind.ts";
import * as Script from "./Script.ts";
type Scripts = readonly [Script.Script, ...ReadonlyArray<Script.Script>];
export declare const make: (value: {
    readonly name: string;
    readonly contextTokensMax?: number;
    readonly outputTokensMax?: number;
    readonly conversations: readonly [{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }, ...{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }[]];
}) => Effect.Effect<ProviderRouter.RoutedModel, Script.ScriptInvalid, never>;
export declare const kind: (scripts: Scripts) => Effect.Effect<ProviderKind, Script.ScriptInvalid>;
export declare const router: (scripts: readonly [{
    readonly name: string;
    readonly contextTokensMax?: number;
    readonly outputTokensMax?: number;
    readonly conversations: readonly [{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }, ...{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }[]];
}, ...{
    readonly name: string;
    readonly contextTokensMax?: number;
    readonly outputTokensMax?: number;
    readonly conversations: readonly [{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }, ...{
        readonly name: string;
        readonly when?: {
            readonly system?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
            readonly user?: {
                readonly exact: string;
            } | {
                readonly contains: string;
            } | {
                readonly startsWith: string;
            };
        };
        readonly steps: readonly [{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }, ...{
            readonly pauseMs?: number;
            readonly reasoning?: string | readonly [string, ...string[]];
            readonly text?: string | readonly [string, ...string[]];
            readonly pieceMs?: number;
            readonly toolCalls?: readonly [{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }, ...{
                readonly name: string;
                readonly label?: string;
                readonly params: {
                    readonly [x: string]: import("effect/Schema").Json;
                };
                readonly repeat?: number;
            }[]];
            readonly error?: {
                readonly kind: "authentication" | "contextFull" | "cutOff" | "malformed" | "overloaded" | "rateLimited" | "refused";
                readonly retryAfterMs?: number;
                readonly message?: string;
            };
            readonly hang?: true;
            readonly finish?: "content-filter" | "error" | "length" | "other" | "pause" | "stop" | "tool-calls" | "unknown";
            readonly usage?: {
                readonly inputTokens?: number;
                readonly outputTokens?: number;
                readonly reasoningTokens?: number;
                readonly cacheReadTokens?: number;
                readonly cacheWriteTokens?: number;
            };
            readonly costUsd?: number;
        }[]];
        readonly atEnd?: "again" | "fail" | "say";
    }[]];
}[]]) => Effect.Effect<ProviderRouter.ProviderRouterShape, Script.ScriptInvalid, never>;
export declare const layer: (scripts: Scripts) => Layer.Layer<never, Script.ScriptInvalid>;
export {};

// src/index.d.ts
export * as AiSdkModel from "./AiSdkModel.ts";
export * as Fallback from "./Fallback.ts";
export * as ModelFault from "./ModelFault.ts";
export * as Pricing from "./Pricing.ts";
export * as ProviderKind from "./ProviderKind.ts";
export * as ProviderKinds from "./ProviderKinds.ts";
export * as ProviderSettings from "./ProviderSettings.ts";
export * as Recording from "./Recording.ts";
export * as Router from "./Router.ts";
export * as Script from "./Script.ts";
export * as Scripted from "./Scripted.ts";
