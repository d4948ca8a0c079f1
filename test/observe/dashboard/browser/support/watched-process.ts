// A process with a dashboard, to be stopped, killed and started again: `watched-process.ts [port]`. Prints its address.

import { createRegistry } from '../../../../../src/index.ts'
import { createDashboard } from '../../../../../src/observe/dashboard/index.ts'

const registry = createRegistry()
registry.breaker('payments').isolate()
const { url } = await createDashboard(registry, { title: 'watched' }).listen({ port: Number(process.argv[2] ?? 0) })
process.stdout.write(`${url}\n`)
