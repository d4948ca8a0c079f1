// Words and keys for the paths of any machine.
import { ArgumentError } from '../../core/edge/errors.ts'
import { tellTime } from './words.ts'

type AnyStep = { readonly event: { readonly type: string } } | { readonly pass: number }
interface ToldStep {
  readonly says: string
  readonly expect: { readonly value: unknown }
}

const MOST_PHRASES = 8

export function tellMachineStep(step: AnyStep): string {
  if ('pass' in step) return `${tellTime(step.pass)} pass`
  const { type, ...payload } = step.event
  return Object.keys(payload).length === 0 ? type : `${type} ${JSON.stringify(payload)}`
}

/** `COIN; 5 s pass: locked` */
export function tellMachinePath(steps: readonly ToldStep[]): string {
  const phrases = steps.slice(0, MOST_PHRASES).map(({ says }) => says)
  if (steps.length > MOST_PHRASES) phrases.push(`… ${steps.length} steps in all`)
  return `${phrases.join('; ')}: ${tellValue(steps.at(-1)?.expect.value)}`
}

/** `idle`, `busy.loading`, or for parallel regions `lamp.on+fan.off`. */
export function tellValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([key, child]) =>
      typeof child === 'object' && Object.keys(child).length === 0 ? key : `${key}.${tellValue(child)}`,
    )
    .join('+')
}

/** State, context and remembered states, as text. */
export function contextKey(snapshot: {
  readonly value: unknown
  readonly context: unknown
  readonly historyValue?: unknown
}): string {
  const remembered = Object.entries((snapshot.historyValue ?? {}) as Record<string, readonly { readonly id: string }[]>)
  const history = remembered.map(([id, nodes]) => [id, nodes.map((node) => node.id)])
  return JSON.stringify([snapshot.value, snapshot.context, history], refuseWhatJsonLoses)
}

/** Two contexts that differ in such a value would count as one. */
function refuseWhatJsonLoses(this: unknown, name: string, value: unknown): unknown {
  const isLost = value instanceof Map || value instanceof Set || ['function', 'symbol', 'bigint'].includes(typeof value)
  if (isLost) throw new ArgumentError('stateKey', `a function, because context.${name} is not JSON`, undefined)
  return value
}
