// What calls inside calls leave behind: nothing of those that have ended.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { Permit } from '../../../src/index.ts'
import { acquire, promiseOf } from '../../support/calls.ts'
import { newRegistry } from '../../support/registries.ts'

describe('calls of two breakers that each begin the next as they end', () => {
  it('are not kept by those that come after (R14)', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { registry } = newRegistry({ policy: { maxConcurrent: 1 } })
    const permits: WeakRef<Permit>[] = []
    const { promise: alive, resolve } = promiseOf<number>()
    const begin = (former?: Permit): void => {
      const permit = acquire(registry.breaker(permits.length % 2 === 0 ? 'a' : 'b'))
      permits.push(new WeakRef(permit))
      permit.run(() =>
        setImmediate(() => {
          if (permits.length < 40) begin(permit)
          else {
            collect()
            resolve(permits.filter((ref) => ref.deref() !== undefined).length)
          }
        }),
      )
      former?.success()
    }
    begin()
    expect(await alive).toBeLessThan(10)
  })
})
