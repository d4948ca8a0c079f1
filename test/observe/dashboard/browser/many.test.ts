import { expect, it } from 'vitest'
import { afterwards, serve } from '../support/serving.ts'
import { eventually, open, photograph, useBrowser, type Witness } from './support/browser.ts'

const MANY = 10_000
const ROUND_MS = 250
const LOOKED_AT_MS = 1_500
/** Share of a core that the page's main thread may take: of the processor, because a machine may have other things to do. */
const BUSIEST = 0.5
/** By the clock, so generous: every other of 60 a second on a machine with nothing else to do. */
const MEDIAN_FRAME_MS = 100
/** By the clock, so generous; a page that sorts or draws ten thousand for every row that comes takes longer. */
const LONGEST_TASK_MS = 3_000

const browser = useBrowser()

function figuresOf({ longTasks, frames }: Witness) {
  const sorted = frames.toSorted((a, b) => a - b)
  const round = (value = 0) => Math.round(value)
  return {
    frames: frames.length,
    longestTaskMs: round(Math.max(0, ...longTasks)),
    tasksOver50Ms: longTasks.length,
    medianFrameMs: round(sorted[Math.floor(frames.length / 2)]),
    p99FrameMs: round(sorted[Math.floor(frames.length * 0.99)]),
    longestFrameMs: round(sorted.at(-1)),
    droppedFrames: sorted.filter((frame) => frame > 25).length,
  }
}

it('ten thousand endpoints that all change stay smooth, in the list, while one is open, and in the fleet', async () => {
  const { registry, url } = await serve()
  const names = Array.from({ length: MANY }, (_, index) => `service-${index % 100}.host-${Math.floor(index / 100)}`)
  const breakers = names.map((name) => registry.breaker(name, { openTimeout: '1h' }))
  const timer = setInterval(() => {
    for (const breaker of breakers) breaker.recordSuccess(5)
  }, ROUND_MS)
  afterwards(() => clearInterval(timer))
  const watched = await open(browser(), url)
  afterwards(() => watched.page.context().close())
  const { page } = watched
  await page.getByText('10,000 endpoints').waitFor()
  const succeeded = async () => {
    const text = await page.locator('.figures div', { hasText: 'Succeeded' }).locator('dd').textContent()
    return Number(text?.replaceAll(',', ''))
  }

  const measured: Record<string, ReturnType<typeof figuresOf> & { busy: number }> = {}
  const measure = async (what: string, during: () => Promise<unknown> = async () => undefined) => {
    await watched.forget()
    const busyBefore = await watched.busyMs()
    const begin = performance.now()
    // As long as it takes to have looked for a while: a measurement, not a wait.
    const looked = page.evaluate(`new Promise((done) => setTimeout(done, ${LOOKED_AT_MS}))`)
    await during()
    await looked
    const busy = ((await watched.busyMs()) - busyBefore) / (performance.now() - begin)
    measured[what] = { ...figuresOf(await watched.witness()), busy: Math.round(busy * 100) / 100 }
  }
  await eventually(async () => (await watched.witness()).frames.length).toBeGreaterThan(60)
  await measure('list, scrolled', async () => {
    await page.mouse.move(700, 500)
    for (let turn = 0; turn < 30; turn++) await page.mouse.wheel(0, 3_000)
  })
  // No more rows are in the document than are in sight.
  expect(await page.locator('[data-index]').count()).toBeLessThan(60)
  await measure('list, searched', () => page.getByLabel('Search endpoints').pressSequentially('host-42', { delay: 50 }))
  await eventually(() => page.getByText('100 of 10,000').count()).toBe(1)
  await page.getByRole('row').nth(3).click()
  const before = await succeeded()
  await measure('one open')
  // All this while it was live.
  await eventually(succeeded).toBeGreaterThan(before + 4)
  await page.goto(`${url}#/fleet`)
  await measure('fleet', async () => {
    for (const breaker of breakers.slice(3_000, 3_100)) breaker.trip('rack 30 lost power')
    await page.getByText('and 99 others').waitFor()
  })
  await photograph(page, 'fleet-hundred-open')
  await page.goto(`${url}#/list`)
  await page.getByRole('row', { name: 'open' }).first().waitFor()
  await photograph(page, 'list-ten-thousand')

  console.log(measured)
  for (const { busy, longestTaskMs, medianFrameMs } of Object.values(measured)) {
    expect(busy).toBeLessThan(BUSIEST)
    expect(medianFrameMs).toBeLessThan(MEDIAN_FRAME_MS)
    expect(longestTaskMs).toBeLessThan(LONGEST_TASK_MS)
  }
  expect(watched.faults).toEqual([])
})
