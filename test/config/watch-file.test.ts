// When a watched file is read: the looks at a real file, one by one, on virtual time.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ConfigError, loadRegistry, type Reload } from '../../src/config/index.ts'
import { fingerprintOf, watchFile } from '../../src/config/watch-file.ts'
import type { Registry } from '../../src/index.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchgear-watch-'))
  file = join(folder, 'breakers.yaml')
  writeFileSync(file, policyOf('10s'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

const policyOf = (openTimeout: string) => `default: { open_timeout: ${openTimeout} }\n`
const INTERVAL = 1_000
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** The next look, and all that comes of it: then the timer of the one after is set. */
async function look(): Promise<void> {
  vi.advanceTimersByTime(INTERVAL)
  while (vi.getTimerCount() === 0) await turn()
}

function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}

describe('a watched file', () => {
  async function watched() {
    const changed = vi.fn(async () => {})
    const fingerprint = await fingerprintOf(file)
    stopTime()
    return { changed, watching: watchFile(file, fingerprint, INTERVAL, changed) }
  }

  it('is told of when two looks have seen the same, once', async () => {
    const { changed } = await watched()
    await look()
    truncateSync(file)
    await look()
    writeFileSync(file, policyOf('1'))
    await look()
    writeFileSync(file, policyOf('100s'))
    await look()
    expect(changed).not.toHaveBeenCalled()
    await look()
    expect(changed).toHaveBeenCalledOnce()
    await look()
    await look()
    expect(changed).toHaveBeenCalledOnce()
  })

  it('is told of too when it changed before the first look', async () => {
    const changed = vi.fn(async () => {})
    const fingerprint = await fingerprintOf(file)
    writeFileSync(file, policyOf('100s'))
    stopTime()
    watchFile(file, fingerprint, INTERVAL, changed)
    await look()
    await look()
    expect(changed).toHaveBeenCalledOnce()
  })

  it('is looked at again when what is told of it fails', async () => {
    stopTime()
    const changed = vi.fn(() => Promise.reject(new Error()))
    watchFile(file, 'another', INTERVAL, changed)
    for (let n = 0; n < 3; n++) await look()
    expect(changed).toHaveBeenCalledOnce()
  })

  it('is looked at no more when that was stopped, also in the middle of a look', async () => {
    const { changed, watching } = await watched()
    writeFileSync(file, policyOf('100s'))
    await look()
    vi.advanceTimersByTime(INTERVAL)
    watching.stop()
    for (let n = 0; n < 50; n++) await turn()
    expect(vi.getTimerCount()).toBe(0)
    expect(changed).not.toHaveBeenCalled()
  })
})

describe('a registry of a watched file', () => {
  async function watched() {
    const reloads: Reload[] = []
    const errors: ConfigError[] = []
    stopTime()
    const onReload = (reload: Reload) => reloads.push(reload)
    const onError = (error: ConfigError) => errors.push(error)
    const registry: Registry = await loadRegistry(file, { watch: true, onReload, onError })
    const change = async (text: string) => {
      writeFileSync(file, text)
      await look()
      await look()
    }
    return { registry, reloads, errors, change }
  }

  it('tells of a broken version once, though it is written again', async () => {
    const { registry, errors, reloads, change } = await watched()
    await change(policyOf('soon'))
    await change(policyOf('soon'))
    utimesSync(file, 1, 1)
    await look()
    await look()
    expect(errors).toHaveLength(1)
    await change(policyOf('10s'))
    expect([errors.length, reloads.length]).toEqual([1, 1])
    await change(policyOf('soon'))
    expect([errors.length, reloads.length]).toEqual([2, 1])
    await registry.close()
  })

  it('tells of a version that is as it was only after it was missing', async () => {
    const { registry, errors, reloads, change } = await watched()
    await change(policyOf('10s'))
    expect(reloads).toEqual([])
    unlinkSync(file)
    await look()
    await look()
    expect(errors).toHaveLength(1)
    await change(policyOf('10s'))
    expect(reloads).toMatchObject([{ configured: [], kept: [] }])
    await registry.close()
  })

  it('tells what a new version may not mean', async () => {
    stopTime()
    const onWarning = vi.fn()
    const registry = await loadRegistry(file, { watch: true, onWarning })
    writeFileSync(file, 'defualt: {}')
    await look()
    await look()
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ path: 'defualt', line: 1 }))
    await registry.close()
  })

  it('has no timer when it is closed', async () => {
    const { registry } = await watched()
    expect(vi.getTimerCount()).toBe(1)
    await registry.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives a call that makes its breaker the newest policy', async () => {
    const { registry, change } = await watched()
    await change('default: { failure_threshold: 1 }')
    await registry.call('fresh', () => Promise.reject(new Error())).catch(() => {})
    expect(registry.state('fresh')).toBe('open')
    await registry.close()
  })

  it('keeps no process alive', () => {
    const entry = resolve(import.meta.dirname, '../../src/config/index.ts')
    const program = `import { loadRegistry } from ${JSON.stringify(entry)}
      const registry = await loadRegistry(${JSON.stringify(file)}, { watch: true, watchIntervalMs: 10 })
      console.log(registry.breaker('a').policy.openTimeoutMs)`
    const script = join(folder, 'program.mts')
    writeFileSync(script, program)
    const tsx = resolve(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs')
    const { stdout, status } = spawnSync(process.execPath, [tsx, script], { encoding: 'utf8', timeout: 20_000 })
    expect({ stdout, status }).toEqual({ stdout: '10000\n', status: 0 })
  })
})
