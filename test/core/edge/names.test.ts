import { describe, expect, it } from 'vitest'
import { acquire, errorOf, fail, rejected } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { hear, newRegistry, statesIn } from '../../support/registries.ts'

const NAMES = [
  '__proto__',
  'constructor',
  '',
  ' ',
  '*',
  'a.b.*',
  'xstate.stop',
  '#',
  '😀',
  '\ud800',
  '\0',
  'x'.repeat(10_000),
]
const short = (name: string) => JSON.stringify(name.length > 20 ? `${name.slice(0, 5)}… (${name.length})` : name)

describe('a name', () => {
  for (const name of NAMES) {
    it(`may be ${short(name)}: it opens, probes, crashes, is saved, deleted and made anew (R23)`, async () => {
      const { clock, registry } = newRegistry({ policy: { failureThreshold: 1, successThreshold: 1 } })
      const restarted = hear(registry, 'restarted')
      const breaker = registry.breaker(name)
      await fail(breaker)
      expect((await rejected(breaker)).endpoint).toBe(name)
      await crash(breaker)
      expect(restarted.map(({ endpoint }) => endpoint)).toEqual([name])
      expect(statesIn(registry)).toEqual([{ endpoint: name, state: 'open' }])
      const saved = JSON.stringify(registry.snapshot())
      expect(newRegistry({ snapshot: saved }).registry.state(name)).toBe('open')
      clock.advance(30_000)
      acquire(breaker).success()
      expect(registry.state(name)).toBe('closed')
      expect(registry.delete(name)).toBe(true)
      expect(registry.has(name)).toBe(false)
      expect(await registry.call(name, () => 'ok')).toBe('ok')
    })
  }

  it('is only itself: similar names are other breakers (R23)', () => {
    const { registry } = newRegistry()
    for (const name of NAMES) registry.breaker(name).trip()
    expect(registry.list()).toHaveLength(NAMES.length)
    for (const other of ['toString', 'a.b.c', '😁', 'hasOwnProperty', 'x'.repeat(9_999), '\ud801', '  ']) {
      expect(registry.state(other)).toBe('closed')
      expect(registry.has(other)).toBe(false)
    }
  })

  it('may be that of anything in a policy by name (R23)', () => {
    const policies = JSON.parse('{ "__proto__": { "failureThreshold": 3 }, "constructor": { "failureThreshold": 4 } }')
    const { registry } = newRegistry({ policies })
    const thresholds = ['__proto__', 'constructor', 'toString'].map(
      (name) => registry.breaker(name).policy.failureThreshold,
    )
    expect(thresholds).toEqual([3, 4, 5])
  })

  it('of 10,000 characters does not fill the log (R23)', async () => {
    const { registry } = newRegistry()
    const breaker = registry.breaker('x'.repeat(10_000))
    breaker.trip()
    expect((await rejected(breaker)).message.length).toBeLessThan(200)
  })

  for (const wrong of [42, undefined, null, {}, Symbol('a'), ['a']]) {
    it(`is a string: ${typeof wrong} ${String(wrong)} is refused, and makes no breaker (R50)`, async () => {
      const { registry } = newRegistry()
      const name = wrong as string
      const mistake = { name: 'ArgumentError', code: 'INVALID_ARGUMENT', message: expect.stringContaining('a string') }
      let ran = false
      const fn = () => {
        ran = true
      }
      expect(await errorOf(registry.call(name, fn))).toMatchObject(mistake)
      expect(ran).toBe(false)
      expect(() => registry.breaker(name)).toThrow('name: expected a string')
      expect(() => registry.breaker(name, {})).toThrow('name: expected a string')
      expect(() => registry.configure(name, {})).toThrow('name: expected a string')
      expect(registry.list()).toEqual([])
      expect([registry.state(name), registry.has(name), registry.delete(name)]).toEqual(['closed', false, false])
    })
  }
})
