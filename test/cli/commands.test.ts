// The command line as it is installed: help, mistakes, exit codes, and what the commands that end by themselves print.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { breakerMachine } from '../../machines/index.ts'
import { mermaidOf } from '../../src/cli/graph/mermaid.ts'
import { needs } from '../support/needs.ts'
import { type Bundle, createBundle, piped } from './bundle.ts'

const script = needs('/usr/bin/script', 'apt-get install bsdutils')

let cli: Bundle
beforeAll(async () => {
  cli = await createBundle()
  cli.write('good.json', '{ "openTimeout": "45s", "failureThreshold": 7, "backoff": { "max": "10m" } }')
  cli.write('odd.json', '{ "failureThreshold": null }')
  cli.write('wrong.json', '{ "openTimeout": "45", "failureTreshold": 7, "\\u202etxt": 1 }')
  cli.write(
    'breakers.yaml',
    'default: { open_timeout: 45s }\n"db-*": { failure_threshold: 7 }\nodd: { timeout: 40s }\n',
  )
  cli.write('breakers.json', '{ "default": { "openTimeout": "45s" } }')
  cli.write('wrong.yaml', 'default: { open_timout: 45s }\nmail: { timeout: "5" }\n')
  cli.write('broken.json', '{ "openTimeout": ')
})
// Undefined if it could not be built, which has been reported.
afterAll(() => cli?.dispose())

const COMMANDS = ['demo', 'watch', 'graph', 'policy check', 'generate', 'inspect']
const widthOf = (text: string) => Math.max(...text.split('\n').map((line) => line.length))

describe('help', () => {
  it('lists every command, with examples and exit codes', async () => {
    const { stdout, stderr, code } = await cli.run('--help')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command.split(' ')[0]} `, 'm'))
    expect(stdout).toContain('$ switchgear demo --dashboard')
    expect(stdout).toContain('130 ended by Ctrl-C')
  })

  it.concurrent.each(COMMANDS)('of %s says what it does, and how to call it', async (command) => {
    const { stdout, stderr, code } = await cli.run(...command.split(' '), '--help')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(new RegExp(`^Usage: switchgear ${command} `))
    if (command === 'generate') return
    expect(stdout).toContain(`$ switchgear ${command}`)
    expect(stdout).toContain('Exit codes: 0 done, 1 could not, 2 wrong arguments')
  })

  it('fits a terminal of 60 columns', async (context) => {
    if (script.path === null) return context.skip(script.missing)
    // What generate has is as it is written.
    const wrapped = COMMANDS.filter((command) => command !== 'generate')
    const commands = wrapped.map((command) => `'${process.execPath}' '${cli.program}' ${command} --help`)
    const child = spawn(script.path, ['-qfc', `stty cols 60; ${commands.join('; ')}`, '/dev/null'], { stdio: 'pipe' })
    const shown = stripVTControlCharacters(await text(child.stdout)).split(/\r*\n/)
    expect(shown.filter((line) => line.startsWith('Usage:'))).toHaveLength(wrapped.length)
    expect(shown.filter((line) => line.length > 60)).toEqual([])
  })

  it('without a command goes to stderr, as nothing was done', async () => {
    const { stdout, stderr, code } = await cli.run()
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain('Usage: switchgear')
  })

  it('has the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await cli.run('--version')).toEqual({ stdout: `${version}\n`, stderr: '', code: 0 })
  })

  it('loads nothing of the commands', () => {
    const code = readFileSync(cli.program, 'utf8')
    expect(code).not.toMatch(/^import .*(xstate|valibot|chunk-(?!paint|ports|sort|exit|width|rolldown))/m)
    expect(code).toMatch(/import\(["`]\.\/chunk-/)
  })
})

describe('wrong arguments end with 2 and a line that says what was meant', () => {
  it.concurrent.each([
    [['wach'], 'Did you mean watch?'],
    [['policy', 'chek', 'good.json'], 'Did you mean check?'],
    [['graph', '--fromat', 'dot'], 'Did you mean --format?'],
    [['graph', '--format', 'svg'], 'expected mermaid, dot, json, stately'],
    [['graph', '--format'], 'argument missing'],
    [['graph', 'closed'], 'too many arguments'],
    [['graph', '--policy', 'no.json'], 'no.json: there is no such file'],
    [['policy', 'check'], "missing required argument 'file'"],
    [['policy', 'check', 'no.json'], 'no.json: there is no such file'],
    [['policy', 'check', '.'], '.: it is a folder'],
    [['demo', '--rate', '501'], 'at most 500'],
    [['demo', '--duration', '2h'], 'from 1s to 1h, or forever'],
    [['demo', '--dashbord'], 'Did you mean --dashboard?'],
    [['demo', '--dashboard', '70000'], 'expected a port'],
    [['demo', '--policy', 'no.json'], 'no such file'],
    [['watch', 'ftp://localhost'], 'expected the address of a dashboard'],
    [['watch', '--sort', 'colour'], 'expected state, name, calls'],
    [['generate', '--polcy', 'x'], 'expected --policy'],
    [['generate', '--policy', 'no.json'], 'expected a file of JSON that exists'],
  ])('%j', async (args, message) => {
    const { stdout, stderr, code } = await cli.run(...args)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })
})

