// Fleets with one thing broken in each: what is broken is said by the name.
import type { Mutant } from '../../mutants/load.ts'

const RECORD = 'src/fleet/record.ts'
const OPERATIONS = 'src/fleet/memory/operations.ts'
const SHARD = 'src/fleet/memory/shard.ts'
const LINK = 'src/fleet/memory/link.ts'
const RULES = 'src/fleet/rules.ts'
const SHARED = 'src/fleet/shared-endpoint.ts'
const JOINED = 'src/fleet/joined-fleet.ts'
const BREAKER = 'machines/fleet-breaker.machine.ts'
const MEMBER = 'machines/fleet.machine.ts'

export const mutants: readonly Mutant[] = [
  {
    name: 'what is heard last holds, whatever its version',
    breaks: 'I5',
    file: RECORD,
    find: 'if (isNewer(record, mine)) return record\n',
    replace: 'return record\n',
  },
  {
    name: 'a view repairs the store, whatever its version',
    breaks: 'I5',
    file: SHARD,
    find: 'view.version > 0 && isNewer(view, kept.record)',
    replace: 'view.version > 0 && view.version !== kept.record.version',
  },
  {
    name: 'a view does not repair the store',
    breaks: 'I7',
    file: SHARD,
    find: 'view.version > 0 && isNewer(view, kept.record)',
    replace: 'view.version < 0 && isNewer(view, kept.record)',
  },
  {
    name: 'the token of a lease is not compared',
    breaks: 'I9',
    file: OPERATIONS,
    find: 'kept.leases.delete(token)',
    replace: '(kept.leases.delete(token) || kept.leases.size > 0)',
  },
  {
    name: 'a lease never ends in the store',
    breaks: 'I10',
    file: OPERATIONS,
    find: `prune(kept.leases, operation.now, rules.probeTimeoutMs)
  const held`,
    replace: `for (const key of kept.leases.keys()) kept.leases.set(key, operation.now + rules.probeTimeoutMs)
  const held`,
  },
  {
    name: 'a lease never ends in its process',
    breaks: 'I4',
    file: BREAKER,
    find: 'Math.max(0, lease.leaseMs - rules.leaseMarginMs)',
    replace: '10_000 * lease.leaseMs',
  },
  {
    name: 'leases are given to whoever asks',
    breaks: 'I4',
    file: OPERATIONS,
    find: 'if (kept.leases.size >= rules.halfOpenMaxCalls)',
    replace: 'if (kept.leases.size > rules.halfOpenMaxCalls)',
  },
  {
    name: 'the quorum is one less',
    breaks: 'I8',
    file: RULES,
    find: 'return reporters >= Math.max(rules.quorumReporters, share)',
    replace: 'return reporters >= Math.max(rules.quorumReporters, share) - 1',
  },
  {
    name: 'nobody probes while the store is lost',
    breaks: 'I7',
    file: BREAKER,
    find: "{ target: 'alone', actions: 'ask', description",
    replace: "{ target: 'due', actions: 'ask', description",
  },
  {
    name: 'nobody is told that the store is lost',
    breaks: 'I7',
    file: MEMBER,
    find: "tellLost: emit({ type: 'lost' })",
    replace: "tellLost: emit({ type: 'back' })",
  },
  {
    name: 'a request is done however late it comes',
    breaks: 'I9',
    file: LINK,
    find: 'const isLate = ',
    replace: 'const isLate = false && ',
  },
  {
    name: 'calls return all at once',
    breaks: 'ramp',
    file: BREAKER,
    find: '!args.context.isWell &&',
    replace: 'args.context.isWell &&',
  },
  {
    name: 'nobody hears that a lease is wanted',
    breaks: 'I10',
    file: SHARED,
    find: "wanted: () => this.#actor?.send({ type: 'wanted' })",
    replace: 'wanted: () => {}',
  },
  {
    name: 'a lease of an earlier question is taken',
    breaks: 'I4',
    file: BREAKER,
    find: "'asked' in event && event.asked === context.asked && context.decision.state === 'halfOpen'",
    replace: "'asked' in event && context.decision.state === 'halfOpen'",
  },
  {
    name: 'what a probe came to is not asked',
    breaks: 'I9',
    file: BREAKER,
    find: "const passed = event.type === 'probeEnded' && event.result === 'succeed'",
    replace: 'const passed = true',
  },
  {
    name: 'a late probe counts for a later lease',
    breaks: 'I9',
    file: BREAKER,
    find: "{ guard: not('isAnswer'), description: 'It took longer than its lease.' },",
    replace: '',
  },
  {
    name: 'the rest of an open time does not grow less',
    breaks: 'I7',
    file: SHARED,
    find: 'this.#record.remainingMs - (now() - this.#heardAt)',
    replace: 'this.#record.remainingMs',
  },
  {
    name: 'who has found it well alone tells nobody',
    breaks: 'I10',
    file: BREAKER,
    find: "target: '#fleetBreaker.recovered', actions: 'trust'",
    replace: "target: '#fleetBreaker.closed', actions: 'trust'",
  },
  {
    name: 'a deadline that a jump of the clock has moved away stays there',
    breaks: 'I7',
    file: SHARD,
    find: 'kept.at - now > kept.record.openMs) kept.at',
    replace: 'kept.at - now > 10 * 3_600_000) kept.at',
  },
  {
    name: 'rounds bring nothing new',
    breaks: 'I6',
    file: JOINED,
    find: '      this.#hear(changes)\n      await',
    replace: '      await',
  },
]
