// OptionTable: what a policy in a file may hold: read by who reads files and by who writes the JSON Schema. That it agrees
// with what the core checks is checked by test/config/option-table.test.ts.

/** What a value may be; the kinds of numbers are those of the core. */
export type Kind =
  | 'count'
  | 'natural'
  | 'slots'
  | 'share'
  | 'factor'
  | 'jitter'
  | 'duration'
  | 'flag'
  | { readonly oneOf: readonly string[] }
  | { readonly members: OptionTable; readonly required: readonly string[] }

export interface FileOption {
  readonly kind: Kind
  /** Whether `null`, for "none", is a value. */
  readonly nullable?: true
  /** For editors. */
  readonly about: string
}
export type OptionTable = Readonly<Record<string, FileOption>>

const WINDOW: FileOption = {
  about: 'Which calls the share is taken over: so many calls, or those of a time.',
  kind: {
    members: {
      calls: { kind: 'slots', about: 'The last so many calls.' },
      time: { kind: 'duration', about: 'The calls of the last so long.' },
      buckets: { kind: 'slots', about: 'In how many slices calls leave a window of time. Default 10.' },
    },
    required: [],
  },
}

const RATE: OptionTable = {
  threshold: { kind: 'share', about: 'The share that opens, above 0 and at most 1.' },
  minimumCalls: { kind: 'count', about: 'Fewer calls prove nothing. Default 10, or as many as the window holds.' },
  window: WINDOW,
}

/** The options of a policy, but for the functions, which no file can hold. */
export const OPTIONS: OptionTable = {
  failureThreshold: { kind: 'count', nullable: true, about: 'How many failures open the breaker. Default 5.' },
  counting: {
    kind: { oneOf: ['consecutive', 'cumulative'] },
    about: 'Whether a success clears the count of failures (consecutive, the default) or not (cumulative).',
  },
  failureWindow: { kind: 'duration', nullable: true, about: 'Only failures this recent count for the threshold.' },
  failureRate: {
    kind: { members: RATE, required: ['threshold', 'window'] },
    nullable: true,
    about: 'Opens when this share of the calls in a window failed.',
  },
  slowCalls: {
    kind: {
      members: { slowerThan: { kind: 'duration', about: 'A call that takes longer is slow.' }, ...RATE },
      required: ['slowerThan', 'threshold', 'window'],
    },
    nullable: true,
    about: 'Opens when this share of the calls in a window was slow.',
  },
  openTimeout: { kind: 'duration', about: 'How long it stays open before it probes. Default 30s.' },
  openTimeoutFrom: {
    kind: { oneOf: ['opened', 'lastFailure'] },
    about: 'What the open time runs from. Default: opened.',
  },
  backoff: {
    kind: {
      members: {
        factor: { kind: 'factor', about: 'What each open time in a row is multiplied by. Default 2.' },
        max: { kind: 'duration', about: 'The longest open time; at least the open timeout.' },
        jitter: { kind: 'jitter', about: 'By which share it may be shorter at random, from 0 to 1. Default 0.' },
      },
      required: ['max'],
    },
    nullable: true,
    about: 'Lets the open time grow while probes fail.',
  },
  probes: {
    kind: { oneOf: ['calls', 'reports'] },
    about: 'Who probes while half-open: calls, or reports of a health check alone. Default: calls.',
  },
  halfOpenMaxCalls: { kind: 'count', about: 'How many probes may be in flight while half-open. Default 1.' },
  successThreshold: { kind: 'count', about: 'How many probes must succeed to close. Default 2.' },
  halfOpenFailureThreshold: { kind: 'count', about: 'How many probes must fail to open again. Default 1.' },
  recoveryRamp: {
    kind: {
      members: {
        duration: { kind: 'duration', about: 'How long it takes until every call is admitted again.' },
        from: { kind: 'share', about: 'The share of calls admitted at the start, above 0. Default 0.1.' },
        steps: { kind: 'count', about: 'In how many equal steps the share grows. Default: steadily.' },
      },
      required: ['duration'],
    },
    nullable: true,
    about: 'After half-open, admits a growing share of calls before it closes.',
  },
  probeTimeout: { kind: 'duration', about: 'A probe that takes longer has failed. Default 30s.' },
  timeout: {
    kind: 'duration',
    nullable: true,
    about: 'How long a call may take. Under circuit_breaker it is the open time: write call_timeout there.',
  },
  maxConcurrent: {
    kind: 'count',
    nullable: true,
    about: 'How many calls may be in flight at a time. Default: any number.',
  },
  maxQueued: { kind: 'natural', about: 'How many calls may wait for one of max_concurrent to end. Default 0.' },
  refusals: {
    kind: { oneOf: ['ignore', 'judge'] },
    about: 'What refusals of breakers inside the call count as. Default: ignore.',
  },
  latencySampling: { kind: 'natural', about: 'Every n-th call is timed; 1 every call, 0 none. Default 16.' },
  captureStack: { kind: 'flag', about: 'Whether rejections have a stack. Default false.' },
}

/** What only files have: other names of options, and the members of a failure rate one by one. */
export const FILE_OPTIONS: OptionTable = {
  callTimeout: { kind: 'duration', nullable: true, about: 'How long a call may take: the option timeout.' },
  failureRateThreshold: {
    kind: 'share',
    nullable: true,
    about: 'The threshold of the failure rate; its window is one of the three below, or else failure_window.',
  },
  minimumCalls: { kind: 'count', about: 'The minimum of calls of the failure rate.' },
  windowType: {
    kind: { oneOf: ['timeBased', 'countBased'] },
    about: 'Whether the failure rate is taken over a time or over a number of calls.',
  },
  windowDuration: { kind: 'duration', about: 'The window of the failure rate as a time.' },
  windowSize: { kind: 'slots', about: 'The window of the failure rate as a number of calls.' },
}

export const ALL_OPTIONS: OptionTable = { ...OPTIONS, ...FILE_OPTIONS }
