// Every entry of the package loads, beside all that integrations are for.
import manifest from 'switchgear/package.json' with { type: 'json' }
import { same, smoke } from './check.js'

smoke(async () => {
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
  for (const entry of entries) {
    const loaded = (await import(entry.replace('.', 'switchgear'))) as object
    same(entry, Object.keys(loaded).length > 0, true)
  }
})
