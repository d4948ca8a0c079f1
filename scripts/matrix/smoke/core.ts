// The core on a runtime or in a browser: opens, times out, probes, closes; and an open breaker keeps no process alive.
import { createRegistry } from 'switchgear'
import { codeOf, same, smoke } from './check.js'

smoke(async () => {
  const policy = { failureThreshold: 2, successThreshold: 1, openTimeout: '500ms', timeout: '100ms' } as const
  const registry = createRegistry({ policy })
  const told: string[] = []
  registry.on('transition', ({ from, to }) => void told.push(`${from} → ${to}`))
  const down = () => registry.call('payments', () => Promise.reject(new TypeError('down')))
  told.push(String(await codeOf(down())))
  told.push(String(await codeOf(registry.call('payments', () => new Promise(() => {})))))
  told.push(String(await codeOf(registry.call('payments', () => 1))))
  while (registry.state('payments') === 'open') await new Promise((resolve) => setTimeout(resolve, 20))
  told.push(await registry.call('payments', () => 'up'))
  same('what happened', told, [
    'TypeError: down',
    'closed → open',
    'CALL_TIMEOUT',
    'BREAKER_OPEN',
    'open → halfOpen',
    'halfOpen → closed',
    'up',
  ])
  registry.breaker('ledger', { openTimeout: '1h' }).trip('the process ends all the same')
})
