// Every mutant: breakers with one requirement broken each, which the kit must catch.
import { ofTheEvidence } from './evidence.ts'
import type { Prey } from './hunt.ts'
import { ofTheRuntime } from './runtime.ts'
import { ofTheSnapshot } from './snapshots.ts'
import { ofTheStatechart } from './statechart.ts'
import { ofTheStay } from './stay.ts'

export const mutants: readonly Prey[] = [
  ...ofTheStay,
  ...ofTheEvidence,
  ...ofTheStatechart,
  ...ofTheRuntime,
  ...ofTheSnapshot,
]
