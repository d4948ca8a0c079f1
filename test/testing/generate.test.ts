// switchgear-generate as it is installed: what it writes is run, against a service that is right and one that is not.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createWorkshop, type Workshop } from './generated.ts'

let workshop: Workshop
let number = 0
/** A name of its own for each test: files and drivers are not overwritten. */
let name: string
beforeAll(() => {
  workshop = createWorkshop()
  workshop.write('policy.json', '{ "failureThreshold": 2, "openTimeout": "10s" }')
})
beforeEach(() => {
  name = `service${++number}`
})
afterAll(() => workshop?.dispose())

const read = (file: string) => readFileSync(join(workshop.folder, file), 'utf8')
const has = (file: string) => existsSync(join(workshop.folder, file))

describe('the tests it writes, with the driver it writes', () => {
  const ways = [
    ['vitest', 'ts'],
    ['vitest', 'js'],
    ['node', 'ts'],
    ['node', 'mjs'],
  ] as const

  it.each(ways)(
    'pass for a service that is right, and fail for one that swallows errors: %s, .%s',
    (runner, ending) => {
      const file = `${name}.test.${ending}`
      const driver = `./${name}.${ending === 'mjs' ? 'mjs' : 'js'}`
      const args = ['--policy', 'policy.json', '--runner', runner, '--driver', driver, '--out', file]
      const { status, stderr } = workshop.generate(...args)
      expect([status, stderr]).toEqual([0, expect.stringContaining(`run it with: `)])
      expect(workshop.lint(file, `${name}.${ending}`)).toMatchObject({ status: 0 })

      const right = workshop.runTests(runner, file)
      expect(right).toMatchObject({ status: 0 })
      expect(right.output).toMatch(/(pass 15$|15 passed)/m)

      const filledIn = read(`${name}.${ending}`)
      const wrong = filledIn.replace(
        'breaker.call(() => upstream())',
        'breaker.call(() => upstream().catch(() => undefined))',
      )
      expect(wrong).not.toBe(filledIn)
      workshop.write(`${name}.${ending}`, wrong)
      const { status: failed, output } = workshop.runTests(runner, file)
      expect(failed).toBe(1)
      expect(output).toMatch(/(fail \d+$|\d+ failed)/m)
      expect(output).toContain('it opens')
    },
  )

  it.each(['ts', 'mjs'])('pass with every step there is, which the driver then has: .%s', (ending) => {
    workshop.write('report.json', '{ "failureThreshold": 2, "openTimeoutFrom": "lastFailure" }')
    const driver = `./${name}.${ending === 'mjs' ? 'mjs' : 'js'}`
    const file = `${name}.test.${ending}`
    const every = ['--commands', 'all', '--results', 'all']
    workshop.generate('--policy', 'report.json', '--runner', 'node', ...every, '--driver', driver, '--out', file)
    expect(workshop.lint(file, `${name}.${ending}`)).toMatchObject({ status: 0 })
    expect(workshop.runTests('node', file)).toMatchObject({ status: 0 })
  })

  it('compile as strict TypeScript, the driver too', () => {
    workshop.generate('--driver', `./${name}.js`, '--out', `${name}.test.ts`)
    workshop.generate('--driver', `./${name}-js.js`, '--out', `${name}-js.test.js`)
    expect(
      workshop.compile({ noUnusedLocals: true, noUnusedParameters: true, noImplicitAny: true, checkJs: false }),
    ).toBe('')
  })

  it('for Jest are those for vitest, but for the import', () => {
    const [jest, vitest] = ['jest', 'vitest'].map(
      (runner) => workshop.generate('--runner', runner, '--name', 'mine').stdout,
    )
    const importsAndTests = (text = '') => text.slice(text.indexOf('\nimport '))
    expect(jest).toContain("from '@jest/globals'")
    expect(importsAndTests(jest).split('\n').toSorted()).toEqual(
      importsAndTests(vitest).replace("'vitest'", "'@jest/globals'").split('\n').toSorted(),
    )
  })

  it('go to standard output when no file is named, and nothing is written', () => {
    const { stdout, status } = workshop.generate('--policy', 'policy.json', '--name', 'payments')
    expect([status, stdout]).toEqual([0, expect.stringContaining("describe('payments', () => {")])
    expect(has('breaker-driver.ts')).toBe(false)
  })

  it('hold more with more steps to take, and cover what is asked for', () => {
    const tests = (...args: string[]) => workshop.generate(...args).stdout.match(/^ {2}test\(/gm)?.length ?? 0
    const few = tests('--policy', 'policy.json')
    expect(few).toBe(15)
    expect(tests('--policy', 'policy.json', '--coverage', 'transitions')).toBeLessThan(few)
    expect(tests('--policy', 'policy.json', '--no-stalls')).toBeLessThan(few)
    expect(tests('--policy', 'policy.json', '--max-length', '15')).toBeGreaterThan(few)
    expect(tests('--policy', 'policy.json', '--commands', 'all', '--results', 'all')).toBeGreaterThan(few)
    expect(workshop.generate('--commands', 'trip,reset').stdout).toContain("await breaker.command('trip')")
    expect(workshop.generate('--commands', 'trip,reset').stdout).not.toContain("'isolate')")
    expect(workshop.generate('--max-in-flight', '1').stdout).not.toBe(workshop.generate().stdout)
  })
})

describe('the line that says how to run it', () => {
  it.each([
    ['node', 'mjs', 'node --test'],
    ['node', 'ts', 'node --import tsx --test'],
    ['mocha', 'mjs', 'npx mocha'],
    ['mocha', 'mts', 'NODE_OPTIONS=--import=tsx npx mocha'],
    ['vitest', 'mts', 'npx vitest run'],
  ])('names the file as it was asked for: %s, .%s', (runner, ending, command) => {
    const file = `${name}.test.${ending}`
    workshop.generate('--runner', runner, '--no-driver', '--out', file)
    expect(read(file)).toContain(`// Run it with: ${command} ${file}\n`)
  })

  it('does not tell where it lies on this machine', () => {
    workshop.generate('--no-driver', '--out', join(workshop.folder, `${name}.test.mjs`))
    expect(read(`${name}.test.mjs`)).toContain(`// Run it with: node --test ${name}.test.mjs\n`)
  })
})

it('tests for mocha are those for node:test, but for the import and the name of a test', () => {
  const [mocha, node] = ['mocha', 'node'].map(
    (runner) => workshop.generate('--runner', runner, '--name', 'mine').stdout,
  )
  const tests = (text = '') => text.slice(text.indexOf("describe('mine'"))
  expect(mocha).toContain("import { afterEach, beforeEach, describe, it } from 'mocha'")
  expect(mocha).toContain("import assert from 'node:assert/strict'")
  expect(tests(mocha)).toBe(tests(node).replaceAll(/^ {2}test\(/gm, '  it('))
})

it('a large policy: what the search left out is told, in the file and beside it; --exact leaves nothing out', () => {
  workshop.write(
    'rate.json',
    '{ "failureThreshold": null, "failureRate": { "threshold": 0.5, "window": { "calls": 100 } } }',
  )
  const { stdout, stderr } = workshop.generate('--policy', 'rate.json')
  expect(stdout).toContain('// What the search for these tests left out:\n//   many calls')
  expect(stderr).toContain('the policy is large')
  workshop.write(
    'small.json',
    '{ "failureThreshold": null, "failureRate": { "threshold": 0.5, "minimumCalls": 5, "window": { "calls": 5 } } }',
  )
  expect(workshop.generate('--policy', 'small.json').stdout).toContain('left out')
  const exact = workshop.generate('--policy', 'small.json', '--exact')
  expect([exact.status, exact.stdout.includes('left out')]).toEqual([0, false])
})

describe('the driver to fill in', () => {
  it.each([
    ['js', 'js'],
    ['ts', 'ts'],
  ])('is left alone when there is one (.%s)', (_, ending) => {
    workshop.write(`${name}.${ending}`, '// mine\n')
    workshop.generate('--driver', `./${name}.js`, '--out', `${name}.test.ts`)
    expect(read(`${name}.${ending}`)).toBe('// mine\n')
    expect(has(`${name}.${ending === 'ts' ? 'js' : 'ts'}`)).toBe(false)
    workshop.write(`${name}.${ending}`, 'export const driver = {}\n')
  })

  it('is not written with --no-driver, nor for a driver in a package', () => {
    workshop.generate('--no-driver', '--driver', `./${name}.js`, '--out', `${name}.test.js`)
    workshop.generate('--driver', name, '--out', `${name}-package.test.js`)
    expect([has(`${name}.js`), has(name)]).toEqual([false, false])
    expect(read(`${name}-package.test.js`)).toContain(`from '${name}'`)
  })
})

describe('a package without "type": "module"', () => {
  const remark = 'package.json has no "type": "module"'
  beforeAll(() => workshop.write('common/package.json', '{}'))

  it('is told to name the file .mjs, where Node would take it for CommonJS', () => {
    const remarks = (...args: string[]) => workshop.generate('--no-driver', ...args).stderr
    expect(remarks('--out', 'common/a.test.js')).toContain(remark)
    expect(remarks('--out', 'common/b.test.ts', '--runner', 'jest')).toContain(remark)
    expect(remarks('--out', 'common/c.test.ts', '--runner', 'vitest')).not.toContain(remark)
    expect(remarks('--out', `${name}.test.js`)).not.toContain(remark)
  })

  it('gets a driver .mjs beside a file .mjs, and they run', () => {
    expect(workshop.generate('--out', 'common/d.test.mjs').stderr).not.toContain(remark)
    expect(has('common/breaker-driver.mjs')).toBe(true)
    expect(workshop.runTests('node', 'common/d.test.mjs')).toMatchObject({ status: 0 })
  })
})

describe('--out', () => {
  it('overwrites nothing without --force', () => {
    workshop.write(`${name}.test.js`, '// mine\n')
    const { status, stderr } = workshop.generate('--out', `${name}.test.js`)
    expect([status, read(`${name}.test.js`), stderr]).toEqual([2, '// mine\n', expect.stringContaining('--force')])
    expect(workshop.generate('--out', `${name}.test.js`, '--force').status).toBe(0)
    expect(read(`${name}.test.js`)).toContain(`describe('${name}'`)
  })
})

it('--help says all there is, and that is all it does', () => {
  const { status, stdout, stderr } = workshop.generate('--help')
  expect([status, stderr]).toEqual([0, ''])
  for (const option of [
    'policy',
    'runner',
    'coverage',
    'max-length',
    'max-in-flight',
    'exact',
    'driver',
    'out',
    'force',
  ]) {
    expect(stdout).toContain(`--${option} `)
  }
})

it('a timeout in the policy is left out, and that is said', () => {
  workshop.write('timeout.json', '{ "timeout": "1s" }')
  const { stdout, stderr } = workshop.generate('--policy', 'timeout.json')
  expect(stderr).toContain('timeout is left out')
  expect(stdout).toContain('const policy: PolicyOptions = {}')
})

describe('a mistake is told in one line, and ends it with 2', () => {
  it.each([
    [
      'an unknown option',
      ['--polcy', 'p.json'],
      'options: expected --policy, or another option of --help, received "--polcy"',
    ],
    ['an unknown option like no other', ['--zzzzzzzz'], 'options: expected --policy, --runner, --coverage'],
    ['an option without its value', ['--policy'], "'--policy <value>' argument missing"],
    ['an argument without an option', ['p.json'], "Unexpected argument 'p.json'"],
    [
      'a policy that is not there',
      ['--policy', 'none.json'],
      '--policy: expected a file of JSON that exists, received "none.json"',
    ],
    ['a policy that is a folder', ['--policy', '.'], '--policy: expected a file of JSON, not a folder, received "."'],
    ['a policy that is not JSON', ['--policy', 'broken.json'], 'broken.json is not JSON'],
    ['a policy that is wrong', ['--policy', 'wrong.json'], 'failureTreshold: expected one of failureThreshold'],
    [
      'a policy that is no object',
      ['--policy', 'list.json'],
      'list.json: expected a policy, as an object, received an array',
    ],
    ['a policy that is null', ['--policy', 'null.json'], 'null.json: expected a policy, as an object, received null'],
    ['a runner', ['--runner', 'ava'], 'expected vitest, jest, node, mocha, received "ava"'],
    ['a coverage', ['--coverage', 'all'], 'coverage: expected states, transitions, transitionPairs, simple'],
    ['a length', ['--max-length', 'ten'], 'maxLength: expected a whole number of at least 1'],
    ['a number of calls', ['--max-in-flight', '0'], 'maxInFlight: expected a whole number of at least 1'],
    ['a command', ['--commands', 'explode'], '--commands: expected all, none, or a list of trip,probe,reset'],
    ['a result', ['--results', 'succeed,explode'], '--results: expected all, none, or a list of succeed'],
    ['a file of another kind', ['--out', 'tests.py'], '--out: expected a file ending in .ts'],
    [
      'a folder that is not there',
      ['--out', 'none/a.test.ts'],
      '--out: expected a file in a folder that exists (make none first), received "none/a.test.ts"',
    ],
    ['a folder that is a file', ['--out', 'policy.json/a.test.ts'], '--out: expected a file in a folder that exists'],
    ['a folder for the file', ['--out', 'folder.ts'], '--out: expected a file, not a folder, received "folder.ts"'],
    [
      'a folder of the driver that is not there',
      ['--driver', './none/d.js', '--out', 'a.test.ts'],
      '--driver: expected a file in a folder that exists',
    ],
    ['a threshold that no path can hold', ['--policy', 'huge.json'], 'failureThreshold: expected at most 1000'],
  ])('%s', (_, args, message) => {
    workshop.write('broken.json', '{')
    workshop.write('folder.ts/inside', '')
    workshop.write('huge.json', '{ "failureThreshold": 5000 }')
    workshop.write('wrong.json', '{ "failureTreshold": 3, "openTimeout": "soon" }')
    workshop.write('list.json', '[1]')
    workshop.write('null.json', 'null')
    const { status, stdout, stderr } = workshop.generate(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('ENOENT')
  })
})
