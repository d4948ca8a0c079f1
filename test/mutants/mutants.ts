// Every mutant: breakers with one requirement broken each, which the kit must catch.
import { ofTheCalls } from './calls.ts'
import { ofTheEvidence } from './evidence.ts'
import { ofTheGeneration } from './generations.ts'
import type { Prey } from './hunt.ts'
import { ofTheSnapshot } from './snapshots.ts'
import { ofTheStatechart } from './statechart.ts'
import { ofTheSupervision } from './supervision.ts'

export const mutants: readonly Prey[] = [
  ...ofTheGeneration,
  ...ofTheEvidence,
  ...ofTheStatechart,
  ...ofTheCalls,
  ...ofTheSupervision,
  ...ofTheSnapshot,
]
