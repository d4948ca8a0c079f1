// Public entry `switchgear/nestjs`: the registry as a module, breakers around methods, rejections as answers. Nest's decorators
// are applied as functions, because this is compiled without experimental decorators.
export { BreakerExceptionFilter, type UnavailableError } from './exception-filter.ts'
export { Guarded, type GuardedDecorator, type GuardedOptions } from './guarded.ts'
export {
  type SwitchgearAsyncOptions,
  SwitchgearModule,
  type SwitchgearOptions,
} from './module.ts'
