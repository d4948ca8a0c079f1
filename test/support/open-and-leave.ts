// A process with an open breaker, and a half-open one whose probe never reports; then nothing to do.
import { createRegistry } from '../../src/index.ts'

const registry = createRegistry({
  policy: { openTimeout: '1h', probeTimeout: '1h' },
  snapshot: JSON.stringify({
    version: 1,
    breakers: [
      {
        endpoint: 'recovering',
        state: 'halfOpen',
        generation: 2,
        reason: { type: 'openTimeElapsed' },
        openForMs: null,
        remainingMs: null,
        openings: 1,
        evidence: { consecutiveFailures: 0, failures: 0, failureAgesMs: [], failureRate: null, slowCalls: null },
        calls: { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0, slow: 0 },
        timeInState: { closed: 0, open: 0, halfOpen: 0, forcedOpen: 0, disabled: 0 },
      },
    ],
  }),
})
registry.breaker('down').trip()
void registry.call('recovering', () => new Promise(() => {}))
console.log(registry.state('down'), registry.state('recovering'), registry.breaker('recovering').stats().calls.allowed)
