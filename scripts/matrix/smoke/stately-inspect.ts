// @statelyai/inspect: an inspector of that package is told of our actors.
import { createInspector } from '@statelyai/inspect'
import { createRegistry } from 'switchgear'
import { inspectRegistry } from 'switchgear/inspect'
import { same, smoke } from './check.js'

smoke(async () => {
  const names: string[] = []
  const inspector = createInspector({ send: (message) => void ('name' in message && names.push(message.name ?? '')) })
  const registry = createRegistry()
  const inspection = inspectRegistry(registry, { inspector })
  registry.breaker('search').trip('maintenance')
  await new Promise((resolve) => setTimeout(resolve, 100))
  same('who was told of', names.includes('search'), true)
  inspection.detach()
})
