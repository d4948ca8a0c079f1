// What the mutation tester runs: the tests that need nothing but the sources and end within seconds, and few histories
// of the properties, always the same ones.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'test/core/{rules,edge,runtime}/*.test.ts',
      'test/presets/*.test.ts',
      'test/property/{folding,percentiles}.test.ts',
    ],
    // Loaded once for all files, in a fifth of the time: most of it would go into loading.
    isolate: false,
    // What fakes the time of the process, or takes long: the mutation tester runs all files in one process.
    exclude: ['test/core/runtime/{close,scale,clock,fake-timers}.test.ts'],
    env: { SWITCHGEAR_PROPERTY_RUNS: '60' },
    setupFiles: ['test/mutants/seed.ts'],
    testTimeout: 10_000,
  },
})
