// Mutants of admission and of the queue: what was laid around a breaker, broken in one place each. The random histories of
// test/property/admission.test.ts must find them. Those of the queue's links would have it spin: test/core/runtime/admission-queue.test.ts.
import type { Mutant } from './load.ts'

const admission = 'src/core/runtime/admission.ts'
const bulkhead = 'src/core/runtime/bulkhead.ts'
const gates = 'src/core/runtime/gates.ts'
const holding = 'src/core/runtime/holding.ts'
const nesting = 'src/core/runtime/nesting.ts'
const override = 'src/core/runtime/override.ts'
const path = 'src/core/runtime/path.ts'
const permit = 'src/core/runtime/permit.ts'
const queue = 'src/core/runtime/queue.ts'
const rejection = 'src/core/runtime/rejection.ts'
const status = 'src/core/runtime/admission-status.ts'

type Broken = readonly [name: string, find: string, replace: string]

const of = (file: string, ...broken: Broken[]): Mutant[] =>
  broken.map(([name, find, replace]) => ({ name: `admission: ${name}`, breaks: 'R19', file, find, replace }))

const FIRST = "  if (!breakerAdmits(row, now)) return 'breaker'\n"
const SECOND = "  if (overrideOf(row)?.admitsNext === false) return 'fleet'\n"
const THIRD = "  return hasItsSlot || isSlotFree(row, row.extras.bulkhead?.queued ?? 0) ? null : 'bulkhead'\n"

