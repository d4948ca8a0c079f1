import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Manifest, mistakesInPackage } from '../../scripts/package-mistakes.ts'
import { inRepository } from './sandbox.ts'

const manifest = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as Manifest

/** What a good tarball holds, of its entries and papers. */
const targets = JSON.stringify(manifest.exports).matchAll(/"\.\/(dist\/[^"]+)"/g)
const PAPERS = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/THIRD-PARTY-LICENSES.txt']
const FILES = [...new Set([...targets].map(([, path = '']) => path).concat(PAPERS))]
const LIGHT = { size: 700_000, unpackedSize: 3_000_000 }

const mistakesIn = (changes: Partial<Manifest>, files = FILES, isPublishing = false, weight = LIGHT) =>
  mistakesInPackage({ ...manifest, ...changes }, { ...weight, files: files.map((path) => ({ path })) }, isPublishing)

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

  it('sees files that lack, and those that nobody needs', () => {
    const files = FILES.filter((path) => path !== 'CHANGELOG.md')
    expect(mistakesIn({}, [...files, 'test/secret.txt', 'dist/pure.js.map'])).toEqual([
      'the tarball holds test/secret.txt, which nobody needs',
      'the tarball holds dist/pure.js.map, which nobody needs',
      'the tarball lacks CHANGELOG.md',
    ])
  })

  it('sees a package that is too heavy', () => {
    const many = Array.from({ length: 251 - FILES.length }, (_, index) => `dist/chunk-${index}.js`)
    expect(mistakesIn({}, [...FILES, ...many], false, { size: 700_001, unpackedSize: 3_000_001 })).toEqual([
      'the tarball has 251 of files, at most 250 is light',
      'the tarball has 3000001 of unpacked, at most 3000000 is light',
      'the tarball has 700001 of packed, at most 700000 is light',
    ])
  })

  it('sees an entry that cannot be required, that is two instances, whose types stand last, or whose file is not packed', () => {
    const types = './dist/pure.d.ts'
    const file = './dist/pure.js'
    const good = { types, default: file }
    const exports = {
      './pure': { import: good, require: good },
      './hono': { import: good, 'module-sync': good, require: good },
      './twice': { import: good, 'module-sync': { types, default: './dist/index.js' }, require: good },
      './gone': {
        import: { types: './gone.d.ts', default: file },
        'module-sync': { default: file, types },
        require: good,
      },
    }
    const typesVersions = { '*': { twice: [types], gone: ['./other.d.ts'] } }
    expect(mistakesIn({ exports, typesVersions })).toEqual([
      'exports["./pure"] has "import require", not "import module-sync require"',
      'exports["./hono"] has "import module-sync require", not "import require"',
      'exports["./twice"] has one instance for import and another for module-sync',
      'exports["./gone"].import names ./gone.d.ts, which is not packed',
      'exports["./gone"].module-sync has "default types", not "types default"',
      'typesVersions has ./other.d.ts for "./gone", exports has ./dist/pure.d.ts',
    ])
    expect(mistakesIn({ exports: {} })).toEqual(['package.json exports nothing'])
  })
})
