export * as McpSettings from "./McpSettings.ts"
export * as McpTools from "./McpTools.ts"
export * as WorkspaceTrust from "./WorkspaceTrust.ts"
