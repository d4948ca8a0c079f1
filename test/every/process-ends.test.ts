// A process ends by itself, whatever is attached to its registries: nothing that looks on keeps it alive.
import { expect, it } from 'vitest'
import { run } from '../support/processes.ts'

it.each([
  ['that has attached everything that only looks on, and ended nothing', []],
  ['that has ended its servers', ['servers']],
])(
  'a process %s',
  async (_, args) => {
    const { code, output } = await run('attach-and-leave.ts', ...args)
    const lines = output.trim().split('\n')
    expect(lines.filter((line) => !line.endsWith(': nothing'))).toEqual([])
    expect([code, lines.length > 1]).toEqual([0, true])
  },
  30_000,
)
