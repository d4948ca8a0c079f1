// What must hold after every step, whatever has happened. The numbers are those of the design.
import type { FleetEndpoint } from '../../../src/fleet/index.ts'
import { MAX_OPEN_MS, POLICY, PROBE_MS, type Process, type World } from './world.ts'

/** Broken: its number, and what was seen. */
export class Broken extends Error {
  readonly invariant: string
  constructor(invariant: string, seen: string) {
    super(`${invariant}: ${seen}`)
    this.invariant = invariant
  }
}

interface Seen {
  readonly version: number
  readonly deadline: number | null
  readonly probes: number
}

/** Watches a world from step to step. */
export class Invariants {
  readonly #world: World
  readonly #seen = new Map<string, Seen>()
  /** What a version is, until data are lost. */
  readonly #records = new Map<number, string>()
  #storeVersion = 0

  constructor(world: World) {
    this.#world = world
  }

  check(): void {
    for (const process of this.#world.processes) {
      const record = process.fleet.endpoints()[0]
      this.#versions(process, record)
      this.#rejections(process, record)
      this.#tiers(process)
      this.#alone(process)
    }
    this.#probes()
    this.#closings()
  }

  /** I5. */
  #versions({ instance }: Process, record: FleetEndpoint | undefined): void {
    const version = record?.version ?? 0
    const before = this.#seen.get(instance)?.version ?? 0
    if (version < before) throw new Broken('I5', `${instance} went from version ${before} back to ${version}`)
    if (record === undefined || this.#world.hasForked) return
    const { remainingMs: _, ...rest } = record
    const text = JSON.stringify(rest)
    const known = this.#records.get(version) ?? text
    this.#records.set(version, known)
    if (known !== text) throw new Broken('I5', `${instance} has ${text}, others have ${known}`)
  }

  /** I2, I7: whatever is rejected is what the fleet has decided, and no longer than it may be. */
  #rejections({ instance, breaker, probes }: Process, record: FleetEndpoint | undefined): void {
    const { ruled } = breaker.stats()
    const state = record?.state ?? 'closed'
    const isRamp = ruled?.state === 'halfOpen' && ruled.share > 0
    if (ruled !== null && !isRamp && (state === 'closed' || state === 'disabled')) {
      throw new Broken('I2', `${instance} rejects, and the fleet has decided ${state}`)
    }
    if (state === 'forcedOpen' && ruled?.state !== 'forcedOpen') throw new Broken('I1', `${instance} forgot forcedOpen`)
    const now = this.#world.clock.now()
    const rest = ruled?.state === 'open' ? (ruled.retryAfterMs ?? Number.POSITIVE_INFINITY) : null
    if (rest !== null && rest > MAX_OPEN_MS) throw new Broken('I7', `${instance} stays open for ${rest} ms`)
    const version = record?.version ?? 0
    const before = this.#seen.get(instance)
    const deadline = rest === null ? null : now + rest
    const isSame = before?.version === version && before.probes === probes && before.deadline !== null
    if (isSame && deadline !== null && deadline > (before?.deadline ?? 0) + 1 && !this.#world.hasForked) {
      throw new Broken('I7', `${instance} stays open longer than it said, without another version`)
    }
    this.#seen.set(instance, { version, deadline, probes })
  }

  /** I13, and I1: what a breaker decides by itself stands, whatever the fleet does. */
  #tiers({ instance, breaker, isTripped }: Process): void {
    const expected = isTripped ? 'open' : 'closed'
    if (breaker.state !== expected) throw new Broken('I13', `the breaker of ${instance} is ${breaker.state}`)
    if (isTripped && breaker.allows()) throw new Broken('I13', `${instance} admits what its breaker rejects`)
  }

  /** I4. */
  #probes(): void {
    const now = this.#world.clock.now()
    const inFlight = new Map<string, number>()
    for (const { flights } of this.#world.processes) {
      for (const { probe } of flights) {
        if (probe === null || probe === 'alone' || probe.until <= now) continue
        const key = `${probe.epoch}/${probe.version}`
        inFlight.set(key, (inFlight.get(key) ?? 0) + 1)
      }
    }
    for (const [key, count] of inFlight) if (count > 1) throw new Broken('I4', `${count} probes at once at ${key}`)
  }

  /** I4: nobody probes without a lease who sees the store. */
  #alone({ instance, flights, downAt }: Process): void {
    const isAlone = flights.some(({ probe }) => probe === 'alone')
    const sinceMs = this.#world.clock.now() - downAt
    if (isAlone && sinceMs > 2 * PROBE_MS + 10_000) throw new Broken('I4', `${instance} probes without a lease`)
  }

  /** I8, I9: the store opens and closes for no less than it takes. */
  #closings(): void {
    const { record, network } = this.#world
    if (record === null || record.version === this.#storeVersion) return
    const { version, reason, reporters, rate, calls } = record
    if (reason === 'failureRate' && (reporters < 2 || rate < 0.5 || calls < 4)) {
      throw new Broken('I8', `opened by ${reporters} of ${calls} calls at ${rate}`)
    }
    if (reason === 'probeSuccesses' && version > this.#storeVersion && !this.#world.hasForked) {
      const tokens = new Set<string>()
      for (const { version: at, token, isSuccess, at: time } of network.completions) {
        const isHeld = time - (network.askedAt.get(token)?.at ?? Number.NEGATIVE_INFINITY) <= PROBE_MS
        if (at === version - 1 && isSuccess && isHeld) tokens.add(token)
      }
      if (tokens.size < POLICY.successThreshold) throw new Broken('I9', `closed by ${tokens.size} probes that counted`)
    }
    this.#storeVersion = version
  }
}
