// src/AgentDefinition.d.ts
import * as Option from "effect/Option";
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
import type { AgentProfile } from "./AgentProfile.ts";
import { type AgentOptions } from "./CliAgent.ts";
import * as CommandAgent from "./command/CommandAgent.ts";
export type AgentDefinition = {
    readonly _tag: "Command";
    readonly protocol: string;
    readonly agent: CommandAgent.CommandAgent;
} | {
    readonly _tag: "Coding";
    readonly protocol: string;
    readonly agent: AgentOptions;
    readonly profile: AgentProfile;
    readonly program: string;
};
export type Refused = {
    readonly _tag: "Shape";
    readonly error: Schema.SchemaError;
} | {
    readonly _tag: "Key";
    readonly key: string;
    readonly message: string;
};
export declare const protocols: ReadonlyArray<string>;
export declare const codingOf: (profile: AgentProfile, program: string, agent: AgentOptions) => Extract<AgentDefinition, {
    readonly _tag: "Coding";
}>;
type Written = Readonly<Record<string, unknown>>;
export declare const read: (written: Written) => Result.Result<AgentDefinition, Refused>;
export declare const offered: (profile: AgentProfile, program: string) => AgentDefinition;
export declare const concurrentOf: ({ agent }: AgentDefinition) => Option.Option<number>;
export declare const placed: (definition: AgentDefinition, resolve: (path: string) => string) => AgentDefinition;
export {};

// src/AgentProfile.d.ts
import type * as Duration from "effect/Duration";
import type * as Option from "effect/Option";
import type { Environment } from "./CliHost.ts";
import type { CliProtocol, PermissionMode } from "./CliProtocol.ts";
export interface ArgumentsInput {
    readonly model: Option.Option<string>;
    readonly permission: PermissionMode;
    readonly resume: Option.Option<string>;
    readonly disabledTools: ReadonlyArray<string>;
    readonly cwd: string;
}
export interface SignInEvidence {
    readonly variables: Environment;
    readonly hasHomeFile: (path: string) => boolean;
}
export type SignIn = {
    readonly _tag: "SignedIn";
    readonly by: string;
} | {
    readonly _tag: "SignedOut";
    readonly mend: string;
} | {
    readonly _tag: "Unknown";
    readonly why: string;
};
export interface Quirk {
    readonly name: string;
    readonly seenIn: string;
    readonly fixture: string;
}
export interface StartDelay {
    readonly left: Duration.Duration;
    readonly why: string;
}
export interface AgentProfile {
    readonly id: string;
    readonly title: string;
    readonly protocol: CliProtocol;
    readonly programs: readonly [string, ...ReadonlyArray<string>];
    readonly version: {
        readonly args: ReadonlyArray<string>;
        readonly oldest: string;
        readonly newest: string;
    };
    readonly install: string;
    readonly args: (input: ArgumentsInput) => ReadonlyArray<string>;
    readonly environment: (input: ArgumentsInput & {
        readonly nonce: string;
    }) => Readonly<Record<string, string>>;
    readonly passes: ReadonlyArray<string>;
    readonly signIn: (evidence: SignInEvidence) => SignIn;
    readonly startDelay?: (input: Pick<ArgumentsInput, "resume"> & {
        readonly nowMillis: number;
    }) => Option.Option<StartDelay>;
    readonly quirks: ReadonlyArray<Quirk>;
}

// src/AgentRunner.d.ts
import type { ExternalChildRunner } from "@offshoot/core";
import type * as Effect from "effect/Effect";
import type * as FileSystem from "effect/FileSystem";
import type * as Path from "effect/Path";
import type { AgentDefinition } from "./AgentDefinition.ts";
import type { CliHost } from "./CliHost.ts";
import type { ProgramLauncher } from "./ProgramLauncher.ts";
export declare const make: (agentId: string, definition: AgentDefinition) => Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, CliHost | FileSystem.FileSystem | Path.Path | ProgramLauncher>;

