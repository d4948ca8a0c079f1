// The package as it is installed: its entries, its types, and a process that ends.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENTRIES } from '../../scripts/entries.ts'
import { createSandbox, packageJson, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  sandbox.link(...Object.keys(packageJson.peerDependencies))
})
// Undefined if it could not be built, which has been reported.
afterAll(() => sandbox?.dispose())

/** Runs JavaScript as a user's module. */
function run(code: string) {
  sandbox.write('main.js', code)
  return sandbox.run('main.js')
}

describe('the entries', () => {
  const names = {
    switchgear: [
      'ArgumentError BreakerOpenError CallTimeoutError ClockError PolicyError RegistryClosedError RegistryFullError',
      'SnapshotError createRegistry describeReason isBreakerError judgeOutcome matchNames parsePolicy presets resolvePolicy',
    ],
    'switchgear/pure': [
      'defaultPolicy describeReason getMetrics getOrCreate newBreaker recordFailure recordIgnored recordSuccess reduce',
      'recordSlow reset shouldAllowRequest update',
    ],
    'switchgear/machines': ['breakerMachine fleetBreakerMachine fleetMachine recoveryMachine registryMachine'],
    'switchgear/testing': ['createVirtualClock'],
    'switchgear/inspect': ['createInspectorBridge inspectRegistry'],
    'switchgear/dashboard': ['COLUMN PROTOCOL STATES createDashboard readRow'],
    'switchgear/prometheus': ['registerMetrics'],
    'switchgear/opentelemetry': ['instrumentRegistry'],
    'switchgear/logging': ['logTransitions'],
    'switchgear/health': ['healthHandler'],
    'switchgear/explain': ['explainPolicy policyWarnings'],
    'switchgear/config': ['ConfigError loadPolicies loadRegistry parsePolicies'],
    'switchgear/fetch': ['HttpStatusError createFetch'],
    'switchgear/undici': ['HttpStatusError breakerInterceptor'],
    'switchgear/retry': ['createRetryBudget retryAfter shouldRetry waitToRetry'],
    'switchgear/resource': ['ResourceUnavailableError createResource'],
    'switchgear/fleet': ['FleetStoreError guardedStore ioredisStore joinFleet memoryStore redisStore'],
    'switchgear/fastify': ['fastifyBreakers'],
    'switchgear/express': ['guardRoute'],
    'switchgear/hono': ['guardRoute'],
    'switchgear/nestjs': ['BreakerExceptionFilter Guarded SwitchgearModule'],
    'switchgear/cockatiel': ['breakerPolicy'],
    'switchgear/opossum': ['default'],
  }

  it('are those of `exports`, and no others', () => {
    expect(ENTRIES.map(({ specifier }) => specifier)).toEqual(Object.keys(names))
  })

  it.each(Object.entries(names))('%s exports what is documented', (entry, expected) => {
    const { stdout } = run(`console.log(Object.keys(await import('${entry}')).sort().join(' '))`)
    expect(stdout.trim().split(' ')).toEqual(expect.arrayContaining(expected.join(' ').split(' ')))
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
    sandbox.write(
      'entries.ts',
      ENTRIES.map(({ specifier, name }) => `export * as ${name} from '${specifier}'`).join('\n'),
    )
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
