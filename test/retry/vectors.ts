// The cases of the AWS SDKs' standard retry mode, as smithy-lang/smithy-kotlin publishes them (Apache-2.0) in
// runtime/runtime-core/jvm/test/aws/smithy/kotlin/runtime/retries/impl: StandardRetryIntegrationTestResources.kt, and
// NewStandardRetryIntegrationTestResources.kt for SEP 2.1, whose cases of single services and headers are of no budget.

/** What the service answers, the tokens that are left then, and what comes next: a retry in so many seconds, or the end. */
export type Step = readonly [
  status: number,
  quota: number,
  next: number | 'success' | 'max attempts' | 'quota exceeded',
]

export interface Vector {
  readonly name: string
  readonly capacity?: number
  readonly maxAttempts?: number
  readonly maxBackoffSeconds?: number
  /** One call after another, on the same budget. */
  readonly calls: readonly (readonly Step[])[]
}

/** A retry costs 5, the first pause is a second. */
export const STANDARD: readonly Vector[] = [
  {
    name: 'a retry eventually succeeds',
    calls: [
      [
        [500, 495, 1],
        [500, 490, 2],
        [200, 495, 'success'],
      ],
    ],
  },
  {
    name: 'fails as all attempts are used up',
    calls: [
      [
        [502, 495, 1],
        [502, 490, 2],
        [502, 490, 'max attempts'],
      ],
    ],
  },
  {
    name: 'the quota is reached after one retry',
    capacity: 5,
    calls: [
      [
        [500, 0, 1],
        [502, 0, 'quota exceeded'],
      ],
    ],
  },
  { name: 'no retries at all with a quota of 0', capacity: 0, calls: [[[500, 0, 'quota exceeded']]] },
  {
    name: 'the pauses grow',
    maxAttempts: 5,
    calls: [
      [
        [500, 495, 1],
        [500, 490, 2],
        [500, 485, 4],
        [500, 480, 8],
        [500, 480, 'max attempts'],
      ],
    ],
  },
  {
    name: 'the pauses have a limit',
    maxAttempts: 5,
    maxBackoffSeconds: 3,
    calls: [
      [
        [500, 495, 1],
        [500, 490, 2],
        [500, 485, 3],
        [500, 480, 3],
        [500, 480, 'max attempts'],
      ],
    ],
  },
]

/** A retry costs 14, the first pause is 50 ms. */
export const SEP_2_1: readonly Vector[] = [
  {
    name: 'a retry eventually succeeds',
    calls: [
      [
        [500, 486, 0.05],
        [500, 472, 0.1],
        [200, 486, 'success'],
      ],
    ],
  },
  {
    name: 'fails as all attempts are used up',
    calls: [
      [
        [502, 486, 0.05],
        [502, 472, 0.1],
        [502, 472, 'max attempts'],
      ],
    ],
  },
  {
    name: 'the quota is reached after one retry',
    capacity: 14,
    calls: [
      [
        [500, 0, 0.05],
        [500, 0, 'quota exceeded'],
      ],
    ],
  },
  { name: 'no retries at all with a quota of 0', capacity: 0, calls: [[[500, 0, 'quota exceeded']]] },
  {
    name: 'the pauses grow',
    maxAttempts: 5,
    calls: [
      [
        [500, 486, 0.05],
        [500, 472, 0.1],
        [500, 458, 0.2],
        [500, 444, 0.4],
        [500, 444, 'max attempts'],
      ],
    ],
  },
  {
    name: 'the pauses have a limit',
    maxAttempts: 5,
    maxBackoffSeconds: 0.2,
    calls: [
      [
        [500, 486, 0.05],
        [500, 472, 0.1],
        [500, 458, 0.2],
        [500, 444, 0.2],
        [500, 444, 'max attempts'],
      ],
    ],
  },
  {
    name: 'retries stop when the quota is too low for one more',
    capacity: 20,
    maxAttempts: 5,
    calls: [
      [
        [500, 6, 0.05],
        [502, 6, 'quota exceeded'],
      ],
    ],
  },
  {
    name: 'the quota recovers by successes',
    capacity: 30,
    maxAttempts: 5,
    calls: [
      [
        [500, 16, 0.05],
        [502, 2, 0.1],
        [200, 16, 'success'],
      ],
      [
        [500, 2, 0.05],
        [200, 16, 'success'],
      ],
    ],
  },
]
