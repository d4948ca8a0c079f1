// Planted stores that tell, obey or refuse wrongly.
import type { FleetNews } from '../../../src/fleet/index.ts'
import { onNews, type Planted } from './kit.ts'

export const TELLING: readonly Planted[] = [
  {
    bug: 'tells everything each time',
    breaks: 'a poll of everything, then only of what changed since',
    plant: (link) => ({ poll: () => link.poll({ cursor: null, entries: [] }) }),
  },
  {
    bug: 'says that nothing is new where it has forgotten',
    breaks: 'an unknown cursor is answered by null',
    plant: onNews((news) => ({ ...news, cursor: news.cursor ?? '1' })),
  },
  {
    bug: 'pushes the changes of one request one by one',
    breaks: 'every change is pushed to every process',
    plant: (link) => ({
      subscribe: (listener) =>
        link.subscribe({
          ...listener,
          onChanges(changes) {
            for (const one of changes) listener.onChanges([one])
          },
        }),
    }),
  },
  {
    bug: 'takes the dead for alive',
    breaks: 'how many processes are alive',
    plant: onNews((news, { memory }) => {
      const live = Math.max(news.live, Number(memory.get('live') ?? 0))
      memory.set('live', live)
      return { ...news, live }
    }),
  },
  {
    bug: 'keeps suspects for ever',
    breaks: 'endpoints with failures are suspects',
    plant: onNews((news, { memory }) => {
      if (news.suspects.length > 0) memory.set('suspects', news.suspects)
      return { ...news, suspects: (memory.get('suspects') ?? []) as FleetNews['suspects'] }
    }),
  },
]

export const COMMANDING: readonly Planted[] = [
  {
    bug: 'isolates once more what is isolated',
    breaks: 'each command moves the version once',
    plant: (link) => ({
      command: async (entry, command) => {
        if (command.type === 'isolate') await link.command(entry, { type: 'reset' })
        return link.command(entry, command)
      },
    }),
  },
  {
    bug: 'trips for as long as the rules say',
    breaks: 'a trip lasts as long as they say',
    plant: (link) => ({ command: (entry, { type, message }) => link.command(entry, { type, message }) }),
  },
  {
    bug: 'opens what an operator has disabled',
    breaks: 'an endpoint that is isolated or disabled',
    plant: (link) => ({
      report: async (reports) => {
        const changes = await link.report(reports)
        if (changes[0]?.record.state !== 'disabled' || reports[0] === undefined) return changes
        return [await link.command(reports[0], { type: 'trip' })]
      },
    }),
  },
  {
    bug: 'resets what is open, and not what was counted',
    breaks: 'a reset forgets what was counted',
    plant: (link) => ({
      command: (entry, command) => link.command(entry, command.type === 'reset' ? { type: 'enable' } : command),
    }),
  },
]

export const REFUSING: readonly Planted[] = [
  {
    bug: 'mends tokens',
    breaks: 'requests that make no sense',
    plant: (link) => ({ acquire: (entry, token) => link.acquire(entry, token.replaceAll(' ', '')) }),
  },
  {
    bug: 'throws where it should reject',
    breaks: 'requests that make no sense',
    plant: (link) => ({
      command(entry, command) {
        if (command.type === ('close' as string)) throw new TypeError('close is unknown')
        return link.command(entry, command)
      },
    }),
  },
  {
    bug: 'answers after it was closed',
    breaks: 'everything after the link was closed',
    plant: () => ({ close: async () => {} }),
  },
]
