// What the README says is so: every sample compiles, runs and prints what it shows; the table holds every option.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakerMachine } from '../../machines/index.ts'
import { diagramOf } from '../../scripts/diagram.ts'
import { type PolicyOptions, resolvePolicy } from '../../src/edge/resolve-policy.ts'
import { defaultPolicy } from '../../src/rules/policy.ts'
import { blocksOf, README, samplesOf } from './readme.ts'
import { createSandbox, packageJson, type Sandbox } from './sandbox.ts'

describe('the samples of the README', () => {
  const samples = samplesOf(README)
  let sandbox: Sandbox
  let remarks: string
  beforeAll(() => {
    sandbox = createSandbox()
    for (const { file, code } of samples) sandbox.write(file, code)
    remarks = sandbox.compile()
  })
  // Undefined if it could not be built, which has been reported.
  afterAll(() => sandbox?.dispose())

  it('are as many as there are blocks of code: none is left out', () => {
    const languages = blocksOf(README).map(({ language }) => language)
    expect(languages.filter((language) => !['ts', 'js', 'sh', 'text', 'mermaid'].includes(language))).toEqual([])
    expect(samples.length).toBe(languages.filter((language) => language === 'ts' || language === 'js').length)
    expect(samples.length).toBeGreaterThanOrEqual(6)
  })

  it('compile as strict TypeScript against the types of the package', () => {
    expect(remarks).toBe('')
  })

  it.each(samples)('run and print what they show: $title', ({ file, output }) => {
    const { stdout, stderr, status } = sandbox.run(`out/${file.replace(/ts$/, 'js')}`)
    expect({ stdout, stderr, status }).toEqual({ stdout: output, stderr: '', status: 0 })
  })
})

describe('a sample that proves nothing is refused', () => {
  it.each([
    ['without output', '```ts\n1\n```\n', 'shows no output'],
    ['with output twice', '```ts\n1 // → 1\n```\n```text\n1\n```\n', 'shows its output twice'],
    ['without an end', '```ts\n1 // → 1\n', 'a fence is not closed'],
  ])('%s', (_, markdown, message) => {
    expect(() => samplesOf(markdown)).toThrow(message)
  })
})

it('the diagram is the one of the machine (npm run diagram)', () => {
  const diagram = /<!-- diagram -->\n```mermaid\n([\s\S]*?)\n```\n<!-- \/diagram -->/.exec(README)?.[1]
  expect(diagram).toBe(diagramOf(breakerMachine))
})

it('the commands exist', () => {
  const shell = blocksOf(README).filter(({ language }) => language === 'sh')
  const named = shell.flatMap(({ text }) => [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name))
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named))
})

describe('the policy table', () => {
  /** Name and default of `| \`failureThreshold\` | \`5\` | … |`, with its default. */
  const section = README.slice(README.indexOf('\n## Policy'), README.indexOf('\n### Presets'))
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

it('the README is short enough to be read', () => {
  expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(300)
})
