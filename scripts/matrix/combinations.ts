// Combinations: what the matrix tries. Of each range of peerDependencies in package.json, every part with the oldest version
// that it admits and with the newest: what users may install is what is tried.
import { readFileSync } from 'node:fs'
import { PLANS, type Plan } from './plans.ts'
import { RUNTIMES, type Runtime } from './runtimes.ts'

export interface Combination {
  /** As in `undici 6.20.0`, `undici ^6.20.0`. */
  readonly name: string
  /** A file of smoke/. */
  readonly smoke: string
  /** What is installed beside the tarball. */
  readonly packages: Readonly<Record<string, string>>
  readonly runtime: Runtime
  /** Whether declarations of others have mistakes of their own. */
  readonly skipLibCheck: boolean
}

const manifest = new URL('../../package.json', import.meta.url)
export const { peerDependencies: PEERS } = JSON.parse(readFileSync(manifest, 'utf8')) as {
  peerDependencies: Readonly<Record<string, string>>
}

/** As `^3.0.0 || ^4.0.0` has them, the oldest first. */
export function partsOf(range: string): string[] {
  return range.split(' || ').map((part) => {
    if (!/^\^\d+\.\d+\.\d+$/.test(part)) throw new Error(`the matrix takes ranges like ^1.2.3 || ^2.0.0, not ${range}`)
    return part
  })
}

/** Of each package those whose range it is: peers by package.json, others (without one) by their plan. */
export function rangeOf(name: string, { range = PEERS[name] }: Plan): string {
  if (range === undefined) throw new Error(`the matrix has a plan for ${name}, which is no peer`)
  return range
}

function combinationsOf(name: string, plan: Plan): Combination[] {
  return partsOf(rangeOf(name, plan)).flatMap((part) => {
    const oldest = part.slice(1)
    const { runtime = 'node 20', beside = {}, typesAreWrong = false } = plan.parts?.[part] ?? {}
    return [oldest, part].map((version) => ({
      name: `${name} ${version}`,
      smoke: plan.smoke,
      packages: { ...plan.beside, ...beside, ...plan.inStep?.(version), [name]: version },
      runtime,
      skipLibCheck: typesAreWrong,
    }))
  })
}

/** All peers at once, as those who install everything have them. */
function everything(name: string, runtime: Runtime, partOf: (parts: string[]) => string | undefined): Combination {
  const packages = Object.fromEntries(
    Object.entries(PEERS).map(([peer, range]) => [peer, partOf(partsOf(range)) ?? '']),
  )
  return { name, smoke: 'everything', packages, runtime, skipLibCheck: true }
}

export const COMBINATIONS: readonly Combination[] = [
  ...RUNTIMES.flatMap((runtime) =>
    ['core', 'fetch'].map((smoke) => ({
      name: `${runtime}: ${smoke}`,
      smoke,
      packages: {},
      runtime,
      skipLibCheck: false,
    })),
  ),
  ...Object.entries(PLANS).flatMap(([name, plan]) => combinationsOf(name, plan)),
  everything('every peer, the oldest majors', 'node 20', (parts) => parts[0]),
  everything('every peer, the newest', 'node 24', (parts) => parts.at(-1)),
]
