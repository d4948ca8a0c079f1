// What is wrong in a file is told with its position, what was expected and the nearest option; all of it together.
import { describe, expect, it } from 'vitest'
import { ConfigError, parsePolicies } from '../../src/config/index.ts'
import { isBreakerError, PolicyError } from '../../src/index.ts'

function errorOf(text: string, env: Record<string, string> = {}): ConfigError {
  try {
    parsePolicies(text, { file: 'b.yaml', env })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('it was accepted')
}

/** `line:column path: expected, received`. */
function told(text: string, env: Record<string, string> = {}): string[] {
  return errorOf(text, env).mistakes.map(
    ({ line, column, path, expected, received }) => `${line}:${column} ${path}: ${expected}, ${received}`,
  )
}

describe('the mistakes of a file', () => {
  const text = [
    'default:',
    '  failure_treshold: 5',
    '  openTimeout: "30"',
    'db-*:',
    '  failureRate: { threshold: 2, windw: {} }',
    'mail: 7',
    '',
  ].join('\n')

  it('are told all together, with place, expectation, the nearest option and the line', () => {
    expect(errorOf(text).message).toBe(
      `6 mistakes in b.yaml:
  b.yaml:2:3: default.failure_treshold: expected an option (did you mean failure_threshold?), received an unknown key
     2 |   failure_treshold: 5
       |   ^^^^^^^^^^^^^^^^
  b.yaml:3:16: default.openTimeout: expected a duration above 0: milliseconds or a string such as '30s', received "30"
     3 |   openTimeout: "30"
       |                ^^^^
  b.yaml:5:16: db-*.failureRate.window: expected it to be given, received nothing
     5 |   failureRate: { threshold: 2, windw: {} }
       |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  b.yaml:5:29: db-*.failureRate.threshold: expected a share above 0 and at most 1, received 2
     5 |   failureRate: { threshold: 2, windw: {} }
       |                             ^
  b.yaml:5:32: db-*.failureRate.windw: expected an option (did you mean window?), received an unknown key
     5 |   failureRate: { threshold: 2, windw: {} }
       |                                ^^^^^
  b.yaml:6:1: mail: expected a policy: options and their values, or {}, received 7
     6 | mail: 7
       | ^^^^`,
    )
  })

  it('are an error of switchgear like that of any policy, and as JSON', () => {
    const error = errorOf(text)
    expect(error).toBeInstanceOf(PolicyError)
    expect(error.name).toBe('ConfigError')
    expect(isBreakerError(error, 'INVALID_POLICY')).toBe(true)
    expect(error.stack).toContain('b.yaml:2:3: default.failure_treshold')
    expect(JSON.parse(JSON.stringify(error)).mistakes[0]).toMatchObject({ file: 'b.yaml', line: 2, column: 3 })
  })

  it('are listed up to 20, and found up to 1,000', () => {
    const many = Array.from({ length: 1_500 }, (_, n) => `n${n}: { zzz: 1 }`).join('\n')
    const { mistakes, message } = errorOf(many)
    expect(mistakes).toHaveLength(1_000)
    expect(message.split('\n').filter((line) => /^ {2}b\.yaml/.test(line))).toHaveLength(20)
    expect(message).toContain('and 980 more')
  })

  it('show a part of a very long line', () => {
    const { mistakes } = errorOf(`{ "a": { "counting": "${'x'.repeat(500)}", "captureStack": 7, "timeout": "1s" } }`)
    expect(mistakes.map(({ frame }) => Math.max(...frame.split('\n').map((line) => line.length)))).toEqual([107, 107])
    expect(mistakes[1]?.frame).toMatch(/"captureStack": 7, "timeout": "1s" } }\n +\| +\^$/)
  })

  it('have their places without a byte order mark', () => {
    expect(told('\ufeffa: 5')).toEqual(['1:1 a: a policy: options and their values, or {}, 5'])
    expect(errorOf('\ufeffa: 5').mistakes[0]?.frame).toBe('   1 | a: 5\n     | ^')
  })

  it('of a window that two options share are one', () => {
    expect(told('a: { failure_rate_threshold: 0.5, failure_window: soon }')).toEqual([
      `1:51 a.failure_window: a duration above 0: milliseconds or a string such as '30s', "soon"`,
    ])
  })

  it('cannot forge a line of a log', () => {
    expect(errorOf('"a\\nb": 7').message).toContain('a\\nb: expected a policy')
  })
})

