// Freeze: a value that nobody can change, all the way down.

export function freeze<T extends object>(value: T): T {
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  for (const member of members) {
    if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) freeze(member)
  }
  return Object.freeze(value)
}
