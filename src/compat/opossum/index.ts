// Public entry `switchgear/opossum`. The only default export of the package: to change `import CircuitBreaker from
// 'opossum'` to this must be the only change. For require there is require.cts.
export { CircuitBreaker as default } from './circuit-breaker.ts'