describe('a mistake', () => {
  it.each<[string, string, string[]]>([
    ['an empty file', '', ['1:1 : default, and names and patterns, each with a policy, an empty file']],
    ['comments only', '# nothing\n', ['1:1 : default, and names and patterns, each with a policy, an empty file']],
    ['a list', '[1]', ['1:1 : default, and names and patterns, each with a policy, a list']],
    ['a name without a policy', 'a:\nb: {}', ['1:1 a: a policy: options and their values, or {}, nothing']],
    [
      'an option without a policy',
      'openTimeout: 3s',
      ['1:1 openTimeout: a name; options are in a policy, as in default: { openTimeout: … }, an option'],
    ],
    [
      'a section that is none',
      'circuit_breaker: 5',
      ['1:1 circuit_breaker: default, and names and patterns, each with a policy, something else'],
    ],
    [
      'two sections',
      'circuit_breaker: {}\ncircuitBreaker: {}',
      ['2:1 circuitBreaker: one section of this name, another one'],
    ],
    ['a key twice', 'a: {}\nb: {}\na: {}', ['3:1 a: each key once, a key that is there already']],
    [
      'an option in both spellings',
      'a: { open_timeout: 1s, openTimeout: 2s }',
      ['1:24 a.openTimeout: each option once, in one spelling, openTimeout again'],
    ],
    [
      'an open time given by both its names',
      'circuit_breaker: { a: { open_timeout: 1s, timeout: 2s } }',
      ['1:43 circuit_breaker.a.timeout: each option once, in one spelling, openTimeout again'],
    ],
    [
      'a time limit given by both its names',
      'a: { timeout: 1s, call_timeout: 2s }',
      ['1:33 a.call_timeout: each option once, in one spelling, timeout again'],
    ],
    [
      'a function',
      'a: { is_failure: "x => true" }',
      ['1:6 a.is_failure: no functions in a file: give it in the code, as policy, one'],
    ],
    [
      '__proto__ as an option',
      '{ "a": { "__proto__": { "openTimeout": 1 } } }',
      [expect.stringMatching(/^1:10 a\.__proto__: one of .*, an unknown key$/) as unknown as string],
    ],
    [
      'a list as a value',
      'a: { open_timeout: [1] }',
      ["1:20 a.open_timeout: a duration above 0: milliseconds or a string such as '30s', an array"],
    ],
    [
      'a map as a value',
      'a: { open_timeout: { s: 1 } }',
      ["1:20 a.open_timeout: a duration above 0: milliseconds or a string such as '30s', { s }"],
    ],
    ['a value as a rule', 'a: { backoff: 5 }', ['1:15 a.backoff: an object: { factor, max, jitter }, 5']],
    [
      'options that contradict the default',
      'default: { backoff: { max: 1m } }\na: { open_timeout: 2m }',
      ['2:20 a.open_timeout: at most the backoff.max of 60000 ms, 120000 ms'],
    ],
    [
      'a contradiction with what only the default says',
      'default: { failure_window: 1m }\na: { failure_threshold: null }',
      ['2:1 a.failureWindow: failureThreshold beside it, or it counts for nothing, failureThreshold: null'],
    ],
    [
      'a rate without a window',
      'a: { failure_rate_threshold: 0.5 }',
      ['1:30 a.failure_rate_threshold: window_duration, failure_window or window_size beside it, none'],
    ],
    [
      'a rate of calls without their number',
      'a: { failure_rate_threshold: 0.5, window_type: count_based }',
      ['1:30 a.failure_rate_threshold: window_size beside it, none'],
    ],
    [
      'a rate as a whole and in parts',
      'a: { failure_rate: { threshold: 1, window: { calls: 9 } }, minimum_calls: 3 }',
      ['1:75 a.minimum_calls: a failure rate given as a whole or member by member, both'],
    ],
    [
      'a share that is none',
      'a: { failure_rate_threshold: 50, window_size: 9 }',
      ['1:30 a.failure_rate_threshold: a share above 0 and at most 1, 50'],
    ],
    [
      'more calls than the window holds',
      'a: { failure_rate_threshold: 1, window_size: 9, minimum_calls: 10 }',
      [
        '1:30 a.failure_rate_threshold: minimumCalls of at most window.calls, or it can never open, { threshold, minimumCalls, window }',
      ],
    ],
    ['a merge key of no map', 'a: { <<: 5 }', ['1:6 <<: a map, or a list of maps, something else']],
  ])('is %s', (_, text, expected) => {
    expect(told(text)).toEqual(expected)
  })

  it.each<[string, string, Record<string, string>, string]>([
    [
      'that is missing',
      `a:\n  timeout: \${T}`,
      {},
      `2:12 a.timeout: the environment variable T, or a default: \${T:-…}, none of this name`,
    ],
    [
      'that is inherited',
      `a:\n  timeout: \${constructor}`,
      {},
      `2:12 a.timeout: the environment variable constructor, or a default: \${constructor:-…}, none of this name`,
    ],
    [
      'without an end',
      `a:\n  timeout: \${T`,
      { T: '1s' },
      `2:12 a.timeout: a variable as in \${NAME} or \${NAME:-default}, "\${T"`,
    ],
    [
      'without a name',
      `a:\n  timeout: \${}`,
      {},
      `2:12 a.timeout: a variable as in \${NAME} or \${NAME:-default}, "\${}"`,
    ],
    [
      'without a unit',
      `a:\n  timeout: \${T}`,
      { T: '30' },
      `2:12 a.timeout: a duration above 0: milliseconds or a string such as '30s', "30" of \${T}`,
    ],
    [
      'that is no number',
      `a:\n  failure_threshold: \${N}`,
      { N: 'many' },
      `2:22 a.failure_threshold: a whole number of at least 1, "many" of \${N}`,
    ],
  ])('is a variable %s', (_, text, env, expected) => {
    expect(told(text, env)).toEqual([expected])
  })
})

