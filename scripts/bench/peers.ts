// The peers that are measured beside us: the newest versions, those that npm run conformance judges. They ask for a newer
// Node than ours needs, so they are no dependencies of this repository; they are installed when first measured.
import { importPeer, versionOf } from '../conformance/peer.ts'
import { installPeers } from '../conformance/run.ts'

interface Opossum {
  fire(): Promise<number>
  open(): void
}

interface Cockatiel {
  execute(fn: () => Promise<number>): Promise<number>
  isolate(): void
}

interface CockatielModule {
  readonly handleAll: unknown
  circuitBreaker(handled: unknown, options: { halfOpenAfter: number; breaker: unknown }): Cockatiel
  readonly ConsecutiveBreaker: new (failures: number) => unknown
  readonly SamplingBreaker: new (options: { threshold: number; duration: number }) => unknown
}

type OpossumConstructor = new (fn: () => Promise<number>, options: object) => Opossum

installPeers()
const { default: OpossumBreaker } = await importPeer<{ default: OpossumConstructor }>('opossum')
const { circuitBreaker, ConsecutiveBreaker, handleAll, SamplingBreaker } =
  await importPeer<CockatielModule>('cockatiel')

export const versions = `opossum ${versionOf('opossum')}, cockatiel ${versionOf('cockatiel')}`

export function makePeers(fn: () => Promise<number>) {
  const opossumOpen = new OpossumBreaker(fn, { timeout: false, resetTimeout: 3_600_000 })
  opossumOpen.open()
  const consecutive = () => new ConsecutiveBreaker(5)
  const cockatielOpen = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: consecutive() })
  cockatielOpen.isolate()
  return {
    opossum: new OpossumBreaker(fn, { timeout: false, volumeThreshold: 10 }),
    opossumOpen,
    cockatiel: circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: consecutive() }),
    cockatielSampling: circuitBreaker(handleAll, {
      halfOpenAfter: 30_000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    }),
    cockatielOpen,
  }
}
