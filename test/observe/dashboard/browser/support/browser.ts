// A real Chromium, one for each test file, and what a page did in it that a page must not do: errors, violations of its
// Content-Security-Policy, requests to other hosts.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { chromium } from '../../../../support/needs.ts'

const SCREENSHOTS = resolve('reports/screenshots')
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Before anything of the page runs: what breaks its policy, how long its tasks and its frames take. */
const WITNESS = `
  globalThis.witness = { violations: [], longTasks: [], frames: [] }
  addEventListener('securitypolicyviolation', (event) => {
    witness.violations.push(event.violatedDirective + ' ' + event.blockedURI)
  })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) witness.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  let before = performance.now()
  requestAnimationFrame(function next(now) {
    witness.frames.push(now - before)
    before = now
    requestAnimationFrame(next)
  })`

export interface Witness {
  readonly violations: readonly string[]
  /** In ms, of those over 50. */
  readonly longTasks: readonly number[]
  /** In ms, from one frame to the next. */
  readonly frames: readonly number[]
}

export interface Watched {
  readonly page: Page
  /** How long the page's main thread has been at work, in ms of the processor: whatever else the machine does. */
  busyMs(): Promise<number>
  /** What went wrong so far, in words. */
  readonly faults: string[]
  /** Every request to another host than the page's. */
  readonly strangers: string[]
  witness(): Promise<Witness>
  /** From now on. */
  forget(): Promise<void>
}

/** Asked until it is as expected. Longer than usual: the machine may have a dozen other things to do. */
export function eventually<T>(ask: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(ask, { timeout: 20_000 })
}

/** One browser for the tests of a file; where there is none, they are skipped. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined
  beforeAll(async () => {
    if (chromium.path !== null) browser = await launch(chromium.path)
  })
  afterAll(() => browser?.close())
  beforeEach((context) => {
    if (chromium.path === null) context.skip(chromium.missing)
  })
  return () => {
    if (browser === undefined) throw new Error(chromium.missing)
    return browser
  }
}

function launch(path: string): Promise<Browser> {
  return driver.launch({ executablePath: path, args: ARGUMENTS })
}

/** A page of its own, in a window of its own; `options` as in playwright. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  const strangers: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error.stack)))
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (protocol !== 'data:' && host !== new URL(url).host) strangers.push(request.url())
  })
  const devtools = await context.newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.addInitScript(WITNESS)
  await page.goto(url)
  return {
    page,
    async busyMs() {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
    },
    faults,
    strangers,
    witness: () => page.evaluate<Witness>('witness'),
    forget: () => page.evaluate('witness.longTasks.length = witness.frames.length = 0'),
  }
}

/** Into reports/screenshots, for people to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` })
}
