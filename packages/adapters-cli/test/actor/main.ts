/**
 * A scripted program that stands in for a coding agent on the command line.
 *
 *     node main.ts VOICE [arguments of the real program]
 *
 * It speaks the wire of the program whose voice it has, as it was measured,
 * and plays the script that its prompt is (`Script`, `Play`), well or badly.
 *
 * What it consists of is compiled once and kept, or its start would cost more
 * than the whole of many a test.
 */
import * as NodeModule from "node:module"

NodeModule.enableCompileCache()
await import("./Begin.ts")
