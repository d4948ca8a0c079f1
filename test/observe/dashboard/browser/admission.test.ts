// Who refuses calls is seen in every view: a closed breaker whose fleet rejects, a bulkhead that is full, a ramp.
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Override, Reason, Registry } from '../../../../src/index.ts'
import { createVirtualClock } from '../../../../src/testing/index.ts'
import { afterwards, serve, TOKEN } from '../support/serving.ts'
import { eventually, open, photograph, useBrowser } from './support/browser.ts'

const browser = useBrowser()

const rates = { rate: 0.75, calls: 40, reporters: 3, version: 2, message: '' }
const reason: Reason = { type: 'fleet', decision: 'failureRate', ...rates }
const FLEET_OPEN: Override = { state: 'open', reason, retryAfterMs: 60_000 }

/** Each is refused by another: fleet, bulkhead, ramp, probes that nobody may make; and one by nobody. */
function fill(registry: Registry, advance: (ms: number) => void): void {
  registry.breaker('plain')
  const pool = registry.breaker('pool', { maxConcurrent: 3 })
  for (let place = 0; place < 3; place++) pool.tryAcquire()
  registry.breaker('queue', { maxConcurrent: 1, maxQueued: 5 })
  registry.breaker('queue').tryAcquire()
  const slow = registry.breaker('ramp', {
    ...{ openTimeout: 1_000, successThreshold: 1, failureThreshold: 3, recoveryRamp: { duration: '1m', from: 0.25 } },
  })
  for (let failure = 0; failure < 3; failure++) slow.recordFailure(new Error('no'))
  registry.breaker('reports', { openTimeout: 1_000, probes: 'reports' }).trip('maintenance')
  advance(1_000)
  slow.recordSuccess()
  registry.breaker('shared').override(FLEET_OPEN)
}

async function look(options: Parameters<typeof open>[2] = {}) {
  const clock = createVirtualClock()
  const { registry, url } = await serve({ controls: { token: TOKEN } }, { clock })
  fill(registry, (ms) => clock.advance(ms))
  const watched = await open(browser(), url, options)
  afterwards(() => watched.page.context().close())
  await watched.page.getByRole('row', { name: 'plain' }).waitFor()
  return { registry, url, ...watched }
}

const SHOWN = [
  ['shared', 'open', 'fleet: open', 'probe in'],
  ['pool', 'full', 'full', '3 in flight'],
  ['queue', 'some', 'calls wait', '1 in flight'],
  ['ramp', 'some', 'ramping', 'admits 25%'],
  ['reports', 'open', 'half-open', 'by reports'],
  ['plain', 'closed', 'closed', ''],
] as const

async function openEndpoint(page: Page, name: string): Promise<void> {
  await page.goto(`${page.url().replace(/#.*/, '')}#/list?endpoint=${name}`)
  await page.getByRole('heading', { name }).waitFor()
  await page.locator('.evidence').waitFor()
}

it('the list, the cards and the counts say who refuses, and only who admits all is green (R63)', async () => {
  const { page, url, faults } = await look()
  for (const [name, kind, word, next] of SHOWN) {
    const row = page.getByRole('row', { name })
    expect(await row.getAttribute('class'), name).toContain(`state-${kind}`)
    await row.locator('.word').getByText(word, { exact: true }).waitFor()
    await row.getByText(next).first().waitFor()
    expect(await row.locator('.state-closed').count(), name).toBe(kind === 'closed' ? 1 : 0)
  }
  const chips = page.locator('.chip')
  await eventually(() =>
    chips.allInnerTexts().then((texts) => texts.map((text) => text.replace(/\s+/g, ' ').trim())),
  ).toEqual(['2 open', '0 forced open', '1 full', '2 admits some', '0 disabled', '1 closed'])
  await page.getByRole('button', { name: '1 full' }).click()
  await eventually(() => page.locator('[data-index]').count()).toBe(1)
  await page.getByRole('row', { name: 'pool' }).waitFor()
  expect(page.url()).toContain('state=full')
  await page.goto(`${url}#/list`)
  await photograph(page, 'admission-list')

  await page.goto(`${url}#/fleet`)
  for (const [name, kind, word, next] of SHOWN) {
    const card = page.locator('.card', { hasText: name })
    expect(await card.getAttribute('class'), name).toContain(`state-${kind}`)
    expect(await card.innerText()).toMatch(new RegExp(`${word}.*${next}`, 's'))
  }
  await photograph(page, 'admission-cards')
  expect(faults).toEqual([])
})

