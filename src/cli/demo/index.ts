// Demo: services that fail in five ways, called with and without circuit breakers, and what the breakers bought.
// Run by the command line; not an entry of the package.

export { printLines } from './lines.ts'
export { type DemoOptions, type DemoValues, FOREVER, readOptions, UsageError } from './options.ts'
export { type Attach, type Attachment, type Audience, runDemo } from './run.ts'
export { openScreen } from './screen.ts'
export { summaryOf } from './summary.ts'
