// Public entry `switchgear/opossum`. The one default export of the package: who changes `import CircuitBreaker from 'opossum'`
// to this is to change nothing else. For require there is require.cts.
export { CircuitBreaker as default } from './circuit-breaker.ts'
