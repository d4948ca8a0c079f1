// The layer check sees what it is there to see: each tree below has one import that must not be, or none.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkLayers } from '../../scripts/check-layers.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'switchgear-layers-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Writes a tree with the modules that every case needs, and these. */
function tree(modules: Record<string, string>): void {
  const common = {
    'machines/index.ts': '',
    'src/index.ts': '',
    'src/clock.ts': '',
    'src/policy.ts': '',
    'src/testing/index.ts': '',
  }
  for (const [path, text] of Object.entries({ ...common, ...modules })) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const forbidden: [title: string, file: string, text: string][] = [
  ['the pure layer, from the runtime', 'src/decide.ts', "import './clock.ts'"],
  ['the pure layer, from a package', 'src/decide.ts', "import { assign } from 'xstate'"],
  ['the pure layer, from Node', 'src/decide.ts', "import { inspect } from 'node:util'"],
  ['machines, from the runtime', 'machines/breaker.machine.ts', "import type { Clock } from '../src/clock.ts'"],
  ['machines, from Node', 'machines/breaker.machine.ts', "import 'node:fs'"],
  ['the runtime, from a subpath', 'src/registry.ts', "export { createVirtualClock } from './testing/index.ts'"],
  ['the runtime, from an unlisted package', 'src/registry.ts', "import { from } from 'rxjs'"],
  ['a subpath, from behind the entry', 'src/fleet/fleet.ts', "import type { Clock } from '../clock.ts'"],
  ['a subpath, from another', 'src/fleet/fleet.ts', "import '../testing/index.ts'"],
  ['by a dynamic import', 'src/policy.ts', "const clock = await import('./clock.ts')"],
  ['by a type import()', 'src/policy.ts', "type Clock = import('./clock.ts').Clock"],
  ['by export *', 'src/policy.ts', "export * from './clock.ts'"],
]

describe('an import that points the wrong way is reported', () => {
  it.each(forbidden)('%s', (_, file, text) => {
    tree({ [file]: text })
    expect(checkLayers(root).mistakes).toEqual([expect.stringMatching(`^${file} .* must not import `)])
  })
})

describe('an import that points the right way is not', () => {
  it.each([
    ['the pure layer, from itself', 'src/decide.ts', "import './policy.ts'"],
    ['machines, from xstate and the pure layer', 'machines/a.machine.ts', "import 'xstate'; import '../src/policy.ts'"],
    [
      'the runtime, from Node and its packages',
      'src/registry.ts',
      "import 'node:util'; import 'valibot'; import 'xstate'",
    ],
    [
      'a subpath, from the public entries',
      'src/fleet/fleet.ts',
      "import '../index.ts'; import '../../machines/index.ts'",
    ],
    ['testing, from the runtime and the pure layer', 'src/testing/a.ts', "import '../clock.ts'; import '../policy.ts'"],
  ])('%s', (_, file, text) => {
    tree({ [file]: text })
    expect(checkLayers(root).mistakes).toEqual([])
  })
})

describe('a cycle is reported', () => {
  it.each([
    ['of values', "import './table.ts'", "import './breaker.ts'"],
    ['of types', "import type { Row } from './table.ts'", "export type { Breaker } from './breaker.ts'"],
    ['over three modules', "import './table.ts'", "import './settle.ts'"],
  ])('%s', (_, breaker, table) => {
    tree({ 'src/breaker.ts': breaker, 'src/table.ts': table, 'src/settle.ts': "import './breaker.ts'" })
    expect(checkLayers(root).mistakes).toEqual([expect.stringMatching(/^cycle: .*src\/table\.ts/)])
  })
})

it('an import of a file that is not there, or of a computed name, stops the check', () => {
  tree({ 'src/registry.ts': "import './gone.ts'" })
  expect(() => checkLayers(root)).toThrow('there is no ./gone.ts')
  tree({ 'src/registry.ts': 'await import(name)' })
  expect(() => checkLayers(root)).toThrow('not a string')
})

it('the command fails on a tree in which it sees next to nothing', () => {
  tree({})
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/check-layers.ts', root], {
    encoding: 'utf8',
  })
  expect(stderr).toContain('saw only 0 imports')
  expect(status).toBe(1)
})