// src/AgentSurvey.d.ts
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Option from "effect/Option";
import * as Path from "effect/Path";
import type { AgentProfile, SignIn } from "./AgentProfile.ts";
import type { AgentOptions } from "./CliAgent.ts";
import { CliHost, type Environment } from "./CliHost.ts";
import * as ProgramFinder from "./ProgramFinder.ts";
export interface Lack {
    readonly weight: "blocks" | "warns";
    readonly what: string;
    readonly mend: string;
}
export interface Surveyed {
    readonly id: string;
    readonly title: string;
    readonly protocol: string;
    readonly program: Option.Option<ProgramFinder.Found>;
    readonly version: Option.Option<string>;
    readonly verdict: ProgramFinder.VersionVerdict;
    readonly range: {
        readonly oldest: string;
        readonly newest: string;
    };
    readonly signIn: SignIn;
    readonly lacks: ReadonlyArray<Lack>;
}
export interface Subject {
    readonly id: string;
    readonly profile: AgentProfile;
    readonly agent: AgentOptions;
    readonly program: Option.Option<string>;
}
export declare const variablesOf: ({ agent, profile }: Pick<Subject, "agent" | "profile">, host: Environment) => Environment;
export declare const lacksOf: (subject: Subject, seen: Pick<Surveyed, "program" | "version" | "verdict" | "signIn">, host: Environment) => ReadonlyArray<Lack>;
export declare const survey: (subject: Subject) => Effect.Effect<Surveyed, never, import("effect/process/ChildProcessSpawner").ChildProcessSpawner | CliHost | FileSystem.FileSystem | Path.Path>;

// src/Agents.d.ts
import type { AgentProfile } from "./AgentProfile.ts";
export declare const profiles: ReadonlyArray<AgentProfile>;

// src/ChildEnvironment.d.ts
import * as Redacted from "effect/Redacted";
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
import type { Environment } from "./CliHost.ts";
export declare const ChildVariables: Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
    readonly ref: Schema.NonEmptyString;
}>]>>;
export type ChildVariables = typeof ChildVariables.Type;
export declare const inherited: ReadonlyArray<string>;
export declare const isAllowed: (name: string) => boolean;
export interface ChildEnvironment {
    readonly variables: Readonly<Record<string, string | Redacted.Redacted<string>>>;
    readonly secrets: ReadonlyArray<string>;
}
export declare const environment: (own: ChildVariables | undefined, parent: Environment, mark: Readonly<Record<string, string>>) => Result.Result<ChildEnvironment, ReadonlyArray<string>>;

