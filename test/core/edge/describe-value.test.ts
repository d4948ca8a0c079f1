import { describe, expect, it } from 'vitest'
import { describeValue, quote } from '../../../src/core/edge/errors.ts'

class Thing {
  size = 1
}
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const badlyNamed = class {}
Object.defineProperty(badlyNamed, 'name', { value: 'a\nb' })

describe('a value in an error', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a number', -1.5, '-1.5'],
    ['NaN', Number.NaN, 'NaN'],
    ['a boolean', false, 'false'],
    ['a symbol', Symbol('secret'), 'symbol'],
    ['a bigint', 5n, 'bigint'],
    ['a function', () => 1, 'a function'],
    ['a class', Thing, 'a function'],
    ['an array', [1, 2], 'an array'],
    ['a promise', Promise.resolve(1), 'a promise (did you forget await?)'],
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    ['a thenable', { then() {} }, 'a promise (did you forget await?)'],
    // biome-ignore lint/suspicious/noThenProperty: that is what it is about
    ['a plan', { then: 'later' }, '{ then }'],
    ['a Map', new Map(), 'a value of class Map'],
    ['an instance', new Thing(), 'a value of class Thing'],
    ['an instance of a class named to forge', new badlyNamed(), 'a value of class a\\nb'],
    ['an empty object', {}, '{}'],
    ['an object', { a: 1, 'b\n': 2 }, '{ a, b\\n }'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), '{ a }'],
    ['an object with an own constructor', { constructor: { name: 'Fake' } }, '{ constructor }'],
    ['an object whose class has no name', Object.create({ constructor: { name: 5 } }, {}), '{}'],
    ['an object whose prototype is plain', Object.create(Object.create(null)), '{}'],
    ['8 keys', { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1 }, '{ a, b, c, d, e, f, g, h }'],
    ['9 keys', { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1 }, '{ a, b, c, d, e, f, g, h, … }'],
    ['a key that is long', { ['k'.repeat(100)]: 1 }, `{ ${'k'.repeat(80)}… }`],
    ['a revoked proxy', revoked.proxy, 'an object that cannot be read'],
  ])('is told in few words: %s (R50)', (_, value, words) => {
    expect(describeValue(value)).toBe(words)
  })

  it('that is text is quoted, in one line, and cut (R50)', () => {
    expect(describeValue('a "b"')).toBe('"a \\"b\\""')
    expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`)
    expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…"`)
    expect(quote('\n'.repeat(80)), 'escapes are not cut').toBe(`"${'\\n'.repeat(80)}"`)
    expect(quote('\u2028\u0085\u202e\ud800😀')).toBe('"\\u2028\\u0085\\u202e\\ud800😀"')
  })
})
