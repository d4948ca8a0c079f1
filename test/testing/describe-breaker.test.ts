// describeBreaker: what it declares with any runner, and how its tests fail.
import { describe, expect, it } from 'vitest'
import { type Driver, describeBreaker, generatePaths, runtimeDriver, type Subject } from '../../src/testing/index.ts'
import { errorOf, thrownBy } from '../support/calls.ts'

const folded = runtimeDriver({ folding: true })

/** A runner that only writes down what it is given. */
function recorder() {
  const groups: string[] = []
  const tests: { name: string; body: () => Promise<void> }[] = []
  return {
    groups,
    tests,
    describe(name: string, body: () => void) {
      groups.push(name)
      body()
    },
    it: (name: string, body: () => Promise<void>) => void tests.push({ name, body }),
  }
}

describeBreaker(
  'the tests that it declares pass for switchgear itself',
  folded,
  { failureThreshold: 1 },
  { describe, it },
)

describe('describeBreaker', () => {
  it('declares one test for each path, no two of the same title, in one group', () => {
    const runner = recorder()
    describeBreaker('mine', folded, {}, { ...runner, coverage: 'transitionPairs' })
    expect(runner.groups).toEqual(['mine'])
    expect(runner.tests).toHaveLength(generatePaths({}, { coverage: 'transitionPairs' }).length)
    expect(new Set(runner.tests.map(({ name }) => name)).size).toBe(runner.tests.length)
  })

  it('takes no step that the driver does not have', async () => {
    const used = new Set<string>()
    const modest: Driver<unknown> = {
      ...folded,
      commands: ['trip', 'reset'],
      canIgnore: false,
      async start(policy, clock) {
        const subject: Subject<unknown> = await folded.start(policy, clock)
        return {
          ...subject,
          settle(permit, result) {
            used.add(result)
            return subject.settle(permit, result)
          },
          command(command) {
            used.add(command)
            return subject.command(command)
          },
        }
      },
    }
    const runner = recorder()
    describeBreaker('mine', modest, {}, runner)
    for (const { body } of runner.tests) await body()
    expect([...used].sort()).toEqual(['fail', 'reset', 'succeed', 'trip'])
  })

  it('starts the driver with its policy, but for timeout: a call takes as long as the path says', async () => {
    const policies: unknown[] = []
    const watched: Driver<unknown> = {
      ...folded,
      start(policy, clock) {
        policies.push(policy)
        return folded.start(policy, clock)
      },
    }
    const runner = recorder()
    describeBreaker('mine', watched, { failureThreshold: 2, timeout: '1s' }, runner)
    await runner.tests[0]?.body()
    expect(policies).toEqual([{ failureThreshold: 2 }])
  })

  describe('a test that fails', () => {
    const deaf: Driver<unknown> = {
      ...folded,
      name: 'deaf breaker',
      start: (policy, clock) => folded.start({ ...policy, failureThreshold: 99 }, clock),
    }
    const options = { commands: [], results: ['succeed', 'fail'] as const, stalls: false }

    it('tells the shortest story that shows it', async () => {
      const runner = recorder()
      describeBreaker('mine', deaf, { failureThreshold: 1 }, { ...runner, ...options })
      const error = (await errorOf(runner.tests[0]?.body() ?? Promise.resolve())) as Error
      expect(error.message).toBe(
        'deaf breaker:\n1. call 1 is admitted\n2. call 1 fails: it opens\n   but state is closed, expected open',
      )
    })

    it('or, without shrinking, the whole of it', async () => {
      const lines = async (shrinks: boolean) => {
        const runner = recorder()
        describeBreaker('mine', deaf, { failureThreshold: 2 }, { ...runner, ...options, shrinks })
        const error = (await errorOf(runner.tests[0]?.body() ?? Promise.resolve())) as Error
        return error.message.split('\n').length
      }
      expect(await lines(false)).toBeGreaterThan(await lines(true))
    })
  })

  it.each(['describe', 'it'])('refuses to go without %s', (name) => {
    const runner = { ...recorder(), [name]: undefined as never }
    expect(thrownBy(() => describeBreaker('mine', folded, {}, runner))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `${name}: expected the test runner's ${name}, received undefined`,
    })
  })
})
