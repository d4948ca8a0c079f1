// The public surface is what public-api/ says, name by name and type by type. A change of it is made on purpose: by npm run api.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Declarations } from '../../scripts/declarations.ts'
import { ENTRIES } from '../../scripts/entries.ts'
import { BASELINES, baselineOf, publicApi } from '../../scripts/public-api.ts'

describe('the public surface', () => {
  const found = publicApi()

  it.each(ENTRIES.map(baselineOf))('of %s is the one that was agreed on (npm run api)', (path) => {
    const agreed = existsSync(join(BASELINES, path)) ? readFileSync(join(BASELINES, path), 'utf8') : ''
    expect(found.get(path)).toBe(agreed)
  })

  it('has no file without an entry (npm run api)', () => {
    const files = readdirSync(BASELINES, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.txt'))
    expect(files.toSorted()).toEqual(ENTRIES.map(baselineOf).toSorted())
  })

  it('has names, members and types in it', () => {
    const core = found.get('index.txt')
    expect(core).toContain('export { createRegistry }\n')
    expect(core).toContain('export type { PolicyOptions }\n')
    expect(core).toContain('    readonly maxBreakers?: number')
    expect(found.get('undici.txt')).toContain("export { HttpStatusError } from 'switchgear/fetch'\n")
  })
})

describe('declarations', () => {
  /** A folder of declarations of which `src/index.ts` is the entry. */
  function declared(files: Record<string, string>): Declarations {
    const folder = mkdtempSync(join(tmpdir(), 'switchgear-declared-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return new Declarations(folder)
  }

  it('are found behind other names, other modules and stars, with whether they exist at run time', () => {
    const tree = declared({
      'src/index.d.ts':
        "export * from './all.ts';\nexport { type A as B, c } from './ab.ts';\nexport default class D {}",
      'src/all.d.ts': "export type { E } from './ab.ts';",
      'src/ab.d.ts':
        'export interface A {}\nexport declare const c: 1;\nexport declare class E {}\nexport interface c {}',
    })
    const found = [...tree.exportsOf('src/index.ts')].map(([name, { declared, isType }]) => {
      return [name, `${declared.file} ${declared.name}`, isType]
    })
    expect(found).toEqual([
      ['E', 'src/ab.ts E', true],
      ['B', 'src/ab.ts A', true],
      ['c', 'src/ab.ts c', false],
      ['default', 'src/index.ts D', false],
    ])
  })

  it('are written as they are, all overloads of a name', () => {
    const text = 'export declare function f(a: 1): void;\nexport declare function f(a: 2): void;\ninterface A {}\n'
    const tree = declared({ 'src/index.d.ts': text })
    expect(tree.textOf({ file: 'src/index.ts', name: 'f' })).toBe('function f(a: 1): void;\nfunction f(a: 2): void;')
    expect(tree.textOf({ file: 'src/index.ts', name: 'A' })).toBe('interface A {}')
  })

  it('tell what they name, near and far, and not what only looks like it', () => {
    const tree = declared({
      'src/index.d.ts': [
        "import type * as all from './other.ts';\nimport { Far as Near } from './other.ts';\nimport type { X } from 'x';",
        "export interface A extends Base { Key: Near; x: X; all: all.Inner; far: import('./other.ts').Import }",
        'interface Base { of: typeof value }\ndeclare const value: A;\ninterface Key {}',
      ].join('\n'),
      'src/other.d.ts': [
        'export interface Far { next: Next }\ninterface Next {}\nexport type Inner = 1;\nexport type Import = 2;',
        'export type Unused = 3;',
      ].join('\n'),
    })
    const named = (isWanted = (_: { readonly name: string }) => true) =>
      tree.namedBy([{ file: 'src/index.ts', name: 'A' }], isWanted).map(({ name }) => name)
    expect(named().toSorted()).toEqual(['Base', 'Far', 'Import', 'Inner', 'Next', 'value'])
    expect(named(({ name }) => name !== 'Far')).not.toContain('Next')
  })
})
