// The built package, as users run it: tsx would wrap every closure to keep its name.
const from = (entry: string): Promise<unknown> => import(new URL(`../../dist/${entry}.js`, import.meta.url).href)

export const { createRegistry } = (await from('index')) as typeof import('../../src/index.ts')
export const { createDashboard } = (await from('dashboard')) as typeof import('../../src/observe/dashboard/index.ts')
export const { createFetch } = (await from('fetch')) as typeof import('../../src/http/fetch/index.ts')
export const { breakerInterceptor } = (await from('undici')) as typeof import('../../src/http/undici/index.ts')
export const { registerMetrics } = (await from('prometheus')) as typeof import('../../src/observe/prometheus/index.ts')
export const { joinFleet, memoryStore, redisStore } = (await from('fleet')) as typeof import('../../src/fleet/index.ts')
