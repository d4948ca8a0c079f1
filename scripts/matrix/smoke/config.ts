// yaml: policies of a text, with an anchor and a mistake that is told with its place.
import { parsePolicies } from 'switchgear/config'
import { same, smoke } from './check.js'

smoke(async () => {
  const { policies } = parsePolicies('a: &fast { open_timeout: 2s }\nb:\n  <<: *fast\n  failure_threshold: 3\n', {
    env: {},
  })
  const { openTimeout, failureThreshold } = policies?.['b'] ?? {}
  same('a policy', [openTimeout, failureThreshold], ['2s', 3])
  let message = ''
  try {
    parsePolicies('a:\n  open_timout: 2s\n', { file: 'breakers.yaml', env: {} })
  } catch (error) {
    message = (error as Error).message
  }
  same('where the mistake is', message.includes('breakers.yaml:2'), true)
})
