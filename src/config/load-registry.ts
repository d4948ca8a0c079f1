// LoadRegistry: a registry with the policies of a file, and on request with later versions of the file.

import { checkCount, checkOptions } from '../core/options/index.ts'
import { ArgumentError, createRegistry, type Registry, type RegistryOptions, type RegistryPolicies } from '../index.ts'
import { type ConfigError, type ConfigWarning, warningText } from './config-error.ts'
import type { Environment } from './environment.ts'
import { checkEnvironment, type FilePolicies, policiesOver } from './parse-policies.ts'
import { pathOf, readText } from './read-text.ts'
import { reconfigure } from './reconfigure.ts'
import { fingerprintOf, watchFile } from './watch-file.ts'

/** The result of applying another version of a file. */
export interface Reload extends FilePolicies {
  /** The names of the breakers that have another policy now. */
  readonly configured: readonly string[]
  /** The names of those that keep a policy which is not the file's: given in the code, or configured later. */
  readonly kept: readonly string[]
}

/**
 * The options of `loadRegistry`: those of `createRegistry`, and these. The file goes over `policy` and `policies`, option
 * by option: use those for what no file can hold, such as `isFailure`.
 */
export interface LoadOptions extends RegistryOptions {
  /** Whether the file is read again when it has changed. Default `false`. */
  readonly watch?: boolean | undefined
  /** How often the file is checked, in ms. Default 1,000. A change is applied when two checks in a row have seen it. */
  readonly watchIntervalMs?: number | undefined
  /** Where `${NAME}` is looked up, now and at each reload. Default `process.env`. */
  readonly env?: Environment | undefined
  /** Called for each version of the file that was applied, after the first. Default: none. */
  readonly onReload?: ((reload: Reload) => void) | undefined
  /** Called once for each version of the file that cannot be used. The policies stay as they were. Default: a process warning. */
  readonly onError?: ((error: ConfigError) => void) | undefined
  /** Called with each warning about the file, at the start and at each reload. Default: a process warning. */
  readonly onWarning?: ((warning: ConfigWarning) => void) | undefined
}

const CALLBACKS = ['onReload', 'onError', 'onWarning'] as const
const NAMES = [
  ...(['policy', 'policies', 'clock', 'snapshot', 'inspect', 'folding', 'activation'] as const),
  ...(['maxBreakers', 'idleTimeout', 'supervision', 'seed'] as const),
  ...(['watch', 'watchIntervalMs', 'env', ...CALLBACKS] as const),
] satisfies (keyof LoadOptions)[]

/**
 * The policies in a file, YAML or JSON.
 * @param file its path or `file:` URL
 * @throws ConfigError (`INVALID_POLICY`) with every mistake and its position; ArgumentError (`INVALID_ARGUMENT`)
 */
export async function loadPolicies(
  file: string | URL,
  options: { readonly env?: Environment | undefined } = {},
): Promise<FilePolicies> {
  const path = pathOf('loadPolicies(file)', file)
  checkOptions('options', options, ['env'])
  const env = checkEnvironment(options.env)
  return policiesOver({}, await readText(path), path, env)
}

/**
 * A registry with the policies in a file, YAML or JSON. With `watch`, later versions of the file are applied as well: to
 * existing breakers, whose state and evidence stay, and to those made later. Closing the registry ends that.
 * @param file its path or `file:` URL
 * @throws ConfigError (`INVALID_POLICY`) with every mistake and its position; ArgumentError (`INVALID_ARGUMENT`); what
 *   `createRegistry` throws
 */
export async function loadRegistry(file: string | URL, options: LoadOptions = {}): Promise<Registry> {
  const path = pathOf('loadRegistry(file)', file)
  const { watch, watchIntervalMs, env, onReload, onError, onWarning, ...rest } = checkLoadOptions(options)
  const environment = checkEnvironment(env)
  const interval = checkCount('options.watchIntervalMs', watchIntervalMs, 1_000)
  // Mistakes in the options come first: the file may look wrong only because of them.
  await createRegistry({ ...rest, snapshot: null, inspect: undefined }).close()
  const { policy, policies } = rest
  const code: RegistryPolicies = { policy, policies }
  const warn = (warnings: readonly ConfigWarning[]) => {
    for (const warning of warnings) tell(registry, 'onWarning', onWarning, warning, warningText(warning))
  }
  const fingerprint = await fingerprintOf(path)
  let text = await readText(path)
  const first = policiesOver(code, text, path, environment)
  const registry = createRegistry({ ...rest, policy: first.policy, policies: first.policies })
  warn(first.warnings)
  if (watch !== true) return registry

  let failed = ''
  const reload = async () => {
    try {
      const now = await readText(path)
      // Touched, or written again as it was.
      if (now === text && failed === '') return
      text = now
      const next = policiesOver(code, now, path, environment)
      const done = await reconfigure(registry, { policy: next.policy, policies: next.policies })
      failed = ''
      if (registry.isClosed) return
      warn(next.warnings)
      tell(registry, 'onReload', onReload, { ...next, ...done }, '')
    } catch (error) {
      const { message } = error as ConfigError
      if (message !== failed && !registry.isClosed) tell(registry, 'onError', onError, error as ConfigError, message)
      failed = message
    }
  }
  const watching = watchFile(path, fingerprint, interval, reload)
  // There is no event for it, because no listener is called after close; but the root actor has ended.
  registry.actor.subscribe({ complete: () => watching.stop() })
  return registry
}

function checkLoadOptions(options: LoadOptions): LoadOptions {
  checkOptions('options', options, NAMES)
  const { watch } = options
  if (watch !== undefined && typeof watch !== 'boolean')
    throw new ArgumentError('options.watch', 'true or false', watch)
  for (const name of CALLBACKS) {
    const callback: unknown = options[name]
    if (callback !== undefined && typeof callback !== 'function') {
      throw new ArgumentError(`options.${name}`, 'a function', callback)
    }
  }
  return options
}

/** Without a callback it is a process warning. A callback is the user's code: the registry reports what it throws. */
function tell<T>(
  registry: Registry,
  name: (typeof CALLBACKS)[number],
  callback: ((what: T) => unknown) | undefined,
  what: T,
  text: string,
): void {
  if (callback === undefined) {
    if (text !== '') warning(text)
    return
  }
  // Also of a promise that rejects.
  new Promise((resolve) => resolve(callback(what))).catch((error: unknown) => registry.report(name, error))
}

function warning(text: string): void {
  process.emitWarning(text, { type: 'SwitchgearConfig', code: 'SWITCHGEAR_CONFIG' })
}
