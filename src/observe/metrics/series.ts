// Series: which endpoint has a series of its own, under which label, and what events have counted for it. First come, first
// served: an endpoint keeps its series until its breaker is deleted; the others share `other`.
import { hashOf } from '../../core/rules/hash.ts'
import type { RegistryEvents } from '../../index.ts'
import type { Labels } from './catalogue.ts'

const OTHER = 'other'
/** A label is stored, indexed and drawn. */
const LONGEST_LABEL = 120

/** The figures of one endpoint, or of all that share `other`. */
export class Series {
  restarts = 0
  escalations = 0
  readonly transitions = new Map<string, { readonly labels: Labels; count: number }>()
  readonly label: string
  /** The labels of all its points. */
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

  /** `common` is in every label set. */
  constructor(most: number, common: Labels) {
    this.#most = most
    this.#common = common
    this.other = new Series(OTHER, common)
  }

  /** How many endpoints have a series of their own. */
  get size(): number {
    return this.#own.size
  }

  /** Its own series, if it has one or there is a free place; otherwise the shared one. */
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

  /** Two series with one label would be refused as a whole: an endpoint may be named `other`. */
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
  // Half a surrogate pair cannot be written as UTF-8.
  return text.replace(/\p{Cs}/gu, '\ufffd')
}
