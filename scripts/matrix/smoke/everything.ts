// Every entry of the package loads, beside all that integrations are for.
import { readFileSync } from 'node:fs'
import { same, smoke } from './check.js'

smoke(async () => {
  const manifest = JSON.parse(readFileSync('node_modules/switchgear/package.json', 'utf8')) as { exports: object }
  const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
  for (const entry of entries) {
    const loaded = (await import(entry.replace('.', 'switchgear'))) as object
    same(entry, Object.keys(loaded).length > 0, true)
  }
})