// src/CliAgent.d.ts
import * as Duration from "effect/Duration";
import * as Schema from "effect/Schema";
export declare const CliAgent: Schema.Struct<{
    readonly args: Schema.optionalKey<Schema.$Array<Schema.String>>;
    readonly env: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
    }>]>>>;
    readonly cwd: Schema.optionalKey<Schema.NonEmptyString>;
    readonly roots: Schema.optionalKey<Schema.$Array<Schema.NonEmptyString>>;
    readonly isolation: Schema.optionalKey<Schema.Literals<readonly ["none", "worktree"]>>;
    readonly model: Schema.optionalKey<Schema.NonEmptyString>;
    readonly permission: Schema.optionalKey<Schema.Literals<readonly ["ask", "deny", "accept_edits", "full"]>>;
    readonly waits: Schema.optionalKey<Schema.Struct<{
        readonly beginSeconds: Schema.optionalKey<Schema.Finite>;
        readonly firstEventSeconds: Schema.optionalKey<Schema.Finite>;
        readonly silenceSeconds: Schema.optionalKey<Schema.Finite>;
        readonly interruptSeconds: Schema.optionalKey<Schema.Finite>;
        readonly exitSeconds: Schema.optionalKey<Schema.Finite>;
    }>>;
    readonly frameBytesMax: Schema.optionalKey<Schema.Int>;
    readonly outputBytesMax: Schema.optionalKey<Schema.Int>;
    readonly graceSeconds: Schema.optionalKey<Schema.Finite>;
    readonly concurrent: Schema.optionalKey<Schema.Int>;
    readonly protocol: Schema.optionalKey<Schema.NonEmptyString>;
    readonly program: Schema.NonEmptyString;
    readonly profile: Schema.optionalKey<Schema.NonEmptyString>;
}>;
export type CliAgent = typeof CliAgent.Type;
export declare const AcpAgent: Schema.Struct<{
    readonly args: Schema.optionalKey<Schema.$Array<Schema.String>>;
    readonly env: Schema.optionalKey<Schema.$Record<Schema.String, Schema.Union<readonly [Schema.String, Schema.Struct<{
        readonly ref: Schema.NonEmptyString;
    }>]>>>;
    readonly cwd: Schema.optionalKey<Schema.NonEmptyString>;
    readonly roots: Schema.optionalKey<Schema.$Array<Schema.NonEmptyString>>;
    readonly isolation: Schema.optionalKey<Schema.Literals<readonly ["none", "worktree"]>>;
    readonly model: Schema.optionalKey<Schema.NonEmptyString>;
    readonly permission: Schema.optionalKey<Schema.Literals<readonly ["ask", "deny", "accept_edits", "full"]>>;
    readonly waits: Schema.optionalKey<Schema.Struct<{
        readonly beginSeconds: Schema.optionalKey<Schema.Finite>;
        readonly firstEventSeconds: Schema.optionalKey<Schema.Finite>;
        readonly silenceSeconds: Schema.optionalKey<Schema.Finite>;
        readonly interruptSeconds: Schema.optionalKey<Schema.Finite>;
        readonly exitSeconds: Schema.optionalKey<Schema.Finite>;
    }>>;
    readonly frameBytesMax: Schema.optionalKey<Schema.Int>;
    readonly outputBytesMax: Schema.optionalKey<Schema.Int>;
    readonly graceSeconds: Schema.optionalKey<Schema.Finite>;
    readonly concurrent: Schema.optionalKey<Schema.Int>;
    readonly protocol: Schema.optionalKey<Schema.Literal<"acp">>;
    readonly acp: Schema.NonEmptyArray<Schema.NonEmptyString>;
}>;
export type AcpAgent = typeof AcpAgent.Type;
export type AgentOptions = Omit<AcpAgent, "protocol" | "acp">;
export interface RunLimits {
    readonly begin: Duration.Duration;
    readonly firstEvent: Duration.Duration;
    readonly silence: Duration.Duration;
    readonly interrupt: Duration.Duration;
    readonly exit: Duration.Duration;
    readonly frameBytesMax: number;
    readonly outputBytesMax: number;
}
export declare const limitsOf: ({ frameBytesMax, outputBytesMax, waits }: AgentOptions) => RunLimits;

// src/CliHost.d.ts
import * as Context from "effect/Context";
import * as Layer from "effect/Layer";
import type { RunMark } from "./RunMark.ts";
export type Environment = Readonly<Record<string, string | undefined>>;
declare const CliHost_base: Context.ServiceClass<CliHost, "@offshoot/adapters-cli/CliHost", {
    readonly instance: string;
    readonly boot: string;
    readonly environment: Environment;
    readonly dataDir?: string;
}>;
export declare class CliHost extends CliHost_base {
}
export declare const markOf: (host: CliHost["Service"], runId: string) => RunMark;
export declare const layer: (options: {
    readonly instance: string;
    readonly environment: Environment;
    readonly dataDir?: string;
}) => Layer.Layer<CliHost>;
export {};

