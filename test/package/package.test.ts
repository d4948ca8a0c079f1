// The package as it is installed: its entries, its types, and a process that ends.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENTRIES, type Entry } from '../../scripts/entries.ts'
import { BASELINES, baselineOf } from '../../scripts/public-api.ts'
import { createSandbox, packageJson, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  sandbox.link(...Object.keys(packageJson.peerDependencies))
})
// Undefined if it could not be built, which has been reported.
afterAll(() => sandbox?.dispose())

/** What of its public surface there is at run time: `export { createRegistry }`, `export { CircuitBreaker as default }`. */
function valuesIn(entry: Entry): string[] {
  const surface = readFileSync(join(BASELINES, baselineOf(entry)), 'utf8')
  return Array.from(surface.matchAll(/^export \{ (?:\w+ as )?(\w+) \}/gm), ([, name = '']) => name)
}

/** Runs JavaScript as a user's module. */
function run(code: string) {
  sandbox.write('main.js', code)
  return sandbox.run('main.js')
}

describe('the entries', () => {
  it.each(ENTRIES)('$specifier exports what its public surface has, and nothing else', (entry) => {
    const { stdout } = run(`console.log(Object.keys(await import('${entry.specifier}')).join(' '))`)
    // What require gives of an entry of one default export, by Node's own name for it.
    const names = stdout
      .trim()
      .split(' ')
      .filter((name) => name !== 'module.exports')
    expect(names.toSorted()).toEqual(valuesIn(entry).toSorted())
  })

  it('what is behind them is out of reach', () => {
    expect(run("await import('switchgear/dist/chunk-core.js')").stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })
})

it('brings XState with it, and nothing else', () => {
  expect(Object.keys(packageJson.dependencies)).toEqual(['xstate'])
})

describe('a process ends by itself (R33)', () => {
  it.each([
    ['with an open breaker', 'open', "breaker.trip('test')"],
    ['with a probe in flight', 'halfOpen', "breaker.trip('test'); await setTimeout(20); breaker.tryAcquire()"],
  ])('%s', (_, state, use) => {
    const { stdout, stderr, status } = run(`
      import { setTimeout } from 'node:timers/promises'
      import { createRegistry } from 'switchgear'
      const breaker = createRegistry({ policy: { openTimeout: ${state === 'open' ? '3_600_000' : '1'} } }).breaker('payments')
      ${use}
      console.log(breaker.state)
    `)
    expect({ stdout, stderr, status }).toEqual({ stdout: `${state}\n`, stderr: '', status: 0 })
  })
})

describe('the types', () => {
  it('are sound by themselves, without skipLibCheck', () => {
    sandbox.write('entries.ts', ENTRIES.map(({ specifier }) => `import '${specifier}'`).join('\n'))
    expect(sandbox.compile({ skipLibCheck: false, exactOptionalPropertyTypes: false })).toBe('')
  })

  it('say what a call gives: its value, or what its fallback gives', () => {
    sandbox.write(
      'types.ts',
      `import { createRegistry, isBreakerError, type Permit, type PolicyOptions } from 'switchgear'
      type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
      const same = <A, B>(_: Same<A, B>) => {}
      const registry = createRegistry()
      const breaker = registry.breaker('payments')

      const plain = await registry.call('payments', () => 1 as number)
      same<typeof plain, number>(true)
      const awaited = await breaker.call(async () => 'x' as string, { timeout: '1s' })
      same<typeof awaited, string>(true)
      const either = await registry.call('payments', async () => 1 as number, { fallback: () => null })
      same<typeof either, number | null>(true)
      const wrapped = breaker.wrap(async (id: string, count?: number) => ({ id, count }))
      same<Parameters<typeof wrapped>, [id: string, count?: number | undefined]>(true)
      same<ReturnType<typeof wrapped>, Promise<{ id: string; count: number | undefined }>>(true)
      const permit = breaker.tryAcquire()
      same<typeof permit, Permit | undefined>(true)
      registry.on('transition', ({ to }) => same<typeof to, typeof breaker.state>(true))

      const error: unknown = undefined
      if (isBreakerError(error, 'BREAKER_OPEN')) same<typeof error.retryAfterMs, number | undefined>(true)

      const policy: PolicyOptions = { openTimeout: '30s' }
      // @ts-expect-error an unknown option
      const unknownOption: PolicyOptions = { failureTreshold: 5 }
      // @ts-expect-error a duration without a unit is a number
      const unit: PolicyOptions = { openTimeout: '30' + 's' }
      // @ts-expect-error an unknown event
      registry.on('opened', () => {})
      `,
    )
    expect(sandbox.compile()).toBe('')
  })
})
