// What docs/operating.md says that commands do is what the statechart does.
import { expect, it } from 'vitest'
import { BETWEEN_MARKERS, commandTable } from '../../scripts/command-table.ts'
import { COMMANDS } from '../../src/core/rules/commands.ts'
import { pageOf } from './readme.ts'

it('the table of commands in docs/operating.md is that of the statechart (K5)', () => {
  expect(BETWEEN_MARKERS.exec(pageOf('docs/operating.md').text)?.[0]).toBe(commandTable())
})

it('the table has every command, and the state of each that it leads to from everywhere (K5)', () => {
  const lines = commandTable().split('\n')
  for (const [command, to] of [
    ['trip', 'open'],
    ['reset', 'closed'],
  ]) {
    expect(lines.filter((line) => line.startsWith(`| \`${command}\``))).toEqual([
      expect.stringContaining(`| every state | \`${to}\` | a new one |`),
    ])
  }
})

it('the statechart does something at each command, in some state (K5)', () => {
  const effects = commandTable()
    .split('\n')
    .filter((line) => !line.includes('changes nothing'))
  for (const command of COMMANDS) {
    expect(effects).toContainEqual(expect.stringMatching(new RegExp(`^\\| \`${command}\` `)))
  }
})
