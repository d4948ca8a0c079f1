// The package as CommonJS loads it: require, Jest as it comes, TypeScript of yesterday; and beside what import loads.
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENTRIES } from '../../scripts/entries.ts'
import { AS_IN_TRUE_TIME, inFakeTime } from '../support/fake-time.ts'
import { createSandbox, inRepository, packageJson, type Sandbox } from './sandbox.ts'

const SPECIFIERS = ENTRIES.map(({ specifier }) => specifier)
/** Where Node requires no modules: 20.18 and older, and like it all that knows no \`module-sync\`, as Jest. */
const WITHOUT_MODULE_SYNC = '--no-experimental-require-module'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  sandbox.link('jest', ...Object.keys(packageJson.peerDependencies))
  sandbox.write('package.json', '{ "name": "user" }')
})
// Undefined if it could not be built, which has been reported.
afterAll(() => sandbox?.dispose())

/** Runs JavaScript as a user's CommonJS file. */
function run(code: string, ...flags: string[]) {
  sandbox.write('main.js', code)
  return sandbox.runWith(flags, 'main.js')
}

describe('require', () => {
  // That of opossum gives its class. Hono is one for import and another for require: so is its guard.
  const named = SPECIFIERS.filter((entry) => entry !== 'switchgear/opossum')
  const compare = (entry: string) => `
    const required = require('${entry}')
    import('${entry}').then((imported) => {
      const names = Object.keys(required).sort()
      console.log(names.length > 0, names.join() === Object.keys(imported).sort().join())
      // A number is the same in all copies.
      const own = names.filter((name) => typeof required[name] !== 'number')
      console.log(own.every((name) => required[name] === imported[name]), own.some((name) => required[name] === imported[name]))
    })
  `
  it.each(named)('gives of %s what import gives, the same', (entry) => {
    const same = entry === 'switchgear/hono' ? 'false false' : 'true true'
    expect(run(compare(entry))).toMatchObject({ stdout: `true true\n${same}\n`, stderr: '' })
  })

  it.each(named.filter((entry) => entry !== 'switchgear/nestjs'))(
    'gives of %s what import gives, in a copy of its own where modules can not be required',
    (entry) => {
      const { stdout, stderr } = run(compare(entry), WITHOUT_MODULE_SYNC)
      expect({ stdout, stderr }).toEqual({ stdout: 'true true\nfalse false\n', stderr: '' })
    },
  )

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

  it('names our functions in a stack trace', () => {
    const code = "try { require('switchgear').createRegistry({ policy: 1 }) } catch (e) { console.log(e.stack) }"
    for (const flags of [[], [WITHOUT_MODULE_SYNC]]) expect(run(code, ...flags).stdout).toMatch(/at new Registry \(/)
  })
})

describe('import and require in one process', () => {
  const code = `
    const [core, Opossum] = [require('switchgear'), require('switchgear/opossum')]
    async function main() {
      const imported = await import('switchgear')
      const { default: Imported } = await import('switchgear/opossum')
      const down = async () => { throw new Error('down') }
      const [first, second] = [new Opossum(down, { name: 'required' }), new Imported(async () => 'instead', { name: 'imported' })]
      console.log(await first.fallback(second).fire(), Opossum.registry.list().map(({ endpoint }) => endpoint).join())
      console.log(core.createRegistry === imported.createRegistry, Opossum === Imported, first instanceof Imported)
    }
    main()
  `
  it('are one: one class, one registry, one fallback', () => {
    const { stdout, stderr } = run(code)
    expect({ stdout, stderr }).toEqual({ stdout: 'instead required,imported\ntrue true true\n', stderr: '' })
  })

  it('have one registry of opossum breakers, and fallbacks, where they are two', () => {
    const { stdout, stderr } = run(code, WITHOUT_MODULE_SYNC)
    expect({ stdout, stderr }).toEqual({ stdout: 'instead required,imported\nfalse false false\n', stderr: '' })
  })
})

describe('two copies in one process', () => {
  it('recognise the errors of one another', () => {
    const { stdout, stderr } = run(
      `
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
    `,
      WITHOUT_MODULE_SYNC,
    )
    expect({ stdout, stderr }).toEqual({ stdout: 'true true\nfalse false\nfalse\n', stderr: '' })
  })

  it('keep registries that know nothing of one another', () => {
    const { stdout, stderr } = run(
      `
      const required = require('switchgear').createRegistry()
      import('switchgear').then(({ createRegistry }) => {
        const imported = createRegistry()
        required.breaker('payments').trip('test')
        imported.breaker('ledger')
        console.log(required.state('payments'), imported.state('payments'), required.has('ledger'))
        required.close()
        console.log(imported.breaker('ledger').allows())
      })
    `,
      WITHOUT_MODULE_SYNC,
    )
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
  const loadable = SPECIFIERS.filter((entry) => entry !== 'switchgear/nestjs')
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
