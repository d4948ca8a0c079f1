// The driver that a user fills in: it works as it stands, for a function guarded by switchgear.
// Lines that begin with a language are for that language only.
const LINES = `// The driver: how the generated tests work your service. It runs as it stands; put your service where it says TODO.
   import { createRegistry } from 'switchgear'
ts:import type { Driver } from 'switchgear/testing'

ts:interface Request {
ts:  readonly succeed: () => void
ts:  readonly fail: () => void
ts:}

ts:interface Call extends Request {
ts:  readonly done: Promise<unknown>
ts:}

ts:export const driver: Driver<Call> = {
js:/** @type {import('switchgear/testing').Driver} */
js:export const driver = {
     name: 'my service',
     // What an operator can do to your breaker; see --commands.
     commands: [],
     // Whether a call can end as neither success nor failure; see --results.
     canIgnore: false,

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
       const service = () => breaker.call(() => upstream())

       return {
         /** A caller calls the service: the request that arrives upstream, or nothing when the call is rejected. */
         async admit() {
           const arrival = new Promise#<Request>#((resolve) => {
             onRequest = resolve
           })
           const done = service().then(
             () => undefined,
             () => undefined,
           )
           const request = await Promise.race([arrival, done])
           onRequest = succeedAtOnce
           return request && { ...request, done }
         },
         /** Upstream answers, and the caller has its answer. */
         async settle(call, result) {
           if (result === 'succeed') call.succeed()
           else call.fail()
           await call.done
         },
         command(command) {
           throw new Error(\`\${command} is not in the driver's commands\`)
         },
         // TODO: 'closed', 'open', 'halfOpen', 'forcedOpen' or 'disabled', however your service tells.
         state: () => breaker.state,
         stop: () => registry.close(),
       }
     },
   }
`

/** Source of a driver to fill in. */
export function driverTemplate(language: 'ts' | 'js'): string {
  const other = language === 'ts' ? 'js:' : 'ts:'
  return LINES.split('\n')
    .filter((line) => !line.startsWith(other))
    .map((line) => line.replace(/^(ts:|js:| {3})/, ''))
    .map((line) => line.replace(/#([:<][^#]*)#/g, language === 'ts' ? '$1' : ''))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
}
