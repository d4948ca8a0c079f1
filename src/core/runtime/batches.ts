// Batches: a long piece of work that lets the event loop breathe.
import { BATCH_MS } from './grace.ts'
import type { RegistryCore } from './row.ts'

/** Does `work` for each item, in order: for one batch of time at once, for the rest when others had their turn. */
export function inBatches<T>(
  items: Iterable<T>,
  { clock, deadlines }: Pick<RegistryCore, 'clock' | 'deadlines'>,
  work: (item: T) => void,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let next = rest.next()
  return new Promise((resolve) => {
    const batch = () => {
      let startedAt = clock.now()
      while (!next.done) {
        work(next.value)
        next = rest.next()
        // Where nothing is left nobody waits for a timer, that of a clock which stands still least of all.
        if (next.done || clock.now() - startedAt < BATCH_MS) continue
        // Somebody awaits it: the process must not end before, as with calls.
        const task = deadlines.add(clock.now(), batch)
        if (deadlines.arm()) return
        // The clock sets no timer: it is done at once.
        deadlines.cancel(task)
        startedAt = clock.now()
      }
      resolve()
    }
    batch()
  })
}
