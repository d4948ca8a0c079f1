// docs/cli.md is true: its commands print what it shows, and every command and option of the program is in it.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { blocksOf, pageOf } from '../package/readme.ts'
import { inRepository } from '../package/sandbox.ts'
import { type Bundle, createBundle } from './bundle.ts'

const { text } = pageOf('docs/cli.md')

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

const blocks = blocksOf(text)
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
  expect(commands.length).toBe(7)
  for (const command of commands) {
    const [, section = ''] = new RegExp(`\n## (?:policy )?${command.name()}\n([\\s\\S]*?)(?=\n## |$)`).exec(text) ?? []
    expect(section, command.name()).not.toBe('')
    for (const { long } of command.options) {
      const isTold = section.includes(long ?? '') || (command.name() === 'inspect' && text.includes(long ?? ''))
      expect(isTold, `${command.name()} ${long}`).toBe(true)
    }
  }
})

it('has the ports that are used', () => {
  const ports = Array.from(readFileSync('src/cli/ports.ts', 'utf8').matchAll(/= (\d+)$/gm), ([, port]) => port)
  expect(ports).toHaveLength(2)
  for (const port of ports) expect(text).toContain(`port ${port}`)
})
