// What must hold after every step, whatever has happened. The numbers are those of the design.
import type { FleetEndpoint } from '../../../src/fleet/index.ts'
import type { FleetRecord } from '../../../src/fleet/record.ts'
import { MAX_OPEN_MS, POLICY, PROBE_MS, type Process, type World } from './world.ts'

/** That of the store in memory. */
const DEADLINE_MS = 150

/** A second, and a tenth of it, and an answer. */
const LONGEST_ROUND_MS = 1_000 * 1.1 + DEADLINE_MS

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
  /** It was turned away, and nothing was known to be well. */
  readonly isShut: boolean
  readonly deadline: number | null
  readonly probes: number
}

/** Watches a world from step to step. */
export class Invariants {
  readonly #world: World
  readonly #seen = new Map<string, Seen>()
  /** What a version is, until data are lost. */
  readonly #records = new Map<number, string>()
  #store: { readonly version: number; readonly writer: string; readonly until: number; readonly at: number } | null =
    null

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
    this.#decisions()
    this.#knowledge()
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
    const { override } = breaker.stats()
    const state = record?.state ?? 'closed'
    const isRamp = override?.state === 'halfOpen' && override.share > 0
    if (override !== null && !isRamp && (state === 'closed' || state === 'disabled')) {
      throw new Broken('I2', `${instance} rejects, and the fleet has decided ${state}`)
    }
    if (state === 'forcedOpen' && override?.state !== 'forcedOpen')
      throw new Broken('I1', `${instance} forgot forcedOpen`)
    const now = this.#world.clock.now()
    const rest = override?.state === 'open' ? (override.retryAfterMs ?? Number.POSITIVE_INFINITY) : null
    if (rest !== null && rest > MAX_OPEN_MS) throw new Broken('I7', `${instance} stays open for ${rest} ms`)
    const version = record?.version ?? 0
    const before = this.#seen.get(instance)
    const deadline = rest === null ? null : now + rest
    const isSame = before?.version === version && before.probes === probes && before.deadline !== null
    if (isSame && deadline !== null && deadline > (before?.deadline ?? 0) + 1 && !this.#world.hasForked) {
      throw new Broken('I7', `${instance} stays open longer than it said, without another version`)
    }
    const isShut = override !== null && override.share === 0
    const returns = before?.isShut === true && state === 'closed' && this.#world.hasRamp
    const isInstant = this.#world.step !== null && this.#world.step.do !== 'pass' && this.#world.step.do !== 'probe'
    if (returns && isInstant && override === null) throw new Broken('ramp', `${instance} returns all at once`)
    this.#seen.set(instance, { version, isShut, deadline, probes })
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
        if (probe === null || typeof probe === 'number' || probe.until <= now) continue
        const key = `${probe.epoch}/${probe.version}`
        inFlight.set(key, (inFlight.get(key) ?? 0) + 1)
      }
    }
    for (const [key, count] of inFlight) if (count > 1) throw new Broken('I4', `${count} probes at once at ${key}`)
  }

  /** I4: nobody probes without a lease who sees the store. */
  #alone({ instance, flights }: Process): void {
    const longest = Math.max(0, ...flights.map(({ probe }) => (typeof probe === 'number' ? probe : 0)))
    // Of the step in which it came back, too.
    if (longest > 2 * PROBE_MS + 1_000) throw new Broken('I4', `${instance} probes without a lease`)
  }

  /** I5, I7, I8, I9: the store opens and closes for no less than it takes, and for no longer. */
  #decisions(): void {
    const { record, hasForked, clock, isSeen } = this.#world
    if (record === null || !isSeen) return
    const { version, openMs, remainingMs, state } = record
    const before = this.#store
    if (before === null || version !== before.version || record.writer !== before.writer) {
      if (before !== null && version < before.version && !hasForked) {
        throw new Broken('I5', `the store went from version ${before.version} back to ${version}`)
      }
      const until = hasForked && version === before?.version ? before.until : clock.now() + openMs
      this.#store = { version, writer: record.writer, until, at: clock.now() }
      this.#openings(record)
      this.#closings(record, before?.version ?? 0)
      this.#commands(record)
    }
    const lateMs = clock.now() + remainingMs - (this.#store?.until ?? 0)
    const { hasProbedAlone, hasSetBack } = this.#world
    // What a process knew was on its way for as long as a request may be.
    if (state === 'open' && remainingMs > 0 && !hasProbedAlone && !hasSetBack && lateMs > 2 * DEADLINE_MS) {
      throw new Broken('I7', `the store keeps it open ${lateMs} ms longer than version ${version} said`)
    }
  }

  /** I6: whoever can ask the store knows what it has decided after a round at the latest, pushed or not. */
  #knowledge(): void {
    const { processes, record, clock, disturbedAt, isSeen } = this.#world
    const sinceMs = clock.now() - Math.max(disturbedAt, this.#store?.at ?? 0)
    if (record === null || !isSeen || sinceMs < LONGEST_ROUND_MS) return
    for (const { instance, fleet } of processes) {
      const version = fleet.endpoints()[0]?.version ?? 0
      if (version < record.version) {
        throw new Broken(
          'I6',
          `${instance} knows version ${version}, and the store has had ${record.version} for ${sinceMs} ms`,
        )
      }
    }
  }

  #openings({ reason, reporters, rate, calls }: FleetRecord): void {
    if (reason === 'failureRate' && (reporters < 2 || rate < 0.5 || calls < 4)) {
      throw new Broken('I8', `opened by ${reporters} processes, ${calls} calls, at a rate of ${rate}`)
    }
  }

  #closings({ reason, version }: FleetRecord, before: number): void {
    const { network, hasForked, passed, hasProbedAlone } = this.#world
    if (reason !== 'probeSuccesses' || version <= before || hasForked) return
    const tokens = new Set<string>()
    for (const { version: at, token, isSuccess, at: time } of network.completions) {
      const isHeld = time - (network.askedAt.get(token)?.at ?? Number.NEGATIVE_INFINITY) <= PROBE_MS
      if (at === version - 1 && isSuccess && isHeld) tokens.add(token)
    }
    // Of a process that lets all calls through, nobody can tell which one was the probe.
    const ended = hasProbedAlone ? tokens.size : (passed.get(version - 1) ?? 0)
    const successes = Math.min(tokens.size, ended)
    if (successes < POLICY.successThreshold) throw new Broken('I9', `closed by ${successes} probes that counted`)
  }

  /** What an operator was told had failed is not done later. */
  #commands({ reason }: FleetRecord): void {
    const { step, commandedAt, clock } = this.#world
    const command = COMMANDS[reason]
    if (command === undefined || !(step?.do === 'arrive' || step?.do === 'arriveTwice')) return
    const ageMs = clock.now() - (commandedAt.get(command) ?? Number.NEGATIVE_INFINITY)
    if (ageMs > 2 * DEADLINE_MS) throw new Broken('I9', `${command} was done after ${ageMs} ms`)
  }
}

/** By what they leave as the reason. */
const COMMANDS: Partial<Record<FleetRecord['reason'], string>> = {
  tripped: 'trip',
  probeRequested: 'probe',
  reset: 'reset',
  isolated: 'isolate',
  disabled: 'disable',
  enabled: 'enable',
}
