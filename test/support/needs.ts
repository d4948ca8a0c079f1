// Needs: programs that some tests use and npm does not install. A test whose program is not there is skipped with a line
// that says how to get it; where everything must be there (CI) that is a failure: see vitest.config.ts.
import { existsSync, readdirSync } from 'node:fs'

export interface Need {
  /** `null`: it is not there. */
  readonly path: string | null
  /** What to tell who skips a test for the want of it. */
  readonly missing: string
}

/** A program at this place, and the command that installs it. */
export function needs(path: string, install: string): Need {
  return { path: existsSync(path) ? path : null, missing: `needs ${path}: ${install}` }
}

export const chromium = needs('/usr/bin/chromium', 'apt-get install chromium')
export const prometheus = needs('/usr/bin/prometheus', 'apt-get install prometheus')
export const promtool = needs('/usr/bin/promtool', 'apt-get install prometheus')
export const redisServer = needs('/usr/bin/redis-server', 'apt-get install redis-server')
export const openssl = needs('/usr/bin/openssl', 'apt-get install openssl')
export const postgres = needs(newestPostgres(), 'apt-get install postgresql')

/** Debian keeps the programs of each version apart. */
function newestPostgres(): string {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  const [newest = '*'] = versions.toSorted((one, other) => Number(other) - Number(one))
  return `/usr/lib/postgresql/${newest}/bin/postgres`
}
