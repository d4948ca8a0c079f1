// ShownState: the state of a breaker as opossum shows it, read from the breaker of the registry, and what changes it.
// An operator's trip, reset or disable, and commands of a dashboard, are shown like any other change.
import type { Breaker, RegistryEvents } from '../../index.ts'
import type { State } from './options.ts'

/** Opossum has no other states. */
export type Shown = 'closed' | 'open' | 'halfOpen'
/** An open time that is over as it begins. */
const AT_ONCE = Number.MIN_VALUE

export class ShownState {
  readonly #breaker: Breaker
  readonly #resetTimeout: number
  /** Called for each change, after it. */
  readonly #onShown: (shown: Shown) => void
  readonly #unsubscribe: () => void
  /** The state that was emitted last; when disabled, the state in which it was disabled. */
  #shown: Shown = 'closed'
  #isQuiet = false
  /** When it opened last, ms since 1970; before that, when it was made, as opossum exports it. */
  lastTimerAt = Date.now()

  /** Goes on from `state`, else from that of the registry's breaker, which may be one that was restored. */
  constructor(
    breaker: Breaker,
    resetTimeout: number,
    state: Partial<State> | undefined,
    onShown: (shown: Shown) => void,
  ) {
    this.#breaker = breaker
    this.#resetTimeout = resetTimeout
    this.#onShown = onShown
    if (state?.closed === false) this.#begin(state)
    this.#shown = this.shown
    if (this.#shown === 'open') onShown('open')
    this.#unsubscribe = breaker.on('transition', (transition) => this.#onTransition(transition))
  }

  /** By now, also if no event has shown it yet. */
  get shown(): Shown {
    const { state } = this.#breaker
    if (state === 'disabled') return this.#shown
    return state === 'forcedOpen' ? 'open' : state
  }

  get isEnabled(): boolean {
    return this.#breaker.state !== 'disabled'
  }

  /** Half-open, and nobody has the one permit. */
  get isPendingClose(): boolean {
    return this.#breaker.state === 'halfOpen' && this.#breaker.allows()
  }

  open(): void {
    if (!this.isEnabled) this.#show('open')
    else if (this.shown !== 'open') this.#trip('open() was called', false)
  }

  close(): void {
    if (!this.isEnabled) this.#show('closed')
    else if (this.shown !== 'closed') this.#breaker.reset()
  }

  enable(): void {
    if (this.isEnabled) return
    if (this.#shown === 'closed') this.#breaker.enable()
    else {
      // It was and is half-open: that it is open for an instant is not emitted.
      this.#isQuiet = this.#shown === 'halfOpen'
      this.#trip('it was open when it was disabled', this.#isQuiet)
      this.#isQuiet = false
    }
  }

  disable(): void {
    this.#breaker.disable()
  }

  end(): void {
    this.#unsubscribe()
  }

  #begin({ halfOpen, lastTimerAt }: Partial<State>): void {
    const isDue = lastTimerAt !== undefined && Date.now() - lastTimerAt > this.#resetTimeout
    this.#trip('it was open when its state was exported', halfOpen === true || isDue)
  }

  #trip(reason: string, isHalfOpen: boolean): void {
    this.#breaker.trip(reason, isHalfOpen ? { openTimeout: AT_ONCE } : {})
  }

  #onTransition({ to }: RegistryEvents['transition']): void {
    if (to !== 'disabled' && !this.#isQuiet) this.#show(to === 'forcedOpen' ? 'open' : to)
  }

  #show(shown: Shown): void {
    if (shown === this.#shown) return
    this.#shown = shown
    if (shown === 'open') this.lastTimerAt = Date.now()
    this.#onShown(shown)
  }
}
