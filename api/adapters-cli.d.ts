// src/CliHost.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import type { RunMark } from "./RunMark.ts";
export type Environment = Readonly<Record<string, string | undefined>>;
declare const CliHost_base: Context.ServiceClass<CliHost, "@offshoot/adapters-cli/CliHost", {
    readonly instance: string;
    readonly boot: string;
    readonly environment: Environment;
}>;
export declare class CliHost extends CliHost_base {
}
export declare const markOf: (host: CliHost["Service"], runId: string) => RunMark;
export declare const layer: (options: {
    readonly instance: string;
    readonly environment: Environment;
}) => Layer.Layer<CliHost>;
export {};

// src/Guardian.d.ts
import * as Layer from "effect/Layer";
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner";
import { CliHost } from "./CliHost.ts";
export declare const layer: Layer.Layer<never, never, CliHost | ChildProcessSpawner.ChildProcessSpawner>;

// src/OrphanSweep.d.ts
import * as Effect from "effect/Effect";
import { CliHost } from "./CliHost.ts";
import { type MarkedProcess, ProcessTable } from "./ProcessTable.ts";
export interface Swept {
    readonly ended: ReadonlyArray<MarkedProcess>;
    readonly survivors: ReadonlyArray<MarkedProcess>;
}
export declare const sweepOrphans: (options?: {
    readonly keep?: ReadonlySet<string>;
} | undefined) => Effect.Effect<Swept, never, CliHost | ProcessTable>;

// src/ProcessTable.d.ts
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Layer from "effect/Layer";
import * as RunMark from "./RunMark.ts";
export interface MarkedProcess {
    readonly pid: number;
    readonly group: number;
    readonly mark: RunMark.RunMark;
}
export type StopSignal = "SIGTERM" | "SIGKILL";
export type Target = {
    readonly type: "process";
    readonly pid: number;
} | {
    readonly type: "group";
    readonly leader: number;
};
declare const ProcessTable_base: Context.ServiceClass<ProcessTable, "@offshoot/adapters-cli/ProcessTable", {
    readonly marked: Effect.Effect<ReadonlyArray<MarkedProcess>>;
    readonly membersOf: (leader: number) => Effect.Effect<ReadonlyArray<number>>;
    readonly signal: (target: Target, signal: StopSignal) => Effect.Effect<boolean>;
}>;
export declare class ProcessTable extends ProcessTable_base {
}
export declare const readStat: (stat: string) => {
    readonly alive: boolean;
    readonly group: number;
} | undefined;
export declare const layerLinux: Layer.Layer<ProcessTable, never, FileSystem.FileSystem>;
export declare const layerNone: Layer.Layer<ProcessTable>;
export declare const layer: Layer.Layer<ProcessTable, never, FileSystem.FileSystem>;
export {};

// src/ProgramEnd.d.ts
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import type * as FileSystem from "effect/FileSystem";
import type * as PlatformError from "effect/PlatformError";
import * as Schema from "effect/Schema";
export type ProgramEnd = {
    readonly type: "exited";
    readonly code: number;
} | {
    readonly type: "signalled";
    readonly signal: string | undefined;
};
export declare const Reason: Schema.Literals<readonly ["program_missing", "program_not_permitted", "directory_missing", "directory_not_usable", "refused"]>;
export type Reason = typeof Reason.Type;
declare const ProgramNotStarted_base: Schema.Class<ProgramNotStarted, Schema.TaggedStruct<"ProgramNotStarted", {
    readonly reason: Schema.Literals<readonly ["program_missing", "program_not_permitted", "directory_missing", "directory_not_usable", "refused"]>;
    readonly subject: Schema.String;
    readonly code: Schema.optionalKey<Schema.String>;
}>, import("effect/Cause").YieldableError>;
export declare class ProgramNotStarted extends ProgramNotStarted_base {
    get message(): string;
}
export declare const notStarted: (program: string, reason: unknown) => ProgramNotStarted;
export declare const checkDirectory: (fs: FileSystem.FileSystem, directory: string | undefined) => Effect.Effect<void, ProgramNotStarted>;
export declare const endOf: (exit: Exit.Exit<number, PlatformError.PlatformError>) => ProgramEnd;
export {};

