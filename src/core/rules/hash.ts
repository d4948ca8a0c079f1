// Hash: FNV-1a of a name: the same number in every process, and another one for nearly every name.

/** An integer of 32 bits, from 0. Another `seed` gives other numbers. */
export function hashOf(text: string, seed = 0): number {
  let hash = seed ^ 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
