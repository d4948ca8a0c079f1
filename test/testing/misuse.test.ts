// What callers of the kit hand in by mistake, from JavaScript: refused at once and in words, never a TypeError from
// inside, and never a test that proves nothing.
import { describe, expect, it } from 'vitest'
import type { PolicyOptions } from '../../src/index.ts'
import {
  checkPath,
  coverage,
  createVirtualClock,
  type Driver,
  describeBreaker,
  explore,
  generatePaths,
  pureDriver,
  runtimeDriver,
  type Subject,
} from '../../src/testing/index.ts'
import { errorOf, thrownBy } from '../support/calls.ts'

const driver = runtimeDriver()
const paths = generatePaths({ failureThreshold: 1 })
const [path = { title: '', policy: {}, steps: [] }] = paths
const runner = { describe: (_: string, body: () => void) => body(), it: () => {} }
const refusal = (message: string) => ({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) })

const DRIVERS: readonly (readonly [string, unknown, string])[] = [
  ['a promise of one', Promise.resolve(driver), 'driver: expected an object with start (is an await missing?)'],
  ['nothing', undefined, 'driver: expected an object with start'],
  ['a list of them', [driver], 'driver: expected an object with start, received an array'],
  ['the function that makes one', runtimeDriver, 'driver: expected an object with start, received a function'],
  ['one that can not start', { ...driver, start: undefined }, 'driver.start: expected a function'],
  ['one without commands', { ...driver, commands: undefined }, 'driver.commands: expected a list'],
  [
    'one that does not say if it can ignore',
    { ...driver, canIgnore: undefined },
    'driver.canIgnore: expected true or false',
  ],
  ['one without a name', { ...driver, name: undefined }, 'driver.name: expected a string'],
]

describe('a driver that is none', () => {
  it.each(DRIVERS)('%s', async (_, given, message) => {
    const wrong = given as Driver
    expect(thrownBy(() => describeBreaker('mine', wrong, {}, runner))).toMatchObject(refusal(message))
    expect(await errorOf(checkPath(wrong, path))).toMatchObject(refusal(message))
    expect(await errorOf(explore(wrong))).toMatchObject(refusal(message))
  })

  it.each(['admit', 'settle', 'state', 'command'])('one whose breaker has no %s', async (method) => {
    const start: Driver['start'] = async (policy, clock) => {
      const subject = (await driver.start(policy, clock)) as Subject<unknown>
      return { ...subject, [method]: undefined }
    }
    const message = `the answer of driver.start.${method}: expected a function, received undefined`
    expect(await errorOf(checkPath({ ...driver, start } as Driver, path))).toMatchObject(refusal(message))
  })

  it('one that starts nothing', async () => {
    const wrong = { ...driver, start: () => undefined } as unknown as Driver
    expect(await errorOf(checkPath(wrong, path))).toMatchObject(
      refusal('the answer of driver.start: expected an object'),
    )
  })

  it('no command is needed where there are none', async () => {
    const start: Driver['start'] = async (policy, clock) => {
      const { command: _, ...subject } = (await driver.start(policy, clock)) as Subject<unknown>
      return subject as Subject<unknown>
    }
    const calls = generatePaths({ failureThreshold: 1 }, { commands: [], stalls: false })[0]
    expect(await checkPath({ ...driver, commands: [], start } as Driver, calls ?? path)).toBeNull()
  })
})

