// src/Fallback.d.ts
import type { AiError } from "effect/ai";
import type { ModelCalls } from "./ProviderKind.ts";
export declare const isElsewhereAnswerable: ({ reason }: AiError.AiError) => boolean;
export declare const inOrder: (first: ModelCalls, others: ReadonlyArray<ModelCalls>) => ModelCalls;

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

// src/index.d.ts
export * as Fallback from "./Fallback.ts";
export * as ProviderKind from "./ProviderKind.ts";
export * as ProviderSettings from "./ProviderSettings.ts";
export * as Router from "./Router.ts";
