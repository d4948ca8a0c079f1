// Public entry `switchgear/opentelemetry`.
export { type Instrumentation, type InstrumentOptions, instrumentRegistry } from './instrument-registry.ts'
