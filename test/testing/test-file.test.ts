// toTestFile: source that reads well, compiles, is free of lint, and runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PolicyOptions } from '../../src/index.ts'
import { explore, generatePaths, type Mismatch, runtimeDriver, toTestFile } from '../../src/testing/index.ts'
import { thrownBy } from '../support/calls.ts'
import { createWorkshop, type Workshop } from './generated.ts'
import { POLICIES } from './policies.ts'

const OPTIONS = { runner: 'vitest', name: 'payments', driver: './driver.js' } as const
const RUNNERS = ['vitest', 'jest', 'node'] as const
const brief: PolicyOptions = { failureThreshold: 1, openTimeout: '10s', successThreshold: 1 }
const FEW = { commands: [], results: ['succeed', 'fail'] as const, stalls: false, coverage: 'states' as const }

/** The body of its first test. */
function firstTest(text: string): string {
  return /^ {2}test\([\s\S]*?^ {2}\}\)$/m.exec(text)?.[0] ?? ''
}

describe('a test', () => {
  it('has its path as title, a statement for each step with its words behind it, and what must be seen', () => {
    expect(
      firstTest(toTestFile(generatePaths(brief, FEW), OPTIONS)),
    ).toBe(`  test('1 failure opens it; 10 s later it is half-open; half-open', async () => {
    const call1 = await breaker.admit() // 1. call 1 is admitted
    expect(call1).toBeDefined()
    expect(breaker.state()).toBe('closed')
    await breaker.settle(call1, 'fail') // 2. call 1 fails: it opens
    expect(breaker.state()).toBe('open')
    await pass(9999)
    expect(breaker.state()).toBe('open') // 1 ms before its time
    await pass(1) // 3. 10 s pass: it is half-open
    expect(breaker.state()).toBe('halfOpen')
  })`)
  })

  it('uses node:assert with the runner of Node', () => {
    const text = toTestFile(generatePaths(brief, FEW), { ...OPTIONS, runner: 'node' })
    expect(firstTest(text)).toContain(
      `    assert.notEqual(call1, undefined)\n    assert.equal(breaker.state(), 'closed', 'after step 1, call 1 is admitted')\n`,
    )
    expect(text).not.toContain('expect')
  })

  it('never has the title of another', () => {
    const [path] = generatePaths(brief, FEW)
    const text = path && toTestFile([path, path, path], OPTIONS)
    expect(text?.match(/^ {2}test\('.*half-open( \(\d\))?'/gm)).toHaveLength(3)
    expect(text).toContain("half-open (2)'")
    expect(text).toContain("half-open (3)'")
  })
})

describe('the top of the file', () => {
  it('tells the statechart and the policy, and has no other import than it needs', () => {
    const text = toTestFile(generatePaths(brief, FEW), { ...OPTIONS, runner: 'jest' })
    const [comment = ''] = text.split('\nimport ')
    for (const line of comment.split('\n')) expect(line).toMatch(/^\/\//)
    expect(comment).toContain('//   closed: Every call is admitted; its outcome is evidence for the triggers.')
    expect(comment).toContain('//     fail [triggerFires] -> open')
    expect(comment).toContain('//     after openTime -> halfOpen')
    expect(comment).toContain('//   openTimeoutMs: 10_000')
    expect(comment).toContain('npx jest')
    expect(text.match(/^import .*$/gm)).toEqual([
      "import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'",
      "import type { PolicyOptions } from 'switchgear'",
      "import { createVirtualClock, type Subject, startDriver, type VirtualClock } from 'switchgear/testing'",
      "import { driver } from './driver.js'",
    ])
    expect(text).toContain(
      "const policy: PolicyOptions = {\n  failureThreshold: 1,\n  openTimeout: '10s',\n  successThreshold: 1,\n}\n",
    )
  })

  it('says what of the policy can not be written down', () => {
    const text = toTestFile(generatePaths({ ...brief, isFailure: () => false }, FEW), OPTIONS)
    expect(text).toContain('//   isFailure: a function, which the driver has to add\n')
    expect(text).not.toContain('isFailure: (')
  })
})

describe('every file', () => {
  let workshop: Workshop
  beforeAll(() => {
    workshop = createWorkshop()
  })
  afterAll(() => workshop?.dispose())

  it('compiles as strict TypeScript, and Biome has no remark, whatever the runner, language and policy', () => {
    const files: string[] = []
    for (const [index, [, policy]] of POLICIES.entries()) {
      const pairs = generatePaths(policy)
      const few = generatePaths(policy, { coverage: 'transitions' })
      for (const runner of RUNNERS) {
        // The longest lines are those for node:test.
        const paths = runner === 'node' ? pairs : few
        for (const language of ['ts', 'js'] as const) {
          const file = `policy-${index}-${runner}.${language === 'ts' ? 'ts' : 'mjs'}`
          const name = `"${runner}'s" \\ tests`
          workshop.write(file, toTestFile(paths, { runner, name, driver: './driver.js', language }))
          files.push(file)
        }
      }
    }
    workshop.write('driver.ts', `import { pureDriver as driver } from 'switchgear/testing'\n\nexport { driver }\n`)
    workshop.write('jest.d.ts', "declare module '@jest/globals' {\n  export * from 'vitest'\n}\n")
    expect(workshop.compile({ noUnusedLocals: true, noUnusedParameters: true })).toBe('')
    expect(workshop.lint(...files)).toMatchObject({ status: 0 })
  })

  it('would not, if a variable were unused: the check is one', () => {
    workshop.write('unused.ts', 'export {}\nconst unused = 1\n')
    expect(workshop.compile({ noUnusedLocals: true })).toContain('unused.ts(2,7)')
    expect(workshop.lint('unused.ts')).toMatchObject({ status: 1 })
    workshop.write('unused.ts', 'export {}\n')
  })

  describe('of a mismatch', () => {
    /** A breaker that counts no late results: only its counts tell. */
    const forgetful = (text: string) => `import { runtimeDriver } from '${text}'

const folded = runtimeDriver({ folding: true })
export const driver = {
  ...folded,
  async start(policy, clock) {
    const subject = await folded.start(policy, clock)
    const observe = () => {
      const seen = subject.observe()
      return { ...seen, calls: { ...seen.calls, late: 0 } }
    }
    return { ...subject, observe }
  },
}
`
    let failure: Mismatch | null = null
    beforeAll(async () => {
      workshop.write('forgetful.mjs', forgetful('switchgear/testing'))
      const folded = runtimeDriver({ folding: true })
      const driver: typeof folded = {
        ...folded,
        async start(policy, clock) {
          const subject = await folded.start(policy, clock)
          return {
            ...subject,
            observe() {
              const seen = subject.observe?.()
              if (seen === undefined) throw new Error('the runtime can be observed')
              return { ...seen, calls: { ...seen.calls, late: 0 } }
            },
          }
        },
      }
      const found = await explore(driver, brief, { depth: 6 })
      failure = found.failure
    })

    it.each(['vitest', 'node'] as const)('tells its story, and fails in the same way with %s', (runner) => {
      if (failure === null) throw new Error('nothing was found')
      const text = toTestFile(failure, { runner, name: 'late', driver: './forgetful.mjs', language: 'js' })
      expect(text).toContain('//    but late calls are 0, expected 1\n')
      workshop.write('late.test.mjs', text)
      expect(workshop.lint('late.test.mjs')).toMatchObject({ status: 0 })
      const { status, output } = workshop.runTests(runner, 'late.test.mjs')
      expect(status).not.toBe(0)
      expect(output).toMatch(/calls\.late/)

      workshop.write('late.test.mjs', text.replace('./forgetful.mjs', './driver.ts'))
      expect(workshop.runTests(runner, 'late.test.mjs')).toMatchObject({ status: 0 })
    })
  })
})

describe('nonsense is refused', () => {
  const paths = generatePaths(brief, FEW)
  it.each([
    ['runner', paths, { ...OPTIONS, runner: 'ava' as never }],
    ['name', paths, { ...OPTIONS, name: '' }],
    ['driver', paths, { ...OPTIONS, driver: undefined as never }],
    ['language', paths, { ...OPTIONS, language: 'coffee' as never }],
    ['paths', [], OPTIONS],
    ['paths', [...paths, ...generatePaths({}, FEW)], OPTIONS],
  ])('%s', (name, given, options) => {
    expect(thrownBy(() => toTestFile(given, options))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(`^${name}: expected `)),
    })
  })
})
