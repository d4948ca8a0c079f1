// SwitchgearModule: the registry of an application, as a global module. The registry is made with the application, not
// where the module is declared: one module serves the many applications of a test.
import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { checkOptions, checkRegistry } from '../../core/options/index.ts'
import { ArgumentError, createRegistry, Registry, type RegistryOptions } from '../../index.ts'

/** The argument of `SwitchgearModule.forRoot`: the options of a new registry, or a registry that other code closes. */
export type SwitchgearOptions = RegistryOptions | { readonly registry: Registry }

/** The options of `SwitchgearModule.forRootAsync`. */
export interface SwitchgearAsyncOptions {
  /** The modules that export what is injected. Default: none. */
  readonly imports?: ModuleMetadata['imports'] | undefined
  /** The providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'] | undefined
  /** Returns what `forRoot` takes, or a promise of it. Called once for each application. */
  readonly useFactory: (...injected: never[]) => SwitchgearOptions | Promise<SwitchgearOptions>
}

/** The registry of one application, and whether it ends with it. Nest calls the hooks of every provider. */
class Household implements OnApplicationShutdown {
  readonly registry: Registry
  readonly #isOwn: boolean
  constructor(options: SwitchgearOptions) {
    this.#isOwn = !isShared(options)
    this.registry = isShared(options)
      ? checkRegistry('options.registry', options.registry)
      : createRegistry(options as RegistryOptions)
  }

  // Not before the server has answered its last request.
  async onApplicationShutdown(): Promise<void> {
    if (this.#isOwn) await this.registry.close()
  }
}

function isShared(options: unknown): options is { readonly registry: Registry } {
  if (typeof options !== 'object' || options === null || !('registry' in options)) return false
  checkOptions('options', options, ['registry'])
  return true
}

/**
 * Provides the registry to every module of an application, with the class `Registry` as its token. Closes it at the
 * application's shutdown, after the last request, if it was made here.
 */
export class SwitchgearModule {
  /**
   * The module with a new registry, or with the one you pass. Import it once, in the root module.
   * @throws when the application is made: PolicyError (`INVALID_POLICY`) and whatever else `createRegistry` throws;
   *   ArgumentError (`INVALID_ARGUMENT`) if `registry` is not a registry
   */
  static forRoot(options: SwitchgearOptions = {}): DynamicModule {
    return moduleOf({ useFactory: () => options })
  }

  /**
   * As `forRoot`, with options that depend on other providers, such as a configuration.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
   */
  static forRootAsync(options: SwitchgearAsyncOptions): DynamicModule {
    checkOptions('options', options, NAMES)
    const { useFactory } = options
    if (typeof useFactory !== 'function') {
      throw new ArgumentError('options.useFactory', 'a function that gives the options of a registry', useFactory)
    }
    return moduleOf(options)
  }
}
Module({})(SwitchgearModule)

const NAMES = ['imports', 'inject', 'useFactory'] satisfies (keyof SwitchgearAsyncOptions)[]

function moduleOf({ imports = [], inject = [], useFactory }: SwitchgearAsyncOptions): DynamicModule {
  return {
    module: SwitchgearModule,
    global: true,
    imports,
    providers: [
      {
        provide: Household,
        inject,
        useFactory: async (...injected: never[]) => new Household(await useFactory(...injected)),
      },
      { provide: Registry, inject: [Household], useFactory: ({ registry }: Household) => registry },
    ],
    exports: [Registry],
  }
}
