/** Which failure of core becomes which problem document. Pure. */
import type { SessionStore, SubagentProfile, SubAgents, TreeBudget } from "@offshoot/core"
import * as Problems from "../Problems.ts"

export const sessionNotFound = (error: SubAgents.SessionNotFound): Problems.SessionNotFound =>
  new Problems.SessionNotFound({
    detail: error.message,
    hint: "List the sessions with GET /v1/sessions.",
    sessionId: error.sessionId
  })

export const storeError = (error: SessionStore.StoreError): Problems.Conflict | Problems.StorageUnavailable =>
  error.reason._tag === "StorageUnavailable"
    ? new Problems.StorageUnavailable({
        detail: error.reason.message,
        hint: error.reason.retryable ? "Try again in a moment." : "This needs the operator: see the server's log.",
        condition: error.reason.condition,
        retryable: error.reason.retryable
      })
    : new Problems.Conflict({ detail: error.reason.message, hint: "Read the session again, then try again." })

export const schedulerClosed = (_error: SubAgents.SchedulerClosed): Problems.ShuttingDown => shuttingDown

export const shuttingDown = new Problems.ShuttingDown({
  detail: "The server is stopping and accepts no more work.",
  hint: "What was accepted is kept: ask again when the server has started again."
})

export const queueFull = (error: SubAgents.QueueFull): Problems.QueueFull =>
  new Problems.QueueFull({
    detail: error.message,
    hint: `Nothing was accepted. Try again in ${error.retryAfterSeconds} s, or raise limits.backlog.`,
    backlogMax: error.backlogMax,
    retryAfterSeconds: error.retryAfterSeconds
  })

export const depthExceeded = (error: SubAgents.DepthExceeded): Problems.DepthExceeded =>
  new Problems.DepthExceeded({
    detail: error.message,
    hint: "Spawn from a session that is less deep, or raise limits.depth.",
    depth: error.depth,
    depthMax: error.depthMax
  })

export const parentNotAccepting = (error: SubAgents.ParentNotAccepting): Problems.ParentNotAccepting =>
  new Problems.ParentNotAccepting({
    detail: error.message,
    hint: "Its subtree was cancelled: spawn under another session.",
    sessionId: error.parentSessionId,
    sessionStatus: error.status
  })

export const alreadyRunning = (error: SubAgents.AlreadyRunning): Problems.AlreadyRunning =>
  new Problems.AlreadyRunning({
    detail: error.message,
    hint: "Follow the run that is there, or cancel it first.",
    sessionId: error.sessionId,
    runId: error.runId
  })

export const notInFlight = (error: SubAgents.NotInFlight): Problems.NotInFlight =>
  new Problems.NotInFlight({
    detail: error.message,
    hint: "There is nothing to cancel.",
    sessionId: error.sessionId,
    sessionStatus: error.status
  })

export const waitOpen = (error: SubAgents.WaitOpen): Problems.WaitOpen =>
  new Problems.WaitOpen({
    detail: error.message,
    hint: "It is woken by that wait. A wait with mode: answer can be asked for at any time.",
    sessionId: error.sessionId,
    waitId: error.waitId
  })

export const agentNotConfigured = (error: SubAgents.AgentNotConfigured): Problems.AgentNotConfigured =>
  new Problems.AgentNotConfigured({
    detail: error.message,
    hint: "Spawn a child and name one of GET /v1/agents.",
    sessionId: error.sessionId
  })

export const artifactNotFound = (error: SubAgents.ArtifactNotFound): Problems.ArtifactNotFound =>
  new Problems.ArtifactNotFound({
    detail: error.message,
    hint: "The artifacts of its last run are named by GET /v1/sessions/{id}/result.",
    sessionId: error.sessionId,
    artifactId: error.artifactId
  })

export const requestNotFound = (error: SubAgents.RequestNotFound): Problems.RequestNotFound =>
  new Problems.RequestNotFound({
    detail: error.message,
    hint: "List the requests with GET /v1/requests.",
    requestId: error.requestId
  })

export const requestClosed = (error: SubAgents.RequestClosed): Problems.RequestClosed =>
  new Problems.RequestClosed({
    detail: error.message,
    hint: "An answer is given once: read it with GET /v1/requests/{id}.",
    requestId: error.requestId,
    requestStatus: error.status
  })

export const decisionMismatch = (error: SubAgents.DecisionMismatch): Problems.DecisionMismatch =>
  new Problems.DecisionMismatch({
    detail: error.message,
    hint:
      error.type === "question"
        ? 'Send {"decision": "answer", "text": "…"}.'
        : 'Send {"decision": "approve"} or {"decision": "deny"}.',
    requestId: error.requestId,
    ask: error.type
  })

export const steerRefused = (error: SubAgents.SteerRefused): Problems.SteerRefused =>
  new Problems.SteerRefused({
    detail: error.message,
    hint: "Nothing was recorded. Send it when the run has settled: the session then runs again with it.",
    sessionId: error.sessionId,
    reason: error.reason
  })

export const inboxFull = (error: SubAgents.InboxFull): Problems.InboxFull =>
  new Problems.InboxFull({
    detail: error.message,
    hint: "Nothing was recorded. Wait until the run has taken some: see GET /v1/sessions/{id}/inbox.",
    sessionId: error.sessionId,
    messagesMax: error.messagesMax,
    bytesMax: error.bytesMax
  })

export const agentUnknown = (error: SubAgents.AgentUnknown): Problems.AgentUnknown =>
  new Problems.AgentUnknown({
    detail: error.message,
    hint: "Name one of `known`, or add the agent to the configuration.",
    agent: error.agent,
    known: error.known
  })

export const profileUnknown = (error: SubagentProfile.ProfileUnknown): Problems.ProfileUnknown =>
  new Problems.ProfileUnknown({
    detail: error.message,
    hint: "Name one of `known`, or none.",
    profile: error.name,
    known: error.known
  })

export const budgetExhausted = (error: TreeBudget.BudgetExhausted): Problems.BudgetExhausted =>
  new Problems.BudgetExhausted({
    detail: error.message,
    hint: "Ask for less, wait until children give back what they do not use, or begin a root with a larger budget.",
    sessionId: error.sessionId,
    budget: error.budget,
    limit: error.limit,
    used: error.used,
    reserved: error.reserved
  })

export const notSettled = (view: SubAgents.SessionView): Problems.NotSettled =>
  new Problems.NotSettled({
    detail: `session ${view.session.id} has no result: it is ${view.session.status}`,
    hint:
      view.session.status === "idle"
        ? "It never ran: run it with POST /v1/sessions/{id}/run."
        : "Wait with POST /v1/sessions/{id}/wait on its parent, or follow GET /v1/sessions/{id}/events.",
    sessionId: view.session.id,
    sessionStatus: view.session.status
  })
