// A process whose guarded function aborts the caller's own signal and throws in the same breath.
import { createRegistry } from '../../src/index.ts'

const registry = createRegistry()
const controller = new AbortController()

function abortAndThrow(): never {
  controller.abort()
  throw new Error('own error')
}

try {
  await registry.call('a', abortAndThrow, { signal: controller.signal })
} catch (error) {
  console.log((error as Error).message)
}
