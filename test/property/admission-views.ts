// Views: all who look at admissions, compared with one another and with what comes of the next call.
import { expect } from 'vitest'
import type { AdmissionStatus, EndpointStats, Registry } from '../../src/index.ts'
import type { Fate } from './admission-asked.ts'

/** What `admission()` has said is what came of the next call. */
export function agrees(name: string, said: AdmissionStatus, fate: Fate, mayWait: boolean): void {
  const { admits, refusedBy, share, permits, queue } = said
  const told = `${name}: ${JSON.stringify(said)}`
  const order = ['breaker', 'fleet', 'bulkhead', 'waits', 'runs']
  const by = refusedBy === 'operator' ? 'breaker' : String(refusedBy)
  if (admits === 'all') expect(fate, told).toBe('runs')
  // A gate before the one that refuses all may refuse some itself.
  else if (admits === 'none') expect(order.indexOf(fate), told).toBeLessThanOrEqual(order.indexOf(by))
  else if (permits === 0 && share === null) expect(fate, told).toBe(by)
  else if (permits === 0) expect(order.indexOf(fate), told).toBeLessThanOrEqual(order.indexOf(by))
  else if (queue !== null && share === null) expect(fate, told).toBe(mayWait ? 'waits' : 'bulkhead')
  else if (share === null) expect(fate, told).toBe('runs')
}

/** All who look are given one answer. */
export function checkViews(registry: Registry, name: string): void {
  const breaker = registry.breaker(name)
  const stats = breaker.stats()
  const { admission, state } = stats
  expect(breaker.admission()).toEqual(admission)
  expect(registry.list().find(({ endpoint }) => endpoint === name)).toEqual({
    endpoint: name,
    state,
    admission,
  })
  expect(registry.stats().find(({ endpoint }) => endpoint === name)).toEqual({ endpoint: name, ...stats })
  const { words, ...rest } = admission
  const ill = registry.health({ critical: ['*'] }).endpoints.find(({ endpoint }) => endpoint === name)
  if (admission.admits === 'all') expect(ill).toBeUndefined()
  else
    expect(ill).toMatchObject({
      state: rest.state,
      admits: rest.admits,
      refusedBy: rest.refusedBy,
      reason: words,
      retryAfterMs: rest.retryAfterMs,
    })
}

/** A reader of changes comes to each breaker that has other figures than when it came last. */
export class Reader {
  readonly #registry: Registry
  readonly #changes
  readonly #read = new Map<string, string>()

  constructor(registry: Registry) {
    this.#registry = registry
    this.#changes = registry.changes()
  }

  check(): void {
    const news = new Map(Array.from(this.#changes.read(), (stats) => [stats.endpoint, withoutTime(stats)]))
    for (const stats of this.#registry.stats()) {
      const now = withoutTime(stats)
      expect(news.get(stats.endpoint) ?? this.#read.get(stats.endpoint), 'changes()').toBe(now)
      this.#read.set(stats.endpoint, now)
    }
  }
}

/** What time alone changes is not told. */
function withoutTime(stats: EndpointStats): string {
  const { timeInState: _, retryAfterMs: __, admission, override, ...rest } = stats
  return JSON.stringify({
    ...rest,
    admission: { ...admission, retryAfterMs: 0 },
    override: { ...override, retryAfterMs: 0 },
  })
}
