import { describe, expect, it } from 'vitest'
import type { RegistryOptions } from '../../../../src/index.ts'
import { afterwards, serve, TOKEN } from '../support/serving.ts'
import { open, photograph, useBrowser } from './support/browser.ts'

const browser = useBrowser()

async function operate(isOn: boolean, options: RegistryOptions = {}) {
  const { registry, url } = await serve(isOn ? { controls: { token: TOKEN } } : {}, options)
  registry.breaker('mail')
  const watched = await open(browser(), `${url}#/list?endpoint=mail`)
  afterwards(() => watched.page.context().close())
  await watched.page.locator('.evidence').waitFor()
  return { registry, ...watched }
}

describe('controls', () => {
  it('are not there when they are off', async () => {
    const { page } = await operate(false)
    expect(await page.getByRole('button', { name: 'Trip' }).count()).toBe(0)
    expect(await page.getByRole('group', { name: 'Controls' }).count()).toBe(0)
  })

  it('say what will happen, and do nothing when it is not confirmed', async () => {
    const { page, registry } = await operate(true)
    await page.getByRole('button', { name: 'Isolate' }).click()
    const dialog = page.getByRole('dialog', { name: 'Take this endpoint out of use?' })
    await dialog.getByText('every call is rejected').waitFor()
    expect(await dialog.getByRole('button', { name: 'Isolate it' }).isDisabled()).toBe(true)
    await photograph(page, 'isolate')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(registry.state('mail')).toBe('closed')
  })

  it('are refused with a wrong token, in words, and work with the right one, which is asked for once', async () => {
    const { page, registry } = await operate(true)
    await page.getByRole('button', { name: 'Trip' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Token').fill('wrong-horse-battery')
    await dialog.getByLabel('Why').fill('disk full')
    await dialog.getByRole('button', { name: 'Trip it' }).click()
    await dialog.getByRole('alert').getByText('the token is missing or wrong').waitFor()
    await photograph(page, 'refused')
    expect(registry.state('mail')).toBe('closed')

    await dialog.getByLabel('Token').fill(TOKEN)
    await dialog.getByRole('button', { name: 'Trip it' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(registry.state('mail')).toBe('open')
    await page.getByText('tripped: disk full').first().waitFor()
    await page.locator('.node-active[data-state=open]').waitFor()
    await page.locator('[data-edge="any>open"].edge-age-0').waitFor({ state: 'attached' })

    for (const [label, button, state] of [
      ['Reset', 'Reset it', 'closed'],
      ['Isolate', 'Isolate it', 'forcedOpen'],
      ['Disable', 'Disable it', 'disabled'],
      ['Enable', 'Enable it', 'closed'],
    ] as const) {
      await page.getByRole('button', { name: label, exact: true }).click()
      expect(await dialog.getByLabel('Token').count()).toBe(0)
      await dialog.getByRole('button', { name: button }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.locator(`.node-active[data-state=${state}]`).waitFor()
      expect(registry.state('mail')).toBe(state)
    }
    // The token is in no address and in nothing that outlives the tab.
    expect(page.url()).not.toContain(TOKEN)
    expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain(TOKEN)
  })

  it('change a policy after a preview of what it means; what is wrong in it is said, and changes nothing', async () => {
    const { page, registry, faults } = await operate(true, { policy: { failureThreshold: 5 } })
    await page.getByRole('button', { name: 'Change policy' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Token').fill(TOKEN)
    await dialog.getByText('That is the policy it has.').waitFor()
    const options = dialog.getByLabel('Options')
    await options.fill('{ "failureThreshold": ')
    await dialog.getByText('not JSON yet').waitFor()
    await options.fill('{ "failureTreshold": 3 }')
    await dialog
      .getByText(/failureThreshold/)
      .first()
      .waitFor()
    expect(await dialog.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
    // The browser itself notes that an answer was a 422 or a 400.
    faults.length = 0

    await options.fill('{ "failureThreshold": 3, "openTimeout": "5s" }')
    await dialog.locator('.changes li', { hasText: 'failureThreshold' }).getByText('3', { exact: true }).waitFor()
    await photograph(page, 'policy')
    expect(registry.breaker('mail').policy.failureThreshold).toBe(5)
    await dialog.getByRole('button', { name: 'Apply 2 changes' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(registry.breaker('mail').policy).toMatchObject({ failureThreshold: 3, openTimeoutMs: 5000 })
    await page.getByText('0 of 3 failures').waitFor()
    expect(faults).toEqual([])
  })
})
