// The package as CommonJS loads it: require, Jest as it comes, TypeScript of yesterday; and beside its other copy.
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AS_IN_TRUE_TIME, inFakeTime } from '../support/fake-time.ts'
import { createSandbox, inRepository, packageJson, type Sandbox } from './sandbox.ts'

const ENTRIES = Object.keys(packageJson.exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => entry.replace('.', 'switchgear'))

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  sandbox.link('jest', ...Object.keys(packageJson.peerDependencies))
  sandbox.write('package.json', '{ "name": "user" }')
})
// Undefined if it could not be built, which has been reported.
afterAll(() => sandbox?.dispose())

/** Runs JavaScript as a user's CommonJS file. */
function run(code: string) {
  sandbox.write('main.js', code)
  return sandbox.run('main.js')
}

describe('require', () => {
  // That of opossum gives its class.
  const named = ENTRIES.filter((entry) => entry !== 'switchgear/opossum')
  it.each(named)('gives of %s what import gives, in a copy of its own', (entry) => {
    const { stdout, stderr } = run(`
      const required = require('${entry}')
      import('${entry}').then((imported) => {
        const names = Object.keys(required).sort()
        console.log(names.length > 0, names.join() === Object.keys(imported).sort().join())
        // A number is the same in all copies.
        const own = names.filter((name) => typeof required[name] !== 'number')
        console.log(typeof required[names[0]], own.some((name) => required[name] === imported[name]))
      })
    `)
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^true true\n\w+ false\n$/), stderr: '' })
  })

  it('gives of switchgear/opossum the class itself, as require of opossum does', () => {
    const { stdout, stderr } = run(`
      const CircuitBreaker = require('switchgear/opossum')
      const breaker = new CircuitBreaker(async (name) => 'hello ' + name)
      breaker.fire('opossum').then((value) => console.log(value, breaker.closed, CircuitBreaker.name))
    `)
    expect({ stdout, stderr }).toEqual({ stdout: 'hello opossum true CircuitBreaker\n', stderr: '' })
  })

  it('gives package.json', () => {
    expect(run("console.log(require('switchgear/package.json').name)").stdout).toBe('switchgear\n')
  })

  it('names our own lines in a stack trace, by the source map', () => {
    sandbox.write(
      'trace.js',
      "try { require('switchgear').createRegistry({ policy: 1 }) } catch (e) { console.log(e.stack) }",
    )
    sandbox.write('main.js', "process.setSourceMapsEnabled(true); require('./trace.js')")
    expect(sandbox.run('main.js').stdout).toMatch(/at .*src[/\\]runtime[/\\]registry\.ts:\d+/)
  })
})

describe('the two copies in one process', () => {
  it('recognise the errors of one another', () => {
    const { stdout, stderr } = run(`
      const required = require('switchgear')
      const openIn = ({ createRegistry }) => {
        const breaker = createRegistry().breaker('payments')
        breaker.trip('test')
        return breaker.call(() => 1).catch((error) => error)
      }
      async function main() {
        const imported = await import('switchgear')
        const [ofRequired, ofImported] = [await openIn(required), await openIn(imported)]
        console.log(required.isBreakerError(ofImported, 'BREAKER_OPEN'), imported.isBreakerError(ofRequired, 'BREAKER_OPEN'))
        console.log(required.isBreakerError(ofImported, 'CALL_TIMEOUT'), imported.isBreakerError(new Error('other')))
        console.log(ofImported instanceof required.BreakerOpenError)
      }
      main()
    `)
    expect({ stdout, stderr }).toEqual({ stdout: 'true true\nfalse false\nfalse\n', stderr: '' })
  })

  it('keep registries that know nothing of one another', () => {
    const { stdout, stderr } = run(`
      const required = require('switchgear').createRegistry()
      import('switchgear').then(({ createRegistry }) => {
        const imported = createRegistry()
        required.breaker('payments').trip('test')
        imported.breaker('ledger')
        console.log(required.state('payments'), imported.state('payments'), required.has('ledger'))
        required.close()
        console.log(imported.breaker('ledger').allows())
      })
    `)
    expect({ stdout, stderr }).toEqual({ stdout: 'open closed false\ntrue\n', stderr: '' })
  })
})

