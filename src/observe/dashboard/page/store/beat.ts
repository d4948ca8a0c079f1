// Beat: the page's own rhythm. What runs down (the time to the next probe) is drawn at each beat, and with it whatever has
// moved meanwhile: views redraw four times a second, however many events come in between.
import { signal } from '@preact/signals'
import { sample } from './endpoints.ts'
import { connection } from './stream.ts'

const BEAT_MS = 250
const BEATS_A_SECOND = 4

/** How many there were. */
export const beat = signal(0)

export function startBeat(): void {
  setInterval(() => {
    // What is not live stands still, so that nobody takes a flat line for silence.
    if (beat.value++ % BEATS_A_SECOND === 0 && connection.peek().kind === 'live') sample(performance.now())
  }, BEAT_MS)
}