// src/CliProtocol.d.ts
import type { ExternalChildRunner, Outcome } from "@offshoot/core";
import type * as Effect from "effect/Effect";
import type * as Option from "effect/Option";
import * as Schema from "effect/Schema";
import type * as Scope from "effect/Scope";
import type { Asked, Fact } from "./Fact.ts";
import type { ProgramEnd } from "./ProgramEnd.ts";
export declare const PermissionMode: Schema.Literals<readonly ["ask", "deny", "accept_edits", "full"]>;
export type PermissionMode = typeof PermissionMode.Type;
declare const TurnFailed_base: new <A extends Record<string, any> = {}>(args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P]; }>) => import("effect/Cause").YieldableError & {
    readonly _tag: "TurnFailed";
} & Readonly<A>;
export declare class TurnFailed extends TurnFailed_base<{
    readonly outcome: Outcome.RunnerOutcome;
}> {
}
export declare const brokenProtocol: (message: string) => TurnFailed;
export interface ProgramLink {
    readonly send: (frame: unknown) => Effect.Effect<void, TurnFailed>;
    readonly tell: (facts: ReadonlyArray<Fact>) => Effect.Effect<void>;
}
export interface Opening extends ProgramLink {
    readonly cwd: string;
    readonly model: Option.Option<string>;
    readonly permission: PermissionMode;
    readonly resume: Option.Option<string>;
    readonly disabledTools: ReadonlyArray<string>;
    readonly nonce: string;
}
export type Verdict = ExternalChildRunner.Answer;
export interface Conversation {
    readonly receive: (lines: ReadonlyArray<string>) => Effect.Effect<void>;
    readonly begin: Effect.Effect<void, TurnFailed, Scope.Scope>;
    readonly prompt: (text: string) => Effect.Effect<void, TurnFailed>;
    readonly steer: Option.Option<(text: string) => Effect.Effect<void, string>>;
    readonly interrupt: Effect.Effect<void>;
    readonly answer: (asked: Asked, verdict: Verdict) => Effect.Effect<void>;
    readonly exited: (end: ProgramEnd, standardError: string) => Option.Option<Outcome.RunnerOutcome>;
}
export interface CliProtocol {
    readonly name: string;
    readonly capabilities: ExternalChildRunner.Capabilities;
    readonly leaves: "input_end" | "signal";
    readonly open: (opening: Opening) => Effect.Effect<Conversation, never, Scope.Scope>;
}
export {};

// src/CliRunner.d.ts
import { ExternalChildRunner } from "@offshoot/core";
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Path from "effect/Path";
import type { AgentProfile } from "./AgentProfile.ts";
import * as CliAgent from "./CliAgent.ts";
import { CliHost } from "./CliHost.ts";
import { ProgramLauncher } from "./ProgramLauncher.ts";
export interface Options {
    readonly agentId: string;
    readonly agent: CliAgent.AgentOptions;
    readonly profile: AgentProfile;
    readonly program: string;
}
export declare const make: (options: Options) => Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, CliHost | FileSystem.FileSystem | Path.Path | ProgramLauncher>;

// src/Fact.d.ts
import type { AgentEvent, Outcome } from "@offshoot/core";
export type AskedKind = "read" | "edit" | "execute" | "other";
export interface PermissionAsked {
    readonly type: "permission_asked";
    readonly id: string;
    readonly kind: AskedKind;
    readonly toolCallId: string;
    readonly toolName: string;
    readonly arguments: unknown;
}
export interface QuestionAsked {
    readonly type: "question_asked";
    readonly id: string;
    readonly question: string;
    readonly options: ReadonlyArray<string>;
}
export type Asked = PermissionAsked | QuestionAsked;
export interface AskWithdrawn {
    readonly type: "ask_withdrawn";
    readonly id: string;
}
export interface ConversationNamed {
    readonly type: "conversation_named";
    readonly handle: string;
}
export interface Alive {
    readonly type: "alive";
}
export interface TurnEnded {
    readonly type: "turn_ended";
    readonly outcome: Outcome.RunnerOutcome | "interrupted";
}
export type Fact = AgentEvent.RunnerEvent | Asked | AskWithdrawn | ConversationNamed | Alive | TurnEnded;
export declare const alive: Alive;
export declare const turnEnded: (outcome: TurnEnded["outcome"]) => TurnEnded;
export declare const strayLine: (line: string) => Fact;

