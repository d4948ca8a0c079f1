// Judge: one outcome put to a classifier, which is the user's code. classify.ts uses it for every policy, and integrations
// for classifiers of their own: so all pass the same shape, and report a wrong one in the same words.
import { describeValue } from '../edge/errors.ts'
import { answerOf, type Classifier, type Outcome, type OutcomeRules } from '../rules/policy.ts'
import { onRejection } from './promise.ts'

/** How a call ended. */
export type Ended = { readonly value: unknown } | { readonly error: unknown }

/** What responses and errors have, and outcomes do not. Code that reads these takes an outcome for a response or an error. */
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
 * For an integration that takes a classifier of its own: its answer about an outcome, which it gets in the shape that
 * policies use.
 * @param name the name of the option, for the error
 * @param durationMs how long the call took; NaN if it was not measured
 * @throws TypeError if it does not answer `true`, `false` or `undefined` at once; whatever the classifier throws, for
 *   example because it takes an outcome for a response
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
  // It is reported already; an unhandled rejection would end the process.
  onRejection(answer, () => {})
  throw new TypeError(`${name} must answer true, false or undefined at once, not ${describeValue(answer)}`)
}
