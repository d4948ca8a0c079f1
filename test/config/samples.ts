// Values of each kind that options have.
import type { Kind, OptionTable } from '../../src/config/option-table.ts'

/** Of each kind what is right, and what is wrong. */
export const SAMPLES: Readonly<
  Record<Exclude<Extract<Kind, string>, 'function'>, { right: unknown[]; wrong: unknown[] }>
> = {
  count: { right: [1, 70_000], wrong: [0, -1, 1.5, '7', true, [], {}] },
  natural: { right: [0, 7], wrong: [-1, 1.5, '7', true, [], {}] },
  slots: { right: [100, 100_000], wrong: [0, 100_001, 1.5, '7', [], {}] },
  share: { right: [0.01, 1], wrong: [0, 1.01, -0.5, '0.5', [], {}] },
  factor: { right: [1, 2.5], wrong: [0.9, '2', [], {}] },
  jitter: { right: [0, 1], wrong: [-0.1, 1.1, '0.5', [], {}] },
  duration: {
    right: ['40s', '1.5m', '60 min', '2h', '1d', '45000ms', 45_000.5],
    wrong: [0, -1, '30', 's', '1w', true, [], {}],
  },
  flag: { right: [true, false], wrong: ['true', 1, [], {}] },
}
export const NONE = { right: [null], wrong: [] }

/** Every member with a value that makes sense beside the others; of `values`, where they decide which can be. */
export function wholeOf(table: OptionTable, values: object): object {
  if ('calls' in table) return 'buckets' in values ? { time: '1d' } : 'time' in values ? {} : { calls: 100_000 }
  return Object.fromEntries(Object.entries(table).map(([name, { kind }]) => [name, rightOf(kind)]))
}

export function rightOf(kind: Kind): unknown {
  if (typeof kind === 'string') return SAMPLES[kind as keyof typeof SAMPLES].right[0]
  return 'oneOf' in kind ? kind.oneOf[0] : wholeOf(kind.members, {})
}
