import { describe, expect, it } from 'vitest'
import { printable } from '../../../src/core/rules/printable.ts'
import { describeReason } from '../../../src/index.ts'

const BIDI = ['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069']

describe('text of the user’s, made printable', () => {
  it('is left as it is where it can do no harm: accents, emoji, quotes, backslashes (R23)', () => {
    for (const text of ['', 'payments', 'Zürich "eu-west" \\ 日本 👩‍👩‍👧 ~ ¡', 'a'.repeat(200)]) {
      expect(printable(text)).toBe(text)
    }
  })

  it('stays in one line, and says what was escaped (R23)', () => {
    expect(printable('a\nb\r\tc')).toBe('a\\nb\\r\\tc')
    expect(printable('a\u2028b\u2029c\u0085d\u000be\u0000')).toBe('a\\u2028b\\u2029c\\u0085d\\u000be\\u0000')
  })

  it('sends a terminal no commands: neither C0, DEL nor C1 (R23)', () => {
    expect(printable('\u001b[2J\u007f\u0080\u009b31m\u009f')).toBe('\\u001b[2J\\u007f\\u0080\\u009b31m\\u009f')
  })

  it('does not turn the direction of what follows it (R23)', () => {
    for (const mark of BIDI) expect(printable(`a${mark}b`)).toMatch(/^a\\u[0-9a-f]{4}b$/)
  })

  it('holds no half of a character (R23)', () => {
    expect(printable('\ud83d a \ude00')).toBe('\\ud83d a \\ude00')
    expect(printable('ab😀c', 3)).toBe('ab…')
    expect(printable('ab😀c', 4)).toBe('ab😀…')
  })

  it('is cut after 200 characters, or as many as are asked for (R23)', () => {
    expect(printable('a'.repeat(201))).toBe(`${'a'.repeat(200)}…`)
    expect(printable('a'.repeat(200_000), 10)).toBe(`${'a'.repeat(10)}…`)
    expect(printable('\n'.repeat(300), 2)).toBe('\\n\\n…')
  })
})

describe('a trip message', () => {
  it('forges no line of a log (R08)', () => {
    expect(describeReason({ type: 'tripped', message: 'x\nERROR forged\u2028\u202e' })).toBe(
      'tripped: x\\nERROR forged\\u2028\\u202e',
    )
    expect(describeReason({ type: 'tripped', message: 'x'.repeat(5_000) }).length).toBeLessThan(220)
  })
})
