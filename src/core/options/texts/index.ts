// Texts: what is said of each option, in the order of docs/policy.md. Read by explain, by the table of that page and by the JSON Schema
// of files; an option without a text does not compile.
import type { PolicyOptions } from '../../../index.ts'
import { CALL_TEXTS } from './calls.ts'
import { RECOVERY_TEXTS } from './recovery.ts'
import type { TextsOf } from './text.ts'
import { TRIGGER_TEXTS } from './triggers.ts'

export { count, length, percent } from './lengths.ts'
export { TRIGGER_TITLES } from './triggers.ts'

export const OPTION_TEXTS: TextsOf<keyof PolicyOptions> = { ...TRIGGER_TEXTS, ...RECOVERY_TEXTS, ...CALL_TEXTS }
