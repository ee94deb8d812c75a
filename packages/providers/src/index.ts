export * as Fallback from "./Fallback.ts"
export * as ProviderKind from "./ProviderKind.ts"
export * as ProviderSettings from "./ProviderSettings.ts"
export * as Router from "./Router.ts"
