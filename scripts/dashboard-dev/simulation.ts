// Simulation: a registry under traffic, with endpoints that each have their own way of failing. Nothing is left to chance
// but which call fails: a page can be worked on, measured and photographed with it.
import { createRegistry, type Registry } from '../../src/index.ts'

const SERVICES = ['payments', 'search', 'mail', 'images', 'users', 'stock', 'prices', 'reviews', 'geo', 'tax']
const PLACES = ['eu-1', 'eu-2', 'us-1', 'us-2', 'ap-1']
/** One in so many endpoints is called in each round, once there are many. */
const CALLS_A_ROUND = 400
const ROUND_MS = 100

/** How an endpoint fares, by its number: the share of calls that fail, and how long calls take, `t` s after the start. */
const WAYS: readonly ((t: number) => { readonly failing: number; readonly ms: number })[] = [
  () => ({ failing: 0.005, ms: 8 }),
  () => ({ failing: 0.02, ms: 25 }),
  (t) => ({ failing: t % 60 < 20 ? 0.9 : 0.01, ms: 12 }),
  (t) => ({ failing: 0.02, ms: t % 45 < 15 ? 180 : 20 }),
  (t) => ({ failing: Math.max(0, Math.sin(t / 10)) * 0.6, ms: 15 }),
  (t) => ({ failing: t % 90 < 70 ? 0 : 1, ms: 5 }),
]

export interface Simulation {
  readonly registry: Registry
  readonly names: readonly string[]
  stop(): void
}

export function createSimulation(endpoints: number, { isQuiet = false } = {}): Simulation {
  const registry = createRegistry({
    policy: {
      failureThreshold: 8,
      failureRate: { threshold: 0.5, minimumCalls: 10, window: { time: '20s', buckets: 20 } },
      slowCalls: { slowerThan: '100ms', threshold: 0.6, minimumCalls: 10, window: { calls: 30 } },
      openTimeout: '6s',
      backoff: { factor: 2, max: '40s', jitter: 0.2 },
      halfOpenMaxCalls: 2,
      timeout: '2s',
      latencySampling: 2,
    },
    policies: {
      'mail*': { failureWindow: '30s', failureThreshold: 6, failureRate: null, slowCalls: null },
      'geo*': { failureRate: { threshold: 0.4, minimumCalls: 20, window: { calls: 60 } } },
    },
  })
  const names = Array.from({ length: endpoints }, (_, index) => nameOf(index))
  for (const name of names) registry.breaker(name)
  if (endpoints > 12) {
    registry.breaker(names[10] ?? '').isolate()
    registry.breaker(names[11] ?? '').disable()
  }
  const start = performance.now()
  let next = 0
  const round = () => {
    const t = (performance.now() - start) / 1000
    for (let count = Math.min(names.length, CALLS_A_ROUND); count > 0; count--) {
      const index = next++ % names.length
      void callOne(registry, names[index] ?? '', WAYS[index % WAYS.length]?.(t + index) ?? { failing: 0, ms: 1 })
    }
  }
  const timer = isQuiet ? undefined : setInterval(round, ROUND_MS)
  return { registry, names, stop: () => clearInterval(timer) }
}

async function callOne(
  registry: Registry,
  name: string,
  { failing, ms }: { failing: number; ms: number },
): Promise<void> {
  const call = () =>
    new Promise<string>((resolve, reject) => {
      const isFailing = Math.random() < failing
      const takes = ms * (0.5 + Math.random() * Math.random() * 2)
      setTimeout(() => (isFailing ? reject(new Error('unavailable')) : resolve('ok')), takes)
    })
  await registry.call(name, call).catch(() => {})
}

function nameOf(index: number): string {
  if (index === 20) return '<img src=x onerror=alert(1)>'
  if (index === 21) return `long-${'x'.repeat(10_000)}`
  if (index === 22) return 'שלום\u202egnp.exe'
  if (index === 23) return ''
  const service = SERVICES[index % SERVICES.length]
  const place = PLACES[Math.floor(index / SERVICES.length) % PLACES.length]
  const number = Math.floor(index / (SERVICES.length * PLACES.length))
  return number === 0 ? `${service}.${place}` : `${service}.${place}.${number}`
}
