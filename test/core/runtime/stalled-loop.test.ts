// A real event loop that is blocked: late is the loop, not the answer. Real time and real sockets are the point here.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { acquire, errorOf } from '../../support/calls.ts'
import { run } from '../../support/processes.ts'
import { hear } from '../../support/registries.ts'

function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

function newHalfOpen(probeTimeout: number) {
  const registry = createRegistry({ policy: { openTimeout: 100_000, probeTimeout } })
  const breaker = registry.breaker('a')
  breaker.trip()
  breaker.probe()
  return { registry, breaker }
}

describe('after a stall of the event loop', () => {
  it('an answer that came in meanwhile counts, though its timeout or lease is over by then (R42)', async () => {
    const asAnswered = { called: 'answered', probed: 'closed', late: 0 }
    const { code, output } = await run('stalled-loop.ts')
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual({
      'in a timer': asAnswered,
      'in a check': asAnswered,
      'in a callback of I/O': asAnswered,
    })
  })

  it('a lease without an answer ends all the same, dated when it was due; nobody who looks ends it sooner (R42, R07)', async () => {
    const { registry, breaker } = newHalfOpen(100)
    const told = hear(registry, 'transition')
    acquire(breaker)
    block(400)
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.tryAcquire()).toBeUndefined()
    for (let waits = 0; waits < 100 && told.length === 0; waits++) await sleep(2)
    expect(breaker.state).toBe('open')
    expect(breaker.stats().retryAfterMs, 'it opened when the lease ended, before the stall was over').toBeLessThan(
      99_930,
    )
  })

  it('a timeout without an answer ends its call all the same (R42)', async () => {
    const call = createRegistry().call('a', () => new Promise<never>(() => {}), { timeout: 10 })
    block(60)
    expect(await errorOf(call)).toMatchObject({ code: 'CALL_TIMEOUT' })
  })
})
