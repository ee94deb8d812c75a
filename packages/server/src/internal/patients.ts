/** Whom a survey of this machine looks at: the agents of the configuration, then those that are known and not in it. */
import { AgentDefinition, Agents, type AgentSurvey } from "@offshoot/adapters-cli"
import * as Option from "effect/Option"
import type { Settings } from "../Settings.ts"

export type Coding = Extract<AgentDefinition.AgentDefinition, { readonly _tag: "Coding" }>

export interface Patient {
  readonly subject: AgentSurvey.Subject
  readonly definition: Coding
}

const codingOf = (id: string, definition: AgentDefinition.AgentDefinition): ReadonlyArray<Patient> =>
  definition._tag === "Command"
    ? []
    : [
        {
          subject: {
            id,
            profile: definition.profile,
            agent: definition.agent,
            program: Option.some(definition.program)
          },
          definition
        }
      ]

export const patientsOf = (settings: Pick<Settings, "agents" | "agentsBy">): ReadonlyArray<Patient> => {
  const configured =
    settings.agentsBy === "found" ? [] : settings.agents.flatMap(({ definition, id }) => codingOf(id, definition))
  const named = new Set(configured.map(({ definition }) => definition.profile.id))
  const known = Agents.profiles
    .filter(({ id }) => !named.has(id))
    .map((profile): Patient => ({
      subject: { id: profile.id, profile, agent: {}, program: Option.none() },
      definition: AgentDefinition.codingOf(profile, profile.programs[0], {})
    }))
  return [...configured, ...known]
}
