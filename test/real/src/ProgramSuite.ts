/**
 * The tests of one program. They are skipped in a run that does not have it,
 * and the run's table tells of them by the program's name.
 */
import { describe } from "@effect/vitest"
import type { ProgramId } from "./ProgramList.ts"
import * as RealProgram from "./RealProgram.ts"

export const describeProgram = (id: ProgramId, tests: () => void): void => {
  describe.skipIf(!RealProgram.has(id))(id, tests)
}
