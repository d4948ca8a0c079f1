// The core in a real browser: Chromium loads the bundle of a web application, and it does what it does on every runtime of
// the matrix.
import { readFileSync } from 'node:fs'
import { chromium as playwright } from 'playwright-core'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chromium } from '../support/needs.ts'
import { createSandbox, inRepository, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
})
// Undefined if it could not be built, which has been reported.
afterAll(() => sandbox?.dispose())

/** Of the package as it is installed, and of what the matrix runs. */
async function bundle(): Promise<string> {
  for (const file of ['core.ts', 'check.ts']) {
    sandbox.write(file, readFileSync(inRepository(`scripts/matrix/smoke/${file}`), 'utf8'))
  }
  const built = await build({
    root: sandbox.folder,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry: 'core.ts', formats: ['es'], fileName: 'bundle' } },
  })
  const [{ output }] = built as [Rolldown.RolldownOutput]
  return output[0].code
}

it('a breaker opens, times out, goes half-open by its timer and closes in Chromium (R33)', async (context) => {
  if (chromium.path === null) return context.skip(chromium.missing)
  const browser = await playwright.launch({ executablePath: chromium.path, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    const ended = new Promise<string>((resolve) => {
      page.on('console', (message) => resolve(message.text()))
      page.on('pageerror', (error) => resolve(String(error)))
    })
    await page.addScriptTag({ type: 'module', content: await bundle() })
    expect(await ended).toBe('ok')
  } finally {
    await browser.close()
  }
})
