// Public entry `switchgear/opossum`. The one default export of the package: who changes `import CircuitBreaker from 'opossum'`
// to this is to change nothing else. Require gives the class itself: scripts/build-modules.ts.
export { CircuitBreaker as default } from './circuit-breaker.ts'
