/**
 * The floor of recovery: reads every open job with its session, decodes both,
 * and writes as many rows as settling or resuming the launched ones does, with
 * bare SQL in transactions of as many jobs as the store's.
 */
import * as NodeFS from "node:fs"
import * as NodePath from "node:path"
import { DatabaseSync } from "node:sqlite"

/** Jobs in one transaction, as the store's writer has them. */
const batch = 64

const databaseIn = (directory: string): string => {
  const name = NodeFS.readdirSync(directory).find((file) => file.endsWith(".db") || file.endsWith(".sqlite"))
  if (name === undefined) throw new Error(`no database in ${directory}`)
  return NodePath.join(directory, name)
}

export const millis = (directory: string): number => {
  const startedAt = performance.now()
  const database = new DatabaseSync(databaseIn(directory))
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000")
  const open = database
    .prepare(
      `SELECT jobs.run_id, jobs.state, jobs.body, sessions.id, sessions.body AS session
       FROM jobs JOIN sessions ON sessions.id = jobs.child_session_id ORDER BY jobs.seq`
    )
    .all()
  const launched = open.filter((row) => {
    JSON.parse(String(row["body"]))
    JSON.parse(String(row["session"]))
    return row["state"] === "launched"
  })
  const change = database.prepare("UPDATE sessions SET status = 'error', version = version + 1, body = ? WHERE id = ?")
  const end = database.prepare("DELETE FROM jobs WHERE run_id = ?")
  const complete = database.prepare("INSERT INTO completions (run_id, child_session_id, body) VALUES (?, ?, ?)")
  const tell = database.prepare("INSERT INTO events (session_id, type, at_millis, body) VALUES (?, ?, 0, ?)")
  for (let at = 0; at < launched.length; at += batch) {
    database.exec("BEGIN IMMEDIATE")
    for (const row of launched.slice(at, at + batch)) {
      const id = String(row["id"])
      const body = String(row["body"])
      change.run(String(row["session"]), id)
      end.run(String(row["run_id"]))
      complete.run(String(row["run_id"]), id, body)
      tell.run(id, "error", body)
      tell.run(id, "sub_agent_completed", body)
    }
    database.exec("COMMIT")
  }
  database.close()
  return performance.now() - startedAt
}
