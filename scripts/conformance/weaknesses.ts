// What the table does not show, since it is no requirement: where the others are better. What can be read off is read.
import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

const { version, dependencies }: Manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
const BROUGHT = Object.keys(dependencies).map((name) => `\`${name}\``)

export const WEAKNESSES: readonly string[] = [
  `Age: opossum, cockatiel, brakes and hystrixjs have run in production for years; this is ${version} and has not.`,
  `Weight: it brings ${BROUGHT.join(', ')}; cockatiel, opossum and mollitia have no dependencies.`,
  'Scope: no cache and no rate limiter, and retries are left to p-retry, got or cockatiel; mollitia and Effect bring them all.',
  'Unfolded (with an inspector attached) every outcome goes through the actor, at microseconds a call.',
  'Shared state (`switchgear/fleet`) is the youngest part: it has run on test machines only.',
  'The model that judges here is our own: a rule that we have got wrong, it gets wrong with us. Read the stories.',
]
