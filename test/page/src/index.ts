export * as Chromium from "./Chromium.ts"
export * as Door from "./Door.ts"
export * as House from "./House.ts"
