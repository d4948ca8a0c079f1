// npm run fleet:faults: what may happen to a fleet of 40 members in 4 processes and to the Redis that they share, one thing after the
// other, each on a stage of its own, and what came of it as a table. Exits with 1 when something came out wrong. A name, or the
// beginning of one, plays only that.
import { existsSync } from 'node:fs'
import * as scenarios from '../test/fleet/support/scenarios.ts'
import { type Check, check, sound, startStage } from '../test/fleet/support/stage.ts'

const TABLE: readonly (readonly [string, scenarios.Scenario])[] = [
  ['outage of the service', scenarios.outage],
  ['server hangs for 6 s', scenarios.hangsFor6s],
  ['server killed, away for 3 s, all closed', scenarios.isAwayWhileClosed],
  ['server killed while open, back empty', scenarios.restartsEmpty],
  ['server killed while open, back with data', scenarios.restartsWithData],
  ['server killed while open, away longer', scenarios.isAwayWhileItRecovers],
  ['FLUSHALL, closed and open', scenarios.isFlushed],
  ['half of the processes cut off', scenarios.halfIsCut],
  ['half of the sockets frozen', scenarios.halfIsFrozen],
  ['process killed while it probes', scenarios.proberIsKilled],
  ['server lost, replica promoted', scenarios.replicaIsPromoted],
]

async function play(scenario: scenarios.Scenario): Promise<readonly Check[]> {
  const stage = await startStage()
  try {
    const { heaps } = await stage.crew.health()
    return [...(await scenario(stage)), ...(await sound(stage, heaps))]
  } catch (error) {
    return [check(error instanceof Error ? error.message : String(error), 'failed', false)]
  } finally {
    await stage.close()
  }
}

if (!existsSync('/usr/bin/redis-server')) {
  console.error('needs /usr/bin/redis-server: apt-get install redis-server')
  process.exit(2)
}
const [wanted = ''] = process.argv.slice(2)
for (const [name, scenario] of TABLE.filter(([name]) => name.startsWith(wanted))) {
  const checks = await play(scenario)
  const isMet = checks.every((one) => one.isMet)
  console.log(`${isMet ? 'ok  ' : 'FAIL'} ${name}`)
  for (const { what, seen, isMet } of checks) console.log(`     ${isMet ? ' ' : '!'} ${what}: ${seen}`)
  if (!isMet) process.exitCode = 1
}
