// npm run fleet: 20 services in 4 processes share the breakers of one payments service, which dies and comes back twice, through
// a Redis that is started here and is killed, too. Takes 40 s; Ctrl-C ends it before. --memory: without Redis.
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startDownstream } from '../test/fleet/support/downstream.ts'
import { redisServer } from '../test/support/needs.ts'
import { type Running, runInMemory, runOverRedis } from './fleet-demo/processes.ts'
import { OPEN_MS } from './fleet-demo/services.ts'
import { openShow, type Show } from './fleet-demo/show.ts'

const { values: args } = parseArgs({ options: { memory: { type: 'boolean', default: false } } })
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort())

const payments = await startDownstream()
let [isStoreUp, isPaymentsUp] = [true, true]
let show: Show | undefined
let running: Running | undefined

function set(isUp: boolean): void {
  isPaymentsUp = isUp
  payments.mode = isUp ? 'ok' : 'fail'
  payments.count()
}

/** What happens, and when, in s. */
const timetable: readonly (readonly [number, string, () => unknown])[] = [
  [4, 'payments dies', () => set(false)],
  [12, 'payments is back', () => set(true)],
  [18, 'payments dies again', () => set(false)],
  [
    20,
    'the store is killed; what the fleet has decided holds until its time has passed',
    async () => {
      isStoreUp = false
      await running?.killStore()
    },
  ],
  [21, 'payments is back; without the store each service finds out alone', () => set(true)],
  [
    28,
    'the store is back, and has lost its data',
    async () => {
      await running?.startStore()
      isStoreUp = true
    },
  ],
  [32, 'an operator isolates payments, in all processes', () => running?.command('isolate')],
  [35, 'and takes it back', () => running?.command('enable')],
]

try {
  const tell = ({ who, text }: { readonly who: string; readonly text: string }) => show?.say(who, text)
  const start = redisServer.path === null || args.memory ? runInMemory : runOverRedis
  running = await start(payments.url, tell)
  const { views } = running
  show = openShow(running.what, () => ({ views: views(), isStoreUp, isPaymentsUp }))
  show.say('', `all call payments about 130 times a second; open lasts ${OPEN_MS / 1_000} s`)
  const startedAt = performance.now()
  for (const [second, text, act] of timetable) {
    await pause(startedAt + 1_000 * second - performance.now(), undefined, { signal: ending.signal })
    const { requests } = payments.count()
    if (second === 12)
      show.say('', `in 8 s ${requests} calls have reached payments: until the fleet was open, and probes`)
    show.say('', text)
    await act()
  }
  await pause(startedAt + 39_000 - performance.now(), undefined, { signal: ending.signal })
  const calls = views().flatMap((view) => view.map((one) => one.calls))
  const sum = (of: 'allowed' | 'rejected') => calls.reduce((total, call) => total + call[of], 0)
  show.say('', `${sum('allowed')} calls were made, ${sum('rejected')} rejected; none waited for the store`)
} catch (error) {
  if (!ending.signal.aborted) throw error
} finally {
  show?.end()
  await running?.close()
  await payments.close()
}
