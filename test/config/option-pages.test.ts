// The pages that are generated from the options: they say what the schema and the texts say.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { policyPage } from '../../scripts/option-pages.ts'

it('the tables of docs/policy.md are those of the options (npm run options)', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/policy.md'), 'utf8')
  expect(page).toBe(policyPage(page))
  expect(page).toContain('| `failureThreshold` | `5` | How many failures open the breaker. |')
  expect(page).toContain(
    '| `failureRate.minimumCalls`, `slowCalls.minimumCalls` | 10, or as many as the window holds |',
  )
})
