// The program of one process of the demonstration: five services over a Redis. Ends with the process that started it.
import { redisStore } from '../../src/fleet/index.ts'
import { type Deed, startServices, type View } from './services.ts'

/** What it tells its parent. */
export type Message =
  | { readonly type: 'deed'; readonly deed: Deed }
  | { readonly type: 'views'; readonly views: View[] }

const VIEWS_EVERY_MS = 200

// Ctrl-C reaches the whole process group; only the parent decides when it ends.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
if (!process.connected) process.exit()

const [, , name = '', redisUrl = '', url = ''] = process.argv
const send = (message: Message) => process.send?.(message, () => {})
const services = await startServices(name, redisStore({ url: redisUrl }), url, (deed) => send({ type: 'deed', deed }))
setInterval(() => send({ type: 'views', views: services.views() }), VIEWS_EVERY_MS)
process.on('message', (what: 'isolate' | 'enable') => {
  services.command(what).catch((error: unknown) => send({ type: 'deed', deed: { who: name, text: String(error) } }))
})
send({ type: 'views', views: services.views() })
