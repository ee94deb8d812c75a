export * as A2aAgent from "./A2aAgent.ts"
export * as TaskOutcome from "./TaskOutcome.ts"
