// A fleet as it is run: 4 processes with 10 registries each, a service that they call over HTTP, and a Redis that is killed and
// hangs. More of what may happen to it: npm run fleet:faults.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisServer } from '../support/needs.ts'
import { hangsFor3s, outage, proberIsKilled, restartsEmpty, type Scenario } from './support/scenarios.ts'
import { type Stage, sound, startStage } from './support/stage.ts'

describe('40 members in 4 processes', () => {
  let stage: Stage | undefined
  let heaps: readonly number[] = []

  beforeAll(async () => {
    if (redisServer.path === null) return
    stage = await startStage()
    heaps = (await stage.crew.health()).heaps
  })
  afterAll(() => stage?.close())
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  async function play(scenario: Scenario): Promise<void> {
    if (stage === undefined) throw new Error('no stage')
    const checks = [...(await scenario(stage)), ...(await sound(stage, heaps))]
    expect(checks.filter(({ isMet }) => !isMet).map(({ what, seen }) => `${what}: ${seen}`)).toEqual([])
    expect(checks.length).toBeGreaterThan(6)
  }

  it('all open when the service dies, one at a time probes it, and all close when it is back (I4, I11)', async () => {
    await play(outage)
  })

  it('nobody notices that the store hangs for 3 s (I2, I3)', async () => {
    await play(hangsFor3s)
  })

  it('the store is killed while they are open, and starts again empty: they bring back what it has lost (I5)', async () => {
    await play(restartsEmpty)
  })

  // The last: a process fewer is left.
  it('a process is killed while it probes: another one does (I10)', async () => {
    await play(proberIsKilled)
  })
})
