// The mistakes that a policy is refused for.
import { expect } from 'vitest'
import { type Mistake, PolicyError, type PolicyOptions, resolvePolicy } from '../../src/index.ts'
import { thrownBy } from './calls.ts'

/** The mistakes that JavaScript, or a configuration file, may make. */
export function mistakesIn(options: unknown): readonly Mistake[] {
  const error = thrownBy(() => resolvePolicy(options as PolicyOptions))
  expect(error).toBeInstanceOf(PolicyError)
  expect(error).toMatchObject({ name: 'PolicyError', code: 'INVALID_POLICY' })
  return (error as PolicyError).mistakes
}
