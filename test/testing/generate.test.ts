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
      expect(right.output).toMatch(/(pass 2$|2 passed)/m)

      const filledIn = read(`${name}.${ending}`)
      const wrong = filledIn.replace(
        'breaker.call(() => upstream())',
        'breaker.call(() => upstream().catch(() => undefined))',
      )
      expect(wrong).not.toBe(filledIn)
      workshop.write(`${name}.${ending}`, wrong)
      const { status: failed, output } = workshop.runTests(runner, file)
      expect(failed).toBe(1)
      expect(output).toMatch(/(fail 2$|2 failed)/m)
      expect(output).toContain('it opens')
    },
  )

  it.each(['ts', 'mjs'])('pass with every step there is, which the driver then has: .%s', (ending) => {
    workshop.write('report.json', '{ "failureThreshold": 2, "openTimeoutFrom": "lastFailure" }')
    const driver = `./${name}.${ending === 'mjs' ? 'mjs' : 'js'}`
    const file = `${name}.test.${ending}`
    const every = ['--commands', 'all', '--results', 'all', '--stalls']
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
    expect(few).toBe(2)
    expect(tests('--policy', 'policy.json', '--coverage', 'transitionPairs')).toBeGreaterThan(few)
    expect(tests('--policy', 'policy.json', '--max-length', '15')).toBeGreaterThan(few)
    expect(tests('--policy', 'policy.json', '--commands', 'all', '--results', 'all', '--stalls')).toBeGreaterThan(few)
    expect(workshop.generate('--commands', 'trip,reset').stdout).toContain("await breaker.command('trip')")
    expect(workshop.generate('--commands', 'trip,reset').stdout).not.toContain("'isolate')")
    expect(workshop.generate('--max-in-flight', '1').stdout).not.toBe(workshop.generate().stdout)
  })
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
  for (const option of ['policy', 'runner', 'coverage', 'max-length', 'max-in-flight', 'driver', 'out', 'force']) {
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
    ['an unknown option', ['--polcy', 'p.json'], "Unknown option '--polcy'"],
    ['an argument without an option', ['p.json'], "Unexpected argument 'p.json'"],
    ['a policy that is not there', ['--policy', 'none.json'], 'no such file'],
    ['a policy that is not JSON', ['--policy', 'broken.json'], 'broken.json is not JSON'],
    ['a policy that is wrong', ['--policy', 'wrong.json'], 'failureTreshold: expected one of failureThreshold'],
    [
      'a policy that is no object',
      ['--policy', 'list.json'],
      'list.json: expected a policy, as an object, received an array',
    ],
    ['a policy that is null', ['--policy', 'null.json'], 'null.json: expected a policy, as an object, received null'],
    ['a runner', ['--runner', 'mocha'], 'expected vitest, jest, node, received "mocha"'],
    ['a coverage', ['--coverage', 'all'], 'coverage: expected states, transitions, transitionPairs, simple'],
    ['a length', ['--max-length', 'ten'], 'maxLength: expected a whole number of at least 1'],
    ['a number of calls', ['--max-in-flight', '0'], 'maxInFlight: expected a whole number of at least 1'],
    ['a command', ['--commands', 'explode'], '--commands: expected all, none, or a list of trip,reset'],
    ['a result', ['--results', 'succeed,explode'], '--results: expected all, none, or a list of succeed'],
    ['a file of another kind', ['--out', 'tests.py'], '--out: expected a file ending in .ts'],
    ['a folder that is not there', ['--out', 'none/a.test.ts'], 'no such file or directory'],
  ])('%s', (_, args, message) => {
    workshop.write('broken.json', '{')
    workshop.write('wrong.json', '{ "failureTreshold": 3, "openTimeout": "soon" }')
    workshop.write('list.json', '[1]')
    workshop.write('null.json', 'null')
    const { status, stdout, stderr } = workshop.generate(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
