// What the mutation tester runs: the tests that need nothing but the sources and end within seconds, and few histories
// of the properties, always the same ones.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/{rules,edge,runtime,presets}/*.test.ts', 'test/property/folding.test.ts'],
    exclude: ['test/runtime/{close,scale,clock}.test.ts'],
    env: { SWITCHGEAR_PROPERTY_RUNS: '60' },
    setupFiles: ['test/mutants/seed.ts'],
    testTimeout: 10_000,
  },
})
