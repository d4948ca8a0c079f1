// The core in a browser: a bundle of each entry, as a web application makes it, runs where nothing of Node's is; and
// how much of it a visitor has to load.
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createSandbox, type Sandbox } from './sandbox.ts'

/** Kilobytes, gzipped, with XState (12.0 of them; createActor and StateMachine alone are 11.4). */
const LARGEST = { switchgear: 50.5, 'switchgear/pure': 6.1, 'switchgear/machines': 22.7 }
type Entry = keyof typeof LARGEST

let sandbox: Sandbox
const bundles = new Map<Entry, string>()
beforeAll(async () => {
  // Of this test it is `test`, and XState has a larger build for developers.
  vi.stubEnv('NODE_ENV', 'production')
  sandbox = createSandbox()
  for (const entry of Object.keys(LARGEST) as Entry[]) bundles.set(entry, await bundle(entry))
})
// Undefined if it could not be built, which has been reported.
afterAll(() => {
  sandbox?.dispose()
  vi.unstubAllEnvs()
})

async function bundle(entry: Entry): Promise<string> {
  const file = sandbox.write(`${entry.replace('/', '-')}.js`, `export * from '${entry}'`)
  const built = await build({
    root: sandbox.folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: file, formats: ['iife'], name: 'bundle', fileName: 'bundle' },
    },
  })
  const [{ output }] = built as [Rolldown.RolldownOutput]
  return output[0].code
}

/** A page: what every browser has and nothing else, its time in our hands. Its timers are numbers, as a browser's. */
function openPage() {
  let now = 0
  const timers = new Map<number, { readonly at: number; readonly fn: () => void }>()
  const warnings: unknown[] = []
  const page = {
    setTimeout: (fn: () => void, ms: number) => timers.set(timers.size + 1, { at: now + ms, fn }).size,
    clearTimeout: (id: number) => void timers.delete(id),
    performance: { now: () => now },
    console: { warn: (...words: unknown[]) => warnings.push(words.join(' ')), error() {}, log() {} },
    queueMicrotask,
    structuredClone,
    AbortController,
    AbortSignal,
    Event,
    EventTarget,
    DOMException,
  }
  const context = createContext({ ...page, passed: undefined as unknown })
  runInContext('globalThis.window = globalThis.self = globalThis', context)
  context['pass'] = (ms: number) => {
    now += ms
    for (const [id, { at, fn }] of timers) {
      if (at > now) continue
      timers.delete(id)
      fn()
    }
  }
  return {
    warnings,
    /** Runs the bundle, and then code that sees its exports as `bundle`. */
    run: (entry: Entry, code: string): unknown => runInContext(`${bundles.get(entry)}\n;${code}`, context),
  }
}

describe('in a page without anything of Node', () => {
  it('a breaker opens, goes half-open by its timer, closes, and its registry ends (R33, R40)', async () => {
    const told = openPage().run(
      'switchgear',
      `(async () => {
        const registry = bundle.createRegistry({ policy: { failureThreshold: 2, successThreshold: 1, timeout: '1s' } })
        const told = []
        registry.on('transition', ({ from, to }) => told.push(from + ' → ' + to))
        const fail = () => registry.call('payments', () => { throw new Error('down') }).catch(({ message }) => message)
        told.push(await fail())
        const hanging = registry.call('payments', () => new Promise(() => {})).catch(({ code }) => code)
        pass(1_000)
        told.push(await hanging)
        told.push(await registry.call('payments', () => 1).catch(({ code }) => code))
        pass(29_999)
        told.push(registry.state('payments'))
        pass(1)
        await null
        told.push(await registry.call('payments', () => 'up'))
        registry.close()
        return told.join(', ')
      })()`,
    )
    expect(await told).toBe(
      'down, closed → open, CALL_TIMEOUT, BREAKER_OPEN, open, open → halfOpen, halfOpen → closed, up',
    )
  })

  it('what Node prints as a warning of the process goes to the console', async () => {
    const page = openPage()
    await page.run(
      'switchgear',
      `(async () => {
        const registry = bundle.createRegistry()
        registry.on('transition', () => { throw new Error('of a listener') })
        registry.breaker('payments', { openTimeout: '1s' }).trip('test')
        registry.breaker('payments', { openTimeout: '2s' })
        for (let turn = 0; turn < 10; turn++) await null
      })()`,
    )
    expect(page.warnings.join('\n')).toContain('of a listener')
    expect(page.warnings.join('\n')).toContain('has a policy')
  })

  it('the pure layer decides, and the statecharts are there', () => {
    expect(
      openPage().run(
        'switchgear/pure',
        'bundle.shouldAllowRequest(bundle.newBreaker(), bundle.defaultPolicy(), 0).allowed',
      ),
    ).toBe(true)
    expect(openPage().run('switchgear/machines', 'bundle.breakerMachine.id + bundle.registryMachine.id')).toBe(
      'breakerregistry',
    )
  })
})

describe('the bundle', () => {
  it.each(Object.entries(LARGEST))('of %s is at most %d kB, gzipped', (entry, largest) => {
    const kilobytes = gzipSync(bundles.get(entry as Entry) ?? '', { level: 9 }).length / 1000
    expect(kilobytes).toBeLessThanOrEqual(largest)
    // A limit far above what it guards guards nothing.
    expect(kilobytes).toBeGreaterThan(largest * 0.85)
  })
})
