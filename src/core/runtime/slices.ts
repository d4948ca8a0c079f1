// Slices: a long piece of work that lets the event loop breathe.
import { SLICE_MS } from './grace.ts'
import type { RegistryCore } from './row.ts'

/** Does `work` for each item, in order: for one slice of time at once, for the rest when others had their turn. */
export function inSlices<T>(
  items: Iterable<T>,
  { clock, deadlines }: Pick<RegistryCore, 'clock' | 'deadlines'>,
  work: (item: T) => void,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let next = rest.next()
  return new Promise((resolve) => {
    const slice = () => {
      let startedAt = clock.now()
      while (!next.done) {
        work(next.value)
        next = rest.next()
        // Where nothing is left nobody waits for a timer, that of a clock which stands still least of all.
        if (next.done || clock.now() - startedAt < SLICE_MS) continue
        // Somebody awaits it: the process must not end before, as with calls.
        const task = deadlines.add(clock.now(), slice)
        if (deadlines.arm()) return
        // The clock sets no timer: it is done at once.
        deadlines.cancel(task)
        startedAt = clock.now()
      }
      resolve()
    }
    slice()
  })
}
