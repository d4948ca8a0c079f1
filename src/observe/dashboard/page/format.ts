// Format: figures as people read them. Everything the page writes as a number goes through here.
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })

/** Where there is no figure. */
export const NOTHING = '–'

export function count(value: number): string {
  return value < 10_000 ? whole.format(value) : compact.format(value)
}

/** Every digit of it. */
export function exactCount(value: number): string {
  return whole.format(value)
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Of an open breaker. */
export function probeIn(ms: number): string {
  return ms <= 0 ? 'probe is due' : `probe in ${countdown(ms)}`
}

/** A share of 0-1. */
export function percent(share: number | null): string {
  if (share === null) return NOTHING
  const value = share * 100
  return `${value > 0 && value < 10 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)}%`
}

export function perSecond(rate: number): string {
  if (rate === 0) return '0'
  if (rate < 10) return rate.toFixed(1).replace(/\.0$/, '')
  return rate < 10_000 ? whole.format(rate) : compact.format(rate)
}

/** A latency. */
export function latency(ms: number | null): string {
  if (ms === null) return NOTHING
  if (ms < 1) return '<1 ms'
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** A length of time: two units at most. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1).replace(/\.0$/, '')} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return joined(minutes, 'min', Math.floor(seconds % 60), 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min')
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function joined(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`
}

/** What is left of it, as it runs down. */
export function countdown(ms: number): string {
  if (ms <= 0) return 'now'
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  return duration(ms)
}

/** A time of day. */
export function timeOfDay(time: number): string {
  return clock.format(time)
}

export function exactTimeOfDay(time: number): string {
  return `${clock.format(time)}.${String((time % 1000) | 0).padStart(3, '0')}`
}
