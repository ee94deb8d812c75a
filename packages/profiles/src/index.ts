export * as Profiles from "./Profiles.ts"
export * as RoleFile from "./RoleFile.ts"
