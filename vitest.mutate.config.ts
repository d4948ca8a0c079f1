// What the mutation tester runs: the tests that need nothing but the sources and end within seconds. Folding and its
// oracle are left out: one random history would kill nearly everything and tell nothing of the tests with a name.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.test.ts', 'test/presets/*.test.ts', 'test/survivors/*.test.ts'],
    exclude: ['test/{close,scale,clock,requirements,registry-machine,inspector}.test.ts'],
    testTimeout: 10_000,
  },
})
