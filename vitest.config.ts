// Vitest: what `npm test` runs (core and quick), and the rest (slow). No retries, because a test that fails sometimes is a finding; and no test that is left alone in its file, or
// skipped but for the want of a program, because a green run must mean that every test ran. reports/vitest.json is what
// .ci/run counts.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { isSlow } from './test/support/slow.ts'

class NothingSkipped implements Reporter {
  #filtered = false

  onInit({ config }: Vitest): void {
    // With -t the other tests are skipped on purpose.
    this.#filtered = config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#filtered) return
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    const reasons = skipped.map((test) => {
      const result = test.result()
      return (
        (result.state === 'skipped' && result.note) ||
        `without a reason: ${test.module.relativeModuleId} > ${test.fullName}`
      )
    })
    for (const reason of new Set(reasons)) {
      console.error(`skipped ${reasons.filter((other) => other === reason).length}: ${reason}`)
    }
    const { CI } = process.env
    // What npm does not install may be missing on a developer's machine (test/support/needs.ts), but not in CI.
    const isExcused = reasons.every((reason) => reason.startsWith('needs ')) && CI === undefined
    if (skipped.length > 0 && !isExcused) process.exitCode = 1
  }
}

const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))
const slow = all.filter(isSlow)
const quick = all.filter((file) => !slow.includes(file))
const isOfCore = (file: string) => /^test\/(core|presets|property)\//.test(file)

export default defineConfig({
  test: {
    // Every file of test/ is in one of them.
    projects: [
      {
        extends: true,
        // These need nothing but the sources and leave nothing behind: loaded once a worker, in half the time.
        test: { name: 'core', include: quick.filter(isOfCore), isolate: false },
      },
      { extends: true, test: { name: 'quick', include: quick.filter((file) => !isOfCore(file)) } },
      { extends: true, test: { name: 'slow', include: slow } },
    ],
    retry: 0,
    // More than there are cores, because some wait for processes, browsers and clocks.
    maxWorkers: '150%',
    // Some compile or start processes, on machines that have other things to do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
    reporters: ['default', 'json', new NothingSkipped()],
    outputFile: { json: 'reports/vitest.json' },
  },
})
