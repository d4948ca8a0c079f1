// A process that awaits a call which nothing but its timeout can end, beside an open breaker.
import { createRegistry } from '../../src/index.ts'

const registry = createRegistry({ policy: { openTimeout: '1h' } })
registry.breaker('down').trip()
try {
  await registry.call('a', () => new Promise(() => {}), { timeout: 20 })
} catch (error) {
  console.log((error as { code: string }).code)
}
