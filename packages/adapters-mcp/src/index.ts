export * as McpSettings from "./McpSettings.ts"
export * as McpTools from "./McpTools.ts"
