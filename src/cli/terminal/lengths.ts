// Lengths: how a terminal shows a length of time.

/** `'38 ms'`, `'2.31 s'`, `'45.2 s'`, `'2 min 31 s'`; `'-'` where there is nothing to measure. */
export function inWords(ms: number | null): string {
  if (ms === null) return '-'
  if (Math.abs(ms) < 10) return `${Number(ms.toFixed(1))} ms`
  if (Math.abs(ms) < 999.5) return `${Math.round(ms)} ms`
  if (Math.abs(ms) < 59_950) return `${(ms / 1000).toFixed(Math.abs(ms) < 9_995 ? 2 : 1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.trunc(seconds / 60)} min ${Math.abs(seconds % 60)} s`
}
