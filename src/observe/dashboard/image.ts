// Image: the last row of every endpoint, as long as somebody watches. Written by the feed as it reads the registry; read
// for who has just come, or could not follow. It encodes rows in portions that block nobody.
import { COLUMN, encodeEvent, MOST_ROWS, type Rows, type WireRow } from './protocol.ts'
import { agedRow } from './wire-row.ts'

/** Characters of names in a portion: names may be 10,000 long. */
const MOST_CHARACTERS = 200_000

export interface Image {
  readonly names: () => Iterable<string>
  readonly size: () => number
  readonly get: (name: string) => WireRow | undefined
  /** A row as it was read just now. */
  readonly set: (row: WireRow) => void
  /** Whether it was there. */
  readonly delete: (name: string) => boolean
  readonly clear: () => void
  /** The first of these names, as many as go into one event. */
  readonly portion: (names: Iterable<string>) => string[]
  /** A `rows` event of now, for all who get the same. Names that are not in the image are left out. */
  readonly encode: (
    names: readonly string[],
    gone: readonly string[],
    part: { readonly isFull: boolean; readonly isLast: boolean },
  ) => Uint8Array
}

/** `elapsed`: ms of a clock that nobody sets, by which rows grow old. */
export function createImage(elapsed: () => number = () => performance.now()): Image {
  const rows = new Map<string, { readonly row: WireRow; readonly readAt: number }>()
  const encoder = new TextEncoder()
  return {
    names: () => rows.keys(),
    size: () => rows.size,
    get: (name) => rows.get(name)?.row,
    set: (row) => rows.set(row[COLUMN.endpoint], { row, readAt: elapsed() }),
    delete: (name) => rows.delete(name),
    clear: () => rows.clear(),
    portion(names) {
      const found: string[] = []
      let characters = 0
      for (const name of names) {
        found.push(name)
        characters += name.length
        if (found.length >= MOST_ROWS || characters >= MOST_CHARACTERS) break
      }
      return found
    },
    encode(names, gone, { isFull, isLast }) {
      const at = elapsed()
      const found = names.flatMap((name) => {
        const known = rows.get(name)
        return known === undefined ? [] : [agedRow(known.row, at - known.readAt)]
      })
      const event: Rows = {
        now: Date.now(),
        ...(isFull && { full: true as const }),
        ...(isLast && { last: true as const }),
        rows: found,
        gone,
      }
      return encoder.encode(encodeEvent('rows', event))
    },
  }
}
