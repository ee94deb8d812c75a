// src/DataDirectory.d.ts
import type { SessionStore } from "@offshoot/core";
import type * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Schema from "effect/Schema";
import type * as Scope from "effect/Scope";
declare const DataDirectoryUnavailable_base: Schema.Class<DataDirectoryUnavailable, Schema.TaggedStruct<"DataDirectoryUnavailable", {
    readonly directory: Schema.String;
    readonly condition: Schema.Literals<readonly ["not_a_directory", "read_only", "locked", "corrupt", "newer", "full", "io"]>;
    readonly cause: Schema.Defect;
}>, import("effect/Cause").YieldableError>;
export declare class DataDirectoryUnavailable extends DataDirectoryUnavailable_base {
    get retryable(): boolean;
    get message(): string;
}
export interface Options {
    readonly directory: string;
    readonly synchronous?: "NORMAL" | "FULL";
    readonly busyTimeout?: Duration.Input;
}
export declare const hold: (directory: string) => Effect.Effect<void, DataDirectoryUnavailable, Scope.Scope>;
export declare const layerEmbedded: (options: Options) => Layer.Layer<SessionStore.SessionStore, DataDirectoryUnavailable>;
export {};

// src/Migrations.d.ts
import * as Effect from "effect/Effect";
import * as Schema from "effect/Schema";
import * as Migrator from "effect/sql/Migrator";
import * as SqlClient from "effect/sql/SqlClient";
import type { SqlError } from "effect/sql/SqlError";
declare const SchemaNewer_base: Schema.Class<SchemaNewer, Schema.TaggedStruct<"SchemaNewer", {
    readonly found: Schema.Int;
    readonly known: Schema.Int;
}>, import("effect/Cause").YieldableError>;
export declare class SchemaNewer extends SchemaNewer_base {
    readonly retryable = false;
    get message(): string;
}
export declare const current: number;
export declare const runUntil: (last: number) => Effect.Effect<readonly (readonly [id: number, name: string])[], Migrator.MigrationError | SqlError, SqlClient.SqlClient>;
export declare const run: Effect.Effect<void, SqlError | Migrator.MigrationError | SchemaNewer, SqlClient.SqlClient>;
export {};

// src/SqlSessionStore.d.ts
import { SessionStore } from "@offshoot/core";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type * as Scope from "effect/Scope";
import * as SqlClient from "effect/sql/SqlClient";
import * as Migrations from "./Migrations.ts";
export declare const make: Effect.Effect<SessionStore.SessionStoreShape, SessionStore.StoreError | Migrations.SchemaNewer, SqlClient.SqlClient | Scope.Scope>;
export declare const layerSql: Layer.Layer<SessionStore.SessionStore, SessionStore.StoreError | Migrations.SchemaNewer, SqlClient.SqlClient>;

// src/SqliteClient.d.ts
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Reactivity from "effect/reactivity/Reactivity";
import type * as Scope from "effect/Scope";
import * as SqlClient from "effect/sql/SqlClient";
import type { SqlError } from "effect/sql/SqlError";
export interface Options {
    readonly filename: string;
    readonly synchronous?: "NORMAL" | "FULL";
    readonly busyTimeout?: Duration.Input;
    readonly statementsMax?: number;
}
export declare const make: (options: Options) => Effect.Effect<SqlClient.SqlClient, SqlError, Reactivity.Reactivity | Scope.Scope>;
export declare const layer: (options: Options) => Layer.Layer<SqlClient.SqlClient, SqlError>;

// src/index.d.ts
export * as DataDirectory from "./DataDirectory.ts";
export * as Migrations from "./Migrations.ts";
export * as SqliteClient from "./SqliteClient.ts";
export * as SqlSessionStore from "./SqlSessionStore.ts";
