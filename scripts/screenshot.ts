// npx tsx scripts/screenshot.ts: makes docs/dashboard.png, the picture of the README: the dashboard over a shop whose
// services fail in their ways, calls and answers being real, time too (three quarters of a minute). Needs /usr/bin/chromium.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { createRegistry, type PolicyOptions } from '../src/index.ts'
import { createDashboard } from '../src/observe/dashboard/index.ts'

const PICTURE = resolve(import.meta.dirname, '../docs/dashboard.png')
const LARGEST = 300 * 1024
const TRAFFIC_MS = 46_000

interface Service {
  readonly callsPerSecond: number
  readonly ms: number
  /** The share of calls that fail, `t` seconds after the start. */
  readonly failing: (t: number) => number
  readonly policy?: PolicyOptions
}

const POLICY: PolicyOptions = {
  failureThreshold: 8,
  failureRate: { threshold: 0.5, minimumCalls: 20, window: { calls: 40 } },
  slowCalls: { slowerThan: '120ms', threshold: 0.6, minimumCalls: 10, window: { time: '20s', buckets: 20 } },
  openTimeout: '6s',
  latencySampling: 1,
}
const HEALTHY = () => 0.004

const SERVICES: Record<string, Service> = {
  payments: { callsPerSecond: 24, ms: 38, failing: (t) => (t < 13 ? 0.03 : t < 23 ? 0.85 : t < 39 ? 0.05 : 0.8) },
  search: { callsPerSecond: 42, ms: 12, failing: HEALTHY },
  inventory: { callsPerSecond: 18, ms: 22, failing: () => 0.06 },
  mail: {
    callsPerSecond: 6,
    ms: 70,
    failing: (t) => (t > 20 ? 1 : 0),
    policy: { failureThreshold: 4, openTimeout: '9s' },
  },
  users: { callsPerSecond: 31, ms: 9, failing: HEALTHY },
  images: { callsPerSecond: 15, ms: 90, failing: () => 0.01 },
  shipping: { callsPerSecond: 9, ms: 55, failing: (t) => (t > 8 && t < 26 ? 1 : 0) },
  reviews: { callsPerSecond: 11, ms: 28, failing: HEALTHY },
  recommendations: { callsPerSecond: 20, ms: 47, failing: () => 0.12 },
  currency: { callsPerSecond: 5, ms: 6, failing: HEALTHY },
  tax: { callsPerSecond: 8, ms: 15, failing: HEALTHY },
  sessions: { callsPerSecond: 38, ms: 4, failing: HEALTHY },
  'legacy-erp': { callsPerSecond: 3, ms: 200, failing: HEALTHY },
  coupons: { callsPerSecond: 4, ms: 18, failing: () => 0.3 },
}

/** The same calls fail in every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

const registry = createRegistry({ policy: POLICY })
const dashboard = createDashboard(registry, { title: 'shop' })
const { url } = await dashboard.listen()
const begin = performance.now()
const timers = Object.entries(SERVICES).map(([name, { callsPerSecond, ms, failing, policy }], index) => {
  registry.breaker(name, { ...POLICY, ...policy })
  const random = randomOf(index + 7)
  return setInterval(() => {
    const isFailing = random() < failing((performance.now() - begin) / 1000)
    const takesMs = ms * (0.6 + random() * 0.9)
    const answer = async () => {
      await pause(takesMs)
      if (isFailing) throw new Error('503')
    }
    registry.call(name, answer).catch(() => undefined)
  }, 1000 / callsPerSecond)
})
registry.breaker('legacy-erp').isolate()
registry.breaker('coupons').disable()

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
  await page.goto(`${url}#/list?endpoint=payments`)
  await pause(TRAFFIC_MS)
  // Open, its last transition setting out along its edge for the second time, when all else has been drawn.
  const travelled = () =>
    page.evaluate<number>(`document.querySelector('.node-active[data-state=open]') === null ? 0 :
    document.querySelector('.travel-head')?.getAnimations()[0]?.currentTime ?? 0`)
  for (let at = 0; at < 1_250 || at > 1_450; at = await travelled()) await pause(30)
  await page.screenshot({ path: PICTURE })
} finally {
  await browser.close()
  for (const timer of timers) clearInterval(timer)
  await dashboard.close()
  await registry.close()
}
const { size } = statSync(PICTURE)
console.log(`${PICTURE}: ${size} bytes`)
if (size > LARGEST) throw new Error(`more than ${LARGEST} bytes`)
