// What somebody sees who watches a process through the page: calls that fail, names that mean harm, a process that stops.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { PROTOCOL } from '../../../../src/observe/dashboard/index.ts'
import { createVirtualClock } from '../../../../src/testing/index.ts'
import { afterwards, serve } from '../support/serving.ts'
import { eventually, open, photograph, useBrowser, type Watched } from './support/browser.ts'
import { startProcess } from './support/start-process.ts'

const browser = useBrowser()

async function look(url: string, options?: Parameters<typeof open>[2]): Promise<Watched> {
  const watched = await open(browser(), url, options)
  afterwards(() => watched.page.context().close())
  return watched
}

/** Of a page that did nothing that it must not do. */
async function expectNoFault({ faults, strangers, witness }: Watched): Promise<void> {
  expect(faults).toEqual([])
  expect(strangers).toEqual([])
  expect((await witness()).violations).toEqual([])
}

/** A real server that answers 200 or, when told so, 500. */
async function startService(): Promise<{ url: string; fail: (isFailing: boolean) => void }> {
  let isFailing = false
  const server: Server = createServer((_, response) => response.writeHead(isFailing ? 500 : 200).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterwards(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    fail: (failing) => {
      isFailing = failing
    },
  }
}

describe('a page that watches', () => {
  it('shows a breaker open as the calls to its server fail, lights its statechart, and shows it close again', async () => {
    // However long a busy machine takes to show it, it is open until the clock is moved.
    const clock = createVirtualClock()
    const { registry, url } = await serve({ title: 'shop' }, { clock })
    const service = await startService()
    const policy = {
      failureThreshold: 3,
      failureRate: { threshold: 0.9, minimumCalls: 20, window: { calls: 20 } },
      openTimeout: 30_000,
      successThreshold: 2,
      latencySampling: 1,
      isFailure: { value: (value: unknown) => (value as Response).status >= 500 },
    }
    registry.breaker('payments', policy)
    registry.breaker('search')
    const call = () => registry.call('payments', () => fetch(service.url)).catch(() => undefined)
    for (let count = 0; count < 6; count++) await call()

    const watched = await look(url)
    const { page } = watched
    const row = page.getByRole('row', { name: 'payments' })
    await row.getByText('closed').waitFor()
    await row.click()
    const chart = page.getByRole('img', { name: /Statechart/ })
    await page.locator('.node-active[data-state=closed]').waitFor()
    await page.getByText('0 of 3 failures').waitFor()
    expect(await page.locator('.square-good').count()).toBe(6)

    service.fail(true)
    for (let count = 0; count < 3; count++) await call()
    await row.getByText('open', { exact: true }).waitFor()
    await page.locator('.node-active[data-state=open]').waitFor()
    await page.locator('[data-edge="closed>open"] .travel').waitFor({ state: 'attached' })
    expect(await chart.getAttribute('aria-label')).toContain('It is open')
    await page.getByRole('region', { name: 'Recent transitions' }).getByText('3 consecutive failures').waitFor()
    await page
      .locator('.next')
      .getByText(/probe in/)
      .waitFor()
    await call()
    await eventually(() => page.locator('.figures div', { hasText: 'Rejected' }).locator('dd').textContent()).toBe('1')
    await photograph(page, 'payments-open')

    service.fail(false)
    clock.advance('30s')
    await page.locator('.node-active[data-state=halfOpen]').waitFor()
    await call()
    await call()
    await page.locator('.node-active[data-state=closed]').waitFor()
    await page.locator('[data-edge="halfOpen>closed"].edge-age-0').waitFor({ state: 'attached' })
    await row.getByText('closed').waitFor()
    await photograph(page, 'payments-closed-again')
    await expectNoFault(watched)
  })

  it('says what to do while there are no endpoints, and shows the first as it comes', async () => {
    const { registry, url } = await serve()
    const watched = await look(url)
    await watched.page.getByRole('heading', { name: 'No endpoints yet' }).waitFor()
    await photograph(watched.page, 'empty')
    await registry.call('mail', async () => undefined)
    await watched.page.getByRole('row', { name: 'mail' }).waitFor()
    await expectNoFault(watched)
  })

  it('is driven by the keyboard alone', async () => {
    const { registry, url } = await serve()
    for (const name of ['alpha', 'beta', 'gamma']) registry.breaker(name)
    registry.breaker('gamma').trip('maintenance')
    const watched = await look(url)
    const { page } = watched
    await page.getByRole('row', { name: 'alpha' }).waitFor()
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keys and signs' })
    await help.waitFor()
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('ET')
    await eventually(() => page.locator('[data-index]').count()).toBe(1)
    await page.keyboard.press('Escape')
    await eventually(() => page.locator('[data-index]').count()).toBe(3)
    await page.keyboard.press('Enter')
    // What is open comes first.
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'gamma' }).waitFor()
    await page.getByText('tripped: maintenance').first().waitFor()
    expect(page.url()).toContain('#/list?endpoint=gamma')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'gamma' }).waitFor({ state: 'detached' })
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'alpha' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('2')
    await page.getByRole('heading', { name: 'What happened' }).waitFor()
    await expectNoFault(watched)
  })

  it('is as light or dark as one chooses, and remembers it', async () => {
    const { registry, url } = await serve()
    registry.breaker('mail')
    const { page } = await look(url, { colorScheme: 'light' })
    await page.getByRole('row', { name: 'mail' }).waitFor()
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.getByRole('button', { name: /Theme: system/ }).click()
    expect(await ground()).toBe(light)
    await page.reload()
    await page.getByRole('button', { name: /Theme: light/ }).waitFor()
    expect(await ground()).toBe(light)
    await page.keyboard.press('t')
    await eventually(ground).toBe(dark)
  })

  it('moves nothing where one wants no motion, and lights the way all the same', async () => {
    const { registry, url } = await serve()
    registry.breaker('mail')
    const { page } = await look(`${url}#/list?endpoint=mail`, { reducedMotion: 'reduce' })
    await page.locator('.evidence').waitFor()
    registry.breaker('mail').trip('maintenance')
    await page.locator('[data-edge="any>open"].edge-age-0').waitFor({ state: 'attached' })
    expect(await page.evaluate('document.getAnimations().length')).toBe(0)
  })

  it('sorts and filters, and its address says what is shown', async () => {
    const { registry, url } = await serve()
    for (const name of ['a', 'b', 'c', 'd']) registry.breaker(name)
    registry.breaker('c').isolate()
    const { page } = await look(url)
    const names = () => page.locator('[data-index] .name').allTextContents()
    await eventually(names).toEqual(['c', 'a', 'b', 'd'])
    await page.getByRole('columnheader', { name: 'Endpoint' }).getByRole('button').click()
    await eventually(names).toEqual(['a', 'b', 'c', 'd'])
    await page.getByRole('columnheader', { name: 'Endpoint' }).getByRole('button').click()
    await eventually(names).toEqual(['d', 'c', 'b', 'a'])
    await page.getByRole('button', { name: 'forced open' }).click()
    await eventually(names).toEqual(['c'])
    expect(page.url()).toContain('state=forcedOpen')
    await page.reload()
    await eventually(names).toEqual(['c'])
  })
})

