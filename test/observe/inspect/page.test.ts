// The page of the bridge in a real Chromium.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import {
  createInspectorBridge,
  type InspectorBridgeOptions,
  inspectRegistry,
} from '../../../src/observe/inspect/index.ts'
import { chromium as program } from '../../support/needs.ts'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

let browser: Browser | undefined
const endings: (() => unknown)[] = []

beforeAll(async () => {
  if (program.path === null) return
  browser = await chromium.launch({ executablePath: program.path, args: [...FLAGS, ...QUIET] })
})
afterAll(() => browser?.close())
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

interface Shown {
  readonly page: Page
  readonly context: BrowserContext
}

async function newPage(): Promise<Shown> {
  if (browser === undefined) throw new Error('no browser')
  const context = await browser.newContext()
  endings.push(() => context.close())
  return { context, page: await context.newPage() }
}

/** A host that has one page. */
async function newHost(html: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function newInspected(options: InspectorBridgeOptions = {}) {
  const registry = createRegistry()
  endings.push(() => registry.close())
  const bridge = await createInspectorBridge(options)
  endings.push(() => bridge.close())
  const breaker = registry.breaker('shop')
  inspectRegistry(registry, { inspector: bridge })
  return { bridge, breaker }
}

/** As `createBrowserReceiver` of @statelyai/inspect does in the inspector's page; when it is ready is up to the test. */
const INSPECTOR = `<!doctype html><title>inspector</title><button>ready</button><ol></ol><script>
  addEventListener('message', ({ data }) => {
    if (typeof data?._version !== 'string') return
    const item = document.createElement('li')
    const { type, name, event, snapshot } = data
    item.textContent = [type, name ?? event?.type, snapshot?.value ?? ''].join(' ').trim()
    document.querySelector('ol').append(item)
  })
  document.querySelector('button').onclick = () => parent.postMessage({ type: '@statelyai.connected' }, '*')
</script>`

describe('in a browser, the page', () => {
  it('connects; without internet it says so, and points to the dashboard', async (context) => {
    if (program.path === null) return context.skip(program.missing)
    const { bridge } = await newInspected({ inspectorUrl: 'https://inspector.invalid/' })
    const { page } = await newPage()
    await page.goto(bridge.url, { waitUntil: 'commit' })
    await page.getByText('Connected to the process').waitFor()
    await page.getByText('2 actors, 2 messages').waitFor()
    expect(bridge.clients).toBe(1)
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.innerText()).toContain('The Stately inspector did not load')
    expect(await alert.innerText()).toContain("import { createDashboard } from 'switchgear/dashboard'")
    expect(await page.locator('iframe').isVisible()).toBe(false)
    await bridge.close()
    await page.getByText('The process has ended or does not answer').waitFor()
  })

  it('links to the dashboard that it was told of', async (context) => {
    if (program.path === null) return context.skip(program.missing)
    const dashboardUrl = 'http://127.0.0.1:4100/breakers?a="&b=<'
    const { bridge } = await newInspected({ inspectorUrl: 'https://inspector.invalid/', dashboardUrl })
    const { page } = await newPage()
    await page.goto(bridge.url, { waitUntil: 'commit' })
    const link = page.getByRole('link', { name: 'Open the dashboard' })
    await link.waitFor()
    expect(await link.getAttribute('href')).toBe(new URL(dashboardUrl).href)
  })

  it('passes everything on to the inspector, from the picture on, as calls fail', async (context) => {
    if (program.path === null) return context.skip(program.missing)
    const { bridge, breaker } = await newInspected({ inspectorUrl: await newHost(INSPECTOR) })
    const { page } = await newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(bridge.url)
    const frame = page.frameLocator('iframe')
    await page.getByText('2 actors, 2 messages').waitFor()
    await frame.getByText('ready').click()
    await frame.getByText('@xstate.actor shop closed').waitFor()
    for (let call = 0; call < 5; call++) await breaker.call(() => Promise.reject(new Error('down'))).catch(() => {})
    await frame.getByText('@xstate.snapshot fail open').waitFor()
    const told = await frame.locator('li').allInnerTexts()
    // Once: what came before the inspector was ready is not told twice.
    expect(told.filter((line) => line.startsWith('@xstate.actor'))).toEqual([
      '@xstate.actor registry running',
      '@xstate.actor shop closed',
    ])
    expect(told.filter((line) => line.startsWith('@xstate.event'))).toHaveLength(10)
    expect(await page.getByRole('alert').isVisible()).toBe(false)
    // Of the inspector's own frame; the page complains of nothing.
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
    await expect.poll(() => bridge.clients).toBe(1)
  })

  it('takes no other window for the inspector, even one of its host', async (context) => {
    if (program.path === null) return context.skip(program.missing)
    const inspectorUrl = await newHost(INSPECTOR)
    const { bridge } = await newInspected({ inspectorUrl })
    const { page } = await newPage()
    await page.goto(bridge.url)
    const opening = page.waitForEvent('popup')
    await page.evaluate(`window.heard = new Promise((resolve) => addEventListener('message', resolve))
      void window.open(${JSON.stringify(inspectorUrl)})`)
    const popup = await opening
    await popup.evaluate("opener.postMessage({ type: '@statelyai.connected' }, '*')")
    await page.evaluate('window.heard.then(() => {})')
    expect(await page.evaluate('inspectorOrigin')).toBe(null)
    await page.frameLocator('iframe').getByText('ready').click()
    await expect.poll(() => page.evaluate('inspectorOrigin')).toBe(new URL(inspectorUrl).origin)
  })

  it('tells nobody but the inspector: a page of another origin gets neither a connection nor a frame', async (context) => {
    if (program.path === null) return context.skip(program.missing)
    const { bridge } = await newInspected({ inspectorUrl: 'https://inspector.invalid/' })
    const { page } = await newPage()
    // It even knows the token.
    const evil = await newHost(`<!doctype html><title>evil</title><iframe src="${bridge.url}"></iframe><script>
      const socket = new WebSocket(${JSON.stringify(bridge.socketUrl)})
      socket.onopen = () => (document.title = 'in')
      socket.onerror = () => (document.title = 'refused')
      fetch(${JSON.stringify(bridge.url)}).then(() => (window.read = true), () => (window.read = false))
    </script>`)
    await page.goto(evil)
    await page.waitForFunction("document.title !== 'evil' && window.read !== undefined")
    expect(await page.title()).toBe('refused')
    expect(await page.evaluate('window.read')).toBe(false)
    expect(bridge.clients).toBe(0)
  })
})
