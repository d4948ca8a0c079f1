// Slow: it loads every entry with all its optional packages.
// Every function of every entry, called with what nobody should call it with: it says so itself, or it is harmless.
import { EventEmitter } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENTRIES as ALL } from '../../scripts/entries.ts'
import { breakerPolicy } from '../../src/compat/cockatiel/index.ts'
import CircuitBreaker from '../../src/compat/opossum/index.ts'
import { SwitchgearModule } from '../../src/http/nestjs/index.ts'
import { createRegistry, isBreakerError } from '../../src/index.ts'
import { createDashboard } from '../../src/observe/dashboard/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { createRetryBudget } from '../../src/retry/index.ts'

/** Of values that other functions of the kit or of the rules have made; they look at nothing that a user wrote. */
const GIVEN_OURS: Readonly<Record<string, readonly string[]>> = {
  '.': ['judgeOutcome'],
  './pure': [
    'recordSlow',
    'describeReason',
    'getMetrics',
    'getOrCreate',
    'newBreaker',
    'recordFailure',
    'recordIgnored',
  ].concat(['recordSuccess', 'reduce', 'reset', 'shouldAllowRequest', 'update']),
  './testing': ['coverage', 'generateMachinePaths', 'shrink', 'tellStory', 'toMermaid', 'toTestFile'].concat([
    'uncoveredTransitions',
    'describeBreaker',
  ]),
  './dashboard': ['readRow'],
  './fleet': [
    'boundedMessage',
    'checkSafeName',
    'hasQuorum',
    'isImplausible',
    'isNewer',
    'openTimeMs',
    'packRecord',
  ].concat(['reachedRate', 'roundedRate']),
  // Called by Fastify alone.
  './fastify': ['fastifyBreakers'],
}
/** What a value throws when it is looked at comes back from these as it is; others say what they expected. */
const OWN_ERROR_OF: readonly string[] = [
  'describeReason',
  'parsePolicy',
  'logTransitions',
  'loadPolicies',
  'loadRegistry',
  'default',
  'runtimeDriver',
  'checkPath',
  'explore',
  'startDriver',
  'generatePaths',
  'checkEntry',
  'checkReport',
  'checkResult',
]
/** What it says in opossum's own words. */
const OPOSSUMS = 'No action provided. Cannot construct a CircuitBreaker without an invocable action.'

type Entry = Readonly<Record<string, unknown>>
type Callable = ((...given: unknown[]) => unknown) & (new (...given: unknown[]) => unknown)

/** Its name below the package, and its module as seen from here. */
const ENTRIES = ALL.map(({ name, source }) => ({
  subpath: name === 'index' ? '.' : `./${name}`,
  source: `../../${source}`,
}))

const OWN = 'a trap of the value itself'
const trap = () => {
  throw new Error(OWN)
}
const HOSTILE = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap }
const WRONG: Readonly<Record<string, () => readonly unknown[]>> = {
  nothing: () => [],
  null: () => [null],
  'a string': () => ['text'],
  'a number': () => [5],
  'no options': () => [{}],
  'an unknown key': () => [{ unknownKey: 1 }],
  'a promise': () => [Promise.resolve({})],
  'a proxy that throws': () => [new Proxy({}, HOSTILE)],
  'a proxy of a function that throws': () => [new Proxy(() => {}, HOSTILE)],
}

/** The function or class, called; what it makes is ended. */
async function use(value: Callable, given: readonly unknown[]): Promise<void> {
  let made: unknown
  try {
    made = value(...given)
  } catch (error) {
    if (!/without 'new'/.test(String(Object(error).message))) throw error
    made = new value(...given)
  }
  const settled = await made
  for (const end of ['close', 'shutdown']) {
    if (typeof Object(settled)[end] === 'function') await (settled as Record<string, () => unknown>)[end]?.()
  }
}

/** How it went, where it went as it should: it was harmless, it said so, or the value's own error came back. */
async function outcomeOf(value: Callable, given: readonly unknown[], name = ''): Promise<string> {
  try {
    await use(value, given)
    return 'harmless'
  } catch (error) {
    if (isBreakerError(error) || (error as { code?: unknown } | null)?.code === 'RESOURCE_UNAVAILABLE') return 'said'
    const { message } = error as Error
    if (message === OPOSSUMS || (message === OWN && OWN_ERROR_OF.includes(name))) return 'said'
    return `${message}\n${(error as Error).stack}`
  }
}

function functionsOf(entry: Entry, subpath: string): [string, Callable][] {
  return Object.entries(entry).flatMap(([name, value]) => {
    // Errors are made by us alone.
    if (typeof value !== 'function' || value.prototype instanceof Error) return []
    return GIVEN_OURS[subpath]?.includes(name) ? [] : [[name, value as Callable]]
  })
}