describe('options that are none', () => {
  it.each([
    ['a promise', Promise.resolve({}), 'is an await missing?'],
    ['a number', 3, 'received 3'],
    ['null', null, 'received null'],
    ['a list', [], 'received an array'],
    ['a map', new Map(), 'received a value of class Map'],
    ['a misspelt one', { converage: 'states' }, 'received "converage"'],
  ])('%s', async (title, given, message) => {
    const options = given as never
    expect(thrownBy(() => generatePaths({}, options))).toMatchObject(refusal(message))
    expect(thrownBy(() => coverage(paths, {}, options))).toMatchObject(refusal(message))
    expect(await errorOf(explore(driver, {}, options))).toMatchObject(refusal(message))
    if (title === 'a misspelt one') return
    expect(thrownBy(() => describeBreaker('mine', driver, {}, options))).toMatchObject(refusal(message))
    expect(thrownBy(() => runtimeDriver(options))).toMatchObject(refusal(message))
  })

  it.each([
    ['commands', { commands: ['explode'] }, 'commands: expected a list of trip, '],
    ['commands that are no list', { commands: 'trip' }, 'commands: expected a list of trip, '],
    ['results', { results: ['explode'] }, 'results: expected a list of succeed, '],
  ])('unknown %s', (_, options, message) => {
    expect(thrownBy(() => generatePaths({}, options as never))).toMatchObject(refusal(message))
  })

  it('of explore: steps, and calls in flight', async () => {
    expect(await errorOf(explore(driver, {}, { steps: { stals: false } as never }))).toMatchObject(refusal('"stals"'))
    expect(await errorOf(explore(driver, {}, { maxInFlight: 0 }))).toMatchObject(refusal('maxInFlight'))
  })

  it('a runner that is spread into the options with all it has is fine', () => {
    expect(() => describeBreaker('mine', driver, {}, { ...runner, test: () => {}, vi: {} } as never)).not.toThrow()
  })
})

describe('policies, as users write them', () => {
  it('are taken as strings and numbers, and from an object with getters', () => {
    class Settings {
      get failureThreshold() {
        return 1
      }
      get openTimeout() {
        return '2s' as const
      }
      get timeout() {
        return '1s' as const
      }
    }
    const [fromGetters] = generatePaths(new Settings(), { coverage: 'states', commands: [] })
    expect(fromGetters?.policy).toEqual({ failureThreshold: 1, openTimeout: '2s' })
    expect(fromGetters?.steps[2]?.says).toBe('2 s pass: it is half-open')
  })

  it.each([
    ['a promise of one', Promise.resolve({}), 'INVALID_ARGUMENT'],
    ['a map', new Map(), 'INVALID_ARGUMENT'],
    ['null', null, 'INVALID_POLICY'],
    ['a misspelt option', { failureTreshold: 1 }, 'INVALID_POLICY'],
  ])('not %s', async (_, given, code) => {
    const policy = given as PolicyOptions
    expect(thrownBy(() => generatePaths(policy))).toMatchObject({ code })
    expect(thrownBy(() => coverage(paths, policy))).toMatchObject({ code })
    expect(thrownBy(() => describeBreaker('mine', driver, policy, runner))).toMatchObject({ code })
    expect(await errorOf(explore(driver, policy))).toMatchObject({ code })
  })
})

describe('paths that are none', () => {
  it.each([
    ['a list for one', paths],
    ['a promise', Promise.resolve(path)],
    ['nothing', undefined],
    ['an object without steps', { policy: {} }],
  ])('%s', async (_, given) => {
    expect(await errorOf(checkPath(pureDriver, given as never))).toMatchObject(
      refusal('path: expected a path of generatePaths'),
    )
    expect(thrownBy(() => coverage(given === paths ? ([paths] as never) : (given as never), {}))).toMatchObject(
      refusal('generatePaths'),
    )
  })
})

describe('the driver of the runtime', () => {
  it('is folded unless it is said otherwise, and is named for its options', () => {
    expect(runtimeDriver().name).toBe('folded runtime')
    expect(runtimeDriver({ folding: false }).name).toBe('unfolded runtime')
    expect(runtimeDriver({ folding: true, activation: 'eager' } as never).name).toBe('folded runtime, activation eager')
  })

  it('hands its options to createRegistry, which refuses those it does not know', () => {
    const start = (options: object) => runtimeDriver(options as never).start({}, createVirtualClock())
    expect(thrownBy(() => start({ anything: 1 }))).toMatchObject({ code: 'INVALID_POLICY' })
    expect(() => start({ maxBreakers: 3 })).not.toThrow()
    expect(thrownBy(() => start({ maxBreakers: 0 }))).toMatchObject({ code: 'INVALID_POLICY' })
  })
})
