// Planted stores that probe wrongly.
import { LEASE, NO_LEASE, type Planted, withRules } from './kit.ts'

export const PROBING: readonly Planted[] = [
  {
    bug: 'gives leases before it is time',
    breaks: 'gives no lease while the open time lasts',
    plant: (link) => ({ acquire: async (...asked) => ({ ...(await link.acquire(...asked)), ...LEASE }) }),
  },
  {
    bug: 'gives a lease to each that asks at once',
    breaks: 'of 64 that ask at once',
    plant: (link) => ({
      acquire: async (...asked) => {
        const grant = await link.acquire(...asked)
        return grant.change.record.state === 'halfOpen' ? { ...grant, ...LEASE } : grant
      },
    }),
  },
  {
    bug: 'gives leases to one process alone',
    breaks: 'any process can take it from open to closed',
    plant: (link, { instance }) => ({
      acquire: async (...asked) => ({ ...(await link.acquire(...asked)), ...(instance === 'a' ? {} : NO_LEASE) }),
    }),
  },
  {
    bug: 'has no backoff',
    breaks: 'a probe that fails opens it again, for longer',
    plant: withRules({ backoffFactor: 1 }),
  },
  {
    bug: 'accepts every result',
    breaks: 'a result that comes twice',
    plant: (link) => ({ complete: async (...told) => ({ ...(await link.complete(...told)), isAccepted: true }) }),
  },
  {
    bug: 'keeps leases for ever',
    breaks: 'the lease of a process that died',
    plant: withRules({ probeTimeoutMs: 30_000_000 }),
  },
  {
    bug: 'takes a request that is sent again for another',
    breaks: 'a request that is sent twice has one lease',
    plant: (link, { memory }) => ({
      acquire: (entry, token) => {
        memory.set('asked', Number(memory.get('asked') ?? 0) + 1)
        return link.acquire(entry, `${token.slice(0, 50)}-${memory.get('asked')}`)
      },
    }),
  },
  {
    bug: 'has a closed endpoint probed',
    breaks: 'nothing is to be probed while it is closed',
    plant: (link) => ({
      acquire: async (...asked) => {
        const grant = await link.acquire(...asked)
        return grant.change.record.state === 'closed' ? { ...grant, ...LEASE } : grant
      },
    }),
  },
]
