// What the mutation tester runs: the tests that need nothing but the sources and end within seconds, and few histories
// of the properties, always the same ones.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.test.ts', 'test/presets/*.test.ts', 'test/property/folding.test.ts', 'test/survivors/*.test.ts'],
    exclude: ['test/{close,scale,clock,requirements,registry-machine,inspector}.test.ts'],
    env: { SWITCHGEAR_PROPERTY_RUNS: '60' },
    setupFiles: ['test/mutants/seed.ts'],
    testTimeout: 10_000,
  },
})