/** What they make, with its methods. (What is opossum's is judged by opossum's words: test/compat/opossum.) */
const MADE: Readonly<Record<string, () => object>> = {
  'a registry': () => createRegistry(),
  'a breaker': () => createRegistry().breaker('a'),
  'a retry budget': () => createRetryBudget(),
  'a policy of cockatiel': () => breakerPolicy(createRegistry(), 'a'),
  'a dashboard': () => {
    const { fetch, listen, close } = createDashboard(createRegistry())
    return { fetch, listen, close }
  },
  'a resource': () => createResource({ name: 'a', resource: {}, healthCheck: () => true }),
  'the module of NestJS': () => SwitchgearModule,
}
const WRONG_PAIRS: Readonly<Record<string, () => readonly unknown[]>> = {
  'a name and null': () => ['a', null],
  'a name and a number': () => ['a', 5],
  'a function and null': () => [() => 1, null],
  'a function and an unknown key': () => [() => 1, { unknownKey: 1 }],
  'a name, a function and a proxy that throws': () => ['a', () => 1, new Proxy({}, HOSTILE)],
  'a symbol': () => [Symbol('a')],
}

function methodsOf(made: object): string[] {
  const own = [made, Object.getPrototypeOf(made)].filter(
    (level) => ![Object.prototype, Function.prototype].includes(level),
  )
  const all = own.flatMap((level) => Object.entries(Object.getOwnPropertyDescriptors(level)))
  const methods = all.filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
  return [...new Set(methods.map(([name]) => name))].filter((name) => name !== 'prototype')
}

async function end(made: object): Promise<void> {
  if ('close' in made && typeof made.close === 'function') await made.close()
}

describe('bad input', () => {
  it.each(ENTRIES)('of the functions of $subpath is told by errors of ours, or does no harm (R50)', async (given) => {
    const { subpath, source } = given
    const warnings: string[] = []
    const warned = (warning: Error & { readonly code?: string }) => {
      if (!warning.code?.startsWith('SWITCHGEAR_')) warnings.push(String(warning))
    }
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const entry: Entry = await import(source)
    const wrong: string[] = []
    for (const [name, value] of functionsOf(entry, subpath)) {
      for (const [what, make] of Object.entries(WRONG)) {
        const registry = createRegistry()
        const all = { [`${name}(${what})`]: make(), [`${name}(registry, ${what})`]: [registry, ...make()] }
        for (const [call, args] of Object.entries(all)) {
          const outcome = await outcomeOf(value, args, name)
          if (outcome !== 'harmless' && outcome !== 'said') wrong.push(`${call}: ${outcome}`)
        }
        await registry.close()
      }
    }
    expect(wrong).toEqual([])
    await new Promise(setImmediate)
    expect(warnings).toEqual([])
  })

  it.each(Object.entries(MADE))('of the methods of %s is told likewise (R50)', async (_, make) => {
    const wrong: string[] = []
    const sample = make()
    const names = methodsOf(sample)
    expect(names.length).toBeGreaterThan(0)
    await end(sample)
    for (const name of names) {
      for (const [what, given] of Object.entries({ ...WRONG, ...WRONG_PAIRS })) {
        const made = make()
        const method = (...args: unknown[]) => (made as Record<string, Callable>)[name]?.(...args)
        const outcome = await outcomeOf(method as Callable, given(), 'default')
        if (outcome !== 'harmless' && outcome !== 'said') wrong.push(`${name}(${what}): ${outcome}`)
        await end(made)
      }
    }
    expect(wrong).toEqual([])
  })

  it('of an event without a name reaches nobody, as of an EventEmitter', () => {
    const breaker = new CircuitBreaker(async () => 1)
    onTestFinished(() => breaker.shutdown())
    expect(breaker.emit(undefined as never)).toBe(false)
  })

  it('is looked for in every entry, and what is left out exists', async () => {
    expect(ENTRIES.length).toBeGreaterThanOrEqual(20)
    for (const [subpath, names] of Object.entries(GIVEN_OURS)) {
      const entry: Entry = await import(ENTRIES.find((given) => given.subpath === subpath)?.source ?? '')
      expect(Object.keys(entry)).toEqual(expect.arrayContaining([...names]))
    }
    const looked = await Promise.all(
      ENTRIES.map(async ({ subpath, source }) => functionsOf(await import(source), subpath).length),
    )
    expect(looked.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(35)
  })

  it('that a function says nothing of is found', async () => {
    const careless = (options: { readonly a: { readonly b: number } }) => options.a.b
    expect(await outcomeOf(careless as unknown as Callable, [{}])).toContain('Cannot read properties of undefined')
    class Careless extends EventEmitter {
      constructor(options: { readonly a: number }) {
        super()
        this.emit(String(options.a))
      }
    }
    expect(await outcomeOf(Careless as unknown as Callable, [null])).toContain('Cannot read properties of null')
  })
})
