// Call: the path of every call. While closed, most have nothing to do but to count: no clock, no event, no async frame,
// no allocation but the promise.

import type { CallContext } from '../edge/call-context.ts'
import type { CallOptions } from '../edge/call-options.ts'
import { addSuccess } from '../rules/triggers/index.ts'
import { callChannel } from './channels.ts'
import { classify } from './classify.ts'
import { callFully, type Guarded } from './full-call.ts'
import { choosePath } from './path.ts'
import { chain, failAtOnce } from './promise.ts'
import { contextOf, NO_PROBE, type Row } from './row.ts'
import { dateOf, settle, takesSample } from './settle.ts'
import { callTimed } from './timed-call.ts'

export function call<T, F>(row: Row, fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
  const { context, onValue, onError } = row
  const isPlain = row.path === 'plain' && row.untilSample !== 1 && !callChannel.hasSubscribers
  if (!isPlain || options !== undefined || typeof fn !== 'function') {
    return callOtherwise(row, fn, options)
  }
  row.untilSample--
  row.allowed++
  row.version++
  try {
    return chain(fn(context as CallContext), onValue, onError)
  } catch (error) {
    return failAtOnce(error, onError)
  }
}

function callOtherwise<T, F>(row: Row, fn: Guarded<T>, options: CallOptions<F> | undefined): Promise<T | F> {
  const isFull = row.path === 'full' || callChannel.hasSubscribers
  if (isFull || options !== undefined || typeof fn !== 'function') return callFully(row, fn, options)
  if (row.path === 'timed' || row.untilSample === 1) return callTimed(row, fn, takesSample(row))
  makeHandlers(row)
  choosePath(row)
  return call(row, fn)
}

/** What a plain call does when it ends. Made once a generation: that they know theirs is the check for late results. */
function makeHandlers(row: Row): void {
  const { generation } = row
  contextOf(row)
  row.onValue = (value) => {
    // The path changes with the policy: a call may end under another one than it was admitted by, which judges it.
    if (row.generation === generation && row.path === 'plain') {
      row.succeeded++
      row.version++
      addSuccess(row, row.policy, 0, 0)
    } else settle(row, classify(row, { value }, Number.NaN), generation, NO_PROBE, Number.NaN, dateOf(row))
    return value
  }
  row.onError = (error) => {
    settle(row, classify(row, { error }, Number.NaN), generation, NO_PROBE, Number.NaN, dateOf(row), error)
    throw error
  }
}
