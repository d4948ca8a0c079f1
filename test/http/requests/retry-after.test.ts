// How long a server asks to be left alone: what is heeded of it, and what is not.
import { describe, expect, it } from 'vitest'
import { mayAskForTime, openTimeOf } from '../../../src/http/requests/index.ts'

const NOW = Date.UTC(1994, 10, 6, 8, 49, 37)
const LONGEST = 300_000

function asked(retryAfter: string | null, date: string | null = null) {
  const headers: Readonly<Record<string, string | null>> = { 'retry-after': retryAfter, date }
  return openTimeOf((name) => headers[name], LONGEST, NOW)
}

describe('Retry-After', () => {
  it.each([
    ['1', 1_000],
    ['120', 120_000],
    [' 007 ', 7_000],
    ['301', LONGEST],
    ['9'.repeat(400), LONGEST],
    ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
    ['Sunday, 06-Nov-94 08:50:37 GMT', 60_000],
    ['Sun Nov  6 08:50:37 1994', 60_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', LONGEST],
  ])('of %s is heeded', (text, ms) => {
    expect(asked(text)).toBe(ms)
  })

  it.each([
    [null],
    [''],
    ['0'],
    ['-1'],
    ['1e99'],
    ['1.5'],
    ['+1'],
    ['0x10'],
    ['Infinity'],
    ['NaN'],
    ['soon'],
    ['10, 20'],
    ['１２'],
    ['2099'.padStart(5, '-')],
    ['2099-01-01T00:00:00Z'],
    ['Sun, 06 Nov 1994 08:49:36 GMT'],
    ['Sun, 99 Foo 1994 08:50:37 GMT'],
    ['Sun, 06 Nov 1994 08:50:37 GMT\r\nx-evil: 1'],
  ])('of %j is not', (text) => {
    expect(asked(text)).toBeUndefined()
  })

  it.each([200, 302, 400, 404, 500, 502, 504])('of a %i is not, for another thing is meant or nothing', (status) => {
    expect(mayAskForTime(status)).toBe(false)
  })

  it.each([429, 503])('of a %i is', (status) => {
    expect(mayAskForTime(status)).toBe(true)
  })

  it('as a date counts from the date of the server, whose clock may be wrong', () => {
    const text = 'Tue, 01 Jan 2030 00:01:00 GMT'
    expect(asked(text, 'Tue, 01 Jan 2030 00:00:00 GMT')).toBe(60_000)
    expect(asked(text, 'nonsense')).toBe(LONGEST)
  })
})