export const ofAdmission: readonly Mutant[] = [
  ...of(
    admission,
    [
      'a call inside a call asks for itself',
      'if (outer?.isInForce === true && outer.generation === generation)',
      'if (false)',
    ],
    [
      'a call runs under one of another current',
      'if (outer?.isInForce === true && outer.generation === generation)',
      'if (outer?.isInForce === true)',
    ],
    [
      'a call inside one that has a slot needs another',
      'const hasItsSlot = slot !== null || outer?.hasSlot === true',
      'const hasItsSlot = slot !== null',
    ],
    [
      'who has waited takes a second slot',
      'const taken = hasItsSlot ? null : newSlot(row)',
      'const taken = newSlot(row)',
    ],
    ['the slot of who has waited is lost', 'holdingOf(slot ?? taken,', 'holdingOf(taken,'],
    [
      'the slot of who has waited is given back at once',
      'if (!(admitted instanceof Permit)) slot.giveBack()',
      'slot.giveBack()',
    ],
    ['allows() knows of no call around', 'return isInside || refuserOf(', 'return refuserOf('],
    ['an override lets through more than its share', 'const putBack = override?.take()', 'const putBack = () => {}'],
    ['a fleet’s probe is not told', 'isFleetProbe ? override.beginProbe() : null', 'null'],
    [
      'a call that a ramp turns away is not counted',
      'if (row.folds && row.current.ramp === null) return',
      'if (row.folds) return',
    ],
    ['an admission is no news', 'row.allowed++\n  row.version++', 'row.allowed++'],
    ['a call of a ramp’s share is a probe', 'if (!holdsProbe(current, call)) return NO_PROBE', ''],
    ['calls inside one of a fleet’s share ask for themselves', "ownShare || override?.lets === 'share'", 'ownShare'],
    [
      'calls inside one of a ramp’s share ask for themselves',
      "ownShare || override?.lets === 'share'",
      "override?.lets === 'share'",
    ],
    ['a context of another breaker is one of this', 'if (call?.row === row &&', 'if (call != null &&'],
  ),
  ...of(
    gates,
    ['the fleet is asked first', FIRST + SECOND, SECOND + FIRST],
    [
      'the bulkhead is asked first',
      FIRST + SECOND + THIRD,
      `  if (!hasItsSlot && !isSlotFree(row, row.extras.bulkhead?.queued ?? 0)) return 'bulkhead'\n${FIRST}${SECOND}  return null\n`,
    ],
    ['a breaker that is disabled obeys its fleet', "state === 'disabled' ? null : extras.override", 'extras.override'],
    ['one call too many has a slot', '?? 0) < policy.maxConcurrent', '?? 0) <= policy.maxConcurrent'],
    ['a closed breaker has no limit', ' && policy.maxConcurrent === null', ''],
  ),
  ...of(
    queue,
    ['one call too many waits', '?? 0) < policy.maxQueued', '?? 0) <= policy.maxQueued'],
    ['who waits waits on at a breaker that refuses', 'refuserOf(row, core.clock.now(), true) !== null', 'false'],
    [
      'who has nothing to wait for gets a slot',
      "bulkhead.wakeFirst(next === 'has its slot')",
      'bulkhead.wakeFirst(true)',
    ],
    ['who is called off waits on', 'if (bulkhead.leave(waiter)) end(signal?.reason)', 'bulkhead.leave(waiter)'],
  ),
  ...of(
    bulkhead,
    ['who leaves is no news', 'this.queued--\n    this.#breaker.version++', 'this.queued--'],
    ['a slot that is free is told to nobody', 'if (this.queued > 0) this.#moveOn()', ''],
    ['a change is told to nobody who waits', 'if (this.queued > 0) this.#breaker.core.turns.later(this.#moveOn)', ''],
    ['who is woken has no slot', 'if (hasSlot) this.take()', ''],
  ),
  ...of(
    override,
    ['shares that were not used add up', 'Math.min(1, this.#credit + this.share)', 'this.#credit + this.share'],
    ['what is left of a share is lost', 'Math.max(0, before + this.share - 1)', '0'],
    ['a fleet’s probe is never taken', "this.#probe = 'taken'", ''],
    ['a fleet’s probe waits for its share', 'return this.isProbeFree || isWholeCall', 'return isWholeCall'],
    ['a fleet whose probe is taken admits none', "|| (this.share === 0 && this.#probe === 'taken')", ''],
    ['a share of all is a share', "if (this.share >= 1) return 'all'", ''],
    [
      'a share comes before the probe',
      "if (this.#probe === 'free' || (",
      "if ((this.share === 0 && this.#probe === 'free') || (",
    ],
  ),
  ...of('src/core/runtime/set-override.ts', [
    'an override leaves the path of calls as it is',
    '  choosePath(row)\n',
    '',
  ]),
  ...of(
    holding,
    ['the result of a fleet’s probe is told to nobody', 'this.#endProbe?.(result)', ''],
    ['a slot is never given back', 'this.#bulkhead?.giveBack()', ''],
    ['a call forgets its slot', 'return this.#bulkhead !== null', 'return false'],
    ['a call of a share holds nothing', 'return isOfShare ? OF_SHARE : null', 'return null'],
    ['every call holds something', 'return isOfShare ? OF_SHARE : null', 'return OF_SHARE'],
  ),
  ...of(
    permit,
    ['a second report counts', 'if (this.#settled) return result', ''],
    ['a call inside a call has a verdict', 'if (this.#holding?.outer) {', 'if (false) {'],
    [
      'a slot is free before its outcome counts',
      '    settle(row, judged, this.generation',
      '    this.#holding?.giveBack(judged)\n    settle(row, judged, this.generation',
    ],
    ['a probe that lost its lease has calls run under it', 'holdsProbe(this.row, this.#probe))', 'true)'],
  ),
  ...of(
    nesting,
    ['a call knows the innermost call around it alone', 'storage.getStore() ?? null', 'null'],
    [
      'a call runs under any call around it',
      'frame.call.row === row && !frame.call.isSettled',
      '!frame.call.isSettled',
    ],
  ),
  ...of(
    rejection,
    ['who is refused leaves no share to the next', 'row.extras.override?.passOver()', ''],
    [
      'what the bulkhead refuses leaves the fleet no share',
      'row.extras.override?.passOver()',
      "if (gate !== 'bulkhead') row.extras.override?.passOver()",
    ],
    [
      'what the breaker refuses leaves the fleet no share',
      'row.extras.override?.passOver()',
      "if (gate !== 'breaker') row.extras.override?.passOver()",
    ],
    [
      'what an operator holds is the breaker’s',
      "return state === 'forcedOpen' && current.reason?.type !== 'escalated' ? 'operator' : 'breaker'",
      "return 'breaker'",
    ],
  ),
  ...of(
    status,
    [
      'it says that one more may wait',
      'Math.max(0, policy.maxQueued - queued)',
      'Math.max(0, policy.maxQueued - queued + 1)',
    ],
    [
      'it says that one more may probe',
      'policy.halfOpenMaxCalls - current.probes.length',
      'policy.halfOpenMaxCalls + 1 - current.probes.length',
    ],
    ['it says the largest of several figures', 'Math.min(...figures)', 'Math.max(...figures)'],
    ['the most open gate speaks', 'opennessOf(other) < opennessOf(one)', 'opennessOf(other) > opennessOf(one)'],
    [
      'it says that a fleet’s probe is free',
      "permits: lets === 'probe' ? Number(override.isProbeFree)",
      "permits: lets === 'probe' ? 1",
    ],
    [
      'it says the breaker’s state for the fleet’s',
      "    refusedBy: 'fleet',\n    state,",
      "    refusedBy: 'fleet',\n    state: row.state,",
    ],
  ),
  ...of(
    path,
    ['who waits hears of no data', '  row.extras.bulkhead?.changed()\n', ''],
    ['a data is no news', '  row.version++\n', ''],
  ),
  ...of('src/core/runtime/stats-reader.ts', ['a share that grows is no news', ' && current.ramp === null', '']),
]
