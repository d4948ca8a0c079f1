// The compiled package, as users run it: tsx would wrap every closure to keep its name.
export const { createRegistry } = (await import(
  new URL('../../dist/src/index.js', import.meta.url).href
)) as typeof import('../../src/index.ts')