describe('a CommonJS project in TypeScript', () => {
  const code = `
    import { createRegistry, isBreakerError, type PolicyOptions } from 'switchgear'
    import { breakerMachine } from 'switchgear/machines'
    import { defaultPolicy, newBreaker, shouldAllowRequest } from 'switchgear/pure'
    import { createVirtualClock } from 'switchgear/testing'

    const policy: PolicyOptions = { openTimeout: '30s' }
    const clock = createVirtualClock()
    const breaker = createRegistry({ policy, clock }).breaker('payments')
    breaker.trip('test')
    clock.advance(30_000)
    const state: 'closed' | 'open' | 'halfOpen' | 'forcedOpen' | 'disabled' = breaker.state
    console.log(state, isBreakerError(null), breakerMachine.id, shouldAllowRequest(newBreaker(), defaultPolicy(), 0).allowed)
    // @ts-expect-error the types are there: this is none of the options
    export const mistake = () => createRegistry({ polizy: policy })
  `
  // With what arethetypeswrong brings: TypeScript 7 has no node10 any more, and most projects are not on it yet.
  const ofAttw = createRequire(inRepository('node_modules/@arethetypeswrong/core/package.json'))
  const { version } = ofAttw('typescript/package.json') as { readonly version: string }

  it.each([
    ['node10', { module: 'commonjs', moduleResolution: 'node10' }],
    ['node16', { module: 'node16', moduleResolution: 'node16' }],
  ])('compiles and runs, its modules found the way of %s', (_, options) => {
    expect(version).toMatch(/^5\./)
    sandbox.write('app.ts', code)
    const compilerOptions = {
      ...options,
      strict: true,
      target: 'es2022',
      lib: ['es2022'],
      types: ['node'],
      skipLibCheck: true,
      outDir: 'out',
    }
    sandbox.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['app.ts'] }))
    sandbox.write('compile.js', `require(${JSON.stringify(ofAttw.resolve('typescript/lib/tsc'))})`)
    expect(sandbox.run('compile.js', '-p', sandbox.folder)).toMatchObject({ stdout: '', status: 0 })
    const { stdout } = sandbox.run('out/app.js')
    expect(stdout).toBe('halfOpen false breaker true\n')
  })
})

describe('Jest, as it comes', () => {
  // Nest 12 is of ES modules alone, which Jest as it comes can't load; its users have Jest set up for that, or Nest 11.
  const loadable = ENTRIES.filter((entry) => entry !== 'switchgear/nestjs')
  it('loads every entry, and its fake timers drive the breakers (R40)', () => {
    sandbox.write(
      'breaker.test.js',
      `
      test.each(${JSON.stringify(loadable)})('loads %s', (entry) => {
        const loaded = require(entry)
        expect(typeof loaded === 'function' || Object.keys(loaded).length > 0).toBe(true)
      })
      test.each([[{}], [{ doNotFake: ['performance'] }], [{ doNotFake: ['performance', 'Date', 'hrtime'] }]])('fakes %j', async (options) => {
        const inFakeTime = ${inFakeTime}
        const { createRegistry } = require('switchgear')
        jest.useFakeTimers(options)
        const seen = await inFakeTime(createRegistry, (ms) => jest.advanceTimersByTime(ms))
        const { ended, after, transitions } = seen
        if (options.doNotFake?.includes('Date')) expect({ ended, after, transitions }).toEqual({ ended: 'CALL_TIMEOUT', after: 'halfOpen', transitions: ['closed → open', 'open → halfOpen'] })
        else expect(seen).toEqual(${JSON.stringify(AS_IN_TRUE_TIME)})
      })
      `,
    )
    const { stderr, status } = sandbox.run('node_modules/jest/bin/jest.js', '--ci')
    expect(stderr).toContain(`Tests:       ${loadable.length + 3} passed, ${loadable.length + 3} total`)
    expect(status).toBe(0)
  })
})

describe('node:test', () => {
  it('drives the breakers by its fake timers (R40)', () => {
    const { stdout, stderr, status } = run(`
      const { mock } = require('node:test')
      const { createRegistry } = require('switchgear')
      const inFakeTime = ${inFakeTime}
      mock.timers.enable({ apis: ['setTimeout', 'Date'] })
      inFakeTime(createRegistry, (ms) => mock.timers.tick(ms)).then((seen) => console.log(JSON.stringify(seen)))
    `)
    expect({ stdout: JSON.parse(stdout || '{}'), stderr, status }).toEqual({
      stdout: AS_IN_TRUE_TIME,
      stderr: expect.stringMatching(/^(\(node:\d+\) ExperimentalWarning: .*\n.*\n)?$/),
      status: 0,
    })
  })
})
