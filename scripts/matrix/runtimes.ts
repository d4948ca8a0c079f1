// Runtimes: on which the smoke tests run, each by its newest version.
export const RUNTIMES = ['node 20', 'node 22', 'node 24', 'node 26', 'bun 1', 'deno 2'] as const
export type Runtime = (typeof RUNTIMES)[number]
