// The last word on points that are gone.
import { expect, it } from 'vitest'
import { Farewells } from '../../../src/observe/opentelemetry/farewells.ts'

const point = (endpoint: string) => ({ series: { endpoint }, labels: {}, value: 1 })

it('a point that is gone is told of three times, and never beside one that is there', () => {
  const farewells = new Farewells()
  const both = [point('a'), point('b')]
  const a = [{ endpoint: 'a' }]
  expect(farewells.of(both)).toEqual([])
  expect(farewells.of([point('b')])).toEqual(a)
  expect(farewells.of(both)).toEqual([])
  for (const _ of [1, 2, 3]) expect(farewells.of([point('b')])).toEqual(a)
  expect(farewells.of([point('b')])).toEqual([])
})
