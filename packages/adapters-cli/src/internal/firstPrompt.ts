/** What a run says first to its agent. Pure. */
import type { ExternalChildRunner } from "@offshoot/core"
import * as Option from "effect/Option"

const cutOff = "Your process was ended in the middle of its work. Look at what you had done, and go on with it."

/**
 * The prompt, unless the run goes on from an earlier try of its job: its agent
 * may have heard the prompt, and is told what happened instead of being asked
 * a second time.
 */
export const firstPromptOf = ({
  job,
  prompt,
  resume
}: Pick<ExternalChildRunner.RunContext, "job" | "prompt" | "resume">): string => {
  if (Option.isNone(resume) || resume.value.handle === undefined || job.resume === undefined) return prompt
  return prompt === "" ? cutOff : `${cutOff} This is what you were asked:\n\n${prompt}`
}
