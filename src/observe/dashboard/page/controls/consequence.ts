// Consequence: what goes through after a command. The command moves the breaker alone; its fleet may reject calls all the same,
// and its bulkhead has as many slots as before.
import type { Command, EndpointDetail } from '../../protocol.ts'
import { percent, plural } from '../format.ts'
import { wordOf } from '../states.ts'
import { COMMAND_PAGES } from './commands.ts'

/** In sentences; `null` before the server has told what holds the endpoint besides. */
export function consequenceOf(
  command: Command,
  held: Pick<EndpointDetail, 'override' | 'bulkhead'> | null,
): { readonly words: string; readonly isHeld: boolean } {
  const { lets, asksFleet } = COMMAND_PAGES[command]
  if (lets === 'none') return { words: 'Every call is rejected.', isHeld: false }
  const calls = lets === 'all' ? 'calls' : 'probes'
  const override = asksFleet ? (held?.override ?? null) : null
  if (override !== null && override.share < 1) {
    const { state, share, reason } = override
    const rest =
      share > 0 ? `lets ${percent(share)} of ${calls} through` : `lets no ${calls} through but its own probes`
    return {
      words: `But its fleet, ${wordOf(state)} for it, ${rest}, whatever this breaker does: ${reason}.`,
      isHeld: true,
    }
  }
  const bulkhead = held?.bulkhead ?? null
  if (bulkhead !== null && (bulkhead.queued > 0 || bulkhead.inFlight >= bulkhead.slots)) {
    const { inFlight, slots, queued, mayWait } = bulkhead
    const rest = queued < mayWait ? 'wait' : 'are refused'
    const taken = `${inFlight} of ${plural(slots, 'slot')} ${slots === 1 ? 'is' : 'are'} taken`
    return { words: `But ${taken}: until one is free, ${calls} ${rest}.`, isHeld: true }
  }
  if (held === null)
    return { words: `${capital(calls)} go through as far as its fleet and its limit let them.`, isHeld: false }
  return { words: `${capital(calls)} go through.`, isHeld: false }
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}
