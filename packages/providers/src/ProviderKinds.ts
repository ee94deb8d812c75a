/**
 * The types of provider that need nothing but configuration.
 *
 * @stability unstable
 */
import * as ProviderAnthropic from "./ProviderAnthropic.ts"
import * as ProviderGoogle from "./ProviderGoogle.ts"
import type { ProviderKind } from "./ProviderKind.ts"
import * as ProviderOpenai from "./ProviderOpenai.ts"
import * as ProviderOpenaiCompatible from "./ProviderOpenaiCompatible.ts"

export const builtin: ReadonlyArray<ProviderKind> = [
  ProviderOpenai.kind,
  ProviderAnthropic.kind,
  ProviderGoogle.kind,
  ProviderOpenaiCompatible.kind
]