// src/Frames.d.ts
export interface FrameTooLong {
    readonly bytesMax: number;
}
export interface Framer {
    readonly push: (chunk: Uint8Array) => ReadonlyArray<string>;
    readonly end: () => ReadonlyArray<string>;
    readonly tooLong: () => FrameTooLong | undefined;
}
export declare const frameBytesMin: number;
export declare const framer: (bytesMax: number) => Framer;
export declare const objectOf: (line: string) => Readonly<Record<string, unknown>> | undefined;
export declare const lineOf: (frame: unknown) => string;
export type Frame = Readonly<Record<string, unknown>>;
export declare const isRecord: (value: unknown) => value is Frame;
export declare const textIn: (frame: Frame, key: string) => string | undefined;
export declare const numberIn: (frame: Frame, key: string) => number | undefined;
export declare const recordIn: (frame: Frame, key: string) => Frame | undefined;
export declare const listIn: (frame: Frame, key: string) => ReadonlyArray<unknown>;

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
    readonly startedTicks: number;
    readonly group: number;
    readonly mark: RunMark.RunMark;
}
export type StopSignal = "SIGTERM" | "SIGKILL";
export type Target = {
    readonly type: "process";
    readonly pid: number;
    readonly startedTicks: number;
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
export interface ProcessStat {
    readonly alive: boolean;
    readonly group: number;
    readonly startedTicks: number;
}
export declare const readStat: (stat: string) => ProcessStat | undefined;
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

// src/ProgramFinder.d.ts
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Option from "effect/Option";
import * as Path from "effect/Path";
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner";
export interface Found {
    readonly name: string;
    readonly path: string;
    readonly others: ReadonlyArray<string>;
}
export declare const foldersOf: (path: Path.Path, searchPath: string | undefined) => ReadonlyArray<string>;
export declare const find: (names: readonly string[], searchPath: string | undefined) => Effect.Effect<Option.Option<Found>, never, FileSystem.FileSystem | Path.Path>;
export declare const versionIn: (text: string) => Option.Option<string>;
export declare const versionOf: (program: string, args: readonly string[], environment: Readonly<Record<string, string | undefined>>) => Effect.Effect<Option.Option<string>, never, ChildProcessSpawner.ChildProcessSpawner>;
export type VersionVerdict = "supported" | "older" | "newer" | "unknown";
export declare const judge: (version: Option.Option<string>, { newest, oldest }: {
    readonly oldest: string;
    readonly newest: string;
}) => VersionVerdict;

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
import * as Stream from "effect/Stream";
import { type ProgramEnd, type ProgramNotStarted } from "./ProgramEnd.ts";
import { ProcessTable } from "./ProcessTable.ts";
import * as RunMark from "./RunMark.ts";
export interface LaunchOptions {
    readonly program: string;
    readonly args: ReadonlyArray<string>;
    readonly cwd: string | undefined;
    readonly env: Readonly<Record<string, string | Redacted.Redacted<string>>>;
    readonly stdin: Stream.Stream<Uint8Array> | undefined;
    readonly mark: RunMark.RunMark;
    readonly onStdout: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>;
    readonly onStderr: (chunks: ReadonlyArray<Uint8Array>) => Effect.Effect<void>;
    readonly onStdoutEnd: Effect.Effect<void>;
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

// src/SessionMark.d.ts
import * as Option from "effect/Option";
export declare const keys: {
    readonly sessionId: "OFFSHOOT_SESSION_ID";
    readonly dataDir: "OFFSHOOT_SESSION_DATA_DIR";
};
export interface SessionMark {
    readonly sessionId: string;
    readonly dataDir: string;
}
export declare const toEnvironment: (sessionId: string, dataDir: string | undefined) => Readonly<Record<string, string>>;
export declare const fromEnvironment: (environment: Readonly<Record<string, string | undefined>>) => Option.Option<SessionMark>;

// src/WorkspaceRoots.d.ts
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Path from "effect/Path";
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
export declare const Reason: Schema.Literals<readonly ["outside", "missing", "not_usable", "unbounded"]>;
export type Reason = typeof Reason.Type;
declare const WorkspaceRefused_base: Schema.Class<WorkspaceRefused, Schema.TaggedStruct<"WorkspaceRefused", {
    readonly reason: Schema.Literals<readonly ["outside", "missing", "not_usable", "unbounded"]>;
    readonly agentId: Schema.String;
    readonly workspace: Schema.String;
    readonly namedBy: Schema.Literals<readonly ["session", "agent", "server"]>;
    readonly roots: Schema.$Array<Schema.String>;
}>, import("effect/Cause").YieldableError>;
export declare class WorkspaceRefused extends WorkspaceRefused_base {
    get message(): string;
}
export interface Options {
    readonly agentId: string;
    readonly roots: ReadonlyArray<string>;
    readonly cwd: string | undefined;
    readonly workspace: string | undefined;
}
export interface Wish extends Pick<WorkspaceRefused, "agentId" | "workspace" | "namedBy" | "roots"> {
}
export type Looked = {
    readonly _tag: "Directory";
    readonly realPath: string;
} | {
    readonly _tag: "Missing";
} | {
    readonly _tag: "NotUsable";
};
export declare const isInside: (path: Path.Path, candidate: string, folder: string) => boolean;
export declare const wishOf: (path: Path.Path, serverFolder: string, { agentId, cwd, roots: given, workspace }: Options) => Result.Result<Wish, WorkspaceRefused>;
export declare const decide: (path: Path.Path, wish: Wish, realRoots: ReadonlyArray<string>, looked: Looked) => Result.Result<string, WorkspaceRefused>;
export declare const resolve: (options: Options) => Effect.Effect<string, WorkspaceRefused, FileSystem.FileSystem | Path.Path>;
export {};

// src/Worktrees.d.ts
import type { Outcome, Session } from "@offshoot/core";
import { Ids } from "@offshoot/core";
import * as Context from "effect/Context";
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import * as FileSystem from "effect/FileSystem";
import * as Layer from "effect/Layer";
import * as Option from "effect/Option";
import * as Path from "effect/Path";
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner";
import * as Schema from "effect/Schema";
import * as Scope from "effect/Scope";
import { CliHost } from "./CliHost.ts";
import { type Diff, type DiffLimits } from "./internal/worktreeDiff.ts";
import * as Ending from "./internal/worktreeEnding.ts";
import type { RunMark } from "./RunMark.ts";
declare const WorktreeRefused_base: Schema.Class<WorktreeRefused, Schema.TaggedStruct<"WorktreeRefused", {
    readonly reason: Schema.Literals<readonly ["git_missing", "no_repository", "no_commit", "elsewhere", "occupied", "git_failed", "not_recorded"]>;
    readonly directory: Schema.String;
    readonly detail: Schema.String;
}>, import("effect/Cause").YieldableError>;
export declare class WorktreeRefused extends WorktreeRefused_base {
    get message(): string;
}
export declare const outcomeOf: (refused: WorktreeRefused) => Outcome.RunnerOutcome;
export interface Request {
    readonly id: string;
    readonly directory: string;
    readonly mark: RunMark | undefined;
}
export type WorktreeEnd = Ending.Ending;
export interface Left {
    readonly diff: Option.Option<Diff>;
    readonly end: WorktreeEnd;
}
export interface Placed {
    readonly directory: string;
    readonly folder: string;
    readonly branch: string;
    readonly base: string;
    readonly workspace: string;
    readonly origin: "made" | "found";
    readonly hasChanges: boolean;
    readonly artifact: Session.NamedArtifact;
    readonly finish: (within: Duration.Duration) => Effect.Effect<Left>;
}
declare const Worktrees_base: Context.ServiceClass<Worktrees, "@offshoot/adapters-cli/Worktrees", {
    readonly acquire: (request: Request) => Effect.Effect<Placed, WorktreeRefused, Scope.Scope>;
}>;
export declare class Worktrees extends Worktrees_base {
}
export interface Options {
    readonly folder: string;
    readonly ignored?: "count" | "discard";
    readonly limits?: DiffLimits;
}
export declare const layer: (options: Options) => Layer.Layer<Worktrees, never, CliHost | ChildProcessSpawner.ChildProcessSpawner | FileSystem.FileSystem | Path.Path>;
export declare const artifactsOf: (keep: (text: string, form?: Session.ArtifactForm) => Effect.Effect<Option.Option<Ids.ArtifactId>>, placed: Placed, args_2: Left) => Effect.Effect<readonly ({
    readonly kind: "text";
    readonly name: string;
    readonly id: string & import("effect/Brand").Brand<"ArtifactId">;
    readonly mediaType: string;
    readonly bytes: number;
    readonly missing?: string;
} | {
    readonly kind: "place";
    readonly name: string;
    readonly location: string;
    readonly details: {
        readonly [x: string]: string;
    };
})[], never, never>;
export {};

// src/command/CommandAgent.d.ts
import * as Result from "effect/Result";
import * as Schema from "effect/Schema";
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

// src/command/CommandOutcome.d.ts
import { Outcome } from "@offshoot/core";
import type { ProgramEnd, ProgramNotStarted } from "../ProgramEnd.ts";
export declare const ofFailedEnd: (end: ProgramEnd, standardError: string, says: (howItEnded: string) => string) => Outcome.RunnerOutcome;
export declare const ofEnd: (program: string, end: ProgramEnd, standardError: string) => Outcome.RunnerOutcome;
export declare const ofNotStarted: (agentId: string, program: string, error: ProgramNotStarted) => Outcome.RunnerOutcome;
export declare const ofMissingVariables: (agentId: string, names: ReadonlyArray<string>) => Outcome.RunnerOutcome;
export declare const setup: (message: string) => Outcome.RunnerOutcome;

// src/command/CommandRunner.d.ts
import { ExternalChildRunner } from "@offshoot/core";
import * as Duration from "effect/Duration";
import * as Effect from "effect/Effect";
import { CliHost } from "../CliHost.ts";
import { ProgramLauncher } from "../ProgramLauncher.ts";
import * as CommandAgent from "./CommandAgent.ts";
export declare const graceOf: (agent: CommandAgent.CommandAgent, runtimes: Duration.Duration) => Duration.Duration;
export declare const make: (options: {
    readonly agentId: string;
    readonly agent: CommandAgent.CommandAgent;
}) => Effect.Effect<ExternalChildRunner.ExternalChildRunner, never, CliHost | ProgramLauncher>;

// src/index.d.ts
export * as AgentDefinition from "./AgentDefinition.ts";
export * as AgentProfile from "./AgentProfile.ts";
export * as AgentSurvey from "./AgentSurvey.ts";
export * as AgentRunner from "./AgentRunner.ts";
export * as Agents from "./Agents.ts";
export * as ChildEnvironment from "./ChildEnvironment.ts";
export * as CliAgent from "./CliAgent.ts";
export * as CliHost from "./CliHost.ts";
export * as CliProtocol from "./CliProtocol.ts";
export * as CliRunner from "./CliRunner.ts";
export * as CommandAgent from "./command/CommandAgent.ts";
export * as CommandOutcome from "./command/CommandOutcome.ts";
export * as CommandRunner from "./command/CommandRunner.ts";
export * as Fact from "./Fact.ts";
export * as Frames from "./Frames.ts";
export * as Guardian from "./Guardian.ts";
export * as OrphanSweep from "./OrphanSweep.ts";
export * as ProcessTable from "./ProcessTable.ts";
export * as ProgramFinder from "./ProgramFinder.ts";
export * as ProgramEnd from "./ProgramEnd.ts";
export * as ProgramLauncher from "./ProgramLauncher.ts";
export * as RunMark from "./RunMark.ts";
export * as SessionMark from "./SessionMark.ts";
export * as WorkspaceRoots from "./WorkspaceRoots.ts";
export * as Worktrees from "./Worktrees.ts";
