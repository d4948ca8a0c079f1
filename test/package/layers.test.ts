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
    'src/core/edge/clock.ts': '',
    'src/core/runtime/row.ts': '',
    'src/core/rules/policy.ts': '',
    'src/testing/index.ts': '',
    'src/testing/driver.ts': '',
    'src/fleet/rounds.ts': '',
    'src/fleet/testing/index.ts': '',
    'src/core/edge/option-object.ts': '',
  }
  for (const [path, text] of Object.entries({ ...common, ...modules })) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const forbidden: [title: string, file: string, text: string][] = [
  ['the rules, from the runtime', 'src/core/rules/decide.ts', "import '../runtime/row.ts'"],
  ['the rules, from a package', 'src/core/rules/decide.ts', "import { assign } from 'xstate'"],
  ['the rules, from Node', 'src/core/rules/decide.ts', "import { inspect } from 'node:util'"],
  ['the pure entry, from the edge', 'src/pure.ts', "export type { Clock } from './core/edge/clock.ts'"],
  ['machines, from the edge', 'machines/breaker.machine.ts', "import type { Clock } from '../src/core/edge/clock.ts'"],
  ['machines, from Node', 'machines/breaker.machine.ts', "import 'node:fs'"],
  ['the edge, from the runtime', 'src/core/edge/clock.ts', "import '../runtime/row.ts'"],
  [
    'the runtime, from a subpath',
    'src/core/runtime/row.ts',
    "export { createVirtualClock } from '../../testing/index.ts'",
  ],
  ['the runtime, from an unlisted package', 'src/core/runtime/row.ts', "import { from } from 'rxjs'"],
  ['the runtime, from Node', 'src/core/runtime/row.ts', "import 'node:util'"],
  ['an entry, from Node', 'src/index.ts', "import 'node:util'"],
  ['a subpath, from behind the entry', 'src/fleet/fleet.ts', "import type { Clock } from '../core/edge/clock.ts'"],
  ['a subpath, from behind the entry of another', 'src/fleet/fleet.ts', "import '../testing/driver.ts'"],
  ['the contract of a room, from behind its entry', 'src/fleet/testing/agree.ts', "import '../rounds.ts'"],
  ['a room, from the contract of it', 'src/fleet/fleet.ts', "import './testing/index.ts'"],
  ['by a dynamic import', 'src/core/rules/policy.ts', "const clock = await import('../edge/clock.ts')"],
  ['by a type import()', 'src/core/rules/policy.ts', "type Clock = import('../edge/clock.ts').Clock"],
  ['by export *', 'src/core/rules/policy.ts', "export * from '../edge/clock.ts'"],
]

describe('an import that points the wrong way is reported', () => {
  it.each(forbidden)('%s', (_, file, text) => {
    tree({ [file]: text })
    expect(checkLayers(root).mistakes).toEqual([expect.stringMatching(`^${file} .* must not import `)])
  })
})

describe('an import that points the right way is not', () => {
  it.each([
    ['the rules, from themselves', 'src/core/rules/decide.ts', "import './policy.ts'"],
    ['a subpath, from the entry of another', 'src/fleet/fleet.ts', "import '../testing/index.ts'"],
    ['a subpath, from the check of options', 'src/fleet/fleet.ts', "import '../core/edge/option-object.ts'"],
    [
      'machines, from xstate and the rules',
      'machines/a.machine.ts',
      "import 'xstate'; import '../src/core/rules/policy.ts'",
    ],
    [
      'the edge, from its packages',
      'src/core/edge/a.ts',
      "import 'valibot'; import 'xstate'; import '../rules/policy.ts'",
    ],
    ['the runtime, from the edge', 'src/core/runtime/a.ts', "import 'xstate'; import '../edge/clock.ts'"],
    ['an entry, from a room', 'src/index.ts', "export {} from './core/runtime/row.ts'"],
    ['a subpath, from the entries', 'src/fleet/fleet.ts', "import '../index.ts'; import '../../machines/index.ts'"],
    [
      'testing, from the runtime and the rules',
      'src/testing/a.ts',
      "import '../core/runtime/row.ts'; import '../core/rules/policy.ts'",
    ],
  ])('%s', (_, file, text) => {
    tree({ [file]: text })
    expect(checkLayers(root).mistakes).toEqual([])
  })
})

describe('a cycle is reported', () => {
  it.each([
    ['of values', "import './row.ts'", "import './breaker.ts'"],
    ['of types', "import type { Row } from './row.ts'", "export type { Breaker } from './breaker.ts'"],
    ['over three modules', "import './row.ts'", "import './settle.ts'"],
  ])('%s', (_, breaker, row) => {
    tree({
      'src/core/runtime/breaker.ts': breaker,
      'src/core/runtime/row.ts': row,
      'src/core/runtime/settle.ts': "import './breaker.ts'",
    })
    expect(checkLayers(root).mistakes).toEqual([expect.stringMatching(/^cycle: .*row\.ts/)])
  })
})

it('an import of a file that is not there, or of a computed name, stops the check', () => {
  tree({ 'src/core/runtime/registry.ts': "import './gone.ts'" })
  expect(() => checkLayers(root)).toThrow('there is no ./gone.ts')
  tree({ 'src/core/runtime/registry.ts': 'await import(name)' })
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
