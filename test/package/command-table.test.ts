// What docs/operating.md says that commands do is what the statechart does.
import { expect, it } from 'vitest'
import { BETWEEN_MARKERS, commandTable } from '../../scripts/command-table.ts'
import { pageOf } from './readme.ts'

it('the table of commands in docs/operating.md is that of the statechart (R18)', () => {
  expect(BETWEEN_MARKERS.exec(pageOf('docs/operating.md').text)?.[0]).toBe(commandTable())
})

it('the table has every command, and the state of each that it leads to from everywhere (R18)', () => {
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
