// A registry from a real file: read, watched, replaced as editors and orchestrators do.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConfigError, type LoadOptions, loadPolicies, loadRegistry, type Reload } from '../../src/config/index.ts'
import type { Registry } from '../../src/index.ts'

let folder: string
let file: string
const registries: Registry[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchgear-config-'))
  file = join(folder, 'breakers.yaml')
})
afterEach(async () => {
  for (const registry of registries.splice(0)) await registry.close()
  rmSync(folder, { recursive: true, force: true })
  vi.restoreAllMocks()
})

const policyOf = (openTimeout: string) => `default: { open_timeout: ${openTimeout} }\n`

async function load(options: LoadOptions = {}): Promise<Registry> {
  const registry = await loadRegistry(file, options)
  registries.push(registry)
  return registry
}

/** Watches, and waits for what comes of the next change. */
async function watched(options: LoadOptions = {}) {
  const reloads: Reload[] = []
  const errors: ConfigError[] = []
  let heard = () => {}
  const registry = await load({
    watch: true,
    watchIntervalMs: 10,
    onReload: (reload) => {
      reloads.push(reload)
      heard()
    },
    onError: (error) => {
      errors.push(error)
      heard()
    },
    ...options,
  })
  const next = async (change: () => void) => {
    const told = new Promise<void>((resolve) => {
      heard = resolve
    })
    change()
    await told
  }
  return { registry, reloads, errors, next }
}

const openTimeoutOf = (registry: Registry, name: string) => registry.breaker(name).policy.openTimeoutMs

describe('a registry from a file', () => {
  it('has the policies of the file, over those of the code', async () => {
    writeFileSync(file, 'default: { open_timeout: 10s }\n"db-*": { failure_threshold: 3 }\nmail: {}\n')
    const isFailure = () => true
    const registry = await load({
      policy: { openTimeout: '1s', isFailure, successThreshold: 4 },
      policies: { mail: { failureThreshold: 8 }, search: { failureThreshold: 9 } },
      maxBreakers: 5,
      idleTimeout: '1h',
    })
    expect(registry.breaker('db-main').policy).toMatchObject({
      ...{ openTimeoutMs: 10_000, failureThreshold: 3, successThreshold: 4 },
      isFailure,
    })
    expect(registry.breaker('mail').policy).toMatchObject({ failureThreshold: 8, openTimeoutMs: 10_000 })
    expect(registry.breaker('search').policy).toMatchObject({ failureThreshold: 9, openTimeoutMs: 10_000 })
  })

  it('is loaded from a path or a file: URL', async () => {
    writeFileSync(file, policyOf('10s'))
    const expected = { policy: { openTimeout: '10s' }, policies: {}, warnings: [] }
    expect(await loadPolicies(file)).toEqual(expected)
    expect(await loadPolicies(pathToFileURL(file))).toEqual(expected)
  })

  it('takes variables from the environment that is given', async () => {
    writeFileSync(file, policyOf(`"\${T}"`))
    expect(openTimeoutOf(await load({ env: { T: '7s' } }), 'a')).toBe(7_000)
    expect(await loadPolicies(file, { env: { T: '8s' } })).toMatchObject({ policy: { openTimeout: '8s' } })
  })

  it('tells what may not be meant: who listens, or else the process', async () => {
    writeFileSync(file, 'circuit_breaker: { default: { timeout: 5s } }\n')
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const onWarning = vi.fn()
    await load({ onWarning })
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ line: 1, column: 31 }))
    expect(emit).not.toHaveBeenCalled()
    await load()
    expect(emit).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^.*breakers\.yaml:1:31: circuit_breaker\.default\.timeout: under circuit_breaker it is/),
      { type: 'SwitchgearConfig', code: 'SWITCHGEAR_CONFIG' },
    )
  })
})

