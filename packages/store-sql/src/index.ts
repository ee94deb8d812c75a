export * as DataDirectory from "./DataDirectory.ts"
export * as Migrations from "./Migrations.ts"
export * as SqliteClient from "./SqliteClient.ts"
export * as SqlSessionStore from "./SqlSessionStore.ts"
