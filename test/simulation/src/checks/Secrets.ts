/** I9: a secret appears in nothing that is recorded and in nothing that a reader is told. */
import type { History } from "../Facts.ts"

const holds = (value: unknown, secret: string): boolean => {
  if (typeof value === "string") return value.includes(secret)
  if (typeof value !== "object" || value === null) return false
  return Object.values(value).some((part) => holds(part, secret))
}

export const secrets = (history: History, secret: string): ReadonlyArray<string> =>
  history.flatMap((fact) => {
    if (fact._tag === "Committed") {
      return fact.transition.flatMap((change) => (holds(change, secret) ? [`${change._tag} holds the secret`] : []))
    }
    if (fact._tag === "Seen" && fact.item.event.type !== "token" && holds(fact.item.event, secret)) {
      return [`reader ${fact.reader} saw the secret in ${fact.item.event.type}`]
    }
    return []
  })