describe('colours', () => {
  const ESCAPE = '\u001b['

  it('are left out where nobody sees them', async () => {
    const ended = await Promise.all([cli.run('policy', 'check', 'good.json'), cli.run('--help')])
    for (const { stdout } of ended) expect(stdout).not.toContain(ESCAPE)
  })

  it.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('are there or not as %j says', async (env, isColoured) => {
    const plain = await cli.run('policy', 'check', 'good.json')
    const { stdout } = await cli.runWith(env as Record<string, string>, 'policy', 'check', 'good.json')
    expect(stdout.includes(ESCAPE)).toBe(isColoured)
    expect(stripVTControlCharacters(stdout)).toBe(plain.stdout)
  })
})

describe('policy check', () => {
  it('explains a sound policy', async () => {
    const { stdout, stderr, code } = await cli.run('policy', 'check', 'good.json')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toContain('failureThreshold  7\n  7 failures in a row open it.\n')
    expect(stdout).toContain('good.json is sound.')
    expect(widthOf(stdout)).toBeLessThanOrEqual(100)
  })

  it('warns of settings that defeat one another, and ends with 1 for that when it is strict', async () => {
    const { stdout, code } = await cli.run('policy', 'check', 'odd.json')
    expect(code).toBe(0)
    expect(stdout).toContain('! nothing opens it by itself')
    expect((await cli.run('policy', 'check', 'odd.json', '--strict')).code).toBe(1)
    expect((await cli.run('policy', 'check', 'good.json', '--strict')).code).toBe(0)
  })

  it('lists every mistake of a wrong one, and lets no text of it turn the terminal around', async () => {
    const { stdout, code } = await cli.run('policy', 'check', 'wrong.json')
    expect(code).toBe(1)
    expect(stdout).toContain('policy.openTimeout: expected a duration')
    expect(stdout).toContain('did you mean failureThreshold?')
    expect(stdout).toContain('\\u202etxt')
    expect(stdout).not.toContain('\u202e')
  })

  it('checks a configuration file whole: the default, and what each name has beside it', async () => {
    const { stdout, stderr, code } = await cli.run('policy', 'check', 'breakers.yaml')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/^default\nfailureThreshold {2}5\n/)
    expect(stdout).toContain('\ndb-*\nfailureThreshold  7\n  7 failures in a row open it.\n')
    expect(stdout).toContain('\nodd\ntimeout  40 s\n')
    expect(stdout).toContain('breakers.yaml is sound, but:\n! odd: probeTimeout: a probe loses its permit')
    expect((await cli.run('policy', 'check', 'breakers.yaml', '--strict')).code).toBe(1)
    expect((await cli.run('policy', 'check', 'breakers.json', '--strict')).stdout).toContain('breakers.json is sound.')
  })

  it('lists every mistake of a configuration file at its place', async () => {
    const { stdout, code } = await cli.run('policy', 'check', 'wrong.yaml')
    expect(code).toBe(1)
    expect(stdout).toContain('wrong.yaml:1:12: default.open_timout: expected an option (did you mean open_timeout?)')
    expect(stdout).toContain('   2 | mail: { timeout: "5" }\n       |                  ^^^\n')
  })

  it('gives the same of a configuration file as JSON', async () => {
    const [sound, wrong] = await Promise.all(
      ['breakers.yaml', 'wrong.yaml'].map((file) => cli.run('policy', 'check', file, '--json')),
    )
    expect(JSON.parse(sound?.stdout ?? '')).toMatchObject({
      valid: true,
      mistakes: [],
      policies: [
        { name: 'default', policy: { openTimeoutMs: 45_000 }, warnings: [] },
        { name: 'db-*', policy: { openTimeoutMs: 45_000, failureThreshold: 7 } },
        { name: 'odd', warnings: [expect.stringContaining('probeTimeout')] },
      ],
    })
    expect(JSON.parse(wrong?.stdout ?? '')).toMatchObject({
      valid: false,
      mistakes: [
        { line: 1, column: 12 },
        { line: 2, column: 18 },
      ],
      policies: [],
    })
    expect([sound?.code, wrong?.code]).toEqual([0, 1])
  })

  it('says that a file is not JSON', async () => {
    const { stderr, code } = await cli.run('policy', 'check', 'broken.json')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^switchgear: broken\.json is not JSON: .+\n$/)
  })

  it('gives the same as JSON', async () => {
    const [good, odd, wrong] = await Promise.all(
      ['good.json', 'odd.json', 'wrong.json'].map((file) => cli.run('policy', 'check', file, '--json')),
    )
    expect(JSON.parse(good?.stdout ?? '')).toMatchObject({
      valid: true,
      mistakes: [],
      policy: { openTimeoutMs: 45_000 },
    })
    expect(JSON.parse(odd?.stdout ?? '').warnings).toHaveLength(1)
    expect(JSON.parse(wrong?.stdout ?? '')).toMatchObject({ valid: false, policy: null, settings: [] })
    expect(JSON.parse(wrong?.stdout ?? '').mistakes).toHaveLength(3)
    expect([good?.code, odd?.code, wrong?.code]).toEqual([0, 0, 1])
  })
})

