// The bundle: what is in it, that it runs by itself, and that docs/cli.md is true of it.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { blocksOf, pageOf } from '../package/readme.ts'
import { inRepository } from '../package/sandbox.ts'
import { type Bundle, createBundle, piped } from './bundle.ts'

const page = pageOf('docs/cli.md').text

let cli: Bundle
beforeAll(async () => {
  cli = await createBundle()
  mkdirSync(join(cli.folder, 'bin'))
  const npx = join(cli.folder, 'bin/npx')
  writeFileSync(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${cli.program}' "$@"\n`)
  chmodSync(npx, 0o755)
})
// Undefined if it could not be built, which has been reported.
afterAll(() => cli?.dispose())

const blocks = blocksOf(page)
const shown = blocks.flatMap((block, index) => {
  const next = blocks[index + 1]
  const isShown = block.language === 'sh' && next?.language === 'text' && block.followedBy.trim() === ''
  return isShown ? [{ line: block.line, commands: block.text, output: next.text }] : []
})

it.each(shown)('the commands of line $line print what is shown', ({ commands, output }) => {
  const path = `${join(cli.folder, 'bin')}:${process.env['PATH']}`
  const env = { ...process.env, PATH: path, NO_COLOR: '1' }
  const { stdout, stderr } = spawnSync('sh', ['-c', commands], { cwd: cli.folder, env, encoding: 'utf8' })
  expect({ stdout, stderr }).toEqual({ stdout: output, stderr: '' })
})

it('shows what some commands print', () => {
  expect(shown).toHaveLength(2)
})

it('has every command and every option', () => {
  const program = createProgram(new URL(`file://${inRepository('.')}/`), () => {})
  const commands = program.commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]))
  expect(commands.length).toBe(6)
  for (const command of commands) {
    const [, section = ''] = new RegExp(`\n## (?:policy )?${command.name()}\n([\\s\\S]*?)(?=\n## |$)`).exec(page) ?? []
    expect(section, command.name()).not.toBe('')
    for (const { long } of command.options) {
      const isTold = section.includes(long ?? '') || (command.name() === 'inspect' && page.includes(long ?? ''))
      expect(isTold, `${command.name()} ${long}`).toBe(true)
    }
  }
})

it('has the ports that are used', () => {
  const ports = Array.from(readFileSync('src/cli/ports.ts', 'utf8').matchAll(/= (\d+)$/gm), ([, port]) => port)
  expect(ports).toHaveLength(2)
  for (const port of ports) expect(page).toContain(`port ${port}`)
})

describe('the bundle', () => {
  it('holds the licence of everything that is in it, and is no larger than it was', () => {
    const licences = readFileSync(join(cli.folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['commander', 'picocolors', 'cli-table3', 'log-update', 'eventsource-parser', 'hono', 'ws']) {
      expect(licences).toMatch(new RegExp(`^(@hono/)?${name} [\\d.]+ \\(`, 'm'))
    }
    const sizes = cli.sizes()
    expect(sizes['switchgear.js']).toBeLessThan(100_000)
    expect(Object.values(sizes).reduce((sum, size) => sum + size, 0)).toBeLessThan(700_000)
  })

  it('runs the demonstration with services of its own, and the dashboard', async () => {
    const child = cli.start(['demo', '--json', '--dashboard', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr, ended } = piped(child)
    const report = text(stdout)
    const [line] = (await once(stderr, 'data')) as [Buffer]
    const [, url = ''] = /^dashboard: (http:\S+)$/m.exec(String(line)) ?? []
    const shown = await cli.run('watch', url, '--once', '--json')
    expect(JSON.parse(shown.stdout).endpoints).toHaveLength(5)
    const watcher = cli.start(['watch', url, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const lines = createInterface(piped(watcher).stdout)
    await once(lines, 'line')
    let last = ''
    lines.on('line', (line) => {
      if (line.includes('"closed"')) last = line
    })
    // With something to look at it goes on until it is ended.
    child.kill('SIGTERM')
    expect(await ended).toBe(143)
    await expect.poll(() => last).toBe('{"type":"closed","why":"dashboard closed"}')
    expect(JSON.parse(await report).endpoints.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual([
      ...['healthy', 'flaky', 'killed', 'hanging', 'slowing'],
    ])
  })

  it('says that a port is taken, and by which option another is chosen', async () => {
    const child = cli.start(['demo', '--dashboard', '0', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const { stderr } = piped(child)
    const [line] = (await once(stderr, 'data')) as [Buffer]
    const [, port = ''] = /:(\d+)\/$/m.exec(String(line)) ?? []
    for (const [args, option] of [
      [['demo', '--dashboard', port], '--dashboard'],
      [['inspect', '--port', port], '--port'],
    ] as const) {
      const ended = await cli.run(...args)
      expect(ended).toMatchObject({ code: 1 })
      expect(ended.stderr).toBe(`switchgear: ${option}: port ${port} is taken: ${option} 0 takes any free one\n`)
    }
    child.kill('SIGTERM')
    expect((await once(child, 'close'))[0]).toBe(143)
  })
})
