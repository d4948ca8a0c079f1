// SwitchgearModule: the registry of an application, as a global module. The registry is made when the application is, not
// where the module is written down: the same module serves the many applications of a test.
import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { checkOptions, checkRegistry } from '../../core/options/index.ts'
import { ArgumentError, createRegistry, Registry, type RegistryOptions } from '../../index.ts'

/** What `SwitchgearModule.forRoot` takes: the options of a registry to be made, or a registry that is closed by others. */
export type SwitchgearOptions = RegistryOptions | { readonly registry: Registry }

/** What `SwitchgearModule.forRootAsync` takes. */
export interface SwitchgearAsyncOptions {
  /** The modules that export what is injected. Default: none. */
  readonly imports?: ModuleMetadata['imports'] | undefined
  /** What `useFactory` is called with. Default: nothing. */
  readonly inject?: FactoryProvider['inject'] | undefined
  /** Gives what `forRoot` takes, or a promise of it; called once for each application. */
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
 * Provides the registry to every module of an application, under the class `Registry` as its token; closes it at the
 * application's shutdown, after the last request, if it was made here.
 */
export class SwitchgearModule {
  /**
   * The module over a new registry, or over that which is given. Import it once, in the root module.
   * @throws where the application is made: PolicyError (`INVALID_POLICY`) and what else `createRegistry` throws;
   *   ArgumentError (`INVALID_ARGUMENT`) for a `registry` that is none
   */
  static forRoot(options: SwitchgearOptions = {}): DynamicModule {
    return moduleOf({ useFactory: () => options })
  }

  /**
   * As `forRoot`, with options that other providers have a say in, such as a configuration.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for options that are none
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
