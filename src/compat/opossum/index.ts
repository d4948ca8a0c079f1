// Public entry `switchgear/opossum`. The only default export of the package: to change `import CircuitBreaker from
// 'opossum'` to this must be the only change. Require gives the class itself: scripts/build-modules.ts.
export { CircuitBreaker as default } from './circuit-breaker.ts'
