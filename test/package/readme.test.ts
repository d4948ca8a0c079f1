// What the README and the pages of docs/ say is so: every sample compiles, runs and prints what it shows; the table of
// the policy holds every option; every link leads somewhere.
import { existsSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { DIAGRAMS, overviewOf, withDiagram } from '../../scripts/diagram.ts'
import { type PolicyOptions, resolvePolicy } from '../../src/core/edge/resolve-policy.ts'
import { defaultPolicy } from '../../src/core/rules/policy.ts'
import { EVENT_NAMES } from '../../src/core/runtime/events.ts'
import { anchorsOf, blocksOf, linksOf, PAGES, type Page, pageOf, samplesOf } from './readme.ts'
import { createSandbox, inRepository, packageJson, type Sandbox } from './sandbox.ts'

const LANGUAGES = ['ts', 'js', 'sh', 'text', 'mermaid', 'js commonjs', 'ts vitest', 'js jest', 'ts node:test']
const README = pageOf('README.md').text

describe('the samples of the README and of docs/', () => {
  const samples = PAGES.flatMap(samplesOf)
  let sandbox: Sandbox
  let remarks: string
  beforeAll(() => {
    sandbox = createSandbox()
    sandbox.link('vitest', 'jest', '@sinonjs/fake-timers', '@types/sinonjs__fake-timers')
    sandbox.link(...Object.keys(packageJson.peerDependencies), '@types/ws', '@opentelemetry/sdk-metrics')
    sandbox.link('express', 'pino', 'winston', 'p-retry', 'got', 'axios', 'ky', 'pg', '@types/pg')
    sandbox.link('@nestjs/core', '@nestjs/platform-express', 'reflect-metadata')
    sandbox.write('commonjs/package.json', '{ "name": "user" }')
    for (const { file, code } of samples) sandbox.write(file, code)
    // As Nest's users have it; for other samples it makes no difference.
    remarks = sandbox.compile({ experimentalDecorators: true, emitDecoratorMetadata: true })
  })
  // Undefined if it could not be built, which has been reported.
  afterAll(() => sandbox?.dispose())

  it('are as many as there are blocks of code: none is left out', () => {
    const languages = PAGES.flatMap(({ text }) => blocksOf(text).map(({ language }) => language))
    expect(languages.filter((language) => !LANGUAGES.includes(language))).toEqual([])
    expect(samples.length).toBe(languages.filter((language) => /^[tj]s\b/.test(language)).length)
    expect(samples.length).toBeGreaterThanOrEqual(30)
    expect(new Set(samples.map(({ file }) => file)).size).toBe(samples.length)
  })

  it('compile as strict TypeScript against the types of the package', () => {
    expect(remarks).toBe('')
  })

  /** CommonJS runs as it is written, the rest compiled. */
  const compiled = (file: string) => (file.startsWith('commonjs/') ? file : `out/${file.replace(/ts$/, 'js')}`)

  it.each(samples.filter(({ output }) => output !== ''))('run and print what they show: $title', ({ file, output }) => {
    const { stdout, stderr, status } = sandbox.run(compiled(file))
    expect({ stdout, stderr, status }).toEqual({ stdout: output, stderr: '', status: 0 })
  })

  it.each(samples.filter(({ output }) => output === ''))('pass as tests of $runner: $title', ({ file, runner }) => {
    const root = join(sandbox.folder, 'commonjs')
    const { stdout, stderr, status } =
      runner === 'vitest'
        ? sandbox.run('node_modules/vitest/vitest.mjs', 'run', '--root', sandbox.folder, `./${file}`)
        : runner === 'jest'
          ? sandbox.run('node_modules/jest/bin/jest.js', '--ci', '--rootDir', root, basename(file))
          : sandbox.run(compiled(file))
    expect(stdout + stderr).toMatch(/(pass|Tests:?) +[1-9]/)
    expect(status, stdout + stderr).toBe(0)
  })
})

describe('a sample that proves nothing is refused', () => {
  it.each([
    ['without output', '```ts\n1\n```\n', 'docs/page.md, line 1 shows no output'],
    ['with output twice', '```ts\n1 // → 1\n```\n```text\n1\n```\n', 'shows its output twice'],
    ['without an end', '```ts\n1 // → 1\n', 'a fence is not closed'],
    ['a test without an assertion', '```ts vitest\nit("is", () => {})\n```\n', 'asserts nothing'],
    ['of an unknown runner', '```ts mocha\nexpect(1)\n```\n', 'not known: mocha'],
  ])('%s', (_, text, message) => {
    expect(() => samplesOf({ path: 'docs/page.md', text })).toThrow(message)
  })
})

describe('the links', () => {
  const broken = ({ path, text }: Page) =>
    linksOf(text).filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      if (!existsSync(inRepository(target))) return true
      return anchor !== undefined && !anchorsOf(pageOf(target).text).includes(anchor)
    })

  it.each(PAGES)('of $path lead to files and headings that exist', (page) => {
    expect(broken(page)).toEqual([])
  })

  it('of packed pages lead to packed files: elsewhere there are no others', () => {
    const packed =
      /^(docs\/.+\.md|(README|CHANGELOG|CONFORMANCE)\.md|LICENSE)$|^docs\/(dashboard\.png|monitoring\/[\w.-]+)$/
    const targets = PAGES.flatMap(({ path, text }) =>
      linksOf(text).map((link) => normalize(join(dirname(path), link.replace(/#.*/, '')))),
    )
    expect(targets.filter((target) => target !== 'docs' && !packed.test(target))).toEqual([])
    expect(targets.length).toBeGreaterThan(20)
  })

  it('reach every page of docs/ from the README', () => {
    const reached = linksOf(README).map((link) => link.replace(/#.*/, ''))
    expect(PAGES.map(({ path }) => path).filter((path) => path !== 'README.md' && !reached.includes(path))).toEqual([])
  })

  it('that are broken are found', () => {
    const text = '[a](no.md) [b](#nowhere) [c](#options) [d](../README.md#speed) [e](https://e.org) `[f](f.md)`'
    expect(broken({ path: 'docs/policy.md', text })).toEqual(['no.md', '#nowhere'])
  })
})

describe('the diagrams', () => {
  it.each(Object.entries(DIAGRAMS))('of %s is that of the machine (npm run diagram)', (path, diagram) => {
    const { text } = pageOf(path)
    expect(text).toBe(withDiagram(text, diagram))
  })

  it('have words for every change of state', () => {
    // The first state of the breaker's machine only chooses another.
    const states = { start: { always: 'closed' }, closed: { on: { unheardOf: 'open' } }, open: {} }
    const another = createMachine({ initial: 'start', states })
    expect(() => overviewOf(another)).toThrow('no words for unheardOf')
  })
})

it('the commands exist', () => {
  const pages = [...PAGES, pageOf('CONTRIBUTING.md')]
  const named = pages.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name))
  expect(named.length).toBeGreaterThan(5)
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named))
})

describe('the policy table', () => {
  const { text } = pageOf('docs/policy.md')
  /** Name and default of `| \`failureThreshold\` | \`5\` | … |`, with its default. */
  const section = text.slice(text.indexOf('\n## Options'), text.indexOf('\n## What opens it'))
  const rows = [...section.matchAll(/^\| `(\w+)` \| (`[^`]+`|none) \|/gm)].map(([, name = '', cell = '']) => ({
    name,
    value: cell === 'none' ? null : JSON.parse(cell.slice(1, -1).replaceAll("'", '"')),
  }))
  const optionOf = (key: string) => (key in resolvePolicy({}) ? key.replace(/Ms$/, '') : key)

  it('names every option, once', () => {
    expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(defaultPolicy()).map(optionOf).toSorted())
  })

  it.each(rows)('gives the default of $name', ({ name, value }) => {
    expect(resolvePolicy({ [name]: value } as PolicyOptions)).toEqual(defaultPolicy())
  })
})

it('the table of events names every event, once', () => {
  const { text } = pageOf('docs/events.md')
  const section = text.slice(0, text.indexOf('\n## Outcomes of single calls'))
  const rows = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(rows.toSorted()).toEqual(Object.keys(EVENT_NAMES).toSorted())
})

it('the README is short enough to be read', () => {
  expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
})