describe('graph', () => {
  it('prints the whole diagram, as it stands in the docs', async () => {
    const { stdout, code } = await cli.run('graph')
    expect(code).toBe(0)
    expect(readFileSync('docs/pure.md', 'utf8')).toContain(`\`\`\`mermaid\n${stdout}\`\`\``)
  })

  it('shows the times and limits of a policy, without what would break the diagram', async () => {
    const { stdout } = await cli.run('graph', '--policy', 'good.json')
    expect(stdout).toContain('after 45 s')
    expect(stdout).toContain('note left of closed : 7 failures in a row open it')
    expect(stdout).toContain('openings last 45 s, 1.5 min, 3 min')
    for (const line of stdout.trimEnd().split('\n')) expect(line.replace(' : ', '')).not.toMatch(/[:;]/)
  })

  it('as JSON and for Stately Studio is the machine: made from it, XState draws the same chart', async () => {
    const [json, stately] = await Promise.all([
      cli.run('graph', '--format', 'json'),
      cli.run('graph', '--format', 'stately'),
    ])
    expect(Object.keys(JSON.parse(json.stdout).states)).toEqual(Object.keys(breakerMachine.config.states ?? {}))
    expect(stately.stdout).toContain('createMachine({')
    const file = join(cli.folder, 'machine.mjs')
    writeFileSync(file, stately.stdout)
    const { breakerMachine: made } = (await import(pathToFileURL(file).href)) as { breakerMachine: AnyStateMachine }
    expect(mermaidOf(made)).toBe(mermaidOf(breakerMachine))
    expect(stately.stdout).toContain(JSON.parse(json.stdout).states.open.description)
  })

  it('with a policy holds its figures as data', async () => {
    const { stdout } = await cli.run('graph', '--format', 'json', '--policy', 'good.json')
    const { states, context } = JSON.parse(stdout)
    expect(states.open.after).toEqual({ 45000: { target: 'halfOpen', actions: 'beginTrial' } })
    expect(context.policy.failureThreshold).toBe(7)
    expect(states.closed.description).toContain('7 failures in a row open it.')
  })

  it('for Graphviz has every state and every arrow of the diagram, with its quotes closed', async () => {
    const [mermaid, dot] = await Promise.all([
      cli.run('graph'),
      cli.run('graph', '--format', 'dot', '--policy', 'good.json'),
    ])
    const arrows = mermaid.stdout.split('\n').filter((line) => line.includes('-->')).length
    expect(dot.stdout.match(/ -> /g)).toHaveLength(arrows + 4)
    for (const line of dot.stdout.split('\n')) expect((line.match(/(?<!\\)"/g) ?? []).length % 2).toBe(0)
    expect(dot.stdout).toMatch(/^digraph "breaker" \{\n[\s\S]*\n\}\n$/)
  })

  it('ends quietly when its reader has gone', async () => {
    const child = cli.start(['graph', '--format', 'dot'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const { stdout, stderr, ended } = piped(child)
    stdout.destroy()
    const said: string[] = []
    stderr.on('data', (data) => said.push(String(data)))
    expect(await ended).toBe(0)
    expect(said.join('')).toBe('')
  })
})

describe('generate', () => {
  it('is switchgear-generate: it writes a test file and a driver', async () => {
    const { stdout, stderr, code } = await cli.run('generate', '--policy', 'good.json', '--out', 'mine.test.mjs')
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr).toContain('transitions of the statechart')
    expect(readFileSync(join(cli.folder, 'work/mine.test.mjs'), 'utf8')).toContain("from 'node:test'")
  })
})
