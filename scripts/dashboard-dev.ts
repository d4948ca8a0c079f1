// npx tsx scripts/dashboard-dev.ts [endpoints=24] [port=0] [token]: a dashboard over simulated endpoints, for who works on
// the page: real asynchronous calls that fail, slow down and recover in different ways, some hostile names among them.
import { createDashboard } from '../src/observe/dashboard/index.ts'
import { createSimulation } from './dashboard-dev/simulation.ts'

const [endpoints = '24', port = '0', token] = process.argv.slice(2)
const simulation = createSimulation(Number(endpoints))
const dashboard = createDashboard(simulation.registry, {
  title: 'simulated services',
  ...(token !== undefined && { controls: { token } }),
})
const { url } = await dashboard.listen({ port: Number(port) })
console.log(`${endpoints} endpoints: ${url}`)

process.once('SIGINT', async () => {
  simulation.stop()
  await dashboard.close()
  await simulation.registry.close()
})
