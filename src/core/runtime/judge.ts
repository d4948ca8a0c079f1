// Judge: one outcome put to a classifier, which is code of the user's. Asked by classify.ts for every policy, and by
// integrations that take classifiers of their own: so all hand in the same shape, and say the same of a wrong one.
import { describeValue } from '../edge/errors.ts'
import { answerOf, type Classifier, type Outcome, type OutcomeRules } from '../rules/policy.ts'
import { onRejection } from './promise.ts'

/** How a call ended. */
export type Ended = { readonly value: unknown } | { readonly error: unknown }

/** What responses and errors have, and outcomes have not: who reads it there takes one for the other. */
const OF_OTHERS = ['status', 'statusCode', 'ok', 'headers', 'body', 'data', 'response', 'code', 'message', 'name']

class Shape {}
for (const name of OF_OTHERS) {
  Object.defineProperty(Shape.prototype, name, {
    get() {
      const shape = 'it is { value, durationMs } or { error, durationMs }'
      throw new TypeError(
        `an outcome has no ${name}: ${shape}; to look at values or errors alone: { value: (value) => … }`,
      )
    },
  })
}

class Returned extends Shape {
  readonly value: unknown
  readonly durationMs: number
  constructor(value: unknown, durationMs: number) {
    super()
    this.value = value
    this.durationMs = durationMs
  }
}

class Threw extends Shape {
  readonly error: unknown
  readonly durationMs: number
  constructor(error: unknown, durationMs: number) {
    super()
    this.error = error
    this.durationMs = durationMs
  }
}

/**
 * For an integration that takes a classifier of its own: what it says of an outcome, in the shape that policies hand it.
 * @param name of the option, for the error
 * @param durationMs how long the call took; NaN where nobody measured it
 * @throws TypeError when it answers anything but `true`, `false` or `undefined` at once; what it throws itself, as when it takes
 *   an outcome for a response
 */
export function judgeOutcome(
  name: string,
  classifier: Classifier | OutcomeRules,
  ended: Ended,
  durationMs: number,
): boolean | undefined {
  const outcome = 'error' in ended ? new Threw(ended.error, durationMs) : new Returned(ended.value, durationMs)
  const answer = answerOf(classifier, outcome satisfies Outcome)
  if (typeof answer === 'boolean' || answer === undefined) return answer
  // It is told already; one that rejects would end the process.
  onRejection(answer, () => {})
  throw new TypeError(`${name} must answer true, false or undefined at once, not ${describeValue(answer)}`)
}