describe('names that mean harm', () => {
  const HOSTILE = [
    '<img src=x onerror=alert(1)>',
    '</script><script>alert(2)</script>',
    `long-${'x'.repeat(10_000)}`,
    '\u202Eexe.tnemyap',
    'שלום/עולם?a=1&b=#2',
    '',
    '  \n\t ',
    '__proto__',
    '"\'`;--',
    'a\u0000b',
  ]

  it('are text in the list, in the fleet and opened, and do nothing', async () => {
    const { registry, url } = await serve()
    for (const name of HOSTILE) registry.breaker(name).trip('<b onmouseover=alert(3)>why</b>')
    const watched = await look(url)
    const { page } = watched
    await eventually(() => page.locator('[data-index]').count()).toBe(HOSTILE.length)
    for (const name of HOSTILE) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/list?${new URLSearchParams({ endpoint: name })}`)}`)
      const shown = page.locator('.heading-name')
      await shown.waitFor()
      if (name.trim() !== '') {
        const written = name.slice(0, 400).replaceAll('\u202E', '‹U+202E›').replaceAll('\0', '‹U+0000›')
        await eventually(() => shown.locator('bdi').textContent()).toContain(written)
      }
      // Its window came from the server: the name arrived there as it was.
      await page.locator('.evidence').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
    await photograph(page, 'hostile-name')
    await page.goto(`${url}#/fleet`)
    await eventually(() => page.locator('.card').count()).toBe(HOSTILE.length)
    await photograph(page, 'hostile-fleet')
    expect(await page.locator('#app img, #app script, #app b').count()).toBe(0)
    await expectNoFault(watched)
  })
})

describe('a page that is not live', () => {
  it('says that the registry was closed', async () => {
    const { registry, url } = await serve()
    registry.breaker('mail')
    const watched = await look(url)
    await watched.page.getByRole('row', { name: 'mail' }).waitFor()
    await registry.close()
    await watched.page.getByRole('alert').getByText('has stopped').waitFor()
    await watched.page.getByRole('status').getByText('Stopped').waitFor()
    await photograph(watched.page, 'stopped')
  })

  it('says that a process speaks another version, and shows nothing of it', async () => {
    const { url } = await serve()
    const { page } = await look('about:blank')
    const hello = {
      protocol: PROTOCOL + 1,
      title: 'newer',
      pid: 1,
      startedAt: 0,
      now: 0,
      controls: false,
      endpoints: 1,
    }
    const body = `event: hello\ndata: ${JSON.stringify(hello)}\n\n`
    await page.route('**/api/stream', (route) => route.fulfill({ contentType: 'text/event-stream', body }))
    await page.goto(url)
    const words = `The process speaks version ${PROTOCOL + 1}, this page version ${PROTOCOL}`
    await page.getByRole('alert').getByText(words).waitFor()
  })

  it('says since when a process is silent or gone, and goes on by itself when it is back', async () => {
    const { child, url } = await startProcess()
    afterwards(() => child.kill('SIGKILL'))
    const { page } = await look('about:blank')
    await page.clock.install()
    await page.goto(url)
    await page.getByRole('row', { name: 'payments' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()

    child.kill('SIGSTOP')
    await page.clock.fastForward(16_000)
    await page.getByRole('alert').getByText('it has been silent').waitFor()
    // What was known stays on the page.
    await page.getByRole('row', { name: 'payments' }).waitFor()
    child.kill('SIGCONT')
    await page.getByText('Live', { exact: true }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)

    child.kill('SIGKILL')
    await page.getByRole('alert').getByText(`No word from process ${child.pid}`).waitFor()
    await photograph(page, 'stale')
    const again = await startProcess(Number(new URL(url).port))
    afterwards(() => again.child.kill('SIGKILL'))
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText(`process ${again.child.pid}`).waitFor()
  })
})
