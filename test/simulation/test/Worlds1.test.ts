/** Part 1 of the worlds: vitest plays the parts side by side. */
import { play } from "./worlds.ts"

play(0, 2)
