export * as Checks from "./Checks.ts"
export * as Plan from "./Plan.ts"
export * as Simulation from "./Simulation.ts"
export * as Worlds from "./Worlds.ts"
