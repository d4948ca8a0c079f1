// Who can use the page: axe finds nothing serious, in light and dark, in each view; and it works on a phone.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Reason } from '../../../../src/index.ts'
import { afterwards, serve, TOKEN } from '../support/serving.ts'
import { eventually, open, photograph, useBrowser } from './support/browser.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const browser = useBrowser()

const rates = { rate: 0.75, calls: 40, reporters: 3, version: 2, message: '' }
const FLEET: Reason = { type: 'fleet', decision: 'failureRate', ...rates }

/** Endpoints in every state, and refused by others than themselves, with something in every window. */
async function serveAll() {
  const { registry, url } = await serve({ controls: { token: TOKEN } })
  const policy = {
    failureThreshold: 4,
    failureRate: { threshold: 0.6, minimumCalls: 10, window: { calls: 30 } },
    slowCalls: { slowerThan: 100, threshold: 0.5, minimumCalls: 10, window: { time: 20_000, buckets: 20 } },
  }
  for (const name of ['payments', 'search', 'mail', 'images', 'stock', 'users']) registry.breaker(name, policy)
  const payments = registry.breaker('payments')
  for (let call = 0; call < 20; call++) {
    if (call % 4 === 0) payments.recordFailure(new Error('no'), 150)
    else payments.recordSuccess(20)
  }
  registry.breaker('search').trip('maintenance')
  registry.breaker('images').isolate()
  registry.breaker('stock').disable()
  registry.breaker('pool', { maxConcurrent: 1 }).tryAcquire()
  registry.breaker('shared').override({ state: 'open', reason: FLEET, retryAfterMs: 60_000 })
  const mail = registry.breaker('mail.eu', { failureThreshold: 3, failureWindow: '30s', openTimeout: 1 })
  for (let failure = 0; failure < 3; failure++) mail.recordFailure(new Error('no'))
  await eventually(() => mail.state).toBe('halfOpen')
  return { registry, url }
}

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

async function seriousFaults(page: Page): Promise<string[]> {
  // Not as a script of the page, which its policy forbids.
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run({ resultTypes: ['violations'] })")
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    )
}

it.each(['light', 'dark'] as const)('axe finds no serious fault in %s', async (colorScheme) => {
  const { url } = await serveAll()
  const { page, faults } = await open(browser(), url, { colorScheme, reducedMotion: 'reduce' })
  afterwards(() => page.context().close())
  await page.getByRole('row', { name: 'payments' }).waitFor()
  expect(await seriousFaults(page), 'list').toEqual([])
  await photograph(page, `list-${colorScheme}`)
  await page.goto(`${url}#/fleet`)
  await page.getByRole('heading', { name: 'What happened' }).waitFor()
  expect(await seriousFaults(page), 'fleet').toEqual([])
  await photograph(page, `fleet-${colorScheme}`)
  await page.goto(`${url}#/list?endpoint=payments`)
  await page.locator('.policy').waitFor()
  expect(await seriousFaults(page), 'one open').toEqual([])
  await photograph(page, `detail-${colorScheme}`)
  await page.goto(`${url}#/list?endpoint=shared`)
  await page.locator('.chart .held').waitFor()
  expect(await seriousFaults(page), 'one that its fleet rejects').toEqual([])
  await photograph(page, `detail-fleet-${colorScheme}`)
  await page.getByRole('button', { name: 'Trip' }).click()
  await page.getByRole('dialog').waitFor()
  expect(await seriousFaults(page), 'a dialog').toEqual([])
  await photograph(page, `dialog-${colorScheme}`)
  expect(faults).toEqual([])
})

it('axe finds no serious fault in the fleet of many, whose tiles are reached and named by the keyboard', async () => {
  const { registry, url } = await serve()
  for (let index = 100; index < 300; index++) registry.breaker(`host-${index}`)
  registry.breaker('host-101').isolate()
  const { page } = await open(browser(), `${url}#/fleet`)
  afterwards(() => page.context().close())
  const mosaic = page.getByRole('application', { name: /200 endpoints/ })
  await mosaic.waitFor()
  expect(await seriousFaults(page)).toEqual([])
  await mosaic.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.getByRole('status').getByText('host-101: forced open').waitFor({ state: 'attached' })
  await photograph(page, 'fleet-two-hundred')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'host-101' }).waitFor()
})

it('works on a phone', async () => {
  const { url } = await serveAll()
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }
  const { page } = await open(browser(), url, phone)
  afterwards(() => page.context().close())
  // Neither the page nor its parts are wider than what is seen of them; only the statechart may be moved sideways.
  const isWithin = () =>
    page.evaluate(`[document.documentElement, ...document.querySelectorAll('.list, .overview, .detail, .cards')]
      .every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)`)
  await page.getByRole('row', { name: 'payments' }).waitFor()
  expect(await isWithin()).toBe(true)
  expect(await seriousFaults(page)).toEqual([])
  await photograph(page, 'phone-list')
  await page.getByRole('row', { name: 'payments' }).tap()
  await page.locator('.policy').waitFor()
  expect(await isWithin()).toBe(true)
  await photograph(page, 'phone-detail')
  await page.locator('.evidence').scrollIntoViewIfNeeded()
  await photograph(page, 'phone-evidence')
  await page.getByRole('button', { name: 'Close' }).tap()
  await page.getByRole('button', { name: 'Fleet' }).tap()
  await page.getByRole('heading', { name: 'What happened' }).waitFor()
  expect(await isWithin()).toBe(true)
  await photograph(page, 'phone-fleet')
})
