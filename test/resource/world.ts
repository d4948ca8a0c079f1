// A resource that is well or not as a test says, under a breaker on a virtual clock.
import { onTestFinished } from 'vitest'
import type { PolicyOptions, RegistryOptions } from '../../src/index.ts'
import {
  createResource,
  type HealthCheckContext,
  type RecoveryOptions,
  type ResourceOptions,
} from '../../src/resource/index.ts'
import { DOWN, errorOf, jobsDone, promiseOf } from '../support/calls.ts'
import { newRegistry } from '../support/registries.ts'

/** What answers `query`, and what checks are answered by. */
export class Pool {
  isUp = true
  queries = 0
  query(): Promise<string> {
    this.queries++
    return this.isUp ? Promise.resolve('rows') : Promise.reject(DOWN)
  }
}

export interface Told {
  readonly recovery?: RecoveryOptions | false
  readonly policy?: PolicyOptions
  readonly registry?: RegistryOptions
  readonly healthCheck?: ResourceOptions<Pool>['healthCheck']
}

/** No jitter, so that times can be told. */
export function newResource({ recovery = {}, policy, registry: options = {}, healthCheck }: Told = {}) {
  const { clock, registry } = newRegistry(options)
  const pool = new Pool()
  const signals: AbortSignal[] = []
  const checks = { count: 0 }
  const db = createResource({
    name: 'db',
    resource: pool,
    registry,
    policy: { failureThreshold: 1, successThreshold: 1, ...policy },
    recovery: recovery && { jitter: 0, ...recovery },
    healthCheck(given, context: HealthCheckContext) {
      checks.count++
      signals.push(context.signal)
      return healthCheck === undefined ? given.isUp : healthCheck(given, context)
    },
  })
  onTestFinished(() => void db.close())
  return {
    clock,
    registry,
    pool,
    db,
    checks,
    signals,
    /** Time passes, and what was set off by it comes to its end. */
    async pass(ms: number) {
      clock.advance(ms)
      await jobsDone()
    },
    /** A call that fails, whatever the pool is like after it. */
    async goDown() {
      pool.isUp = false
      await errorOf(db.execute(query))
    },
  }
}

export const query = (pool: Pool) => pool.query()

/** A check that ends when the test says so. */
export function heldCheck() {
  const answers: ReturnType<typeof promiseOf<unknown>>[] = []
  return {
    answers,
    check() {
      const answer = promiseOf<unknown>()
      answers.push(answer)
      return answer.promise
    },
  }
}
