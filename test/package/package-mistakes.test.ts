import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Manifest, mistakesInPackage } from '../../scripts/package-mistakes.ts'
import { inRepository } from './sandbox.ts'

const manifest = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as Manifest

/** What a good tarball holds, of its entries and papers. */
const targets = JSON.stringify(manifest.exports).matchAll(/"\.\/(dist\/[^"]+)"/g)
const FILES = [...targets]
  .flatMap(([, path = '']) => (path.endsWith('.js') ? [path, `${path}.map`] : [path]))
  .concat('package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'CONFORMANCE.md', 'dist/cjs/package.json')

const mistakesIn = (changes: Partial<Manifest>, files = FILES, isPublishing = false) =>
  mistakesInPackage({ ...manifest, ...changes }, files, isPublishing)

describe('the package check', () => {
  it('has nothing to say of the package as it is, before it is published', () => {
    expect(FILES.length).toBeGreaterThan(20)
    expect(mistakesIn({})).toEqual([])
  })

  it('takes the placeholder addresses until publication only: not with another version, not from npm publish', () => {
    const remarks = ['homepage', 'bugs', 'repository'].map((name) =>
      expect.stringContaining(`${name} is still the placeholder`),
    )
    expect(mistakesIn({ version: '0.1.1' })).toEqual(remarks)
    expect(mistakesIn({}, FILES, true)).toEqual(remarks)
    const real = 'https://example.org/switchgear'
    expect(mistakesIn({ homepage: real, bugs: { url: real }, repository: { url: real } }, FILES, true)).toEqual([])
  })

  it('is what npm publish runs', () => {
    const { scripts } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))
    expect(scripts.prepublishOnly).toContain('check-package.ts --publishing')
  })

  it('misses an address that is not there', () => {
    expect(mistakesIn({ bugs: {} })).toEqual(['package.json has no bugs'])
  })

  it('sees files that lack, that nobody needs, and modules without a source map', () => {
    const files = FILES.filter((path) => path !== 'CONFORMANCE.md' && path !== 'dist/src/pure.js.map')
    expect(mistakesIn({}, [...files, 'test/secret.txt'])).toEqual([
      'the tarball holds test/secret.txt, which nobody needs',
      'the tarball lacks CONFORMANCE.md',
      'dist/src/pure.js has no source map',
    ])
  })

  it('sees an entry that cannot be required, whose types stand last, or whose file is not packed', () => {
    const types = './dist/src/pure.d.ts'
    const file = './dist/src/pure.js'
    const exports = {
      './pure': { import: { default: file, types } },
      './gone': { import: { types: './gone.d.ts', default: file }, require: { types, default: file } },
    }
    expect(mistakesIn({ exports })).toEqual([
      'exports["./pure"].import has "default types", not "types default"',
      'exports["./pure"].require has "", not "types default"',
      'exports["./gone"].import names ./gone.d.ts, which is not packed',
    ])
    expect(mistakesIn({ exports: {} })).toEqual(['package.json exports nothing'])
  })
})