it('the detail says who decides, and beside that how the breaker itself is (R63)', async () => {
  const { page, registry, faults } = await look()
  await openEndpoint(page, 'shared')
  const heading = page.locator('.heading')
  await heading.getByText('fleet: open', { exact: true }).waitFor()
  await heading.getByText('The breaker itself is closed').waitFor()
  expect(await page.locator('.heading .state-closed, .chart .node-active.state-closed').count()).toBe(0)
  await page.getByRole('img', { name: 'It is closed. But fleet: open decides.' }).waitFor()
  await page
    .locator('.chart .held')
    .getByText(/75% failures/)
    .waitFor()
  await photograph(page, 'admission-fleet')

  // Told like a transition, and a lane of its own.
  registry.breaker('plain').override(FLEET_OPEN)
  await openEndpoint(page, 'plain')
  const happened = page.getByRole('region', { name: 'Recent transitions' })
  await happened.getByText('fleet: open').waitFor()
  await page.getByRole('img', { name: 'fleet: open, now' }).waitFor()
  registry.breaker('plain').override(null)
  await happened.getByText('the fleet rejects no calls any more').waitFor()
  await heading.locator('.badge.state-closed').waitFor()

  await openEndpoint(page, 'pool')
  await registry.call('pool', async () => undefined).catch(() => {})
  await heading.getByText('3 of 3 calls are in flight').waitFor()
  await eventually(() => page.locator('.figures div', { hasText: 'Limited' }).locator('dd').textContent()).toBe('1')
  expect(await page.locator('.figures div', { hasText: 'In flight' }).locator('dd').textContent()).toBe('3')
  expect(await page.locator('.heading .state-closed, .chart .node-active.state-closed').count()).toBe(0)
  await photograph(page, 'admission-full')

  await openEndpoint(page, 'ramp')
  await heading.getByText('admits 25%').waitFor()
  await page.locator('.node-active[data-state=ramping]').getByText('admits 25%').waitFor()
  await page.getByText('It is on its recovery ramp').waitFor()
  expect(await page.getByText('Opens at 3').count()).toBe(0)
  await photograph(page, 'admission-ramp')
  expect(faults).toEqual([])
})

it('a dialog says what will go through: not what the fleet or the bulkhead keeps back (R63)', async () => {
  const { page, registry } = await look()
  const dialog = page.getByRole('dialog', { name: 'Reset this breaker?' })
  const ask = async (name: string) => {
    await openEndpoint(page, name)
    await page.getByRole('button', { name: 'Reset' }).click()
  }
  await ask('shared')
  await dialog.getByText('But its fleet, open for it, lets no calls through').waitFor()
  expect(await dialog.getByText('Calls go through').count()).toBe(0)
  await photograph(page, 'admission-dialog')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await ask('pool')
  await dialog.getByText('But 3 of 3 slots are taken: until one is free, calls are refused.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await ask('plain')
  await dialog.getByText('Calls go through.').waitFor()
  // Meanwhile the fleet takes it out of use.
  registry.breaker('plain').override({ state: 'forcedOpen', reason })
  await dialog.getByText('But its fleet, forced open for it').waitFor()
})

it('says the same on a phone, where signs stand for words (R63)', async () => {
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }
  const { page, url } = await look(phone)
  const isWithin = () =>
    page.evaluate(`[document.documentElement, ...document.querySelectorAll('.list, .overview, .detail, .cards')]
      .every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)`)
  expect(await isWithin()).toBe(true)
  await photograph(page, 'admission-phone-list')
  await page.goto(`${url}#/fleet`)
  await page.getByRole('heading', { name: 'What happened' }).waitFor()
  expect(await isWithin()).toBe(true)
  await photograph(page, 'admission-phone-cards')
  for (const name of ['shared', 'pool', 'ramp']) {
    await openEndpoint(page, name)
    expect(await isWithin(), name).toBe(true)
    await photograph(page, `admission-phone-${name}`)
  }
})

it('a tile of the mosaic is green only where every call is admitted, and is named as in the list (R63)', async () => {
  const { page, registry, url } = await look()
  for (let index = 100; index < 170; index++) registry.breaker(`host-${index}`)
  await page.goto(`${url}#/fleet`)
  const mosaic = page.getByRole('application', { name: /76 endpoints/ })
  await mosaic.waitFor()
  await mosaic.focus()
  // They come after the hosts.
  await page.keyboard.press('End')
  const words: string[] = []
  for (let tile = 0; tile < 6; tile++) {
    words.unshift((await page.locator('.mosaic-frame [role=status]').textContent()) ?? '')
    await page.keyboard.press('ArrowLeft')
  }
  expect(words).toEqual([
    ...[
      'plain: closed',
      'pool: full',
      'queue: calls wait',
      'ramp: ramping',
      'reports: half-open',
      'shared: fleet: open',
    ],
  ])
  await photograph(page, 'admission-mosaic')
  // Each tile from left to right: the colour near its corner, where every kind is filled.
  const colours = await page.evaluate<string[]>(`(() => {
    const canvas = document.querySelector('.mosaic canvas')
    const columns = Math.floor((canvas.clientWidth + 4) / 38)
    const scale = canvas.width / canvas.clientWidth
    return Array.from({ length: 76 }, (_, index) => {
      const x = (index % columns) * 38 + 1, y = Math.floor(index / columns) * 38 + 28
      return canvas.getContext('2d').getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data.join(' ')
    })
  })()`)
  const [plain, ...others] = colours.slice(-6)
  expect(new Set(colours.slice(0, 70))).toEqual(new Set([plain]))
  expect(others).not.toContain(plain)
})
