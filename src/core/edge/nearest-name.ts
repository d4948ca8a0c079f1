// NearestName: the name that a mistyped one was most likely meant to be.

/** The nearest of `names`, or `undefined` when none is near: more than a third of the letters would have to change. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  // Every option is shorter, and the comparison takes time by length.
  if (written.length > 40) return undefined
  const wanted = simplified(written)
  let nearest: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const name of names) {
    const candidate = simplified(name)
    const edits = editsBetween(wanted, candidate)
    if (edits < fewest && edits * 3 <= Math.max(wanted.length, candidate.length)) {
      nearest = name
      fewest = edits
    }
  }
  return nearest
}

/** Letters only, in lower case: to a human, `open_timeout`, `OPEN-TIMEOUT` and `openTimeout` are the same. */
function simplified(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}

/** How many letters must be added, dropped or changed, or neighbours swapped. */
export function editsBetween(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const changed = at(last, column - 1) + (isSame ? 0 : 1)
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swapped = isSwap ? at(before, column - 2) + 1 : changed
      current.push(Math.min(changed, swapped, at(last, column) + 1, at(current, column - 1) + 1))
    }
    before = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
