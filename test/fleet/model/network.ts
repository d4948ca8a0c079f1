// The network between the simulated processes and their store: each way of each process can be cut, held back or doubled, and
// what is held arrives in any order, late, or never. It also writes down what the store was asked, and when.
import type { MemoryMessage } from '../../../src/fleet/memory-store.ts'
import type { FleetLink, FleetStore } from '../../../src/fleet/store.ts'

/** `noPush`: what is asked is answered, and nothing else is told. */
export type Mode = 'prompt' | 'hold' | 'drop' | 'double' | 'noPush'

interface Held {
  readonly message: MemoryMessage
  readonly deliver: () => void
}

/** A result of a probe that has reached the store. */
export interface Completion {
  readonly instance: string
  readonly version: number
  readonly token: string
  readonly isSuccess: boolean
  readonly at: number
}

interface Asked {
  readonly token: string
  readonly version: number
  readonly isSuccess: boolean
}

export interface Grant {
  /** Of the store, as far as leases go. */
  readonly epoch: number
  readonly version: number
  /** By the clock of the process. */
  readonly until: number
}

export const OBSERVER = 'observer'

export class Network {
  readonly modes = new Map<string, Mode>()
  readonly held: Held[] = []
  readonly dead = new Set<string>()
  /** Data were lost, or the clock of the store set, so often: then leases are lost, too. */
  epoch = 0
  /** Results of probes, in the order in which the store got them. */
  readonly completions: Completion[] = []
  /** When, and in which epoch, the store got a request for a lease with this token last. */
  readonly askedAt = new Map<string, { readonly at: number; readonly epoch: number }>()
  /** The last lease that a process was given, until it is used. */
  readonly grants = new Map<string, Grant>()
  readonly #now: () => number
  /** What each process has asked last, by what it is about. */
  readonly #asked = new Map<string, Asked>()

  constructor(now: () => number) {
    this.#now = now
  }

  readonly carry = (message: MemoryMessage, deliver: () => void): void => {
    const { instance, kind, what } = message
    if (this.dead.has(instance)) return
    const asked = kind === 'request' ? this.#asked.get(`${instance} ${what}`) : undefined
    const arrive = asked === undefined ? deliver : this.#noted(message, asked, deliver)
    const mode = this.modes.get(instance) ?? 'prompt'
    if (mode === 'hold') this.held.push({ message, deliver: arrive })
    else if (mode !== 'drop' && !(mode === 'noPush' && kind === 'push')) arrive()
    if (mode === 'double' && mayDouble(message)) this.held.push({ message, deliver: arrive })
  }

  #noted({ instance, what }: MemoryMessage, asked: Asked, deliver: () => void): () => void {
    return () => {
      const at = this.#now()
      if (what === 'complete') this.completions.push({ instance, ...asked, at })
      else this.askedAt.set(asked.token, { at, epoch: this.epoch })
      deliver()
    }
  }

  /** Whether whatever is asked is answered at once. */
  get isAnswering(): boolean {
    return this.held.length === 0 && [...this.modes.values()].every((mode) => mode === 'prompt' || mode === 'noPush')
  }

  /** One that is held arrives; `again`: and once more, later. */
  arrive(index: number, again = false): void {
    const place = index % Math.max(1, this.held.length)
    const isKept = again && this.held[place] !== undefined && mayDouble(this.held[place].message)
    const [held] = isKept ? this.held.slice(place, place + 1) : this.held.splice(place, 1)
    if (held !== undefined && !this.dead.has(held.message.instance)) held.deliver()
  }

  lose(index: number): void {
    this.held.splice(index % Math.max(1, this.held.length), 1)
  }

  /** The store as processes see it: what they ask for is known here before it is sent. */
  watched(store: FleetStore): FleetStore {
    return {
      join: (member) => {
        const link = store.join(member)
        return { ...link, ...this.#watch(link, member.instance) }
      },
    }
  }

  #watch(link: FleetLink, instance: string): Pick<FleetLink, 'acquire' | 'complete'> {
    return {
      acquire: async (entry, token) => {
        const sentAt = this.#now()
        this.#asked.set(`${instance} acquire`, { token, version: 0, isSuccess: false })
        const grant = await link.acquire(entry, token)
        const { epoch = -1 } = this.askedAt.get(token) ?? {}
        if (grant.isGranted) {
          this.grants.set(instance, { epoch, version: grant.change.record.version, until: sentAt + grant.leaseMs })
        }
        return grant
      },
      complete: (entry, result) => {
        this.#asked.set(`${instance} complete`, result)
        return link.complete(entry, result)
      },
    }
  }
}

/**
 * No client sends a request for a lease twice. Doubled within its deadline, and arriving after the result of its probe, it would
 * be a lease again, and that result, doubled too, would count twice.
 */
function mayDouble({ kind, what }: MemoryMessage): boolean {
  return !(kind === 'request' && what === 'acquire')
}
