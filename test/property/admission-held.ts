// Held: what the oracle of admission knows of one admitted call, and of who asks.
import type { Result } from './subjects.ts'

export type Gate = 'breaker' | 'fleet' | 'bulkhead'

/** An admitted call, for those inside it: the innermost first. */
export interface Frame {
  readonly call: Held
  readonly around: Frame | null
}

/** The admission of one call. */
export class Held {
  /** Which breaker of which name has admitted it, and in which stay. */
  readonly instance: object
  readonly generation: number
  /** The call that it runs under, if it does. */
  readonly outer: Held | null
  /** What it holds: a probe's permit, a slot, a fleet's probe, its part of a share. */
  permit: object | null = null
  hasSlot = false
  isFleetProbe = false
  isOfShare = false
  isSettled = false
  settle: (result: Result) => void = () => {}

  constructor(instance: object, generation: number, outer: Held | null) {
    this.instance = instance
    this.generation = generation
    this.outer = outer
  }

  get isHeld(): boolean {
    return this.permit !== null || this.hasSlot || this.isFleetProbe || this.isOfShare
  }

  /** What calls inside it find around them. */
  frames(around: Frame | null): Frame | null {
    const call = this.outer ?? (this.isHeld ? this : null)
    return call === null ? around : { call, around }
  }
}

/** Somebody who asks for admission, and what becomes of him. */
export interface Asker {
  readonly around: Frame | null
  readonly mayWait: boolean
  admitted(held: Held): void
  refused(by: Gate): void
}