describe('what is no YAML, or too much of it', () => {
  it.each<[string, string, RegExp]>([
    [
      'a tab as indentation',
      'a:\n\ttimeout: 1s',
      /2:1: expected YAML or JSON indented with spaces, received an error: Tabs/,
    ],
    ['a pattern without quotes', '*-db: {}', /1:7: .* a name that begins with \* is in quotes: '\*-db'/],
    [
      'a variable within braces without quotes',
      `a: { timeout: \${T} }`,
      /1:16: .* a variable within braces is in quotes/,
    ],
    ['several documents', 'a: {}\n---\nb: {}', /2:1: expected YAML or JSON of one document/],
    ['a tag', 'a: !!js/function "() => 1"', /1:18: expected no tag.*received the tag tag:yaml.org,2002:js\/function/],
    ['an alias of nothing', 'a: *b', /1:4: expected an anchor &b that ends before it/],
    ['an alias of itself', 'a: &a { backoff: *a }', /1:18: expected an anchor &a that ends before it/],
    ['a key that is a list', '? [a]\n: {}', /1:3: expected a key that is text/],
    ['an end that is missing', '{ "a": {', /1:9: expected YAML or JSON, received an error/],
  ])('is told of: %s', (_, text, message) => {
    expect(errorOf(text).message).toMatch(message)
  })

  it('as deep nesting is refused, soon', () => {
    for (const text of ['['.repeat(5_000), '{a: '.repeat(5_000)]) expect(errorOf(text).mistakes.length).toBe(1)
  })

  it('as aliases of aliases stays as small as the file', () => {
    const levels = Array.from(
      { length: 40 },
      (_, n) => `x-${n + 1}: &l${n + 1} { ${'abcdefghi'.replace(/./g, (key) => `${key}: *l${n}, `)} }`,
    )
    const bomb = `x-0: &l0 { open_timeout: 1s }\n${levels.join('\n')}\ncircuit_breaker: { default: *l0, a: *l40 }\n`
    expect(told(bomb)).toHaveLength(9)
  })

  it('as merge keys that unfold is refused', () => {
    const keys = Array.from({ length: 1_000 }, (_, n) => `k${n}: 1`).join(', ')
    const text = `x-a: &a { ${keys} }\ncircuit_breaker:\n${Array.from({ length: 200 }, (_, n) => `  n${n}: { <<: *a }\n`).join('')}`
    expect(errorOf(text).message).toMatch(/at most 100000 settings, aliases and merge keys unfolded/)
  })

  it('as aliases that are read over and over is refused, and a mistake in one is one', () => {
    const keys = Array.from({ length: 1_000 }, (_, n) => `k${n}: 1`).join(', ')
    const names = (count: number, what: string) =>
      Array.from({ length: count }, (_, n) => `  n${n}: ${what}\n`).join('')
    const text = (count: number, what: string) =>
      `x-a: &a { ${keys} }\nx-b: &b { zz: 1, max: 1h }\ncircuit_breaker:\n${names(count, what)}`
    expect(errorOf(text(200, '*a')).message).toContain('at most 100000 settings, aliases and merge keys unfolded')
    expect(told(text(9, '{ backoff: *b }'))).toHaveLength(1)
    expect(told('x: { backoff: &b { max: soon } }\ny: { backoff: *b }')).toHaveLength(1)
  })

  it('as more text than a file may have is refused', () => {
    expect(errorOf('#'.repeat(262_145)).message).toContain('it has 262145 bytes, and at most 262144 are read')
  })

  it('is refused before it is read where it is no text', () => {
    expect(() => parsePolicies(7 as never)).toThrow('parsePolicies(text): expected the text of a file, received 7')
    expect(() => parsePolicies('', { name: 'x' } as never)).toThrow('options.name: expected one of file, env')
    expect(() => parsePolicies('', { file: 7 as never })).toThrow('options.file: expected the name of a file')
    expect(() => parsePolicies('', { env: 'T=1' as never })).toThrow('options.env: expected an object of texts by name')
  })
})
