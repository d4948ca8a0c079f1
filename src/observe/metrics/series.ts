// Series: which endpoint has a series of its own, under which label, and what events have counted for it. First come, first
// served: who has one keeps it until its breaker is deleted; the others share `other`.
import { hashOf } from '../../core/rules/hash.ts'
import type { RegistryEvents } from '../../index.ts'
import type { Labels } from './catalogue.ts'

const OTHER = 'other'
/** A label is stored, indexed and drawn. */
const LONGEST_LABEL = 120

/** What is told of one endpoint, or of all that share `other`. */
export class Series {
  restarts = 0
  escalations = 0
  readonly transitions = new Map<string, { readonly labels: Labels; count: number }>()
  readonly label: string
  /** Of all its points. */
  readonly labels: Labels

  constructor(label: string, labels: Labels) {
    this.label = label
    this.labels = { ...labels, endpoint: label }
  }

  count({ from, to, reason: { type: reason } }: RegistryEvents['transition']): void {
    const key = `${from} ${to} ${reason}`
    const seen = this.transitions.get(key)
    if (seen === undefined) this.transitions.set(key, { labels: { from, to, reason }, count: 1 })
    else seen.count++
  }
}

export class SeriesByEndpoint {
  readonly other: Series
  readonly #own = new Map<string, Series>()
  readonly #labels = new Set([OTHER])
  readonly #most: number
  readonly #common: Labels

  /** `common` is what every label set has. */
  constructor(most: number, common: Labels) {
    this.#most = most
    this.#common = common
    this.other = new Series(OTHER, common)
  }

  /** How many have one of their own. */
  get size(): number {
    return this.#own.size
  }

  /** Its own, also as soon as a place is free, or that of all others. */
  of(endpoint: string): Series {
    const own = this.#own.get(endpoint)
    if (own !== undefined) return own
    if (this.#own.size >= this.#most) return this.other
    const series = new Series(this.#freeLabel(labelOf(endpoint)), this.#common)
    this.#own.set(endpoint, series)
    this.#labels.add(series.label)
    return series
  }

  /** Its breaker is gone, and its place is free. */
  drop(endpoint: string): void {
    const own = this.#own.get(endpoint)
    if (own === undefined) return
    this.#own.delete(endpoint)
    this.#labels.delete(own.label)
  }

  /** Two series of one label would be refused as a whole: an endpoint may be named `other`. */
  #freeLabel(wanted: string): string {
    let label = wanted
    for (let number = 2; this.#labels.has(label); number++) label = `${wanted}~${number}`
    return label
  }
}

/** A name as a label: never empty (that would be no label), well-formed, and cut, with a mark that tells cut ones apart. */
export function labelOf(endpoint: string): string {
  if (endpoint === '') return '(empty)'
  const isLong = endpoint.length > LONGEST_LABEL
  const text = isLong
    ? `${endpoint.slice(0, LONGEST_LABEL)}…#${hashOf(endpoint).toString(16).padStart(8, '0')}`
    : endpoint
  // Half a surrogate pair can't be written as UTF-8.
  return text.replace(/\p{Cs}/gu, '\ufffd')
}
