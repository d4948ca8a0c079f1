// FakeTime: what breakers on the system clock must do when a test fakes the time. It is also sent as text to Jest and
// node:test in processes of their own, so it uses nothing but its arguments.
import type { createRegistry } from '../../src/index.ts'

/** What `inFakeTime` gives if fake time is true time. */
export const AS_IN_TRUE_TIME = {
  retryAfterMs: 20_000,
  before: 'open',
  transitions: ['closed → open', 'open → halfOpen'],
  after: 'halfOpen',
  failureOfYesterday: 'closed',
  failuresOfToday: 'open',
  slow: 1,
  ended: 'CALL_TIMEOUT',
}

/** `pass` advances the fake time. */
export async function inFakeTime(create: typeof createRegistry, pass: (ms: number) => void) {
  const registry = create({ policy: { openTimeout: '30s' } })
  const payments = registry.breaker('payments')
  const transitions: string[] = []
  registry.on('transition', ({ endpoint, from, to }) => {
    if (endpoint === 'payments') transitions.push(`${from} → ${to}`)
  })
  payments.trip('test')
  pass(10_000)
  const { retryAfterMs } = payments.stats()
  pass(19_999)
  const before = payments.state
  pass(1)
  // Listeners hear of it after the timer; nobody has read the breaker's state in between.
  await Promise.resolve()
  const told = [...transitions]
  const after = payments.state

  const ledger = registry.breaker('ledger', { failureThreshold: 3, failureWindow: '10s' })
  ledger.recordFailure()
  ledger.recordFailure()
  pass(10_000)
  ledger.recordFailure()
  const failureOfYesterday = ledger.state
  ledger.recordFailure()
  ledger.recordFailure()
  const failuresOfToday = ledger.state

  const window = { calls: 10 }
  const mail = registry.breaker('mail', { slowCalls: { slowerThan: '1s', threshold: 0.5, minimumCalls: 10, window } })
  await mail.call(() => pass(1_000))
  await mail.call(() => pass(1_001))
  const { slow } = mail.stats().calls

  const hanging = mail.call(() => new Promise(() => {}), { timeout: '5s' }).catch(({ code }) => code)
  pass(5_000)
  const ended = await hanging
  registry.close()
  return { retryAfterMs, before, transitions: told, after, failureOfYesterday, failuresOfToday, slow, ended }
}