// src/ProgramLauncher.d.ts
import type { ExternalChildRunner } from "@offshoot/core";
import * as Context from "effect/Context";
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Layer from "effect/Layer";
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner";
import type * as Redacted from "effect/Redacted";
import * as Scope from "effect/Scope";
import { type ProgramEnd, type ProgramNotStarted } from "./ProgramEnd.ts";
import { ProcessTable } from "./ProcessTable.ts";
import * as RunMark from "./RunMark.ts";
export interface LaunchOptions {
    readonly program: string;
    readonly args: ReadonlyArray<string>;
    readonly cwd: string | undefined;
    readonly env: Readonly<Record<string, string | Redacted.Redacted<string>>>;
    readonly stdin: string | undefined;
    readonly mark: RunMark.RunMark;
    readonly onStdout: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>;
    readonly onStderr: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>;
    readonly grace: Duration.Duration;
    readonly stopMode: Effect.Effect<ExternalChildRunner.StopMode>;
    readonly aborted: Effect.Effect<void>;
}
declare const ProgramLauncher_base: Context.ServiceClass<ProgramLauncher, "@offshoot/adapters-cli/ProgramLauncher", {
    readonly run: (options: LaunchOptions) => Effect.Effect<ProgramEnd, ProgramNotStarted, Scope.Scope>;
}>;
export declare class ProgramLauncher extends ProgramLauncher_base {
}
export declare const layer: Layer.Layer<ProgramLauncher, never, ChildProcessSpawner.ChildProcessSpawner | FileSystem.FileSystem | ProcessTable>;
export {};

// src/RunMark.d.ts
export interface RunMark {
    readonly instance: string;
    readonly boot: string;
    readonly runId: string;
}
export declare const keys: {
    readonly instance: "OFFSHOOT_INSTANCE";
    readonly boot: "OFFSHOOT_BOOT";
    readonly runId: "OFFSHOOT_RUN_ID";
};
export declare const reservedPrefix = "OFFSHOOT_";
export declare const toEnvironment: (mark: RunMark) => Readonly<Record<string, string>>;
export declare const fromEnvironmentBlock: (block: string) => RunMark | undefined;

// src/command/CommandAgent.d.ts
import * as Redacted from "effect/Redacted";
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
import type { Environment } from "../CliHost.ts";
export declare const protocol = "command";
export declare const promptPlaceholder = "{prompt}";
export declare const CommandAgent: Schema.Struct<{
    readonly protocol: Schema.Literal<"command">;
    readonly command: Schema.NonEmptyArray<Schema.NonEmptyString>;
    readonly cwd: Schema.optionalKey<Schema.NonEmptyString>;
    readonly env: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
    }>]>>>;
    readonly stdin: Schema.optionalKey<Schema.Literals<readonly ["prompt", "none"]>>;
    readonly graceSeconds: Schema.optionalKey<Schema.Finite>;
    readonly concurrent: Schema.optionalKey<Schema.Int>;
}>;
export type CommandAgent = typeof CommandAgent.Type;
export interface Invocation {
    readonly program: string;
    readonly args: ReadonlyArray<string>;
    readonly stdin: string | undefined;
}
export declare const argumentBytesMax = 131071;
export declare const invocation: (agent: CommandAgent, prompt: string) => Result.Result<Invocation, string>;
export declare const isAllowed: (name: string) => boolean;
export interface ChildEnvironment {
    readonly variables: Readonly<Record<string, string | Redacted.Redacted<string>>>;
    readonly secrets: ReadonlyArray<string>;
}
export declare const environment: (agent: CommandAgent, parent: Environment, mark: Readonly<Record<string, string>>) => Result.Result<ChildEnvironment, ReadonlyArray<string>>;

// src/command/CommandOutcome.d.ts
import { Outcome } from "@offshoot/core";
import type { ProgramEnd, ProgramNotStarted } from "../ProgramEnd.ts";
export declare const ofEnd: (program: string, end: ProgramEnd, standardError: string) => Outcome.RunnerOutcome;
export declare const ofNotStarted: (agentId: string, program: string, error: ProgramNotStarted) => Outcome.RunnerOutcome;
export declare const ofMissingVariables: (agentId: string, names: ReadonlyArray<string>) => Outcome.RunnerOutcome;
export declare const setup: (message: string) => Outcome.RunnerOutcome;

// src/command/CommandRunner.d.ts
import { ExternalChildRunner, Session } from "@offshoot/core";
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import { CliHost } from "../CliHost.ts";
import { ProgramLauncher } from "../ProgramLauncher.ts";
import * as CommandAgent from "./CommandAgent.ts";
export declare const graceOf: (agent: CommandAgent.CommandAgent, runtimes: Duration.Duration) => Duration.Duration;
export declare const handles: (agentId: string, session: Session.Session) => boolean;
export declare const make: (options: {
    readonly agentId: string;
    readonly agent: CommandAgent.CommandAgent;
}) => Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, CliHost | ProgramLauncher>;

// src/index.d.ts
export * as CliHost from "./CliHost.ts";
export * as CommandAgent from "./command/CommandAgent.ts";
export * as CommandOutcome from "./command/CommandOutcome.ts";
export * as CommandRunner from "./command/CommandRunner.ts";
export * as Guardian from "./Guardian.ts";
export * as OrphanSweep from "./OrphanSweep.ts";
export * as ProcessTable from "./ProcessTable.ts";
export * as ProgramEnd from "./ProgramEnd.ts";
export * as ProgramLauncher from "./ProgramLauncher.ts";
export * as RunMark from "./RunMark.ts";
