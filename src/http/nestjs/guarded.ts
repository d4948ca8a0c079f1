// Guarded: a method of a provider or a controller, called through a breaker of the application's registry. The registry
// comes by property injection, so it belongs to the instance's application, in every scope, and also when a class calls its
// own method.
import { Inject } from '@nestjs/common'
import { isObservable } from 'rxjs'
import { checkOptions } from '../../core/options/index.ts'
import {
  ArgumentError,
  type Breaker,
  type CallOptions,
  type PolicyOptions,
  parsePolicy,
  Registry,
} from '../../index.ts'

type Told = Parameters<NonNullable<CallOptions<unknown>['fallback']>>

/** The options of `Guarded`. All are optional. */
export interface GuardedOptions {
  /** The policy of a breaker that this makes. Default: the registry's policy for its name. */
  readonly policy?: PolicyOptions | undefined
  /** As in `breaker.call`, with the instance as `this` (of a `function`): returns a value in place of an error. Default: none. */
  readonly fallback?: ((this: never, ...told: Told) => unknown) | undefined
}

/**
 * The decorator that `Guarded` returns. TypeScript lets it decorate methods that return a promise. Other methods return one
 * through it, but their type would not say so: make them `async`.
 */
export type GuardedDecorator = <Method extends (...args: never[]) => PromiseLike<unknown>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void

type Method = (this: object, ...args: unknown[]) => unknown

const NAMES = ['policy', 'fallback'] satisfies (keyof GuardedOptions)[]
/** The property in which instances keep their registry. */
const REGISTRY = Symbol('the registry of SwitchgearModule')

/**
 * Decorates a method of a provider or a controller: calls go through the breaker of this name; methods may share one. It
 * keeps `this`, the name, the length and the metadata of other decorators, so it may stand above or below them.
 * @throws ArgumentError (`INVALID_ARGUMENT`), PolicyError (`INVALID_POLICY`) when the class is declared
 * @throws what `Breaker.call` throws, as a rejection; ArgumentError for an instance that Nest did not make, and for an
 *   Observable
 */
export function Guarded(name: string, options: GuardedOptions = {}): GuardedDecorator {
  if (typeof name !== 'string') throw new ArgumentError('@Guarded(name)', 'a string', name)
  checkOptions('@Guarded(name, options)', options, NAMES)
  const { policy, fallback } = options
  if (policy !== undefined) parsePolicy(policy)
  if (fallback !== undefined && typeof fallback !== 'function') {
    throw new ArgumentError('options.fallback', 'a function of an error', fallback)
  }
  return (target, key, descriptor) => {
    // Called as a standard decorator: Nest does not support those.
    const method: unknown = Object(descriptor).value
    if (typeof target !== 'object' || typeof method !== 'function') {
      const expected = 'a method of instances, with "experimentalDecorators": true in tsconfig.json'
      throw new ArgumentError(`@Guarded('${name}')`, expected, method ?? target)
    }
    Inject(Registry)(target, REGISTRY)
    const where = `${target.constructor.name}.${String(key)}`
    const guarded = guard(method as Method, where, name, options)
    descriptor.value = likewise(method as Method, guarded) as never
  }
}

function guard(method: Method, where: string, name: string, { policy, fallback }: GuardedOptions): Method {
  const breakers = new WeakMap<Registry, Breaker>()
  const breakerOf = (registry: Registry) => {
    const breaker = breakers.get(registry) ?? registry.breaker(name, policy)
    breakers.set(registry, breaker)
    return breaker
  }
  return async function (this: { readonly [REGISTRY]?: Registry }, ...args: unknown[]): Promise<unknown> {
    const registry = this?.[REGISTRY]
    if (registry === undefined) {
      throw new ArgumentError(where, 'an instance that Nest made, with SwitchgearModule in its application', this)
    }
    const options = fallback && { fallback: (...told: Told) => Reflect.apply(fallback, this, told) }
    const value = await breakerOf(registry).wrap(method, options).apply(this, args)
    if (!isObservable(value)) return value
    throw new ArgumentError(where, 'a value or a promise, as lastValueFrom makes it', value)
  }
}

/** Decorators of Nest keep their metadata on the function, others in its properties. */
function likewise(method: Method, guarded: Method): Method {
  const { name, length } = method
  Object.defineProperties(guarded, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  })
  for (const key of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), guarded)
  }
  return Object.assign(guarded, method)
}
