// The last word on points that are gone.
import { expect, it } from 'vitest'
import { StalePoints } from '../../../src/observe/opentelemetry/stale-points.ts'

const point = (endpoint: string) => ({ series: { endpoint }, labels: {}, value: 1 })

it('a point that is gone is told of three times, and never beside one that is there', () => {
  const stale = new StalePoints()
  const both = [point('a'), point('b')]
  const a = [{ endpoint: 'a' }]
  expect(stale.of(both)).toEqual([])
  expect(stale.of([point('b')])).toEqual(a)
  expect(stale.of(both)).toEqual([])
  for (const _ of [1, 2, 3]) expect(stale.of([point('b')])).toEqual(a)
  expect(stale.of([point('b')])).toEqual([])
})
