// Vitest: no retries, because a test that fails sometimes is a finding; and no test that is skipped or left alone in
// its file, because a green run must mean that every test ran. reports/vitest.json is what .ci/run counts.
import { defineConfig } from 'vitest/config'
import type { Reporter, TestModule, Vitest } from 'vitest/node'

class NothingSkipped implements Reporter {
  #filtered = false

  onInit({ config }: Vitest): void {
    // With -t the other tests are skipped on purpose.
    this.#filtered = config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#filtered) return
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')])
    for (const { fullName, module } of skipped) console.error(`skipped: ${module.relativeModuleId} > ${fullName}`)
    if (skipped.length > 0) process.exitCode = 1
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    retry: 0,
    // By default one core stays idle, which on two is half of them.
    maxWorkers: '100%',
    // Some compile or start processes, on machines that have other things to do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
    reporters: ['default', 'json', new NothingSkipped()],
    outputFile: { json: 'reports/vitest.json' },
  },
})