describe('a file that cannot be read', () => {
  const messageOf = async (path: string) => {
    const error: unknown = await loadRegistry(path).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message
  }
  it.each<[string, (path: string) => void, string]>([
    ['is missing', () => {}, 'there is no such file'],
    ['is a folder', (path) => mkdirSync(path), 'it is a folder'],
    ['is a link that leads nowhere', (path) => symlinkSync('nowhere', path), 'there is no such file'],
    ['is a pipe', (path) => void execFileSync('mkfifo', [path]), 'it is no file'],
    ['is a link to itself', (path) => symlinkSync(path, path), 'a link that leads to itself'],
    [
      'is larger than any',
      (path) => writeFileSync(path, 'a: {}\n'.repeat(200_000)),
      'it has 1200000 bytes, and at most 262144 are read',
    ],
    ['is UTF-16', (path) => writeFileSync(path, '\ufeffa: {}', 'utf16le'), 'it is UTF-16: save it as UTF-8'],
  ])('because it %s is refused', async (_, make, why) => {
    make(file)
    expect(await messageOf(file)).toBe(
      `1 mistake in ${file}:\n    ${file}: expected a file that can be read, received ${why}`.replace('    ', '  '),
    )
  })

  it('because of its permissions is refused', async () => {
    writeFileSync(file, policyOf('10s'))
    chmodSync(file, 0)
    // Nothing is forbidden to root.
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      expect(await messageOf(file)).toContain('it may not be read')
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('because it is not UTF-8 is refused at the first character that is none', async () => {
    writeFileSync(file, Buffer.concat([Buffer.from('# \ufffd\na: {}\n# M'), Buffer.from([0xfc]), Buffer.from('ll\n')]))
    expect(await messageOf(file)).toContain(':3:4: expected UTF-8, received bytes that are no character')
  })

  it.each([[''], ['a\0b'], [7], [undefined], [new URL('http://example.org')]])('named %j is refused', async (path) => {
    await expect(loadRegistry(path as string)).rejects.toThrow('loadRegistry(file): expected the path of a file')
    await expect(loadPolicies(path as string)).rejects.toThrow('loadPolicies(file): expected the path of a file')
  })
})

describe('wrong options are refused', () => {
  it.each<[object, string]>([
    [{ wach: true }, 'options.wach: expected one of'],
    [{ watch: 'yes' }, 'options.watch: expected true or false'],
    [{ watchIntervalMs: 0 }, 'options.watchIntervalMs: expected a whole number of at least 1'],
    [{ onReload: 1 }, 'options.onReload: expected a function'],
    [{ onError: 1 }, 'options.onError: expected a function'],
    [{ onWarning: 1 }, 'options.onWarning: expected a function'],
    [{ env: 1 }, 'options.env: expected an object of texts by name'],
    [{ maxBreakers: 0 }, 'options.maxBreakers: expected a whole number of at least 1'],
    [{ policy: { openTimeout: '30' } }, 'policy.openTimeout: expected a duration'],
  ])('%j', async (options, message) => {
    writeFileSync(file, policyOf('10s'))
    await expect(loadRegistry(file, options as LoadOptions)).rejects.toThrow(message)
  })
})

describe('a watched file', () => {
  it.each<[string, (text: string) => void]>([
    ['written over', (text) => writeFileSync(file, text)],
    [
      'replaced by a rename, as editors save',
      (text) => {
        writeFileSync(`${file}.tmp`, text)
        renameSync(`${file}.tmp`, file)
      },
    ],
    [
      'truncated first, then written',
      (text) => {
        truncateSync(file)
        setTimeout(() => writeFileSync(file, text), 3)
      },
    ],
    [
      'removed first, then written',
      (text) => {
        unlinkSync(file)
        setTimeout(() => writeFileSync(file, text), 3)
      },
    ],
  ])('that is %s gives its policies to the breakers there are and those made later', async (_, save) => {
    writeFileSync(file, policyOf('10s'))
    const { registry, reloads, next } = await watched({ watchIntervalMs: 25 })
    registry.breaker('a')
    while (reloads.length === 0) await next(() => save(policyOf('20s')))
    expect(openTimeoutOf(registry, 'a')).toBe(20_000)
    expect(openTimeoutOf(registry, 'b')).toBe(20_000)
    expect(reloads).toMatchObject([{ configured: ['a'], kept: [], policy: { openTimeout: '20s' } }])
  })

  it('behind links that are swapped, as Kubernetes mounts ConfigMaps', async () => {
    for (const [name, text] of [
      ['v1', policyOf('10s')],
      ['v2', policyOf('20s')],
    ] as const) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'breakers.yaml'), text)
    }
    symlinkSync('v1', join(folder, '..data'))
    symlinkSync('..data/breakers.yaml', file)
    const { registry, next } = await watched()
    registry.breaker('a')
    await next(() => {
      symlinkSync('v2', join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    })
    expect(openTimeoutOf(registry, 'a')).toBe(20_000)
  })

  it('changes no state and no evidence: an open breaker stays open for its time, a failure stays counted (R21)', async () => {
    writeFileSync(file, 'default: { failure_threshold: 3, open_timeout: 1h }\n')
    const { registry, next } = await watched()
    const open = registry.breaker('open')
    open.trip('maintenance')
    const closed = registry.breaker('closed')
    closed.recordFailure()
    closed.recordFailure()
    const generation = open.generation
    await next(() => writeFileSync(file, 'default: { failure_threshold: 1, open_timeout: 2h }\n'))
    expect(open).toMatchObject({ state: 'open', generation })
    expect(open.stats().retryAfterMs).toBeLessThanOrEqual(3_600_000)
    expect(closed.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 2 })
    closed.recordFailure()
    expect(closed.state).toBe('open')
  })

  it('gives a name that is no longer in it back to the default, with what the code says of it', async () => {
    writeFileSync(
      file,
      `${policyOf('10s')}mail: { open_timeout: 5s, failure_threshold: 2 }\n"db-*": { open_timeout: 7s }\n`,
    )
    const { registry, next } = await watched({ policies: { mail: { successThreshold: 6 } } })
    expect(openTimeoutOf(registry, 'mail')).toBe(5_000)
    expect(openTimeoutOf(registry, 'db-1')).toBe(7_000)
    await next(() => writeFileSync(file, `${policyOf('11s')}db-1: { failure_threshold: 1 }\n`))
    expect(registry.breaker('mail').policy).toMatchObject({
      openTimeoutMs: 11_000,
      failureThreshold: 5,
      successThreshold: 6,
    })
    expect(registry.breaker('db-1').policy).toMatchObject({ openTimeoutMs: 11_000, failureThreshold: 1 })
    expect(registry.breaker('db-2').policy).toMatchObject({ openTimeoutMs: 11_000, failureThreshold: 5 })
  })

  it('leaves alone what was given in the code or configured since, and says so', async () => {
    writeFileSync(file, policyOf('10s'))
    const { registry, reloads, next } = await watched()
    registry.breaker('of-code', { failureThreshold: 2 })
    registry.breaker('configured')
    registry.configure('configured', { openTimeout: '1s' })
    registry.breaker('plain')
    await next(() => writeFileSync(file, policyOf('20s')))
    const late = registry.breaker('of-code-later', { failureThreshold: 2 })
    expect(reloads[0]).toMatchObject({ configured: ['plain'], kept: ['of-code', 'configured'] })
    expect(openTimeoutOf(registry, 'of-code')).toBe(10_000)
    expect(openTimeoutOf(registry, 'configured')).toBe(1_000)
    expect(late.policy.failureThreshold).toBe(2)
  })

  it('lets the code give a policy for a name that was reloaded: it binds, over the file (R21)', async () => {
    writeFileSync(file, policyOf('10s'))
    const { registry, next } = await watched()
    registry.breaker('a')
    await next(() => writeFileSync(file, policyOf('20s')))
    expect(registry.breaker('a', { failureThreshold: 2 }).policy).toMatchObject({
      failureThreshold: 2,
      openTimeoutMs: 20_000,
    })
  })

  it('gives a breaker that was evicted and comes back the newest policy', async () => {
    writeFileSync(file, policyOf('10s'))
    const { registry, next } = await watched({ maxBreakers: 1 })
    registry.breaker('a')
    await next(() => writeFileSync(file, policyOf('20s')))
    registry.breaker('b')
    expect(registry.has('a')).toBe(false)
    await next(() => writeFileSync(file, policyOf('30s')))
    expect(openTimeoutOf(registry, 'a')).toBe(30_000)
  })

  it('that is broken keeps the policies as they were, and is told of once', async () => {
    writeFileSync(file, policyOf('10s'))
    const { registry, reloads, errors, next } = await watched()
    registry.breaker('a')
    await next(() => writeFileSync(file, policyOf('soon')))
    expect(errors).toHaveLength(1)
    expect(errors[0]?.message).toContain(`${file}:1:26: default.open_timeout: expected a duration`)
    // The same again, which is told of no second time, and then another mistake.
    writeFileSync(file, policyOf('soon'))
    await next(() => writeFileSync(file, 'a: *b\n'))
    await next(() => unlinkSync(file))
    expect(errors.map(({ mistakes }) => mistakes[0]?.received)).toEqual(['"soon"', '*b', 'there is no such file'])
    expect([openTimeoutOf(registry, 'a'), openTimeoutOf(registry, 'b')]).toEqual([10_000, 10_000])
    await next(() => writeFileSync(file, policyOf('20s')))
    expect(openTimeoutOf(registry, 'a')).toBe(20_000)
    expect(reloads).toHaveLength(1)
  })

  it('that is broken is a warning of the process where nobody listens', async () => {
    writeFileSync(file, policyOf('10s'))
    const warned = new Promise<string>((resolve) => {
      vi.spyOn(process, 'emitWarning').mockImplementation((text) => resolve(String(text)))
    })
    await load({ watch: true, watchIntervalMs: 10 })
    writeFileSync(file, policyOf('soon'))
    expect(await warned).toContain('default.open_timeout: expected a duration')
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('guest')
      },
    ],
    ['rejects', () => Promise.reject(new Error('guest'))],
  ])('goes on being watched though who is told of it %s', async (_, guest) => {
    writeFileSync(file, policyOf('10s'))
    const registry = await load({ watch: true, watchIntervalMs: 10, onReload: guest as () => void })
    const errors: unknown[] = []
    registry.on('error', ({ source, error }) => errors.push(`${source}: ${(error as Error).message}`))
    registry.breaker('a')
    for (const [text, expected] of [
      ['20s', 20_000],
      ['30s', 30_000],
    ] as const) {
      writeFileSync(file, policyOf(text))
      await vi.waitUntil(() => openTimeoutOf(registry, 'a') === expected)
    }
    await vi.waitUntil(() => errors.length === 2)
    expect(errors).toEqual(['onReload: guest', 'onReload: guest'])
  })

  it('gives very many breakers their policy in slices, between which others have their turn', async () => {
    writeFileSync(file, policyOf('10s'))
    const { registry, reloads, next } = await watched()
    for (let n = 0; n < 2_600; n++) registry.breaker(`n${n}`)
    let turns = 0
    const count = () => {
      if (reloads.length > 0) return
      turns += registry.breaker('n0').policy.openTimeoutMs === 20_000 ? 1 : 0
      setImmediate(count)
    }
    count()
    await next(() => writeFileSync(file, policyOf('20s')))
    expect(reloads[0]?.configured).toHaveLength(2_600)
    expect(turns).toBeGreaterThanOrEqual(5)
  })
})
