// Backoff: waits that grow, each with a jitter of its own that depends on nothing but numbers, so that a history can be replayed.
import type { Backoff } from './policy.ts'

/** `firstMs` grown `times` times, up to the most there is, and less by a share of up to `jitter`, drawn as `draw`. */
export function backoffMs(firstMs: number, backoff: Backoff, times: number, seed: number, draw: number): number {
  const grown = Math.min(backoff.maxMs, firstMs * backoff.factor ** times)
  return grown * (1 - backoff.jitter * fraction(seed, draw))
}

/** A number in [0, 1) that depends on these two alone (splitmix32). */
export function fraction(seed: number, draw: number): number {
  let hash = (seed + Math.imul(draw, 0x9e3779b9)) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
}
