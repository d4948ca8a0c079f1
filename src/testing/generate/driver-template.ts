// The driver that a user fills in: it works as it stands, for a function guarded by switchgear.
// Lines that begin with a word are for some files only: a language, or what the tests ask of the driver.
import type { Command } from '../driver.ts'

const LINES = `// The driver: how the generated tests work your service. It runs as it stands; put your service where it says TODO.
   import { createRegistry } from 'switchgear'
ts:import type { Driver } from 'switchgear/testing'

ts:interface Request {
ts:  readonly succeed: () => void
ts:  readonly fail: () => void
ts:}

ts:interface Call extends Request {
ts:  readonly done: Promise<unknown>
igts:  readonly cancel: () => void
ts:}

ts:export const driver: Driver<Call> = {
js:/** @type {import('switchgear/testing').Driver} */
js:export const driver = {
     name: 'my service',
     // What an operator can do to your breaker; see --commands.
     commands: COMMANDS,
     // Whether a call can end as neither success nor failure; see --results.
ig:  canIgnore: true,
no:  canIgnore: false,

     start(policy, clock) {
       // What your service calls. The test decides how a request ends; one that it did not ask for succeeds at once.
       const succeedAtOnce = ({ succeed }#: Request#) => succeed()
       let onRequest = succeedAtOnce
       const upstream = () =>
         new Promise#<string>#((resolve, reject) => {
           const fail = () => reject(new Error('upstream failed'))
           onRequest({ succeed: () => resolve('ok'), fail })
         })

       // TODO: your service, made with this policy, this clock and this upstream.
       const registry = createRegistry({ policy, clock })
       const breaker = registry.breaker('my-endpoint')
no:    const service = () => breaker.call(() => upstream())
ig:    const service = (signal#: AbortSignal#) => breaker.call(() => upstream(), { signal })

       return {
         /** A caller calls the service: the request that arrives upstream, or nothing when the call is rejected. */
         async admit() {
           const arrival = new Promise#<Request>#((resolve) => {
             onRequest = resolve
           })
ig:        const cancelled = new AbortController()
ig:        const done = service(cancelled.signal).then(
no:        const done = service().then(
             () => undefined,
             () => undefined,
           )
           const request = await Promise.race([arrival, done])
           onRequest = succeedAtOnce
ig:        return request && { ...request, done, cancel: () => cancelled.abort() }
no:        return request && { ...request, done }
         },
         /** Upstream answers, and the caller has its answer. */
         async settle(call, result) {
           if (result === 'succeed') call.succeed()
ig:        else if (result === 'ignore') call.cancel()
           else call.fail()
           await call.done
         },
         /** What an operator does to your breaker, and a crash of its actor. */
         command(command) {
           if (command === 'delete') registry.delete('my-endpoint')
           else if (command !== 'crash') breaker[command]()
ts:        else breaker.actor?.send({ type: 'xstate.error.actor.test', error: new Error('crash') } as never)
js:        else breaker.actor?.send({ type: 'xstate.error.actor.test', error: new Error('crash') })
         },
         /** An outcome of a call that was not asked for. */
         report(result) {
           if (result === 'succeed') breaker.recordSuccess()
           else breaker.recordFailure()
         },
         // TODO: 'closed', 'open', 'halfOpen', 'forcedOpen' or 'disabled', however your service tells.
         state: () => breaker.state,
         stop: () => registry.close(),
       }
     },
   }
`

/** What the generated tests ask of a driver. */
export interface Asked {
  readonly commands: readonly Command[]
  readonly canIgnore: boolean
}

/** Source of a driver to fill in, with everything that a driver can do. */
export function driverTemplate(language: 'ts' | 'js', { commands, canIgnore }: Asked): string {
  const kept = new Set(['', language, canIgnore ? 'ig' : 'no', ...(canIgnore ? [`ig${language}`] : [])])
  return LINES.split('\n')
    .map((line) => /^(?:(igts|ts|js|ig|no):| {3})?(.*)$/.exec(line) ?? [])
    .filter(([, only = '']) => kept.has(only))
    .map(([, , rest = '']) => rest)
    .map((line) => line.replace(/#([:<][^#]*)#/g, language === 'ts' ? '$1' : ''))
    .join('\n')
    .replace('COMMANDS', `[${commands.map((command) => `'${command}'`).join(', ')}]`)
    .replace(/\n{3,}/g, '\n\n')
}
