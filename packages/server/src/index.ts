export * as Api from "./Api.ts"
export * as Client from "./Client.ts"
export * as Problems from "./Problems.ts"
export * as Wire from "./Wire.ts"
