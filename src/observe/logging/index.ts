// Public entry `switchgear/logging`.
export { type LoggedEvent, type Logger, type LogOptions, logTransitions } from './log-transitions.ts'
