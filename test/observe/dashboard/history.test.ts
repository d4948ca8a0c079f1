// What is remembered of transitions: so many of an endpoint, so many of all, and in their order, whatever of it has gone.
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { MOST_IN_ALL, MOST_OF_ENDPOINT, recordHistory } from '../../../src/observe/dashboard/history.ts'
import { createDashboard } from '../../../src/observe/dashboard/index.ts'
import { afterwards } from './support/serving.ts'

function remembered() {
  const registry = createRegistry()
  afterwards(() => registry.close())
  const history = recordHistory(registry)
  /** No more than so many, however they are linked. */
  const told = (since = 0) => history.since(since, 10).map(({ endpoint }) => endpoint)
  return { registry, history, told }
}

const LEAVING = [
  ['a'],
  ['b'],
  ['c'],
  ['a', 'b'],
  ['b', 'a'],
  ['a', 'c'],
  ['c', 'b'],
  ['b', 'c'],
  ['a', 'b', 'c'],
  ['c', 'b', 'a'],
]

describe('the transitions of three endpoints', () => {
  it.each(LEAVING.map((leaving) => [leaving]))(
    'of which %j are deleted are told in their order, with those after them',
    (leaving) => {
      const { registry, history, told } = remembered()
      for (const name of ['a', 'b', 'c']) registry.breaker(name).trip()
      for (const name of leaving) registry.delete(name)
      const left = ['a', 'b', 'c'].filter((name) => !leaving.includes(name))
      expect(told()).toEqual(left)
      const last = history.last()
      for (const name of ['d', 'e']) registry.breaker(name).trip()
      expect(told()).toEqual([...left, 'd', 'e'])
      expect(told(last)).toEqual(['d', 'e'])
      expect(leaving.map((name) => history.of(name))).toEqual(leaving.map(() => ({ transitions: [], isCut: false })))
      for (const name of [...left, 'd', 'e']) registry.delete(name)
      expect(told()).toEqual([])
      registry.breaker('f').trip()
      expect(told()).toEqual(['f'])
    },
  )

  it('are kept so many of each, the newest, and it is said that there were more', () => {
    const { registry, history } = remembered()
    const breaker = registry.breaker('a')
    for (let nth = 0; nth < MOST_OF_ENDPOINT; nth++) breaker[nth % 2 === 0 ? 'trip' : 'reset']()
    expect(history.of('a')).toMatchObject({ isCut: false, transitions: { length: MOST_OF_ENDPOINT } })
    breaker.trip()
    expect(history.of('a')).toMatchObject({ isCut: true, transitions: { length: MOST_OF_ENDPOINT } })
    expect(history.since(0, 100)).toEqual(history.of('a').transitions)
  })

  it('are kept so many of all, the newest', () => {
    const { registry, history } = remembered()
    for (const name of ['gone', 'oldest', 'gone, too']) registry.breaker(name).trip()
    // They take no room any more, and leave the oldest to be found.
    for (const name of ['gone', 'gone, too']) registry.delete(name)
    let nth = 0
    const next = () => registry.breaker(`${Math.floor(nth / 40)}`)[nth++ % 2 === 0 ? 'trip' : 'reset']()
    while (nth < MOST_IN_ALL - 1) next()
    expect(history.of('oldest').isCut).toBe(false)
    next()
    expect([history.of('oldest').isCut, history.of('0').isCut]).toEqual([true, false])
    next()
    expect(history.of('0')).toMatchObject({ isCut: true, transitions: { length: 39 } })
    expect(history.since(0, MOST_IN_ALL + 10)).toHaveLength(MOST_IN_ALL)
  })
})

describe('those who watch', () => {
  it('are a hundred at most; who leaves makes room for another', async () => {
    const registry = createRegistry()
    const dashboard = createDashboard(registry)
    afterwards(() => registry.close())
    afterwards(() => dashboard.close())
    const watch = () => dashboard.fetch(new Request('http://localhost/api/stream'))
    const watching = await Promise.all(Array.from({ length: 100 }, watch))
    expect(watching.every(({ status }) => status === 200)).toBe(true)
    expect((await watch()).status).toBe(503)
    await watching[7]?.body?.cancel()
    expect((await watch()).status).toBe(200)
    expect((await watch()).status).toBe(503)
  })
})
