// The program of one process of a crew: registries that are members of a fleet in Redis, each calling a service over HTTP
// again and again, and noting everything that must not happen. Told by crew.ts what to do; ends with it.
import { Agent, request } from 'node:http'
import { joinFleet, redisStore } from '../../../src/fleet/index.ts'
import type { FleetStore } from '../../../src/fleet/store.ts'
import { createRegistry, isBreakerError } from '../../../src/index.ts'
import type { CrewReport, CrewSettings, MemberReport } from './crew.ts'

process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
if (!process.connected) process.exit()

const unhandled: string[] = []
process.on('unhandledRejection', (error) => unhandled.push(String(error)))
process.on('uncaughtException', (error) => unhandled.push(String(error)))

const agent = new Agent({ keepAlive: true })
const now = () => Number(process.hrtime.bigint()) / 1e6

interface Member {
  report(): MemberReport
  leave(): Promise<void>
}

const DOWN = 'down'

function call(url: string, caller: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { 'x-caller': caller } }, (response) => {
      response.resume()
      response.once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(DOWN))))
      response.once('error', () => reject(new Error(DOWN)))
    })
    sent.once('error', () => reject(new Error(DOWN)))
    sent.end()
  })
}

/** The store, and when this member sent the last report, by the clock that all processes of a machine share. */
function timed(store: FleetStore, onReport: () => void): FleetStore {
  return {
    join(member) {
      const link = store.join(member)
      const { report } = link
      return Object.assign(link, {
        report(...args: Parameters<typeof report>) {
          onReport()
          return report(...args)
        },
      })
    },
  }
}

async function newMember(name: string, settings: CrewSettings, redisUrl: string): Promise<Member> {
  const registry = createRegistry({ policy: settings.policy })
  const counts = { succeeded: 0, failed: 0, rejected: 0, other: 0 }
  const [others, errors]: [string[], string[]] = [[], []]
  let [longestMs, setBacks, version, openedAt, reportedAt, sentAt] = [0, 0, 0, 0, 0, 0]
  registry.on('error', ({ error }) => errors.push(String(error)))
  registry.on('overridden', ({ state }) => {
    if (state !== 'open') return
    openedAt = now()
    reportedAt = sentAt
  })
  const store = timed(redisStore({ url: redisUrl, ...settings.store }), () => {
    sentAt = now()
  })
  const fleet = await joinFleet(registry, { ...settings.fleet, store, instance: name })
  const breaker = registry.breaker('service')

  function look() {
    const known = fleet.endpoints()[0]?.version ?? 0
    if (known < version) setBacks++
    version = known
  }

  const timer = setInterval(() => {
    look()
    const from = performance.now()
    let isSent = false
    const calling = breaker.call(() => {
      isSent = true
      return call(settings.serviceUrl, name)
    })
    // Admission is over when `call` gives its promise.
    longestMs = Math.max(longestMs, performance.now() - from)
    calling.then(
      () => counts.succeeded++,
      (error: Error) => {
        if (error.message === DOWN) counts.failed++
        else if (isBreakerError(error, 'BREAKER_OPEN') && !isSent) counts.rejected++
        else {
          counts.other++
          others.push(String(error))
        }
      },
    )
  }, settings.everyMs)

  return {
    report() {
      look()
      const [decided] = fleet.endpoints()
      return {
        ...{ name, counts: { ...counts }, others, errors, longestMs, setBacks, version, openedAt, reportedAt },
        local: breaker.state,
        writer: decided?.writer ?? '',
        override: breaker.stats().override?.state ?? '-',
        stats: fleet.stats(),
      }
    },
    async leave() {
      clearInterval(timer)
      await registry.close()
    },
  }
}

const settings = JSON.parse(String(process.argv[2])) as CrewSettings
const [, , , name, redisUrl] = process.argv as [string, string, string, string, string]
const members = await Promise.all(
  Array.from({ length: settings.registries }, (_, index) => newMember(`${name}.${index}`, settings, redisUrl)),
)

process.on(
  'message',
  async (message: { readonly asked: number; readonly what: 'ping' | 'report' | 'collect' | 'leave' }) => {
    const { asked, what } = message
    if (what === 'ping')
      return void process.send?.({ asked, heapUsed: 0, unhandled: [], members: [] } satisfies CrewReport)
    if (what === 'leave') await Promise.all(members.map((member) => member.leave()))
    if (what === 'collect') globalThis.gc?.()
    const { heapUsed } = process.memoryUsage()
    const report: CrewReport = { asked, heapUsed, unhandled, members: members.map((member) => member.report()) }
    process.send?.(report, () => {
      if (what === 'leave') process.disconnect()
    })
  },
)
process.send?.({ asked: 0, heapUsed: 0, unhandled, members: [] } satisfies CrewReport)
