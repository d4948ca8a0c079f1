// Conventions: how the user's logger is called.

/** A logger's methods are named for its levels. */
export type LevelMethods = Readonly<Record<string, unknown>>
/** Calls a logger of this kind. */
export type Convention = 'pino' | 'winston' | 'console' | 'message'

export const CONVENTIONS: Readonly<Record<Convention, (message: string, fields: object) => unknown[]>> = {
  pino: (message, fields) => [fields, message],
  // With two arguments it would drop the fields of a message that contains %s, as a name may.
  winston: (message, fields) => [{ ...fields, message }],
  message: (message, fields) => [message, fields],
  // Its second argument would be printed over several lines.
  console: (message) => [message],
}

/** By what only they have: pino (also Fastify's logger) and bunyan; winston; a console. Most others take a message first. */
export function conventionOf(logger: LevelMethods): Convention {
  const has = (name: string) => typeof logger[name] === 'function'
  if (has('bindings') || (has('child') && has('addStream'))) return 'pino'
  if (has('configure') && has('add') && has('log')) return 'winston'
  return has('table') && has('group') ? 'console' : 'message'
}

/** Winston's levels after syslog have other names. */
const OTHER_NAMES: Readonly<Record<string, string>> = { warn: 'warning', debug: 'trace' }

/** The name of the logger's method for a level, or `undefined`. Methods change with pino's level, so they are not kept. */
export function methodFor(logger: LevelMethods, level: string): string | undefined {
  return [level, OTHER_NAMES[level]].find((name) => name !== undefined && typeof logger[name] === 'function')
}
