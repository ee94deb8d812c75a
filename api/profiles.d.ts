// src/Profiles.d.ts
import * as Effect from "effect/Effect";
import type * as FileSystem from "effect/FileSystem";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import * as Path from "effect/Path";
export interface ProfilesOptions {
    readonly dataDirectory: string;
    readonly home: Option.Option<string>;
    readonly file: Option.Option<string>;
    readonly trusts: (workspace: string) => Effect.Effect<boolean>;
    readonly agentAt: (cardAddress: string) => Option.Option<string>;
}
type Disk = FileSystem.FileSystem | Path.Path;
export declare const layer: (options: ProfilesOptions) => Layer.Layer<never, never, Disk>;
export {};

// src/RoleFile.d.ts
import { type Reading } from "./internal/roleFormat.ts";
export declare const fileName = "subagent_profiles.json";
export declare const workspaceFolder = ".offshoot";
export declare const variable = "OFFSHOOT_SUBAGENT_PROFILES_FILE";
export declare const read: (text: string) => Reading;

// src/index.d.ts
export * as Profiles from "./Profiles.ts";
export * as RoleFile from "./RoleFile.ts";
